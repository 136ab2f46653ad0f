"""Countries by their ISO 3166-1 alpha-2 code; names come from the Unicode CLDR through Babel."""

from functools import lru_cache

from babel import Locale

# CLDR also lists groupings and reserved codes, no countries of ISO 3166-1; XK (Kosovo) is user-assigned there.
_NOT_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}

EU = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
"""Member states of the European Union (Treaty on European Union, Art. 52; 27 since 2020-02-01)."""


@lru_cache(maxsize=8)
def country_names(language: str = "en") -> dict[str, str]:
    """Code to name in `language`, for every country of ISO 3166-1."""
    territories = Locale.parse(language.replace("-", "_")).territories
    return {code: name for code, name in territories.items() if len(code) == 2 and code not in _NOT_COUNTRIES}


def is_country(code: object) -> bool:
    """Whether `code` is an ISO 3166-1 alpha-2 code, in capitals."""
    return isinstance(code, str) and code in country_names("en")


def country_name(code: str, language: str = "en") -> str:
    """The country's name in `language`, or the code itself where it is not known."""
    return country_names(language).get(code, code)
