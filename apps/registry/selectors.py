"""Reads of the register. The only doors to uses: each takes the actor and shows what that actor may see."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection
from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.db.models.functions import Greatest

from apps.accounts.actors import Actor
from apps.core.errors import NotFound
from apps.facts.models import State
from apps.licences.models import Licence
from apps.parties.selectors import parties_resting_on
from apps.registry.inheritance import Graph
from apps.registry.models import (
    Deployment,
    HostingOffer,
    LineageClaim,
    LineageEdge,
    LineageSuggestion,
    Model,
    ModelAlias,
    Release,
    Use,
    UseCase,
)
from apps.registry.reach import served_by
from apps.registry.references import MOVING, models_by_reference


def uses(actor: Actor) -> QuerySet[Use]:
    """The uses that `actor` may see, with what a list shows of them."""
    actor.require("register.read")
    found = Use.objects.select_related(
        "team",
        "use_case__owner",
        "deployment__operator",
        "deployment__release__model__developer",
        "deployment__release__licence",
    )
    return found if actor.sees_all else found.filter(team_id__in=actor.team_ids)


def use_by_id(actor: Actor, use_id: UUID) -> Use:
    """One use. Raises `NotFound` for one that does not exist and for one that `actor` may not see."""
    found = uses(actor).filter(id=use_id).first()
    if found is None:
        raise NotFound("There is no such use, or it belongs to a team you are not in.")
    return found


def deployments(actor: Actor) -> QuerySet[Deployment]:
    """The deployments that `actor` may see."""
    actor.require("register.read")
    found = Deployment.objects.select_related("release__model", "operator", "team", "offer")
    return found if actor.sees_all else found.filter(team_id__in=actor.team_ids)


def deployment_by_id(actor: Actor, deployment_id: UUID) -> Deployment:
    """One deployment, or `NotFound`."""
    found = deployments(actor).filter(id=deployment_id).first()
    if found is None:
        raise NotFound("There is no such deployment, or it belongs to a team you are not in.")
    return found


def use_cases(actor: Actor) -> QuerySet[UseCase]:
    """The use cases that `actor` may see."""
    actor.require("register.read")
    found = UseCase.objects.select_related("team", "owner", "deputy", "approver")
    return found if actor.sees_all else found.filter(team_id__in=actor.team_ids)


def use_case_by_id(actor: Actor, use_case_id: UUID) -> UseCase:
    """One use case, or `NotFound`."""
    found = use_cases(actor).filter(id=use_case_id).first()
    if found is None:
        raise NotFound("There is no such use case, or it belongs to a team you are not in.")
    return found


def models(search: str = "") -> QuerySet[Model]:
    """Every model; `search` looks into names and identifiers. What is published about a model is nobody's secret."""
    found = Model.objects.select_related("developer")
    if search:
        matching = ModelAlias.objects.filter(identifier_folded__contains=search.casefold()).values("model_id")
        found = found.filter(Q(name__icontains=search) | Q(family__icontains=search) | Q(id__in=matching))
    return found


