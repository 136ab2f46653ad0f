"""The plan of one entry, or its quarantine."""

from django.utils.translation import gettext_noop

from apps.core.errors import FieldError, WeighbridgeError
from apps.core.models import BaseModel
from apps.facts.subjects import SubjectRef
from apps.imports.known import Known
from apps.imports.models import ImportRow
from apps.imports.planning.parties import Parties
from apps.imports.planning.plans import Context, Planned
from apps.imports.planning.uses import Uses
from apps.imports.records import (
    PartyRecord,
    Row,
    UseRecord,
)


def plan_row(number: int, row: Row, known: Known, context: Context) -> Planned:
    """The plan of one entry. What cannot be taken is in quarantine with its reasons, and nothing of it is planned."""
    if row.record is None:
        found = list(row.errors) or [FieldError(row.locator, gettext_noop("says nothing that can be read"))]
        return _quarantined(number, row, found)
    planner = Planner(number, row, known, context)
    try:
        planned = planner.plan()
    except WeighbridgeError as error:
        return _quarantined(number, row, list(error.errors) or [FieldError(row.locator, error.message)])
    for made in planned.rows:
        known.add(made)
    known.stated |= planned.stated
    return planned


def _quarantined(number: int, row: Row, errors: list[FieldError]) -> Planned:
    title = ""
    if row.record is not None:
        title = row.record.use if isinstance(row.record, UseRecord) else row.record.name
    return Planned(
        number=number,
        locator=row.locator,
        outcome=ImportRow.Outcome.QUARANTINED,
        title=title[:300],
        errors=errors[:50],
        notes=list(row.notes),
    )


class Planner(Uses, Parties):
    """Plans one entry."""

    def plan(self) -> Planned:
        record, planned = self.row.record, self.planned
        if isinstance(record, UseRecord):
            _, release = self._model(record.model)
            use = self._use(record, release)
            planned.title, planned.subject = use.name, SubjectRef("use", use.id)
            main: BaseModel | None = use
        elif isinstance(record, PartyRecord):
            party_id = self._party(record)
            planned.title, planned.subject = record.name[:300], SubjectRef("party", party_id)
            main = self.new.get(party_id)
        else:
            assert record is not None
            main, _ = self._model(record)
            planned.title, planned.subject = str(main)[:300], SubjectRef("model", main.id)
        if main is not None and main.id in self.new:
            planned.outcome = ImportRow.Outcome.CREATED
        elif planned.rows or planned.statements or planned.parents or planned.texts:
            planned.outcome = ImportRow.Outcome.CHANGED
        return planned
