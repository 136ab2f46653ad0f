"""Strict reading of the knowledge files: what is not understood is refused, and the message names file and entry."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from apps.core.errors import InvalidInput
from apps.core.text import clean_text, clean_url
from apps.facts.models import Quality, State
from apps.facts.subjects import SourceRef
from apps.places.countries import is_country

FILES = Path(__file__).parent / "files"
KEY = re.compile(r"[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*")
CHECKSUM = re.compile(r"[0-9a-f]{64}")
_REQUIRED: Any = object()
_NO_CLAIM = frozenset({Quality.WEAK, Quality.UNOFFICIAL})
"""What such a source says is kept, and stays unknown."""


class KnowledgeError(ValueError):
    """A knowledge file is malformed; the message names file and entry."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML without its traps: no key stands twice, and nothing but true and false is a truth value."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise KnowledgeError(f"line {node.start_mark.line + 1}: {', '.join(twice)} stands twice")
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return found

    def construct_truth(self, node: yaml.ScalarNode) -> bool:
        if node.value not in ("true", "false"):
            raise KnowledgeError(f"line {node.start_mark.line + 1}: put quotation marks around {node.value}")
        return bool(node.value == "true")

    def construct_day(self, node: yaml.ScalarNode) -> dt.date:
        try:
            return dt.date.fromisoformat(node.value)
        except ValueError as error:
            raise KnowledgeError(f"line {node.start_mark.line + 1}: {node.value} is no date") from error


_Loader.add_constructor("tag:yaml.org,2002:bool", _Loader.construct_truth)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_day)


