"""What an entry of a file comes to: which rows are made, which statements, against what is known. Writes nothing."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop

from apps.accounts.actors import Actor
from apps.core.canonical import canonical_json, digest
from apps.core.clock import now, today
from apps.core.errors import FieldError, InvalidInput, WeighbridgeError, filled
from apps.core.models import BaseModel
from apps.core.text import clean_as_of, clean_text, clean_url
from apps.facts.catalogue import FIELDS, FieldSpec, validate_value
from apps.facts.models import Assertion, Quality, State
from apps.facts.resolution import fact_from, resolve_facts
from apps.facts.services import Statement, may_assert
from apps.facts.subjects import SourceRef, SubjectRef
from apps.imports.known import Known, folded, revision_of
from apps.imports.models import ImportRow, SourceDocument
from apps.imports.records import (
    FactRecord,
    FileRecord,
    LicenceRecord,
    ModelRecord,
    ParentRecord,
    Provenance,
    Reading,
    Row,
    SuspectRecord,
    UseRecord,
)
from apps.registry.models import Artefact, Deployment, LineageEdge, Model, ModelAlias, Release, Use, UseCase
from apps.registry.services.lineage import ParentName

LICENCE = "licence_declared"
_COLUMNS = {
    "model": {"kind": "kind", "access": "access"},
    "deployment": {"environment": "environment", "hosting_mode": "hosting_mode", "operator": "operator_id"},
    "use_case": {"owner": "owner_id", "deputy": "deputy_id", "approver": "approver_id", "next_review": "next_review"},
}
"""Facts that are columns, too: a new row has them at once."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What holds for all entries of one import."""

    actor: Actor
    reading: Reading
    sha256: str
    import_id: UUID
    begun: dt.datetime
    """When the file was sent: what it said since then, it said in this import."""
    digest: str = ""
    """Of the document, where there is one."""

    @property
    def kind(self) -> str:
        """The kind of the file, which is the channel of its statements."""
        return self.reading.kind


@dataclass(frozen=True, kw_only=True)
class Parent:
    """One parent that an entry names, found in the register or not."""

    child: Model
    parent: Model | None
    record: ParentRecord


@dataclass(frozen=True, kw_only=True)
class Text:
    """The text of a licence that came with a release."""

    release: Release
    content: bytes
    url: str


@dataclass(frozen=True, kw_only=True)
class Suspected:
    """The parents that an entry suspects of a model, for a person to judge."""

    child: Model
    records: Sequence[SuspectRecord]


@dataclass
class Planned:
    """What one entry comes to."""

    number: int
    locator: str
    outcome: str = ImportRow.Outcome.UNCHANGED
    title: str = ""
    subject: SubjectRef | None = None
    rows: list[BaseModel] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    parents: list[Parent] = field(default_factory=list)
    suspected: list[Suspected] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)
    stated: dict[tuple[str, UUID, str], str] = field(default_factory=dict)

    def change(self, about: str, name: str, old: Any, new: Any, state: str = "") -> None:
        """Remember what becomes different."""
        self.changes.append({"about": about, "field": name, "old": old, "new": new, "state": state})


def plan_row(number: int, row: Row, known: Known, context: Context) -> Planned:
    """The plan of one entry. What cannot be taken is in quarantine with its reasons, and nothing of it is planned."""
    if row.record is None:
        found = list(row.errors) or [FieldError(row.locator, gettext_noop("says nothing that can be read"))]
        return _quarantined(number, row, found)
    planner = _Planner(number, row, known, context)
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


