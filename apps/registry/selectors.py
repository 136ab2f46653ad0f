"""Reads of the register. The only doors to uses: each takes the actor and shows what that actor may see."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Greatest

from apps.accounts.actors import Actor
from apps.core.errors import NotFound
from apps.registry.models import Deployment, HostingOffer, LineageEdge, Model, ModelAlias, Release, Use, UseCase


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


def model_by_id(model_id: UUID) -> Model:
    """One model with its releases, identifiers and parents. Raises `NotFound`."""
    found = (
        Model.objects.select_related("developer")
        .prefetch_related("aliases", "releases__licence", "parents__parent__developer", "children__child")
        .filter(id=model_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such model.")
    return found


def release_by_id(release_id: UUID) -> Release:
    """One release with its model. Raises `NotFound`."""
    found = Release.objects.select_related("model__developer", "licence").filter(id=release_id).first()
    if found is None:
        raise NotFound("There is no such release.")
    return found


def model_by_reference(reference: str) -> Model | None:
    """The model that an identifier names exactly, case aside; None when none or more than one does.

    `hf:`, `hf://` and `huggingface/` prefixes are understood; a revision is not part of the reference.
    """
    folded = reference.strip().casefold()
    namespace = ""
    for prefix in ("hf://", "hf:", "huggingface/", "pkg:huggingface/", "https://huggingface.co/"):
        if folded.startswith(prefix):
            folded, namespace = folded[len(prefix) :].partition("@")[0], "huggingface"
            break
    found = ModelAlias.objects.filter(identifier_folded=folded)
    if namespace:
        found = found.filter(namespace=namespace)
    ids = list(found.values_list("model_id", flat=True).distinct()[:2])
    if not ids:
        ids = list(Model.objects.filter(name__iexact=reference.strip()).values_list("id", flat=True)[:2])
    return Model.objects.select_related("developer").get(id=ids[0]) if len(ids) == 1 else None


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
    found = Model.objects.select_related("developer").prefetch_related("aliases").in_bulk(best)
    return [found[model_id] for model_id in best if model_id in found]


def offers_for(model: Model) -> QuerySet[HostingOffer]:
    """The known ways in which operators offer a model."""
    wanted = Q(models_offered__contains=[model.key]) if model.key else Q(pk__in=[])
    if model.developer_id and model.developer and model.developer.key:
        wanted |= Q(models_offered__contains=[f"developer:{model.developer.key}"])
    return HostingOffer.objects.select_related("operator").filter(wanted)


@dataclass(frozen=True)
class Lineage:
    """The parents of every model, held in memory: some thousand edges, walked for many uses at once."""

    edges: dict[UUID, list[LineageEdge]]

    @classmethod
    def load(cls) -> "Lineage":
        """All edges, in one query."""
        edges: dict[UUID, list[LineageEdge]] = defaultdict(list)
        for edge in LineageEdge.objects.select_related("parent__developer"):
            edges[edge.child_id].append(edge)
        return cls(edges)

    def ancestors(self, model_id: UUID) -> list[LineageEdge]:
        """Every edge from a model upwards, nearest first; each edge once, also where paths meet."""
        seen = {model_id}
        queue = [model_id]
        found: list[LineageEdge] = []
        while queue:
            for edge in self.edges.get(queue.pop(0), ()):
                found.append(edge)
                if edge.parent_id and edge.parent_id not in seen:
                    seen.add(edge.parent_id)
                    queue.append(edge.parent_id)
        return found

    def weight_ancestors(self, model_id: UUID) -> list[LineageEdge]:
        """The edges from a model upwards along which weights pass without a break."""
        seen = {model_id}
        queue = [model_id]
        found: list[LineageEdge] = []
        while queue:
            for edge in self.edges.get(queue.pop(0), ()):
                if not edge.weights_transfer:
                    continue
                found.append(edge)
                if edge.parent_id and edge.parent_id not in seen:
                    seen.add(edge.parent_id)
                    queue.append(edge.parent_id)
        return found


def descendants(model_id: UUID) -> set[UUID]:
    """The models made from a model, directly or through others."""
    children: dict[UUID, set[UUID]] = defaultdict(set)
    for child, parent in LineageEdge.objects.filter(parent__isnull=False).values_list("child_id", "parent_id"):
        children[parent].add(child)
    found: set[UUID] = set()
    queue = [model_id]
    while queue:
        for child in children[queue.pop()] - found:
            found.add(child)
            queue.append(child)
    return found


def use_ids_reading(subject_type: str, ids: Iterable[Any]) -> QuerySet[Use]:
    """The uses whose fact sheet reads any of some subjects, through lineage too. Rules decide nothing here."""
    ids = set(ids)
    if subject_type == "org":
        return Use.objects.all()
    if subject_type == "screening":
        return Use.objects.filter(id__in=ids)
    if subject_type == "use_case":
        return Use.objects.filter(use_case_id__in=ids)
    if subject_type == "deployment":
        return Use.objects.filter(deployment_id__in=ids)
    if subject_type == "release":
        return Use.objects.filter(deployment__release_id__in=ids)
    if subject_type == "licence":
        models_with = set(Release.objects.filter(licence_id__in=ids).values_list("model_id", flat=True))
    elif subject_type == "model":
        models_with = ids
    else:
        models_with = set(Model.objects.filter(developer_id__in=ids).values_list("id", flat=True))
    wider = set(models_with)
    for model_id in models_with:
        wider |= descendants(model_id)
    found = Q(deployment__release__model_id__in=wider)
    if subject_type == "party":
        found |= Q(deployment__operator_id__in=ids)
    return Use.objects.filter(found)
