"""What an export says, gathered from the register into the records that imports read.

An export and an import meet in the same plain form: whatever is gathered here and written as a bill of materials can be
read back from it. Facts are gathered as they resolve, one per field, with what other sources say instead.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.exports.parties import origin_of, party_record
from apps.facts.catalogue import FIELDS
from apps.facts.models import State
from apps.facts.resolution import Fact
from apps.facts.selectors import FactsBySubject, current_facts
from apps.facts.subjects import SubjectRef
from apps.imports.records import (
    FactRecord,
    FileRecord,
    ModelRecord,
    ParentRecord,
    PartyRecord,
    Provenance,
    UseRecord,
)
from apps.parties.models import Party, Sourced
from apps.registry import selectors
from apps.registry.models import LineageEdge, Model, ModelAlias, Release, Use

AT_ONCE = 500
"""Models whose facts are read in one query."""
HUB = "huggingface"


@dataclass(frozen=True)
class ModelEntry:
    """One release of a model: what the register says of it, and which row that is."""

    record: ModelRecord
    model_id: UUID
    release_id: UUID
    main: bool
    """Whether this is the entry that carries what is known of the model as a whole."""


@dataclass(frozen=True)
class UseEntry:
    """One use, and the release that it runs."""

    record: UseRecord
    use_id: UUID
    release_id: UUID
    operator: str = ""


@dataclass(frozen=True)
class Gathered:
    """Everything one export says, in a fixed order, and the moment of the newest of it."""

    models: Sequence[ModelEntry]
    uses: Sequence[UseEntry] = ()
    newest: dt.datetime | None = None
    parties: Sequence[PartyRecord] = ()
    """Everybody whom these name, and who stands behind them."""


@dataclass
class _Newest:
    """The newest moment among the rows that were looked at: equal registers give equal exports."""

    at: dt.datetime | None = None

    def see(self, *rows: Any) -> None:
        for row in rows:
            if row is not None and (self.at is None or row.updated_at > self.at):
                self.at = row.updated_at


@dataclass
class _Names:
    """Parties and people by identifier, as files write them: by name and by e-mail address."""

    parties: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    used: set[UUID] = field(default_factory=set)
    """The parties that were written."""

    @classmethod
    def load(cls) -> "_Names":
        return cls(
            {str(key): name for key, name in Party.objects.order_by().values_list("id", "name")},
            {str(key): email for key, email in User.objects.order_by().values_list("id", "email")},
        )

    def written(self, subject: str, name: str, value: Any) -> Any:
        """A value as it stands in a file; what names nobody any more stays the identifier."""
        spec = FIELDS.get(subject, {}).get(name)
        kind = spec.type if spec else ""
        known: Mapping[str, str] = {"party": self.parties, "user": self.people}.get(kind, {})
        if kind == "party" and str(value) in self.parties:
            self.used.add(UUID(str(value)))
        return known.get(str(value), value) if known else value

    def party(self, party_id: UUID | None) -> str:
        """A party's name by its identifier; empty for none."""
        self.used |= {party_id} if party_id else set()
        return self.parties[str(party_id)] if party_id else ""

    def named(self, party: Party | None) -> str:
        """A party's name; empty for none."""
        self.used |= {party.id} if party else set()
        return party.name if party else ""


def gather_model(model_id: UUID) -> Gathered:
    """A model with its releases, and everything it was made from. Raises `NotFound`."""
    model = selectors.model_by_id(model_id)
    above = selectors.Lineage.above(model.id).ancestors(model.id)
    wanted = dict.fromkeys([model.id, *(edge.parent_id for edge in above if edge.parent_id)])
    return _gather(list(wanted), [])


def gather_one_model(model_id: UUID) -> list[ModelEntry]:
    """A model with its releases alone; parties and people stay identifiers. Raises `KeyError` where there is none."""
    return _models([model_id], _Names(), _Newest())


def gather_use(actor: Actor, use_id: UUID) -> Gathered:
    """A use with its deployment, its model and everything that was made from. Raises `NotFound`."""
    use = selectors.use_by_id(actor, use_id)
    model_id = use.deployment.release.model_id
    above = selectors.Lineage.above(model_id).ancestors(model_id)
    wanted = dict.fromkeys([model_id, *(edge.parent_id for edge in above if edge.parent_id)])
    return _gather(list(wanted), [use])


