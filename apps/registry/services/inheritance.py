"""What models inherit, kept in step with what it rests on: lineage, developers and their countries, licences."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from apps.accounts.actors import Actor
from apps.core.canonical import digest
from apps.core.clock import now
from apps.core.copying import copy_rows
from apps.core.memory import collector_paused
from apps.facts.resolution import Fact
from apps.facts.selectors import FactsBySubject, current_facts, facts_of_all
from apps.facts.subjects import SubjectRef
from apps.licences.meanings import Meanings
from apps.licences.models import Licence
from apps.parties.models import HubOrganisation, Party
from apps.registry.governing_law import country_of_law
from apps.registry.inheritance import NOTHING, Edge, Graph, Inherited, Step, Way, spread
from apps.registry.licensing import CONCLUDED, DECLARED, licensing
from apps.registry.models import Inheritance, LineageEdge, Model, ModelAlias, Release
from apps.registry.selectors import and_above, and_below

AT_ONCE = 200
"""So many models are made again in the transaction of the change; of more a task takes care."""
_BATCH = 5000
logger = logging.getLogger(__name__)


class _Maker(NamedTuple):
    """A mark: who developed a model; without a party the model itself, since nobody else is known."""

    party: UUID | None
    model: UUID | None


class _Bears(NamedTuple):
    """A mark: a licence by its key, or what is declared where it means none of ours; both empty: nothing recorded."""

    key: str
    declared: str


@dataclass(frozen=True)
class _Ground:
    """What the models of a graph bear, read in a constant number of queries."""

    graph: Graph[Edge]
    makers: Mapping[UUID, _Maker]
    licences: Mapping[UUID, Sequence[_Bears]]
    countries: Mapping[UUID, str]
    laws: Mapping[str, str]
    publishers: Mapping[UUID, Sequence[UUID]]


def refresh_inheritance(*, actor: Actor, model_ids: Collection[UUID] | None = None) -> int:
    """Make what models inherit again, for all of them when not told which. Rows that stay the same are not written.

    Returns how many changed. A run that is killed may simply be started again.
    """
    actor.require("register.change")
    with collector_paused(), transaction.atomic():
        return _refresh(model_ids)


def _refresh(model_ids: Collection[UUID] | None) -> int:
    wanted = set(model_ids) if model_ids is not None else set(Model.objects.order_by().values_list("id", flat=True))
    if not wanted:
        return 0
    ground = _ground(wanted if model_ids is not None else None)
    inherited = spread(ground.graph, {key: (maker, *ground.licences[key]) for key, maker in ground.makers.items()})
    moment = now()
    fresh = {
        key: _row(key, inherited.get(key, NOTHING), ground, moment) for key in sorted(wanted & ground.makers.keys())
    }
    kept = Inheritance.objects.order_by().values_list("model_id", "digest", "stale")
    known = {key: (made, stale) for key, made, stale in (kept.filter(model_id__in=wanted) if model_ids else kept)}
    changed = [row for key, row in fresh.items() if known.get(key, ("", False))[0] != row.digest]
    settled = [key for key, (made, stale) in known.items() if stale and key in fresh and fresh[key].digest == made]
    for start in range(0, len(changed), _BATCH):
        batch = changed[start : start + _BATCH]
        Inheritance.objects.filter(model_id__in=[row.model_id for row in batch if row.model_id in known]).delete()
        copy_rows(batch)
    Inheritance.objects.filter(model_id__in=settled).update(stale=False)
    return len(changed)


def _ground(wanted: set[UUID] | None) -> _Ground:
    above = set(and_above(wanted)) if wanted is not None else None
    edges = LineageEdge.objects.order_by()
    if above is not None:
        edges = edges.filter(child_id__in=above)
    models = Model.objects.order_by()
    developers = dict((models.filter(id__in=above) if above is not None else models).values_list("id", "developer_id"))
    graph = Graph(
        Edge(*row) for row in edges.values_list("child_id", "parent_id", "parent_name", "relation", "state").iterator()
    )
    publishers = _publishers(wanted)
    return _Ground(
        graph=graph,
        makers={key: _Maker(party, None if party else key) for key, party in developers.items()},
        licences=_licences(above),
        countries=_countries(
            None if wanted is None else {*filter(None, developers.values()), *_parties_of(publishers)}
        ),
        laws=_laws(),
        publishers=publishers,
    )


def _licences(model_ids: set[UUID] | None) -> Mapping[UUID, Sequence[_Bears]]:
    """What the releases of each model bear, as sources declare or somebody concluded; what nobody says is empty."""
    rows = Release.objects.order_by()
    if model_ids is not None:
        rows = rows.filter(model_id__in=model_ids)
    models = dict(rows.values_list("id", "model_id"))
    facts = _facts("release", set(models) if model_ids is not None else None, (CONCLUDED, DECLARED))
    meanings = Meanings.load()
    keys = {licence: key for key, licence in meanings.by_key.items()}
    found: dict[UUID, set[_Bears]] = defaultdict(set)
    for subject, said in facts.items():
        one = licensing(said, meanings)
        if subject.id in models and one.said:
            key = keys[one.licence] if one.licence else ""
            found[models[subject.id]].add(_Bears(key, "" if key else one.expression))
    bears = {model_id: tuple(sorted(marks)) for model_id, marks in found.items()}
    return defaultdict(lambda: (_Bears("", ""),), bears)


def _facts(subject_type: str, ids: Collection[UUID] | None, fields: Sequence[str]) -> FactsBySubject:
    if ids is None:
        return facts_of_all(subject_type, fields)
    return current_facts({SubjectRef(subject_type, key) for key in ids}, fields=fields)


def _countries(party_ids: set[UUID] | None) -> Mapping[UUID, str]:
    """Headquarters by party; what is known of the entity behind a brand, or of its group, is known of it."""
    rows = Party.objects.order_by()
    if party_ids is not None:
        rows = rows.filter(id__in=party_ids)
    family = {
        key: [one for one in (key, principal, group) if one]
        for key, principal, group in rows.values_list("id", "principal_id", "group_id")
    }
    members = {member for found in family.values() for member in found}
    facts = _facts("party", members if party_ids is not None else None, ("hq_country",))
    known = {subject.id: str(said["hq_country"].value) for subject, said in facts.items() if _known(said)}
    homes = {key: next((known[one] for one in found if one in known), "") for key, found in family.items()}
    return {key: country for key, country in homes.items() if country}


def _known(said: Mapping[str, Fact]) -> bool:
    return "hq_country" in said and said["hq_country"].known


def _laws() -> Mapping[str, str]:
    rows = Licence.objects.exclude(terms=None).order_by().values_list("key", "terms__governing_law__law")
    return {key: country for key, law in rows if law and (country := country_of_law(str(law)))}


def _publishers(model_ids: set[UUID] | None) -> Mapping[UUID, Sequence[UUID]]:
    """The parties whose namespaces on a hub models are published in, as the hub's identifiers say."""
    organisations = {
        (hub, name.casefold()): party
        for hub, name, party in HubOrganisation.objects.order_by().values_list("hub", "name", "party_id")
    }
    rows = ModelAlias.objects.filter(namespace__in={hub for hub, _ in organisations}, identifier__contains="/")
    if model_ids is not None:
        rows = rows.filter(model_id__in=model_ids)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for model_id, hub, folded in rows.order_by().values_list("model_id", "namespace", "identifier_folded"):
        party = organisations.get((hub, folded.partition("/")[0]))
        if party:
            found[model_id].add(party)
    return {model_id: sorted(parties, key=str) for model_id, parties in found.items()}


