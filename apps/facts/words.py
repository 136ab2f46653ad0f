"""Values of facts in the words of a language, the same on every page and in every document."""

from typing import Any

from django.utils.translation import gettext as _

from apps.facts.catalogue import FieldSpec, paths
from apps.places.countries import country_name

READABLE = 10**15
"""From here on numbers are written with a power of ten."""
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def in_words(spec: FieldSpec | None, value: Any, language: str) -> str:
    """`value` for people: choices by their words, countries by name, yes and no, numbers with their unit."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(in_words(spec, item, language) for item in value) if value else _("None")
    if isinstance(value, dict):
        # Sorted, because a table keeps no order when it is stored.
        pairs = sorted(value.items())
        return "; ".join(f"{_key(spec, key, language)}: {in_words(_unit(spec), item, language)}" for key, item in pairs)
    if isinstance(value, int | float):
        return number_in_words(value, spec.unit if spec else "")
    if spec and _holds_countries(spec):
        return place_in_words(str(value), language)
    named = paths().get(str(value)) if spec and spec.subject == "facts" else None
    if named:  # what a sheet says about itself names other facts by their path
        return named.label_in(language)
    return spec.value_label(value, language) if spec else str(value)


def _holds_countries(spec: FieldSpec) -> bool:
    return spec.type in ("country", "countries") or spec.name.endswith("countries")


def _key(spec: FieldSpec | None, key: str, language: str) -> str:
    return place_in_words(key, language) if spec and spec.name.endswith("by_country") else key


def _unit(spec: FieldSpec | None) -> FieldSpec | None:
    return spec if spec and spec.unit else None


def place_in_words(code: str, language: str) -> str:
    """A country or one of its regions, with its code."""
    name = country_name(code.partition("-")[0], language)
    return f"{name} ({code})" if name != code else code


def number_in_words(value: float, unit: str = "") -> str:
    """A number in groups of three, with its unit."""
    words = {"days": _("days"), "hours": _("hours"), "persons": _("persons"), "parameters": _("parameters")}
    words |= {"percent": "%", "matches": "", "share": ""}
    text = f"{value:,}".replace(",", "\u202f") if abs(value) < READABLE else _power(value)
    return f"{text} {words.get(unit, unit)}".strip()


def _power(value: float) -> str:
    """Such as 2.03 × 10²³: nobody counts two dozen noughts."""
    digits, _e, exponent = f"{value:.2e}".partition("e")
    return f"{digits.rstrip('0').rstrip('.')} × 10{str(int(exponent)).translate(_RAISED)}"