def gather_register(actor: Actor) -> Gathered:
    """Every model, and every use in the actor's sight."""
    models = list(Model.objects.order_by("name", "id").values_list("id", flat=True))
    return _gather(models, selectors.uses(actor).order_by("name", "id"))


def gather_uses(actor: Actor) -> Sequence[UseEntry]:
    """Every use in the actor's sight, without the models around them."""
    return _uses(selectors.uses(actor).order_by("name", "id"), _Names.load(), _Newest())


def _gather(model_ids: Sequence[UUID], uses: Iterable[Use]) -> Gathered:
    names, newest = _Names.load(), _Newest()
    entries: list[ModelEntry] = []
    for start in range(0, len(model_ids), AT_ONCE):
        entries.extend(_models(model_ids[start : start + AT_ONCE], names, newest))
    written = _uses(uses, names, newest)
    parties = _parties(names, newest)
    return Gathered(entries, written, newest.at, parties)


def _parties(names: _Names, newest: _Newest) -> list[PartyRecord]:
    """Everybody who was named, with those whom they name in turn: groups, entities that stand for them, owners."""
    rows = Party.objects.prefetch_related("names", "domains", "hub_organisations", "stakes")
    found: dict[UUID, PartyRecord] = {}
    while waiting := names.used - found.keys():
        facts = current_facts(SubjectRef("party", key) for key in waiting)
        for party in rows.filter(id__in=waiting).order_by():
            newest.see(party, *party.names.all(), *party.domains.all(), *party.hub_organisations.all())
            newest.see(*party.stakes.all())
            stated = _facts("party", facts[SubjectRef("party", party.id)], names)
            found[party.id] = party_record(party, stated, names.party)
    return sorted(found.values(), key=lambda one: (one.name, one.kind))


def _models(ids: Sequence[UUID], names: _Names, newest: _Newest) -> list[ModelEntry]:
    rows: QuerySet[Model] = Model.objects.select_related("developer").prefetch_related(
        "aliases", "releases__artefacts", "parents__parent__aliases", "parents__claims"
    )
    models = rows.in_bulk(ids)
    subjects = [SubjectRef("model", key) for key in ids]
    subjects += [SubjectRef("release", one.id) for model in models.values() for one in model.releases.all()]
    facts = current_facts(subjects)
    found = []
    for key in ids:
        model = models[key]
        releases = sorted(model.releases.all(), key=lambda one: one.revision)
        newest.see(model, *releases, *model.aliases.all(), *model.parents.all())
        for at, release in enumerate(releases):
            newest.see(*release.artefacts.all())
            record = _record(model, release, at == 0, facts, names)
            found.append(ModelEntry(record, model.id, release.id, at == 0))
    return found


def _record(model: Model, release: Release, main: bool, facts: FactsBySubject, names: _Names) -> ModelRecord:
    """One release; the first one of a model also carries what is said of the model as a whole."""
    of_model = _with_columns(model, facts[SubjectRef("model", model.id)]) if main else {}
    return ModelRecord(
        name=model.name,
        identifiers=identifiers(model.aliases.all()),
        developer=names.named(model.developer),
        revision=release.revision,
        family=model.family if main else "",
        parents=[one for edge in _in_order(model.parents.all()) for one in _parents(edge)] if main else [],
        files=[_file(one) for one in sorted(release.artefacts.all(), key=lambda one: one.path)],
        facts=[
            *_facts("model", of_model, names),
            *_facts("release", facts[SubjectRef("release", release.id)], names),
        ],
    )


def identifiers(aliases: Iterable[ModelAlias]) -> list[tuple[str, str]]:
    """Namespaces and identifiers, those of the hub first."""
    pairs = [(one.namespace, one.identifier) for one in aliases]
    return sorted(pairs, key=lambda pair: (pair[0] != HUB, *pair))


def _in_order(edges: Iterable[LineageEdge]) -> list[LineageEdge]:
    return sorted(edges, key=lambda edge: (edge.relation, edge.parent_name, str(edge.id)))


