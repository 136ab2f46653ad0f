"""From references in a source tree to the uses of the project's team that they mean, or to why there is none."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.gate.models import Project
from apps.gate.requests import DecisionRequest, ModelReference
from apps.parties.models import PartyName
from apps.registry.models import Model, Use
from apps.registry.references import MOVING, Named, models_by_reference


@dataclass(frozen=True)
class Match:
    """What one reference means: a model and uses of it, or a reason why nothing in the register answers."""

    reference: ModelReference
    model: Model | None
    uses: Sequence[Use]
    reason: str = ""


def match(request: DecisionRequest, project: Project) -> list[Match]:
    """The uses that each reference means, in the order of the request. A constant number of queries."""
    named = models_by_reference({reference.id for reference in request.models})
    models = {one.model.id for one in named.values() if one.model}
    uses: dict[UUID, list[Use]] = defaultdict(list)
    found = (
        Use.objects.select_related("deployment__release", "deployment__operator", "use_case")
        .filter(team_id=project.team_id, deployment__release__model__in=models)
        .exclude(status=Use.Status.RETIRED)
        .order_by()
    )
    for use in sorted(found, key=lambda use: use.id):
        uses[use.deployment.release.model_id].append(use)
    details = _Details(request, [use for found in uses.values() for use in found])
    return [_match(reference, named[reference.id], uses, request, project, details) for reference in request.models]


class _Details:
    """What narrows by operator and region needs beside the rows of the uses; read only when a reference names one."""

    def __init__(self, request: DecisionRequest, uses: Sequence[Use]) -> None:
        self.operators = _operator_names(uses) if any(one.operator for one in request.models) else {}
        self.regions = _regions(uses) if any(one.region for one in request.models) else {}


def _operator_names(uses: Iterable[Use]) -> Mapping[UUID, set[str]]:
    names: dict[UUID, set[str]] = defaultdict(set)
    for use in uses:
        operator = use.deployment.operator
        if operator:
            names[operator.id] |= {operator.name.casefold(), (operator.key or operator.name).casefold()}
    for party_id, name in PartyName.objects.filter(party_id__in=list(names)).values_list("party_id", "name"):
        names[party_id].add(name.casefold())
    return names


def _regions(uses: Iterable[Use]) -> Mapping[UUID, str]:
    facts = current_facts({SubjectRef("deployment", use.deployment_id) for use in uses})
    stated = {subject.id: fields["region"] for subject, fields in facts.items() if "region" in fields}
    return {deployment: str(fact.value).casefold() for deployment, fact in stated.items() if fact.known}


def _match(
    reference: ModelReference,
    named: Named,
    uses: Mapping[UUID, Sequence[Use]],
    request: DecisionRequest,
    project: Project,
    details: _Details,
) -> Match:
    model = named.model
    if model is None:
        several = "It names more than one model of the register. Use an identifier that only one of them has."
        nobody = "No model of this name is in the register. Register it and its use."
        return Match(reference, None, (), several if named.models else nobody)
    left: Sequence[Use] = uses.get(model.id, ())
    reason = "" if left else f"{model.name} has no use of the team {project.team.name}"
    for fits, otherwise in _conditions(reference, named, model, request, details):
        fitting = [use for use in left if fits(use)]
        if left and not fitting:
            reason = otherwise
        left = fitting
    return Match(reference, model, left, f"Register the use: {reason}." if reason else "")


Condition = tuple[Callable[[Use], bool], str]


def _conditions(
    reference: ModelReference, named: Named, model: Model, request: DecisionRequest, details: _Details
) -> Iterable[Condition]:
    """What the question narrows the uses of a model by, each with what to say when no use is left."""
    if request.use_case:
        wanted = request.use_case.casefold()
        yield (
            lambda use: wanted in (use.use_case.name.casefold(), str(use.use_case_id), str(use.id)),
            f"no use of {model.name} serves the use case “{request.use_case}”",
        )
    if request.environment:
        yield (
            lambda use: use.deployment.environment == request.environment,
            f"{model.name} is not registered for the environment {request.environment}",
        )
    if reference.operator:
        name = reference.operator.casefold()
        yield (
            lambda use: name in details.operators.get(use.deployment.operator_id or use.id, ()),
            f"{model.name} is not registered with the operator “{reference.operator}”",
        )
    if reference.region:
        region = reference.region.casefold()
        # A deployment whose region nobody stated may be the one that is meant; rules over its places still speak.
        yield (
            lambda use: details.regions.get(use.deployment_id, region) == region,
            f"{model.name} is registered in other regions than {reference.region}",
        )
    revision = reference.revision or named.revision
    if revision:
        fixed = "" if revision.casefold() in MOVING else revision.casefold()
        yield (
            lambda use: use.deployment.release.revision.casefold() == fixed,
            f"the revision {revision} of {model.name} is not registered",
        )
