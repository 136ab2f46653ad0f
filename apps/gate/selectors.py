"""Reads of the gate: projects and decisions."""

from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.actors import Actor
from apps.core.errors import NotFound
from apps.gate.models import GateDecision, Project
from apps.policy.models import CurrentVerdict

MOST_ALTERNATIVES = 3


def projects(actor: Actor) -> QuerySet[Project]:
    """The projects that `actor` may see."""
    actor.require("gate.read")
    found = Project.objects.select_related("team")
    return found if actor.sees_all else found.filter(team_id__in=actor.team_ids)


def project_by_name(actor: Actor, name: str) -> Project:
    """One project. Raises `NotFound` for one that is not in sight, too."""
    found = projects(actor).filter(name=name.lower()).first()
    if found is None:
        raise NotFound(
            f"There is no project “{name}” that this token may ask for. Create it on the page “Gate”, or use a token "
            "of its team.",
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


def alternatives(data_class: str) -> list[str]:
    """Models that pass in this organisation, for data of at least the declared class: names only, no team's uses."""
    passing = CurrentVerdict.objects.filter(decision="pass", use__deployment__release__model__key__isnull=False)
    names = passing.order_by("use__deployment__release__model__name").values_list(
        "use__deployment__release__model__name", "evaluation__sheet__content__facts__use_case.data_class__value"
    )
    order = ("public", "internal", "confidential", "restricted")
    needed = order.index(data_class) if data_class else 0
    fitting = dict.fromkeys(
        name for name, carried in names[:200] if carried in order and order.index(carried) >= needed
    )
    return list(fitting)[:MOST_ALTERNATIVES]