def read(file: str) -> Any:
    """The content of one knowledge file. Raises `KnowledgeError`."""
    path = FILES / file
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
    except (KnowledgeError, OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise KnowledgeError(f"{file}: {error}") from error


@dataclass(frozen=True)
class Source:
    """Where knowledge comes from. `own` marks a page on which a party speaks about itself.

    `sha256` is the checksum of a text as it was read; only texts of licences have one.
    """

    key: str
    label: str
    url: str
    date: dt.date
    quality: str
    own: bool
    sha256: str = ""

    @property
    def state(self) -> str:
        """How far a statement of this source carries when the file does not say it."""
        if self.quality in _NO_CLAIM:
            return State.UNKNOWN
        return State.CLAIMED_BY_PROVIDER if self.own else State.INFERRED


@dataclass(frozen=True)
class Sourcing:
    """State, source and date of one statement."""

    state: str
    source: SourceRef
    as_of: dt.date
    note: str

    @property
    def columns(self) -> dict[str, Any]:
        """As the columns of a row that carries its source itself."""
        return {
            "state": self.state,
            "source_label": self.source.label,
            "source_url": self.source.url,
            "as_of": self.as_of,
            "note": self.note,
            "channel": "knowledge",
        }


class Entry:
    """One mapping of a file. Take what is understood from it; on leaving, whatever nobody took is refused."""

    def __init__(self, where: str, data: Any) -> None:
        if not isinstance(data, dict):
            raise KnowledgeError(f"{where}: must be a mapping")
        self.where = where
        self._data: Mapping[Any, Any] = data
        self._taken: set[Any] = set()

    def __enter__(self) -> "Entry":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None and (left := sorted(str(key) for key in set(self._data) - self._taken)):
            raise self.error(f"unknown keys {', '.join(left)}")

    def error(self, message: str) -> KnowledgeError:
        """What is wrong with this entry."""
        return KnowledgeError(f"{self.where}: {message}")

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key of the entry, for entries whose keys are names."""
        return tuple(str(key) for key in self._data)

    def has(self, key: str) -> bool:
        """Whether the key is there with a value."""
        return self._data.get(key) is not None

    def take(self, key: str, default: Any = _REQUIRED) -> Any:
        """A value as it stands; an absent or null one is `default`."""
        self._taken.add(key)
        value = self._data.get(key)
        if value is not None:
            return value
        if default is _REQUIRED:
            raise self.error(f"{key} is missing")
        return default

    def _typed(self, key: str, default: Any, kinds: tuple[type, ...], wanted: str) -> Any:
        value = self.take(key, default)
        if value is default:
            return value
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise self.error(f"{key} must be {wanted}")
        return value

    def text(self, key: str, default: Any = _REQUIRED, *, max_length: int = 300) -> str:
        """One line or paragraph of text, trimmed."""
        value = self._typed(key, default, (str,), "a text")
        if value is default:
            return str(value)
        return self._text(key, value, max_length)

    def _text(self, key: str, value: Any, max_length: int) -> str:
        try:
            return " ".join(clean_text(value, pointer=f"/{key}", max_length=max_length).split())
        except InvalidInput as error:
            raise self.error(error.errors[0].pointer.lstrip("/") + " " + error.errors[0].message) from error

    def key(self, key: str = "key", *, max_length: int = 120) -> str:
        """A name by which other entries refer to this one."""
        value = self.text(key, max_length=max_length)
        if not KEY.fullmatch(value):
            raise self.error(f"{key} must be made of letters, digits and hyphens")
        return value

    def url(self, key: str, default: Any = "") -> str:
        """An address of the web."""
        value = self.text(key, default, max_length=1000)
        try:
            return clean_url(value, pointer=f"/{key}", required=False)
        except InvalidInput as error:
            raise self.error(f"{key} {error.errors[0].message}") from error

    def checksum(self, key: str) -> str:
        """A SHA-256 in hexadecimal, empty where it is left out."""
        value = self.text(key, "", max_length=64)
        if value and not CHECKSUM.fullmatch(value):
            raise self.error(f"{key} must be a SHA-256 in hexadecimal")
        return value

    def choice(self, key: str, allowed: Sequence[str], default: Any = _REQUIRED) -> str:
        """One of some words."""
        value = self.take(key, default)
        if value is not default and value not in allowed:
            raise self.error(f"{key} must be one of {', '.join(allowed)}")
        return str(value)

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        return bool(self._typed(key, default, (bool,), "true or false"))

    def date(self, key: str, default: Any = _REQUIRED) -> Any:
        """A full date."""
        return self._typed(key, default, (dt.date,), "a date such as 2026-11-24")

    def share(self, key: str) -> Decimal | None:
        """A percentage, or None where none is given."""
        value = self._typed(key, None, (int, float), "a percentage")
        if value is None:
            return None
        if not 0 <= value <= 100:
            raise self.error(f"{key} must lie between 0 and 100")
        return Decimal(str(value))

    def country(self, key: str, default: Any = _REQUIRED) -> str:
        """A country of ISO 3166-1."""
        value = self.take(key, default)
        if value is not default and not is_country(value):
            raise self.error(f"{key} must be a country code such as DE")
        return str(value)

    def words(self, key: str, *, max_length: int = 2000) -> dict[str, str]:
        """A text in English and in German."""
        with self.entry(key) as words:
            return {language: words.text(language, max_length=max_length) for language in ("en", "de")}

    def texts(self, key: str, *, max_length: int = 300) -> list[str]:
        """A list of different texts, empty where it is left out."""
        values = self._typed(key, [], (list,), "a list")
        found = [self._text(key, value, max_length) for value in values]
        if len(set(found)) != len(found):
            raise self.error(f"{key} names something twice")
        return found

    def entry(self, key: str) -> "Entry":
        """The mapping under a key, empty where it is left out."""
        return Entry(f"{self.where}: {key}", self.take(key, {}))

    def entries(self, key: str) -> list["Entry"]:
        """The mappings of the list under a key; none where it is left out."""
        values = self._typed(key, [], (list,), "a list")
        named = [row.get("key") if isinstance(row, dict) else None for row in values]
        return [Entry(f"{self.where}: {named[i] or f'{key}[{i}]'}", row) for i, row in enumerate(values)]

    def sourcing(self, sources: "Sources") -> Sourcing:
        """The keys `s`, `state`, `as_of` and `note`: what a statement rests on."""
        named = self.take("s")
        keys = named if isinstance(named, list) and named else [named]
        found = [sources.find(key, self) for key in keys]
        first = found[0]
        state = self.choice("state", State.values, first.state)
        if first.quality in _NO_CLAIM and state not in (State.UNKNOWN, State.DISPUTED):
            raise self.error(f"a {first.quality} source supports no claim")
        if state == State.VERIFIED:
            raise self.error("nothing in these files is verified by us")
        label = self._text("s", "; ".join(source.label for source in found), 500)
        return Sourcing(
            state=state,
            source=SourceRef(label, first.url, first.quality, first.date),
            as_of=self.date("as_of", first.date),
            note=self.text("note", "", max_length=5000),
        )


class Sources:
    """The sources by their key, and which of them were used."""

    def __init__(self, found: Mapping[str, Source]) -> None:
        self._found = found
        self.used: set[str] = set()

    @classmethod
    def load(cls, file: str = "sources.yaml") -> "Sources":
        """Read `sources.yaml`."""
        return cls({source.key: source for source in map(_source, keyed(file))})

    def find(self, key: Any, asking: Entry) -> Source:
        """The source that an entry refers to. Raises `KnowledgeError` where there is none."""
        if key not in self._found:
            raise asking.error(f"the source {key} is not in sources.yaml")
        self.used.add(key)
        return self._found[key]

    @property
    def unused(self) -> set[str]:
        """Sources that nothing read so far refers to."""
        return set(self._found) - self.used


def _source(entry: Entry) -> Source:
    with entry:
        return Source(
            key=entry.key(),
            label=entry.text("label", max_length=400),
            url=entry.url("url"),
            date=entry.date("date"),
            quality=entry.choice("quality", Quality.values),
            own=entry.flag("own"),
            sha256=entry.checksum("sha256"),
        )


def keyed(file: str) -> Iterator[Entry]:
    """The entries of a file that is a list of mappings, each with a `key` of its own."""
    data = read(file)
    if not isinstance(data, list):
        raise KnowledgeError(f"{file}: must be a list of entries")
    seen: set[str] = set()
    for index, row in enumerate(data):
        key = row.get("key") if isinstance(row, dict) else None
        where = f"{file}: {key or f'entry {index + 1}'}"
        if key in seen:
            raise KnowledgeError(f"{where}: stands twice")
        seen.add(str(key))
        yield Entry(where, row)
