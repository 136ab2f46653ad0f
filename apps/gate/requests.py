"""What a CI job asks, checked and typed."""

from dataclasses import dataclass
from typing import Any

from apps.core.errors import FieldError, InvalidInput
from apps.core.text import clean_text
from apps.facts.catalogue import FIELDS
from apps.registry.models import Environment
from apps.registry.references import split_reference

MAX_MODELS = 500
MAX_LOCATIONS = 100
KINDS = ("weights", "api", "config", "container", "notebook")
MODES = ("all", "new")


@dataclass(frozen=True)
class Location:
    """A place in the source tree."""

    path: str
    line: int | None


@dataclass(frozen=True)
class ModelReference:
    """One model as the source tree names it."""

    id: str
    revision: str
    kind: str
    operator: str
    region: str
    locations: tuple[Location, ...]


@dataclass(frozen=True)
class DecisionRequest:
    """One question to the gate."""

    project: str
    models: tuple[ModelReference, ...]
    ref: str = ""
    commit: str = ""
    environment: str = ""
    mode: str = "all"
    data_class: str = ""
    data_categories: tuple[str, ...] = ()
    use_case: str = ""


_TOP = {"project", "ref", "commit", "environment", "mode", "declared", "models"}
_DECLARED = {"data_class", "data_categories", "use_case"}
_MODEL = {"id", "revision", "kind", "operator", "region", "locations"}
_LOCATION = {"path", "line"}


def read_request(body: Any) -> DecisionRequest:
    """The request in a JSON body. Raises `InvalidInput` with every mistake at its pointer."""
    reader = _Reader()
    top = reader.table(body, "", _TOP)
    if not isinstance(body, dict):
        raise InvalidInput(errors=reader.errors)
    declared = reader.table({} if top.get("declared") is None else top["declared"], "/declared", _DECLARED)
    models = top.get("models")
    if not isinstance(models, list) or len(models) > MAX_MODELS:
        reader.note("/models", f"must be a list of at most {MAX_MODELS} models")
        models = []
    elif not models:
        reader.note("/models", "must name at least one model; a scan that found none is not a question for the gate")
    request = DecisionRequest(
        project=reader.text(top, "project", "", required=True, max_length=120),
        ref=reader.text(top, "ref", ""),
        commit=reader.text(top, "commit", "", max_length=64),
        environment=reader.choice(top, "environment", "", [one for one in Environment.values if one != "unknown"]),
        mode=reader.choice(top, "mode", "", MODES) or "all",
        data_class=reader.choice(declared, "data_class", "/declared", FIELDS["use_case"]["data_class"].allowed),
        data_categories=reader.choices(declared, "data_categories", FIELDS["use_case"]["data_categories"].allowed),
        use_case=reader.text(declared, "use_case", "/declared"),
        models=tuple(_model(reader, model, f"/models/{index}") for index, model in enumerate(models)),
    )
    if reader.errors:
        raise InvalidInput(errors=reader.errors)
    return request


def _model(reader: "_Reader", value: Any, pointer: str) -> ModelReference:
    table = reader.table(value, pointer, _MODEL)
    locations = table.get("locations", [])
    if not isinstance(locations, list) or len(locations) > MAX_LOCATIONS:
        reader.note(f"{pointer}/locations", f"must be a list of at most {MAX_LOCATIONS} places")
        locations = []
    identifier = reader.text(table, "id", pointer, required=True)
    revision = reader.text(table, "revision", pointer, max_length=120)
    inside = split_reference(identifier)
    if inside.namespace and inside.revision and revision and inside.revision.casefold() != revision.casefold():
        reader.note(f"{pointer}/revision", f"contradicts the revision {inside.revision} inside of the id")
    return ModelReference(
        id=identifier,
        revision=revision,
        kind=reader.choice(table, "kind", pointer, KINDS),
        operator=reader.text(table, "operator", pointer),
        region=reader.text(table, "region", pointer, max_length=100),
        locations=tuple(
            _location(reader, place, f"{pointer}/locations/{index}") for index, place in enumerate(locations)
        ),
    )


def _location(reader: "_Reader", value: Any, pointer: str) -> Location:
    table = reader.table(value, pointer, _LOCATION)
    line = table.get("line")
    if line is not None and (isinstance(line, bool) or not isinstance(line, int) or not 1 <= line <= 10_000_000):
        reader.note(f"{pointer}/line", "must be a line number from 1")
        line = None
    return Location(path=reader.text(table, "path", pointer, required=True, max_length=1000), line=line)


def _token(name: object) -> str:
    """A name of the sender's as part of a JSON pointer (RFC 6901), without what no answer can carry."""
    text = str(name)[:100].encode("utf-8", "replace").decode()
    return text.replace("~", "~0").replace("/", "~1")


class _Reader:
    """Takes values out of untrusted JSON and remembers what was wrong with them."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def note(self, pointer: str, message: str) -> None:
        self.errors.append(FieldError(pointer, message))

    def table(self, value: Any, pointer: str, known: set[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.note(pointer, "must be an object")
            return {}
        for name in sorted(set(value) - known, key=str)[:20]:
            self.note(f"{pointer}/{_token(name)}", f"is not known here; known are {', '.join(sorted(known))}")
        return value

    def text(
        self, table: dict[str, Any], name: str, pointer: str, *, required: bool = False, max_length: int = 300
    ) -> str:
        value = table.get(name)
        if value is None and not required:
            return ""
        try:
            return clean_text(
                "" if value is None else value, pointer=f"{pointer}/{name}", max_length=max_length, required=required
            )
        except InvalidInput as error:
            self.errors.extend(error.errors)
            return ""

    def choice(self, table: dict[str, Any], name: str, pointer: str, allowed: Any) -> str:
        value = table.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or value not in allowed:
            self.note(f"{pointer}/{name}", f"must be one of {', '.join(allowed)}")
            return ""
        return value

    def choices(self, table: dict[str, Any], name: str, allowed: Any) -> tuple[str, ...]:
        value = table.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or any(not isinstance(one, str) or one not in allowed for one in value):
            self.note(f"/declared/{name}", f"must be a list out of {', '.join(allowed)}")
            return ()
        return tuple(dict.fromkeys(value))
