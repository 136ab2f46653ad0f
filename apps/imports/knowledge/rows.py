"""Rows in step with the files: created, changed where something differs, removed where nothing refers to them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar
from uuid import UUID

from apps.core.models import BaseModel
from apps.facts.models import Assertion
from apps.facts.subjects import SubjectRef
from apps.imports.knowledge.report import LoadReport
from apps.parties.models import Stake
from apps.registry.models import Model
from apps.registry.services.lineage import forget_ended_edges

CHANNEL = "knowledge"
_PROVENANCE = frozenset({"state", "source_label", "source_url", "as_of", "note", "channel"})
R = TypeVar("R", bound=BaseModel)


class Rows(Generic[R]):
    """The rows of one kind. `put` each that the files name, then `close`; `remove_leftovers` deals with the rest.

    A row that a person made (its channel says so) is never touched; where it differs, the report names it.
    """

    def __init__(
        self,
        report: LoadReport,
        kind: str,
        model: type[R],
        existing: Mapping[Any, R],
        touches: Callable[[R], Iterable[SubjectRef]] = lambda row: (),
    ) -> None:
        self._report, self._kind, self._model, self._touches = report, kind, model, touches
        self._left = dict(existing)
        self._seen: set[Any] = set()
        self._new: list[R] = []

    def put(self, identity: Any, name: str, columns: Mapping[str, Any]) -> R:
        """The row of this identity with these columns; `name` is what the report calls it."""
        if identity in self._seen:
            raise ValueError(f"{self._kind} {name}: named twice")
        self._seen.add(identity)
        row: R | None = self._left.pop(identity, None)
        if row is None:
            row = self._model(**columns, row_version=1)
            self._new.append(row)
            self._note("created", name, row)
            return row
        differing = [column for column, value in columns.items() if getattr(row, column) != value]
        if getattr(row, "channel", CHANNEL) != CHANNEL:
            self._report.note(self._kind, "clash" if set(differing) - _PROVENANCE else "unchanged", name)
        elif differing:
            for column in differing:
                setattr(row, column, columns[column])
            row.save(update_fields=[self._model._meta.get_field(column).name for column in differing])
            self._note("changed", f"{name} ({', '.join(sorted(differing))})", row)
        else:
            self._report.note(self._kind, "unchanged", name)
        return row

    def _note(self, outcome: str, name: str, row: R) -> None:
        self._report.note(self._kind, outcome, name)
        self._report.touched.update(self._touches(row))

    def close(self) -> None:
        """Write the new rows, and leave those of the knowledge that the files no longer name to be removed."""
        self._model._base_manager.bulk_create(self._new, batch_size=500)
        for row in self._left.values():
            if getattr(row, "channel", CHANNEL) == CHANNEL:
                self._report.leftovers.append((self._kind, row, list(self._touches(row))))


def remove_leftovers(report: LoadReport) -> None:
    """Delete the rows that nothing refers to; one may free another. Report those that have to stay."""
    rows, before = report.leftovers, -1
    while len(rows) != before:
        before = len(rows)
        rows = [left for left in rows if not _removed(report, *left)]
    for kind, row, _ in rows:
        report.note(kind, "kept", str(row))


def _removed(report: LoadReport, kind: str, row: BaseModel, touched: list[SubjectRef]) -> bool:
    if _is_referred_to(row):
        return False
    name = str(row)
    if isinstance(row, Model):
        forget_ended_edges([row.id])
    row.delete()
    report.note(kind, "withdrawn", name)
    report.touched.update(touched)
    return True


def _is_referred_to(row: BaseModel) -> bool:
    for relation in row._meta.related_objects:
        if getattr(relation.related_model, "journal_exempt", ""):
            continue  # made from others, and made again
        # A stake that a person corrected is kept, and so are its parties; ended edges are forgotten with their models.
        rows = Stake.every if relation.related_model is Stake else relation.related_model._default_manager
        if rows.filter(**{relation.field.name: row}).exists():
            return True
    return Assertion.objects.filter(subject_id=row.pk).exclude(channel=CHANNEL).exists()


def by(rows: Iterable[R], *columns: str) -> dict[Any, R]:
    """Rows by the value of a column, or by the values of several."""
    if len(columns) == 1:
        return {getattr(row, columns[0]): row for row in rows}
    return {tuple(getattr(row, column) for column in columns): row for row in rows}


def subject(kind: str, column: str = "id") -> Callable[[Any], list[SubjectRef]]:
    """Which subject a change of a row touches: itself, or the one that a column of it names."""

    def touched(row: Any) -> list[SubjectRef]:
        found: UUID | None = getattr(row, column)
        return [SubjectRef(kind, found)] if found else []

    return touched