class _Planner:
    """Plans one entry."""

    def __init__(self, number: int, row: Row, known: Known, context: Context) -> None:
        self.row, self.known, self.context = row, known, context
        self.reading = context.reading
        self.planned = Planned(number=number, locator=row.locator, notes=list(row.notes))
        self.new: dict[UUID, BaseModel] = {}
        self.sourced = {
            "source_label": clean_text(self.reading.source, pointer=row.locator, max_length=500),
            "source_url": clean_url(self.reading.url, pointer=row.locator, required=False),
            "as_of": clean_as_of(self.reading.as_of or today()),
            "channel": context.kind,
        }

    def plan(self) -> Planned:
        record, planned = self.row.record, self.planned
        if isinstance(record, UseRecord):
            _, release = self._model(record.model)
            use = self._use(record, release)
            planned.title, planned.subject = use.name, SubjectRef("use", use.id)
            main: BaseModel = use
        else:
            assert record is not None
            main, _ = self._model(record)
            planned.title, planned.subject = str(main)[:300], SubjectRef("model", main.id)
        if main.id in self.new:
            planned.outcome = ImportRow.Outcome.CREATED
        elif planned.rows or planned.statements or planned.parents or planned.texts:
            planned.outcome = ImportRow.Outcome.CHANGED
        return planned

    def _make(self, row: BaseModel) -> None:
        row.row_version = 1
        self.new[row.id] = row
        self.planned.rows.append(row)

    def _refuse(self, message: str) -> InvalidInput:
        return InvalidInput(message, pointer=self.row.locator)

    # The model ------------------------------------------------------------------------------------------------------

    def _model(self, record: ModelRecord) -> tuple[Model, Release]:
        model = self._found(record) or self._new_model(record)
        self._identifiers(model, record)
        release = self._release(model, record)
        about = {"model": model.id, "release": release.id}
        self._facts([*record.facts, *_licence_facts(record.licences, self.planned)], about)
        self._texts(release, record.licences)
        self._files(release, record.files)
        self._parents(model, record.parents)
        if record.suspects:
            self.planned.suspected.append(Suspected(child=model, records=record.suspects))
            names = ", ".join(one.name for one in record.suspects[:5])
            message = gettext_noop("Parents that nobody declares are suspected and put up for judgement: %(names)s.")
            self.planned.notes.append(filled(message, names=names))
        if record.described:
            self._document(release)
        return model, release

    def _found(self, record: ModelRecord) -> Model | None:
        """The model that the record means. Raises `InvalidInput` where it may mean several."""
        known = self.known
        keys = [(namespace.lower(), folded(identifier)) for namespace, identifier in record.identifiers]
        ids = {known.aliases[key] for key in keys if key in known.aliases}
        if not ids and not keys:
            ids = known.by_identifier.get(folded(record.name), set()) or known.by_name.get(folded(record.name), set())
        elif not ids:
            ids = self._without_identifier(record)
        if len(ids) > 1 and not keys:
            ids = ids & {known.remembered.get(self.row.locator)} or ids
        if len(ids) > 1:
            names = ", ".join(sorted(known.models[key].name for key in ids))
            raise self._refuse(filled("may mean several models of the register: %(names)s", names=names))
        return known.models[next(iter(ids))] if ids else None

    def _without_identifier(self, record: ModelRecord) -> set[UUID]:
        """The one model of the same name, where the register has no identifier of it yet."""
        same = self.known.by_name.get(folded(record.name), set())
        if len(same) == 1 and not same & self.known.identified:
            return set(same)
        if same:
            message = gettext_noop("Another model of the register is called “%(name)s”; it has other identifiers.")
            self.planned.notes.append(filled(message, name=record.name))
        return set()

    def _new_model(self, record: ModelRecord) -> Model:
        model = Model(
            name=clean_text(record.name, pointer=self.row.locator),
            family=clean_text(record.family, pointer=self.row.locator, max_length=200, required=False),
            developer_id=self._developer(record),
            state=State.CLAIMED_BY_PROVIDER,
            **self.sourced,
        )
        self._make(model)
        self._make(Release(model=model, revision="", pinned=False, state=State.CLAIMED_BY_PROVIDER, **self.sourced))
        self.planned.change("model", "name", None, model.name)
        if model.developer_id:
            self.planned.change("model", "developer", None, self.known.party_names.get(model.developer_id, ""))
        return model

    def _developer(self, record: ModelRecord) -> UUID | None:
        """Whoever stands behind a namespace known as official, else the party of exactly this name; nobody else."""
        known = self.known
        for namespace, identifier in record.identifiers:
            owner, slash, _ = identifier.partition("/")
            if slash and (found := known.hubs.get((namespace.lower(), folded(owner)))):
                return found
        ids = known.parties.get(folded(record.developer), set()) if record.developer else set()
        if len(ids) == 1:
            return next(iter(ids))
        if record.developer:
            message = gettext_noop("The developer “%(name)s” is no party of the register, so it stays unknown.")
            if ids:
                message = gettext_noop("Several parties are called “%(name)s”, so the developer stays unknown.")
            self.planned.notes.append(filled(message, name=record.developer[:80]))
        return None

    def _identifiers(self, model: Model, record: ModelRecord) -> None:
        for namespace, identifier in dict.fromkeys(record.identifiers):
            namespace, identifier = namespace.strip().lower(), clean_text(identifier, pointer=self.row.locator)
            key = (namespace, folded(identifier))
            if key in self.known.aliases or any(
                isinstance(row, ModelAlias) and (row.namespace, row.identifier_folded) == key
                for row in self.planned.rows
            ):
                continue
            if len(namespace) > 40 or any(character.isspace() for character in identifier):
                raise self._refuse(filled("“%(identifier)s” is no identifier", identifier=identifier[:80]))
            self._make(
                ModelAlias(
                    model=model,
                    namespace=namespace,
                    identifier=identifier,
                    identifier_folded=key[1],
                    state=State.CLAIMED_BY_PROVIDER,
                    **self.sourced,
                )
            )
            self.planned.change("model", "identifier", None, f"{namespace}:{identifier}")

    def _release(self, model: Model, record: ModelRecord) -> Release:
        revision = clean_text(revision_of(record), pointer=self.row.locator, max_length=120, required=False)
        planned = (row for row in self.planned.rows if isinstance(row, Release) and row.revision == revision)
        found = self.known.releases.get((model.id, revision)) or next(planned, None)
        if found is not None:
            return found
        commit = len(revision) in (40, 64) and all(digit in "0123456789abcdef" for digit in revision)
        hub = next((one for namespace, one in record.identifiers if namespace == "huggingface"), "")
        release = Release(
            model=model,
            revision=revision,
            pinned=bool(revision),
            purl=f"pkg:huggingface/{hub}@{revision}"[:500] if hub and commit else "",
            state=State.CLAIMED_BY_PROVIDER,
            **self.sourced,
        )
        self._make(release)
        self.planned.change("release", "revision", None, revision)
        return release

    def _texts(self, release: Release, licences: Sequence[LicenceRecord]) -> None:
        for licence in licences:
            content = licence.text.encode("utf-8", "replace")
            key = (release.id, hashlib.sha256(content).hexdigest())
            if content.strip() and key not in self.known.texts:
                self.known.texts.add(key)
                self.planned.texts.append(Text(release=release, content=content, url=licence.link))
                self.planned.change("release", "licence_text", None, f"sha256:{key[1]}")

    def _files(self, release: Release, files: Sequence[FileRecord]) -> None:
        there = dict(self.known.artefacts.get(release.id, {}))
        nameless = 0
        for one in files:
            path, sha256 = clean_text(one.path, pointer=one.pointer, max_length=500), one.sha256.lower()
            if len(sha256) != 64 or any(digit not in "0123456789abcdef" for digit in sha256):
                nameless += 1
            elif path not in there:
                artefact = Artefact(
                    release=release,
                    path=path,
                    sha256=sha256,
                    size=one.size if one.size is not None and 0 <= one.size < 2**62 else None,
                    format=one.format[:40],
                    state=State.CLAIMED_BY_PROVIDER,
                    **self.sourced,
                )
                self._make(artefact)
                there[path] = artefact
                self.planned.change("release", path, None, f"sha256:{sha256}")
            elif there[path].sha256 != sha256:
                message = gettext_noop("The file %(path)s has another checksum here than in the register; it stays.")
                self.planned.notes.append(filled(message, path=path))
        if nameless:
            message = gettext_noop("%(count)d files without a SHA-256 were left out.")
            self.planned.notes.append(filled(message, count=nameless))

    def _parents(self, model: Model, parents: Sequence[ParentRecord]) -> None:
        for parent in parents:
            if parent.relation not in LineageEdge.Relation.values:
                raise self._refuse(filled("“%(relation)s” is no relation of lineage", relation=parent.relation[:40]))
            clean_text(parent.name, pointer=parent.pointer or self.row.locator)
            found = self._parent(parent)
            if found == model.id:
                self.planned.notes.append(gettext_noop("The source names the model as its own parent."))
                continue
            self._claim(model, found, parent)

    def _parent(self, parent: ParentRecord) -> UUID | None:
        known, name = self.known, ParentName.of(parent.name, parent.namespace)
        if name.namespace:
            return known.aliases.get((name.namespace.lower(), name.folded))
        ids = known.by_identifier.get(name.folded) or known.by_name.get(folded(parent.name)) or set()
        return next(iter(ids)) if len(ids) == 1 else None

    def _claim(self, model: Model, found: UUID | None, parent: ParentRecord) -> None:
        source = parent.provenance.source or str(self.sourced["source_label"])
        above = found or ParentName.of(parent.name).folded
        old = self.known.claims.get((model.id, parent.relation, above, source))
        if old is not None:
            day = parent.provenance.as_of or self.reading.as_of
            url = parent.provenance.source_url or str(self.sourced["source_url"])
            said = (parent.state, url, parent.note, parent.name)
            if said == (old.state, old.source_url, old.note, old.parent_name) and (day is None or old.as_of == day):
                return
        planned = Parent(child=model, parent=self.known.models.get(found) if found else None, record=parent)
        if all(
            (one.record.relation, one.record.name) != (parent.relation, parent.name) for one in self.planned.parents
        ):
            self.planned.parents.append(planned)
            self.planned.change("model", parent.relation, old.parent_name if old else None, parent.name, parent.state)

    def _document(self, release: Release) -> None:
        document = self.reading.document
        if document is None or self.known.documents.get(release.id) == self.context.digest:
            return
        self._make(
            SourceDocument(
                release=release,
                of_id=self.context.import_id,
                kind=self.context.kind,
                format=self.reading.format[:100],
                source=str(self.sourced["source_label"]),
                url=str(self.sourced["source_url"]),
                as_of=self.reading.as_of,
                digest=self.context.digest,
                document=document,
                accounted=dict(self.reading.accounted),
                locator=self.row.locator[:300],
                recorded_at=now(),
            )
        )
        self.planned.change("release", "document", self.known.documents.get(release.id), self.context.digest)

    # Statements -----------------------------------------------------------------------------------------------------

    def _facts(self, facts: Sequence[FactRecord], about: dict[str, UUID]) -> None:
        for fact in facts:
            if fact.subject == "party":
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
        self.planned.change(subject.type, fact.field, old, value, statement.state)
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
            ids = self.known.parties.get(folded(value), set())
            if len(ids) > 1:
                raise self._refuse(filled("several parties are called “%(name)s”", name=value[:80]))
            value = str(next(iter(ids))) if ids else value
            if not ids and value not in {str(key) for key in self.known.party_names}:
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

    # The use --------------------------------------------------------------------------------------------------------

    def _use(self, record: UseRecord, release: Release) -> Use:
        team_id = self._team(record)
        name = clean_text(record.use, pointer=self.row.locator)
        found = self.known.uses.get((team_id, folded(name)), [])
        if not found and _is_observed(record):
            found = self.known.claimed(name, release.model_id)
        if len(found) > 1:
            raise self._refuse(filled("the team has several uses called “%(name)s”", name=name))
        use = found[0] if found else self._new_use(record, release, team_id, name)
        if use.deployment.release.model_id != release.model_id:
            raise self._refuse(filled("“%(name)s” runs another model in the register", name=name))
        if release.revision and use.deployment.release_id != release.id:
            raise self._refuse(filled("“%(name)s” runs another version in the register", name=name))
        facts = [fact for fact in record.facts if fact.field != "observed_only" or record.team or not use.team_id]
        if record.owner_email and not any(fact.field == "owner" for fact in facts):
            state = State.CLAIMED_BY_OWNER
            facts.append(FactRecord(subject="use_case", field="owner", value=record.owner_email, state=state))
        self._facts(facts, {"deployment": use.deployment_id, "use_case": use.use_case_id})
        return use

    def _team(self, record: UseRecord) -> UUID | None:
        if not record.team:
            self.planned.notes.append(gettext_noop("No team answers for this use yet."))
            return None
        teams = self.known.teams.get(folded(record.team), set())
        if len(teams) != 1:
            message = (
                gettext_noop("several teams are called “%(name)s”") if teams else gettext_noop("“%(name)s” is no team")
            )
            raise self._refuse(filled(message, name=record.team[:80]))
        return next(iter(teams)).id

    def _new_use(self, record: UseRecord, release: Release, team_id: UUID | None, name: str) -> Use:
        deployment = self._shared(self.known.deployments, record.deployment, team_id, Deployment)
        if deployment is not None and deployment.release_id != release.id:
            raise self._refuse(filled("the deployment “%(name)s” runs another model", name=deployment.name))
        if deployment is None:
            deployment = Deployment(name=self._name(record.deployment or name), release=release, team_id=team_id)
            self._make(deployment)
        case = self._shared(self.known.use_cases, record.use_case, team_id, UseCase)
        if case is None:
            case = UseCase(name=self._name(record.use_case or name), team_id=team_id)
            self._make(case)
        taken = self.known.pairs.get((case.id, deployment.id))
        if taken is not None:
            raise self._refuse(filled("this use case on this deployment is “%(name)s” already", name=taken.name))
        use = Use(name=name, use_case=case, deployment=deployment, team_id=team_id)
        self._make(use)
        self.planned.change("use", "name", None, name)
        return use

    def _name(self, text: str) -> str:
        return clean_text(text, pointer=self.row.locator)

    def _shared(self, rows: Any, name: str, team_id: UUID | None, kind: type[BaseModel]) -> Any:
        """The use case or deployment of a name that was stated, if the team has exactly one."""
        found = rows.get((team_id, folded(name)), []) if name else []
        if len(found) > 1:
            words = kind._meta.verbose_name
            raise self._refuse(filled("the team has several of the name “%(name)s” (%(kind)s)", name=name, kind=words))
        return found[0] if found else None


def _is_observed(record: UseRecord) -> bool:
    """Whether a use was only seen; once a team has claimed it, it is that team's."""
    return not record.team and any(fact.field == "observed_only" and fact.value is True for fact in record.facts)


def _set_column(row: BaseModel, column: str, value: Any, state: str) -> None:
    if value is None or state in (State.UNKNOWN, State.DISPUTED):
        return
    if column.endswith("_id"):
        value = UUID(str(value))
    elif column == "next_review":
        value = dt.date.fromisoformat(value)
    setattr(row, column, value)


def _licence_facts(licences: Sequence[LicenceRecord], planned: Planned) -> list[FactRecord]:
    """What the source declares as one statement; several licences all hold unless the source says how they relate."""
    said = [one for one in licences if one.declared.strip()]
    if not said:
        return []
    names = list(dict.fromkeys(one.declared.strip() for one in said))
    if len(names) > 1:
        planned.notes.append(gettext_noop("The source lists several licences; all of them are taken to hold."))
        names = [f"({name})" if " OR " in name else name for name in names]
    first = said[0]
    return [
        FactRecord(
            subject="release",
            field=LICENCE,
            value=" AND ".join(names),
            state=first.state,
            pointer=first.pointer,
            note=first.link[:1000],
        )
    ]
