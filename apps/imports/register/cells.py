"""From a cell to a value of a field. Spellings of English and German are read where they mean one thing only."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from apps.core.errors import InvalidInput, filled
from apps.core.spreadsheets import plain
from apps.core.text import clean_text
from apps.facts.catalogue import FIELDS, FieldSpec, validate_value
from apps.places.countries import country_names

UNKNOWN = frozenset({"unknown", "unbekannt"})
NOTHING = frozenset({"none", "keine", "[]"})
"""A list without an entry, which says more than an empty cell."""
_YES = frozenset({"true", "yes", "y", "1", "ja", "j", "wahr"})
_NO = frozenset({"false", "no", "n", "0", "nein", "falsch"})
_PLAIN_NUMBER = re.compile(r"\d+([.,]\d{1,2}|[.,]\d{4,})?|0[.,]\d+|\d+(\.\d+)?[eE]\+?\d{1,2}", re.ASCII)
_GERMAN = re.compile(r"\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}", re.ASCII)
_ENGLISH = re.compile(r"\d{1,3}(,\d{3})+\.\d+|\d{1,3}(,\d{3}){2,}", re.ASCII)
_SPACED = re.compile(r"\d{1,3}([ \u00a0\u202f']\d{3})+", re.ASCII)
_AMBIGUOUS = re.compile(r"\d{1,3}[.,]\d{3}", re.ASCII)
_DOTTED_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_SLASHED_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)


def text_of(cell: Any) -> str:
    """What a cell says as text: trimmed, whole numbers without a point, days as ISO 8601 has them."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(timespec="seconds")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return plain(str(cell).strip())


def value_of(spec: FieldSpec, cell: Any) -> Any:
    """The value that a cell gives a field, None where the cell says that it is not known.

    Parties and people stay the text that names them; who that is, the register knows. Raises `InvalidInput`.
    """
    text = text_of(cell)
    if text.casefold() in UNKNOWN:
        return None
    if spec.type in ("party", "user"):
        return clean_text(text, pointer="/value")
    read = _READERS.get(spec.type)
    return validate_value(spec, read(spec, cell, text) if read else text)


def _refuse(message: str) -> InvalidInput:
    return InvalidInput(message, pointer="/value")


def _number(spec: FieldSpec, cell: Any, text: str) -> int | float:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell
    text = text.removesuffix("%").strip() if spec.unit == "percent" else text
    if _GERMAN.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif _ENGLISH.fullmatch(text):
        text = text.replace(",", "")
    elif _SPACED.fullmatch(text):
        text = re.sub(r"\D", "", text)
    elif _AMBIGUOUS.fullmatch(text) and not text.startswith("0"):
        raise _refuse(filled("“%(text)s” may mean thousands or a fraction; write it without a separator", text=text))
    elif not _PLAIN_NUMBER.fullmatch(text):
        if _PLAIN_NUMBER.fullmatch(text.lstrip("-−")):
            raise _refuse("must not be negative")
        raise _refuse("must be a number")
    text = text.replace(",", ".")
    return int(text) if text.isdigit() and len(text) < 300 else float(text)


def _boolean(spec: FieldSpec, cell: Any, text: str) -> bool:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise _refuse("must be yes or no")


def _date(spec: FieldSpec, cell: Any, text: str) -> str:
    if isinstance(cell, dt.datetime | dt.date):
        return cell.isoformat()[:10]
    dotted, slashed = _DOTTED_DATE.fullmatch(text), _SLASHED_DATE.fullmatch(text)
    if dotted:
        day, month, year = map(int, dotted.groups())
    elif slashed:
        day, month, year = _slashed(text, *map(int, slashed.groups()))
    else:
        return text
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError as error:
        raise _refuse("must be a date such as 2026-11-24") from error


def _slashed(text: str, first: int, second: int, year: int) -> tuple[int, int, int]:
    if first > 12 or first == second:
        return first, second, year
    if second > 12:
        return second, first, year
    raise _refuse(filled("“%(text)s” may be two different days; write it as 2026-11-24", text=text))


def _choice(spec: FieldSpec, cell: Any, text: str) -> str:
    return _words(spec.subject, spec.name).get(text.casefold(), text)


@cache
def _words(subject: str, name: str) -> Mapping[str, str]:
    """What may stand for an allowed value: itself and its label, where the label means no other."""
    spec = FIELDS[subject][name]
    labels: dict[str, set[str]] = {}
    for value, words in spec.labels.items():
        for word in words.values():
            labels.setdefault(word.casefold(), set()).add(value)
    found = {word: values.pop() for word, values in labels.items() if len(values) == 1}
    return {**found, **{value.casefold(): value for value in spec.allowed}}


def _parts(text: str, separators: str) -> list[str]:
    if text.casefold() in NOTHING:
        return []
    return [part.strip() for part in re.split(f"[{separators}]", text) if part.strip()]


def _list(spec: FieldSpec, cell: Any, text: str) -> list[str]:
    parts = _parts(text, ";|\n," if spec.allowed else ";|\n")
    words = _words(spec.subject, spec.name)
    return [words.get(part.casefold(), part) for part in parts]


def _map(spec: FieldSpec, cell: Any, text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in _parts(text, ";|\n"):
        key, equals, value = part.partition("=")
        if not equals or key.strip() in found:
            raise _refuse("must be pairs such as US=5000; DE=200, each name once")
        found[key.strip()] = _number(spec, value.strip(), value.strip()) if spec.unit else value.strip()
    return found


@cache
def _countries_by_name() -> Mapping[str, str]:
    names: dict[str, set[str]] = {}
    for language in ("en", "de"):
        for code, name in country_names(language).items():
            names.setdefault(name.casefold(), set()).add(code)
    return {name: codes.pop() for name, codes in names.items() if len(codes) == 1}


def _country(spec: FieldSpec, cell: Any, text: str) -> str:
    return _countries_by_name().get(text.casefold(), text.upper())


def _countries(spec: FieldSpec, cell: Any, text: str) -> list[str]:
    return [_country(spec, cell, part) for part in _parts(text, ";|\n,")]


_READERS: Mapping[str, Callable[[FieldSpec, Any, str], Any]] = {
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "choice": _choice,
    "list": _list,
    "map": _map,
    "country": _country,
    "countries": _countries,
}
