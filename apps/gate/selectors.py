"""Reads of the gate: projects and decisions."""

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from apps.accounts.actors import Actor
from apps.core.errors import NotFound, filled
from apps.core.models import the_one
from apps.gate.models import GateDecision, Project
from apps.policy.models import CurrentVerdict, Decision
from apps.registry.models import Model, Use

MOST_ALTERNATIVES = 3


def projects(actor: Actor) -> QuerySet[Project]:
    """The projects that `actor` may see."""
    actor.require("gate.read")
    found = Project.objects.select_related("team")
    return found if actor.sees_all else found.filter(team_id__in=actor.team_ids)


def project_by_name(actor: Actor, name: str) -> Project:
    """One project. Raises `NotFound` for one that is not in sight, too."""
    found = the_one(projects(actor).filter(name=name.lower()))
    if found is None:
        raise NotFound(
            filled(
                "There is no project “%(name)s” that this token may ask for. Create it on the page “Gate”, or use a "
                "token of its team.",
                name=name,
            ),
            pointer="/project",
        )
    return found


def decisions(actor: Actor) -> QuerySet[GateDecision]:
    """The decisions on the projects that `actor` may see, newest first."""
    actor.require("gate.read")
    found = GateDecision.objects.select_related("project__team").defer("request", "response", "receipt")
    return found if actor.sees_all else found.filter(project__team_id__in=actor.team_ids)


def decision_by_id(actor: Actor, decision_id: UUID) -> GateDecision:
    """One decision with all it holds. Raises `NotFound`."""
    found = (
        decisions(actor).defer(None).select_related("project__team", "policy_version").filter(id=decision_id).first()
    )
    if found is None:
        raise NotFound("There is no such decision, or it belongs to a team you are not in.")
    return found


def alternatives(*, carrying: Sequence[str], besides: Iterable[UUID]) -> list[str]:
    """Models that pass somewhere in this organisation for data of one of the classes `carrying`.

    Names of published models only: nothing tells which team uses them, or for what.
    """
    passing = CurrentVerdict.objects.filter(
        decision=Decision.PASS, data_class__in=carrying, use__deployment__release__model=OuterRef("pk")
    ).exclude(use__status=Use.Status.RETIRED)
    found = Model.objects.filter(Exists(passing), key__isnull=False).exclude(id__in=list(besides))
    return list(found.order_by("name", "id").values_list("name", flat=True)[:MOST_ALTERNATIVES])


def answered_since(actor: Actor, moment: dt.datetime) -> dict[str, int]:
    """How the gate answered since a moment: the number of decisions in sight by outcome. One query."""
    rows = decisions(actor).filter(created_at__gte=moment).order_by().values_list("decision")
    return dict(rows.annotate(answers=Count("id")))
