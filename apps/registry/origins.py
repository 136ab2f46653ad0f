"""Where a model comes from, with the path behind every element: what is stored, with names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.parties.models import Party
from apps.registry.models import Inheritance, LineageEdge, Model


class Role(models.TextChoices):
    DEVELOPER = "developer", _("Developer")
    WEIGHT_ANCESTOR = "weight_ancestor", _("Developer of weights it was made from")
    TEACHER = "teacher", _("Developer of a teacher")
    PUBLISHER = "publisher", _("Publisher")
    HOST = "host", _("Host")
    LICENCE_LAW = "licence_law", _("Law of a licence")


@dataclass(frozen=True)
class PathStep:
    """One step of a path, in names."""

    relation: str
    label: str
    parent: UUID | None
    name: str
    state: str


@dataclass(frozen=True)
class OriginElement:
    """A country in a role, and why. `country` is None where it is not known."""

    role: str
    label: str
    country: str | None
    party: Party | None
    model: Model | None
    name: str
    """The parent's name where it is not in the register, the licence where the element is its law."""
    path: Sequence[PathStep]


def origin_of(model_id: UUID) -> list[OriginElement]:
    """The origin of a model: unknown elements too. Empty where it was not computed yet. Three queries."""
    found = Inheritance.objects.filter(model_id=model_id).first()
    if found is None:
        return []
    steps = [step for one in found.origin for step in one["via"]]
    ids = {one["model"] for one in found.origin} | {step["parent"] for step in steps}
    named = Model.objects.in_bulk([UUID(key) for key in ids if key])
    parties = Party.objects.in_bulk([UUID(one["party"]) for one in found.origin if one["party"]])
    return [_element(one, named, parties) for one in found.origin]


def _element(one: dict[str, Any], named: dict[UUID, Model], parties: dict[UUID, Party]) -> OriginElement:
    return OriginElement(
        role=one["role"],
        label=str(Role(one["role"]).label),
        country=one["country"],
        party=parties.get(UUID(one["party"])) if one["party"] else None,
        model=named.get(UUID(one["model"])) if one["model"] else None,
        name=one.get("name") or one.get("licence") or "",
        path=[_step(step, named) for step in one["via"]],
    )


def _step(step: dict[str, Any], named: dict[UUID, Model]) -> PathStep:
    parent = UUID(step["parent"]) if step["parent"] else None
    model = named.get(parent) if parent else None
    label = str(LineageEdge.Relation(step["relation"]).label)
    return PathStep(step["relation"], label, parent, model.name if model else step["name"], step["state"])
