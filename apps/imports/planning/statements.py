"""What an entry states, against what is known: new, said before, or in contradiction to the same file."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop

from apps.core.canonical import canonical_json, digest
from apps.core.clock import today
from apps.core.errors import InvalidInput, WeighbridgeError, filled
from apps.core.models import BaseModel
from apps.core.text import clean_as_of, clean_text, clean_url
from apps.facts.catalogue import FIELDS, FieldSpec, validate_value
from apps.facts.models import Assertion, Quality, State
from apps.facts.resolution import fact_from, resolve_facts
from apps.facts.services import Statement, may_assert
from apps.facts.subjects import SourceRef, SubjectRef
from apps.imports.folding import folded
from apps.imports.known import Known
from apps.imports.planning.plans import Context, Planned
from apps.imports.records import (
    FactRecord,
    PartyRecord,
    Provenance,
    Row,
)
from apps.parties.models import Party

_COLUMNS = {
    "model": {"developer": "developer_id", "kind": "kind", "access": "access"},
    "deployment": {"environment": "environment", "hosting_mode": "hosting_mode", "operator": "operator_id"},
    "use_case": {"owner": "owner_id", "deputy": "deputy_id", "approver": "approver_id", "next_review": "next_review"},
}
"""Facts that are columns, too: a new row has them at once."""


class Statements:
    """One entry being planned, and what it states."""

    def __init__(self, number: int, row: Row, known: Known, context: Context) -> None:
        self.row, self.known, self.context = row, known, context
        self.reading = context.reading
        self.planned = Planned(number=number, locator=row.locator, notes=list(row.notes))
        self.new: dict[UUID, BaseModel] = {}
        self._made: dict[str, Party] = {}
        """Parties that this entry makes, by folded name."""
        self.sourced = {
            "source_label": clean_text(self.reading.source, pointer=row.locator, max_length=500),
            "source_url": clean_url(self.reading.url, pointer=row.locator, required=False),
            "as_of": clean_as_of(self.reading.as_of or today()),
            "channel": context.kind,
        }

    def _make(self, row: BaseModel) -> None:
        row.row_version = 1
        self.new[row.id] = row
        self.planned.rows.append(row)

    def _refuse(self, message: str) -> InvalidInput:
        return InvalidInput(message, pointer=self.row.locator)

    def _party_called(self, name: str) -> UUID | None:
        """The one party of a name in the register; else the one that the file describes, which then is made."""
        ids = self.known.parties.called(name)
        if ids:
            return next(iter(ids)) if len(ids) == 1 else None
        record = self.context.described.get(folded(name))
        if record is None:
            return None
        return self._made[folded(name)].id if folded(name) in self._made else self._new_party(record).id

    def _new_party(self, record: PartyRecord) -> Party:
        party = Party(name=clean_text(record.name, pointer=self.row.locator), kind=record.kind)
        self._made[folded(record.name)] = party
        self._make(party)
        self.planned.change("party", "name", None, party.name)
        # Of others it is named by, one may be named by it: it can be found before they are looked for.
        party.group_id = self._party_called(record.group) if record.group else None
        party.principal_id = self._party_called(record.principal) if record.principal else None
        return party

    def _party_name(self, party_id: UUID) -> str:
        made = {party.id: party.name for party in self._made.values()}
        return self.known.parties.names.get(party_id) or made.get(party_id, "")

    def _party_name_of(self, value: Any) -> Any:
        """A party's name for the report; an identifier says nothing to people."""
        return (self._party_name(UUID(value)) or value) if isinstance(value, str) else value

    def _facts(self, facts: Sequence[FactRecord], about: dict[str, UUID]) -> None:
        for fact in facts:
            if fact.subject == "party" and "party" not in about:
                message = gettext_noop("“%(field)s” is a fact of a party; parties are not changed by an import.")
                self.planned.notes.append(filled(message, field=fact.field))
            elif fact.subject in about:
                try:
                    self._fact(fact, SubjectRef(fact.subject, about[fact.subject]))
                except WeighbridgeError as error:
                    message = error.errors[0].message if error.errors else error.message
                    raise InvalidInput(message, pointer=fact.pointer or self.row.locator) from error

    def _fact(self, fact: FactRecord, subject: SubjectRef) -> None:
        spec = FIELDS.get(subject.type, {}).get(fact.field)
        if spec is None or not spec.asserted:
            raise self._refuse(filled("“%(field)s” cannot be stated about it", field=fact.field))
        if not may_assert(self.context.actor, spec):
            raise self._refuse(filled("“%(field)s” is stated by others", field=fact.field))
        value = self._value(spec, fact)
        statement = self._statement(subject, fact, value)
        if self._said_here(statement, fact):
            return
        current = self.known.statements.get((subject.type, subject.id), {}).get(fact.field, [])
        mine = next((one for one in current if one.channel == self.context.kind), None)
        if mine is not None and self._is_same(mine, statement):
            return
        if mine is not None and mine.recorded_at >= self.context.begun and self.context.sha256 in mine.evidence:
            # Said by an entry that was done before this process went on with the file.
            where = mine.evidence.partition(", ")[2]
            raise self._refuse(filled("contradicts %(where)s about “%(field)s”", where=where, field=fact.field))
        self.planned.statements.append(statement)
        old = resolve_facts([fact_from(one) for one in current], today()).value if current else None
        before, after = map(self._party_name_of, (old, value)) if spec.type == "party" else (old, value)
        self.planned.change(subject.type, fact.field, before, after, statement.state)
        self._note_others(fact, value, current)
        if subject.id in self.new and (column := _COLUMNS.get(subject.type, {}).get(fact.field)):
            _set_column(self.new[subject.id], column, value, statement.state)

    def _value(self, spec: FieldSpec, fact: FactRecord) -> Any:
        if fact.state not in State.values:
            raise self._refuse(filled("“%(state)s” is no state", state=fact.state))
        if fact.state in (State.UNKNOWN, State.DISPUTED):
            return None
        value = fact.value
        if spec.type == "party" and isinstance(value, str):
            found = self._party_called(value)
            if found is None and len(self.known.parties.called(value)) > 1:
                raise self._refuse(filled("several parties are called “%(name)s”", name=value[:80]))
            value = str(found) if found else value
            if found is None and value not in {str(key) for key in self.known.parties.names}:
                raise self._refuse(filled("“%(name)s” is no party of the register", name=value[:80]))
        elif spec.type == "user" and isinstance(value, str):
            person = self.known.people.get(value.strip().lower())
            if person is None:
                raise self._refuse(filled("“%(name)s” is nobody with an account", name=value[:80]))
            value = str(person.id)
        return validate_value(spec, value)

    def _statement(self, subject: SubjectRef, fact: FactRecord, value: Any) -> Statement:
        origin: Provenance = fact.provenance
        quality = origin.source_quality if origin.source_quality in Quality.values else Quality.PRIMARY
        label = origin.source or str(self.sourced["source_label"])
        own = not origin.source
        return Statement(
            subject=subject,
            field=fact.field,
            value=value,
            state=fact.state,
            source=SourceRef(
                clean_text(label, pointer=fact.pointer, max_length=500),
                clean_url(
                    origin.source_url or (self.sourced["source_url"] if own else ""),
                    pointer=fact.pointer,
                    required=False,
                ),
                quality,
            ),
            as_of=clean_as_of(origin.as_of or self.reading.as_of or today()),
            valid_until=origin.valid_until,
            evidence=f"SHA-256 {self.context.sha256}, {fact.pointer or self.row.locator}"[:5000],
            note=clean_text(fact.note, pointer=fact.pointer, max_length=5000, required=False),
            conflict=[dict(side) for side in fact.conflict] or None,
        )

    def _is_same(self, old: Assertion, new: Statement) -> bool:
        """Whether a statement says what the source said before; a day counts only where the file states one."""
        if (old.state, old.note, old.valid_until) != (new.state, new.note, new.valid_until):
            return False
        dated = self.reading.as_of is not None and new.as_of != old.as_of
        return (
            not dated
            and canonical_json(old.value) == canonical_json(new.value)
            and (old.conflict or None) == (list(new.conflict) if new.conflict else None)
        )

    def _said_here(self, statement: Statement, fact: FactRecord) -> bool:
        """Whether the file has said this already. Raises `InvalidInput` where it said something else."""
        key = (statement.subject.type, statement.subject.id, statement.field)
        said = digest([statement.value, statement.state])
        before = self.planned.stated.get(key) or self.known.stated.get(key)
        if before is None:
            self.planned.stated[key] = f"{said} {self.row.locator}"
            return False
        if before.partition(" ")[0] != said:
            where = before.partition(" ")[2]
            raise self._refuse(filled("contradicts %(where)s about “%(field)s”", where=where, field=fact.field))
        return True

    def _note_others(self, fact: FactRecord, value: Any, current: Sequence[Assertion]) -> None:
        for one in current:
            both = one.channel != self.context.kind and one.value is not None and value is not None
            if both and canonical_json(one.value) != canonical_json(value):
                message = gettext_noop("“%(field)s”: %(who)s says otherwise. Both statements stay, side by side.")
                self.planned.notes.append(filled(message, field=fact.field, who=one.asserted_by))


def _set_column(row: BaseModel, column: str, value: Any, state: str) -> None:
    if value is None or state in (State.UNKNOWN, State.DISPUTED):
        return
    if column.endswith("_id"):
        value = UUID(str(value))
    elif column == "next_review":
        value = dt.date.fromisoformat(value)
    setattr(row, column, value)