def _parties_of(publishers: Mapping[UUID, Sequence[UUID]]) -> set[UUID]:
    return {party for parties in publishers.values() for party in parties}


def _row(model_id: UUID, down: Inherited, ground: _Ground, moment: Any) -> Inheritance:
    licences = [
        *(_licence("self", mark, model_id, None) for mark in ground.licences[model_id]),
        *(_licence("weights", mark, way.bearer, way) for mark, way in _nearest(down.weights, _Bears)),
        *(_licence("teacher", mark, way.bearer, way) for mark, way in _nearest(down.taught, _Bears)),
    ]
    origin = [*_origin(model_id, down, ground), *_law_elements(licences, ground)]
    unresolved = sorted({name for part in (down.weights, down.taught) for name in part if isinstance(name, str)})
    made_in = {one["country"] for one in origin if one["role"] in ("developer", "weight_ancestor")}
    inherited_keys = {one["licence"] for one in licences if one["how"] != "teacher" and one["licence"]}
    return Inheritance(
        model_id=model_id,
        origin=origin,
        licences=licences,
        unresolved=unresolved,
        countries=sorted(made_in - {None}),
        licence_keys=sorted(inherited_keys),
        digest=digest([origin, licences, unresolved]),
        computed_at=moment,
        row_version=1,
    )