def _with_columns(model: Model, facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """The facts, and the columns of the row about which nobody made a statement of its own.

    The developer is a part of the record, and no fact beside it.
    """
    found = {name: fact for name, fact in facts.items() if name != "developer"}
    for name, value in (("kind", model.kind), ("access", model.access)):
        if name not in found and value != "unknown" and model.state not in (State.UNKNOWN, State.DISPUTED):
            found[name] = Fact(
                value=str(value),
                state=model.state,
                source=model.source_label,
                source_url=model.source_url,
                as_of=model.as_of,
            )
    return found


def _facts(subject: str, facts: Mapping[str, Fact], names: _Names) -> list[FactRecord]:
    return [_fact(subject, name, facts[name], names) for name in sorted(facts)]


def _fact(subject: str, name: str, fact: Fact, names: _Names) -> FactRecord:
    sides = (
        {"value": names.written(subject, name, side.value), "source": side.source}
        for side in fact.conflicts
        if side.value is not None
    )
    return FactRecord(
        subject=subject,
        field=name,
        value=names.written(subject, name, fact.value),
        state=str(fact.state),
        note=fact.note,
        conflict=tuple(sides),
        provenance=_provenance(fact.source, fact.source_url, str(fact.source_quality), fact.as_of, fact.valid_until),
    )


@lru_cache(maxsize=4096)
def _provenance(source: str, url: str, quality: str, as_of: dt.date | None, until: dt.date | None) -> Provenance:
    """Where statements come from; thousands of them come from the same place, which then takes room once."""
    return Provenance(source=source, source_url=url, source_quality=quality, as_of=as_of, valid_until=until)


def _parents(edge: LineageEdge) -> list[ParentRecord]:
    """What each source says of an edge; of one source the newest."""
    claims: dict[str, Sourced] = {}
    for claim in sorted(edge.claims.all(), key=lambda one: (one.source_label, one.as_of or dt.date.min, one.channel)):
        if claim.withdrawn_at is None:
            claims[claim.source_label] = claim
    return [_parent(edge, claim) for claim in claims.values() or [edge]]


def _parent(edge: LineageEdge, claim: Sourced) -> ParentRecord:
    known = identifiers(edge.parent.aliases.all()) if edge.parent else []
    unknown = (edge.parent_namespace, edge.parent.name if edge.parent else edge.parent_name)
    namespace, name = known[0] if known else unknown
    return ParentRecord(
        name=name,
        namespace=namespace,
        relation=str(edge.relation),
        state=str(claim.state),
        note=claim.note,
        provenance=origin_of(claim),
    )


def _file(one: Any) -> FileRecord:
    return FileRecord(path=one.path, sha256=one.sha256, size=one.size, format=one.format)


def _uses(uses: Iterable[Use], names: _Names, newest: _Newest) -> list[UseEntry]:
    found: list[UseEntry] = []
    waiting: list[Use] = []
    for use in uses:
        waiting.append(use)
        if len(waiting) == AT_ONCE:
            found.extend(_some_uses(waiting, names, newest))
            waiting = []
    return [*found, *_some_uses(waiting, names, newest)]


def _some_uses(uses: Sequence[Use], names: _Names, newest: _Newest) -> list[UseEntry]:
    facts = current_facts(
        subject
        for use in uses
        for subject in (SubjectRef("deployment", use.deployment_id), SubjectRef("use_case", use.use_case_id))
    )
    aliases: dict[UUID, list[ModelAlias]] = defaultdict(list)
    for alias in ModelAlias.objects.filter(model_id__in={use.deployment.release.model_id for use in uses}):
        aliases[alias.model_id].append(alias)
    return [_use(use, aliases[use.deployment.release.model_id], facts, names, newest) for use in uses]


def _use(use: Use, aliases: Sequence[ModelAlias], facts: FactsBySubject, names: _Names, newest: _Newest) -> UseEntry:
    deployment, release = use.deployment, use.deployment.release
    newest.see(use, deployment, use.use_case)
    model = release.model
    owner = use.use_case.owner
    record = UseRecord(
        model=ModelRecord(
            name=model.name,
            identifiers=identifiers(aliases),
            developer=names.named(model.developer),
            revision=release.revision,
            described=False,
        ),
        use=use.name,
        team=use.team.name if use.team else "",
        use_case=use.use_case.name,
        deployment=deployment.name,
        owner_email=owner.email if owner else "",
        facts=[
            *_facts("deployment", facts[SubjectRef("deployment", deployment.id)], names),
            *_facts("use_case", facts[SubjectRef("use_case", use.use_case_id)], names),
        ],
    )
    return UseEntry(record, use.id, release.id, names.named(deployment.operator))