def origin_countries() -> list[str]:
    """The countries from which any model's weights come, as far as known."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT unnest(countries) FROM registry_inheritance ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


def models_under(licence_id: UUID) -> QuerySet[Model]:
    """The models of which a release bears a licence."""
    return (
        models().filter(id__in=Release.objects.filter(licence_id=licence_id).values("model_id")).order_by("name", "id")
    )


def model_by_id(model_id: UUID) -> Model:
    """One model with its releases, identifiers and parents. Raises `NotFound`."""
    found = (
        Model.objects.select_related("developer")
        .prefetch_related(
            "aliases", "releases__licence", "releases__artefacts", "parents__parent__developer", "children__child"
        )
        .filter(id=model_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such model.")
    return found


def model_alone(model_id: UUID) -> Model:
    """One model with its developer, for a page that reads the rest by itself. Raises `NotFound`."""
    found = Model.objects.select_related("developer").filter(id=model_id).first()
    if found is None:
        raise NotFound("There is no such model.")
    return found


def suggestion_by_id(suggestion_id: UUID) -> LineageSuggestion:
    """One suspected parent with the model it is suspected for. Raises `NotFound`."""
    found = LineageSuggestion.objects.select_related("child", "parent").filter(id=suggestion_id).first()
    if found is None:
        raise NotFound("There is no such suggestion.")
    return found


def release_by_id(release_id: UUID) -> Release:
    """One release with its model. Raises `NotFound`."""
    found = Release.objects.select_related("model__developer", "licence").filter(id=release_id).first()
    if found is None:
        raise NotFound("There is no such release.")
    return found


def releases_under(licence_id: UUID) -> QuerySet[Release]:
    """The releases that bear a licence, by the names of their models."""
    return Release.objects.select_related("model").filter(licence_id=licence_id).order_by("model__name", "revision")


def models_by_release(release_ids: Iterable[UUID]) -> dict[UUID, Release]:
    """Releases with their models, by identifier: for rows that know a release by its identifier only."""
    return Release.objects.select_related("model").in_bulk(list(release_ids))


def declared_release(release: Release) -> Release:
    """The release whose licence counts: `release` where one is recorded, else the floating one of its model."""
    if release.licence_state != State.UNKNOWN:
        return release
    floating = Release.objects.select_related("licence").filter(model_id=release.model_id, revision="").first()
    return floating or release


def model_by_reference(reference: str) -> Model | None:
    """The model that an identifier names exactly, case aside; None when none or more than one does.

    Prefixes of the hub, package URLs and addresses are understood: see `references.py`.
    """
    return models_by_reference([reference])[reference].model


def candidates(text: str, limit: int = 8) -> list[Model]:
    """The models that somebody who types `text` may mean, best first."""
    text = text.strip()
    if len(text) < 2:
        return []
    folded = text.casefold()
    by_alias = (
        ModelAlias.objects.filter(Q(identifier_folded__contains=folded) | Q(identifier_folded__trigram_similar=folded))
        .annotate(score=TrigramSimilarity("identifier_folded", folded))
        .values("model_id")
        .annotate(best=Max("score"))
        .order_by("-best")[: limit * 3]
    )
    scores = {row["model_id"]: float(row["best"]) for row in by_alias}
    by_name = (
        Model.objects.filter(Q(name__icontains=text) | Q(name__trigram_similar=text))
        .annotate(score=Greatest(TrigramSimilarity("name", text), 0.0))
        .order_by("-score")
        .values_list("id", "score")[: limit * 3]
    )
    for model_id, score in by_name:
        scores[model_id] = max(scores.get(model_id, 0.0), float(score))
    best = sorted(scores, key=lambda model_id: (-scores[model_id], str(model_id)))[:limit]
    found = with_knowledge().in_bulk(best)
    return [found[model_id] for model_id in best if model_id in found]


def with_knowledge() -> QuerySet[Model]:
    """Models with what somebody who chooses one wants to see: developer, identifiers, licences, parents."""
    return Model.objects.select_related("developer").prefetch_related(
        "aliases", "releases__licence", "parents__parent__developer"
    )


def offers_for(model: Model) -> QuerySet[HostingOffer]:
    """The known ways in which operators offer a model."""
    wanted = Q(models_offered__contains=[model.key]) if model.key else Q(pk__in=[])
    if model.developer_id and model.developer and model.developer.key:
        wanted |= Q(models_offered__contains=[f"developer:{model.developer.key}"])
    return HostingOffer.objects.select_related("operator").filter(wanted)


class Lineage(Graph[LineageEdge]):
    """The parents of models, held in memory and walked for many uses at once."""

    @classmethod
    def load(cls, recorded: dt.datetime | None = None, *, of: Iterable[UUID] | None = None) -> "Lineage":
        """All edges there are, or those that stood at the moment `recorded`, as they were claimed then.

        With `of` only what lies above these models: for a few models among many. One to three queries.
        """
        return cls(edges_at(recorded, above=of))

    @classmethod
    def above(cls, model_id: UUID, recorded: dt.datetime | None = None) -> "Lineage":
        """Only the edges from one model upwards, with both ends, for a page about it."""
        return cls(edges_at(recorded, above=[model_id], ends=("child__developer", "parent__developer")))


def edges_at(
    recorded: dt.datetime | None,
    *,
    above: Iterable[UUID] | None = None,
    below: Iterable[UUID] | None = None,
    ends: Sequence[str] = ("parent__developer",),
) -> list[LineageEdge]:
    """The edges that stood at a moment (now by default), above or below some models where told so.

    For a past moment each edge says what its leading claim said then, and has no parent that resolved later. Edges of
    the time before claims were kept count as of when they were entered.
    """
    rows = (LineageEdge.every if recorded else LineageEdge.objects).select_related(*ends).defer(*_times_of(ends))
    if above is not None:
        rows = rows.filter(child_id__in=and_above(above, recorded))
    if below is not None:
        rows = rows.filter(parent_id__in=and_below(below, recorded))
    return list(rows) if recorded is None else _standing(rows, recorded)


def children_at(model_id: UUID, recorded: dt.datetime) -> list[LineageEdge]:
    """The edges from what was directly made from a model, as they stood at a moment; by relation and name."""
    rows = LineageEdge.every.select_related("child__developer", "parent").filter(parent_id=model_id)
    return [edge for edge in _standing(rows.order_by("relation", "child__name", "id"), recorded) if edge.parent_id]


def _standing(rows: QuerySet[LineageEdge], recorded: dt.datetime) -> list[LineageEdge]:
    claims = LineageClaim.objects.filter(_stood(recorded, "recorded_at", "withdrawn_at"))
    rows = rows.filter(_stood(recorded, "created_at", "ended_at"))
    return [_as_of(edge, recorded) for edge in rows.prefetch_related(Prefetch("claims", claims, to_attr="claimed"))]


def _times_of(ends: Iterable[str]) -> set[str]:
    """When models and developers were written, which nobody asks an edge for and takes as long to read as the rest."""
    parts = (end.split("__") for end in ends)
    places = {"__".join(names[:depth]) for names in parts for depth in range(1, len(names) + 1)}
    return {f"{place}__{column}" for place in places for column in ("created_at", "updated_at")}


def _stood(moment: dt.datetime, begin: str, end: str) -> Q:
    return Q(**{f"{begin}__lte": moment}) & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": moment}))


def _as_of(edge: LineageEdge, moment: dt.datetime) -> LineageEdge:
    if edge.claimed:  # type: ignore[attr-defined]  # prefetched above
        edge.lead(edge.claimed)  # type: ignore[attr-defined]
    if edge.resolved_at and edge.resolved_at > moment:
        edge.parent = None
    return edge


_ABOVE = """
WITH RECURSIVE above(id) AS (
    SELECT unnest(%(ids)s::uuid[])
    UNION
    SELECT edge.parent_id FROM registry_lineageedge edge JOIN above ON edge.child_id = above.id
    WHERE edge.parent_id IS NOT NULL AND (edge.ended_at IS NULL OR edge.ended_at > %(moment)s)
)
SELECT id FROM above
"""
_BELOW = """
WITH RECURSIVE below(id) AS (
    SELECT unnest(%(ids)s::uuid[])
    UNION
    SELECT edge.child_id FROM registry_lineageedge edge JOIN below ON edge.parent_id = below.id
    WHERE edge.ended_at IS NULL OR edge.ended_at > %(moment)s
)
SELECT id FROM below
"""
_MADE_OF_THEM = """
WITH RECURSIVE below(id) AS (
    SELECT child_id FROM registry_lineageedge WHERE parent_id = ANY(%(ids)s::uuid[]) AND ended_at IS NULL
    UNION
    SELECT edge.child_id FROM registry_lineageedge edge JOIN below ON edge.parent_id = below.id
    WHERE edge.ended_at IS NULL
)
SELECT id FROM below
"""


def _ids(statement: str, model_ids: Iterable[UUID], moment: dt.datetime | None) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": list(model_ids), "moment": moment})
        return [row[0] for row in cursor.fetchall()]


def and_above(model_ids: Iterable[UUID], moment: dt.datetime | None = None) -> list[UUID]:
    """Some models with all that they were made from; for a past moment also by edges that stood after it."""
    return _ids(_ABOVE, model_ids, moment)


def and_below(model_ids: Iterable[UUID], moment: dt.datetime | None = None) -> list[UUID]:
    """Some models with all that was made from them; for a past moment also by edges that stood after it."""
    return _ids(_BELOW, model_ids, moment)


def descendants(*model_ids: UUID) -> set[UUID]:
    """The models made from any of some models, directly or through others."""
    return set(_ids(_MADE_OF_THEM, model_ids, None))


def use_ids_reading(subject_type: str, ids: Iterable[Any]) -> QuerySet[Use]:
    """The uses whose fact sheet may read any of some subjects. Rules decide nothing here.

    Rather one use too many than one too few: a sheet reads through lineage, ownership and hosting.
    """
    ids = set(ids)
    if subject_type == "org":
        return Use.objects.all()
    if subject_type in _READ_BY_THE_USE:
        return Use.objects.filter(**{f"{_READ_BY_THE_USE[subject_type]}__in": ids})
    if subject_type == "release":
        floating = set(Release.objects.filter(id__in=ids, revision="").values_list("model_id", flat=True))
        made = set(LineageEdge.objects.filter(parent_release_id__in=ids).values_list("child_id", flat=True))
        models_reading = floating | made | descendants(*floating, *made)
        return Use.objects.filter(
            Q(deployment__release_id__in=ids) | Q(deployment__release__model_id__in=models_reading)
        )
    if subject_type == "licence":
        licensed = set(Release.objects.filter(_bears(ids)).values_list("model_id", flat=True))
        return Use.objects.filter(deployment__release__model_id__in=licensed | descendants(*licensed))
    if subject_type == "model":
        return Use.objects.filter(deployment__release__model_id__in=ids | descendants(*ids))
    parties = parties_resting_on(ids)
    made = set(Model.objects.filter(developer_id__in=parties).values_list("id", flat=True))
    return Use.objects.filter(
        Q(deployment__release__model_id__in=made | descendants(*made))
        | Q(deployment__operator_id__in=parties)
        | Q(deployment_id__in=served_by(parties))
    )


def _bears(licence_ids: Iterable[Any]) -> Q:
    """Releases under any of some licences; an expression of several names its licences in its words only."""
    names = Licence.objects.filter(id__in=licence_ids).values_list("ref", "hub_tags")
    named = Q(licence_id__in=licence_ids)
    for ref, tags in names:
        for word in (ref, *tags):
            named |= Q(licence__isnull=True, licence_expression__icontains=word)
    return named


_READ_BY_THE_USE = {"screening": "id", "use_case": "use_case_id", "deployment": "deployment_id"}


def uses_reading(actor: Actor, subject_type: str, ids: Iterable[Any]) -> QuerySet[Use]:
    """The uses in the actor's sight whose fact sheet may read any of some subjects."""
    return uses(actor).filter(id__in=use_ids_reading(subject_type, ids).values("id"))


def most_used(actor: Actor, what: str) -> list[tuple[UUID | None, str | None, int]]:
    """On whom the uses in sight rest most: identifier, name and number of uses, by `developer` or `operator`."""
    path = {"developer": "deployment__release__model__developer", "operator": "deployment__operator"}[what]
    rows = uses(actor).exclude(status=Use.Status.RETIRED).order_by().values_list(path, f"{path}__name")
    return sorted(rows.annotate(uses=Count("id")), key=lambda row: (-row[2], row[1] or ""))


def release_by_reference(reference: str) -> Release | None:
    """The release that `model@revision` or an identifier alone names; None when it is none, or several."""
    named = models_by_reference([reference])[reference]
    if named.model is None:
        return None
    revision = "" if named.revision in MOVING else named.revision
    return Release.objects.select_related("model").filter(model=named.model, revision=revision).first()