def _nearest(ways: Mapping[Any, Way], kind: type) -> Iterator[tuple[Any, Way]]:
    marks = ((mark, way) for mark, way in ways.items() if isinstance(mark, kind))
    return iter(sorted(marks, key=lambda found: (found[1].length, str(found[0]))))


def _licence(how: str, mark: _Bears, model_id: UUID | None, way: Way | None) -> dict[str, Any]:
    return {
        "how": how,
        "licence": mark.key,
        "declared": mark.declared,
        "model": str(model_id) if model_id else None,
        "via": _via(way),
    }


def _origin(model_id: UUID, down: Inherited, ground: _Ground) -> Iterator[dict[str, Any]]:
    own = ground.makers[model_id]
    yield _element("developer", own.party, model_id, None, ground)
    for role, ways in (("weight_ancestor", down.weights), ("teacher", down.taught)):
        for mark, way in _nearest(ways, _Maker):
            yield _element(role, mark.party, way.bearer, way, ground)
        for name, way in sorted((name, way) for name, way in ways.items() if isinstance(name, str)):
            yield {**_element(role, None, None, way, ground), "name": name}
    for party in ground.publishers.get(model_id, ()):
        yield _element("publisher", party, model_id, None, ground)


def _element(role: str, party: UUID | None, model_id: UUID | None, way: Way | None, ground: _Ground) -> dict[str, Any]:
    return {
        "role": role,
        "country": ground.countries.get(party) if party else None,
        "party": str(party) if party else None,
        "model": str(model_id) if model_id else None,
        "via": _via(way),
    }


def _law_elements(licences: Sequence[Mapping[str, Any]], ground: _Ground) -> Iterator[dict[str, Any]]:
    """The countries whose law the licences that come with weights choose."""
    for one in licences:
        country = ground.laws.get(one["licence"])
        if country and one["how"] != "teacher":
            said = {"role": "licence_law", "country": country, "party": None, "licence": one["licence"]}
            yield {**said, "model": one["model"], "via": one["via"]}


def _via(way: Way | None) -> list[dict[str, Any]]:
    return [_step(step) for step in way.path] if way else []


def _step(step: Step) -> dict[str, Any]:
    return {
        "child": str(step.child),
        "parent": str(step.parent) if step.parent else None,
        "name": step.parent_name,
        "relation": step.relation,
        "state": step.state,
    }


# Keeping in step -----------------------------------------------------------------------------------------------------


def keep_in_step(subjects: Iterable[SubjectRef], **_: Any) -> None:
    """Make again what hangs on changed subjects: at once where it is little, else by a task. Inside their change."""
    by_type: dict[str, set[UUID]] = defaultdict(set)
    for subject in subjects:
        by_type[subject.type].add(subject.id)
    models = _touched(by_type)
    if not models:
        return
    below = set(and_below(models))
    if len(below) <= AT_ONCE:
        _refresh(below)
        return
    Inheritance.objects.filter(model_id__in=below).update(stale=True)
    missing = below - set(Inheritance.objects.filter(model_id__in=below).values_list("model_id", flat=True))
    _refresh(set(sorted(missing, key=str)[:AT_ONCE]))
    if not any(function is _ask for _, function, *_ in connection.run_on_commit):
        transaction.on_commit(_ask)


def _touched(by_type: Mapping[str, set[UUID]]) -> set[UUID]:
    found = set(by_type.get("model", ()))
    if releases := by_type.get("release"):
        found |= set(Release.objects.filter(id__in=releases).values_list("model_id", flat=True))
    if licences := by_type.get("licence"):
        found |= set(Release.objects.filter(licence_id__in=licences).values_list("model_id", flat=True))
    if parties := by_type.get("party"):
        of = Q(developer_id__in=parties) | Q(developer__principal_id__in=parties) | Q(developer__group_id__in=parties)
        found |= set(Model.objects.filter(of).order_by().values_list("id", flat=True))
    return found


def refresh_due_inheritance(*, actor: Actor) -> int:
    """Make again what became stale, and what was never made. Returns how many models were looked at."""
    actor.require("register.change")
    due = set(Inheritance.objects.filter(stale=True).values_list("model_id", flat=True))
    due |= set(Model.objects.filter(inheritance=None).order_by().values_list("id", flat=True))
    if due:
        refresh_inheritance(actor=actor, model_ids=due)
    return len(due)


def _ask() -> None:
    from apps.registry.tasks import refresh_due

    try:
        refresh_due.delay()
    except Exception:  # What is stale is marked and the schedule comes by: the change must not fail.
        logger.exception("the queue did not take the request to refresh what models inherit")
