"""A register as a table: CSV or XLSX with one column per fact, made from the catalogue."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_noop
from openpyxl.utils import get_column_letter

from apps.core.errors import FieldError, InvalidInput, filled
from apps.core.text import clean_text
from apps.facts.models import State
from apps.imports.records import FactRecord, ModelRecord, Reading, Row, UnreadableFile, UseRecord
from apps.imports.register.cells import text_of, value_of
from apps.imports.register.columns import Column, columns, nearest
from apps.imports.register.tables import ZIP, Formula, Line, read_table

_NAMESPACE = re.compile(r"[a-z][a-z0-9_.-]{1,39}")
NOTHING_READ = Column("#", "", {"en": "", "de": ""}, {"en": "", "de": ""})
"""A column whose header begins with #: remarks of whoever fills in the table."""
_FORMULA = gettext_noop("holds a formula; paste its value instead")


def read(content: bytes, *, name: str) -> Reading:
    """The rows of a register. Raises `UnreadableFile` for what is no table, and for columns that are not known."""
    lines = read_table(content)
    head = next(lines, None)
    if head is None:
        raise UnreadableFile("The table is empty.", pointer="row 1")
    header = _header(head)
    rows = tuple(_rows(header, lines))
    if not rows:
        raise UnreadableFile("The table has headers, but no row below them.", pointer=f"row {head.number + 1}")
    return Reading(
        kind="register",
        format="XLSX" if content.startswith(ZIP) else "CSV",
        source=f"Register “{name}”"[:300],
        rows=rows,
    )


def _header(head: Line) -> list[Column | None]:
    """The column of every position. Raises `UnreadableFile` with all that are unknown, twice or formulas."""
    known, found, errors = columns(), list[Column | None](), list[FieldError]()
    for at, cell in enumerate(head.cells):
        path, where = _path(cell), f"row {head.number}, column {get_column_letter(at + 1)}"
        column = known.get(path)
        if column is None and path and not path.startswith("#"):
            near = nearest(path)
            message = gettext_noop("“%(path)s” is no column; do you mean “%(near)s”?")
            message = message if near else gettext_noop("“%(path)s” is no column")
            errors.append(FieldError(where, filled(message, path=path[:80], near=near)))
        elif column is not None and column in found:
            errors.append(FieldError(where, filled("“%(path)s” stands twice", path=path)))
        found.append(NOTHING_READ if path.startswith("#") else column)
    if not any(found) and not errors:
        errors.append(FieldError(f"row {head.number}", gettext_noop("the first row must name the columns")))
    if errors:
        more = filled("%(count)d columns are not known; the template shows those there are.", count=len(errors))
        raise UnreadableFile(more if len(errors) > 1 else errors[0].message, errors=errors[:50])
    return found


def _path(cell: Any) -> str:
    return "" if isinstance(cell, Formula) else text_of(cell).strip().casefold()


def _rows(header: Sequence[Column | None], lines: Iterator[Line]) -> Iterator[Row]:
    for at, line in enumerate(lines):
        if at == 0 and _is_labels(header, line):
            continue
        yield _Reader(header, line).row()


def _is_labels(header: Sequence[Column | None], line: Line) -> bool:
    """Whether a row is the template's second one, with the columns' names in a language."""
    cells = [(column, text_of(cell)) for column, cell in zip(header, line.cells, strict=False) if column]
    said = [(column, text) for column, text in cells if text]
    return bool(said) and all(text in column.label.values() for column, text in said)


