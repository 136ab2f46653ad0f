"""Countries by their ISO 3166-1 alpha-2 code; names come from the Unicode CLDR through Babel."""

import re
import unicodedata
from functools import lru_cache

from babel import Locale

from apps.places.spellings import SPELLINGS

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


def country_code(text: str) -> str:
    """The code of a country by its code or by one of the names that authorities give it; empty where it is none.

    `Korea, North`, `Iran (Islamic Republic of)` and `VIET NAM` are known. Nothing is guessed from parts of a text.
    """
    return text if is_country(text) else _codes().get(_plain(text), "")


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    named = {_plain(name): code for code, name in country_names("en").items()}
    spelt = {_plain(name): code for code, names in SPELLINGS.items() for name in names}
    return named | spelt


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    letters = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    words = re.findall(r"[^\W_]+", letters.replace("’", "").replace("'", "").casefold())
    return " ".join(word for word in words if word not in ("the", "and"))