class _Reader:
    """One line being read: what it says about whom, and what is wrong with it."""

    def __init__(self, header: Sequence[Column | None], line: Line) -> None:
        self.line = line
        self.errors: list[FieldError] = []
        self.texts: dict[str, str] = {}
        self.facts: list[FactRecord] = []
        self.raw: dict[str, str] = {}
        for at, cell in enumerate(line.cells):
            column = header[at] if at < len(header) else None
            if column is not NOTHING_READ:
                self._take(column, at, cell)

    def _where(self, at: int, column: Column | None) -> str:
        place = f"row {self.line.number}, column {get_column_letter(at + 1)}"
        return f"{place} ({column.path})" if column else place

    def _take(self, column: Column | None, at: int, cell: Any) -> None:
        where = self._where(at, column)
        text = f"={cell.text}".replace("==", "=") if isinstance(cell, Formula) else text_of(cell)
        if not text:
            return
        self.raw[column.path if column else get_column_letter(at + 1)] = text
        if column is None:
            self.errors.append(FieldError(where, gettext_noop("stands below no header")))
        elif isinstance(cell, Formula):
            self.errors.append(FieldError(where, _FORMULA))
        else:
            self._read(column, cell, text, where)

    def _read(self, column: Column, cell: Any, text: str, where: str) -> None:
        try:
            if column.spec is None:
                self.texts[column.path] = clean_text(text, pointer="/value", max_length=column.longest)
                return
            value = value_of(column.spec, cell)
        except InvalidInput as error:
            self.errors.append(FieldError(where, error.errors[0].message if error.errors else error.message))
            return
        state = State.UNKNOWN if value is None else State.CLAIMED_BY_OWNER
        fact = FactRecord(subject=column.subject, field=column.spec.name, value=value, state=state, pointer=where)
        self.facts.append(fact)

    def row(self) -> Row:
        """The row with its record, or with what is wrong."""
        record = self._record()
        locator = f"row {self.line.number}"
        if self.errors:
            return Row(locator=locator, errors=tuple(self.errors), raw=self.raw)
        return Row(locator=locator, record=record, raw=self.raw)

    def _record(self) -> ModelRecord | UseRecord:
        model = self._model()
        mine = [fact for fact in self.facts if fact.subject in ("deployment", "use_case")]
        texts = self.texts
        if "use.name" not in texts:
            alone = [path for path in ("use.team", "use_case.name", "deployment.name") if path in texts]
            if mine or alone:
                self._refuse("says something about a use, but not which: fill in “use.name”")
            return model
        return UseRecord(
            model=model,
            use=texts["use.name"],
            team=texts.get("use.team", ""),
            use_case=texts.get("use_case.name", ""),
            deployment=texts.get("deployment.name", ""),
            facts=tuple(mine),
        )

    def _model(self) -> ModelRecord:
        identifiers = tuple(self._identifiers())
        name = self.texts.get("model.name", "")
        if not name and identifiers:
            name = identifiers[0][1].rpartition("/")[2][:300]
        if not name:
            self._refuse("names no model: fill in “model.name” or “model.identifier”")
        return ModelRecord(
            name=name,
            identifiers=identifiers,
            developer=self.texts.get("model.developer", ""),
            family=self.texts.get("model.family", ""),
            revision=self.texts.get("version.revision", ""),
            facts=tuple(fact for fact in self.facts if fact.subject in ("model", "release")),
        )

    def _identifiers(self) -> Iterator[tuple[str, str]]:
        for part in self.texts.get("model.identifier", "").split(";"):
            namespace, colon, identifier = part.strip().partition(":")
            namespace, identifier = namespace.strip().lower(), identifier.strip()
            if not part.strip():
                continue
            if not colon or not identifier or not _NAMESPACE.fullmatch(namespace) or re.search(r"\s", identifier):
                message = gettext_noop("“%(part)s” is no identifier such as huggingface:Qwen/Qwen2.5-7B-Instruct")
                self._refuse(filled(message, part=part.strip()[:80]), "model.identifier")
            elif len(identifier) > 300:
                self._refuse(filled("must have at most %(most)d characters", most=300), "model.identifier")
            else:
                yield namespace, identifier

    def _refuse(self, message: str, path: str = "") -> None:
        place = f"row {self.line.number}"
        self.errors.append(FieldError(f"{place} ({path})" if path else place, message))
