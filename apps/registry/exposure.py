"""Which parties stand directly behind uses: who made the model, who operates it."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from apps.registry.models import Use

_PATHS = ("deployment__release__model__developer_id", "deployment__operator_id")


def behind_uses(column: str) -> Q:
    """The condition that `column` names a party that made or operates a model in use."""
    living = Use.objects.exclude(status=Use.Status.RETIRED).order_by()
    made, operated = (living.filter(**{f"{path[:-3]}__isnull": False}).values(path) for path in _PATHS)
    return Q(**{f"{column}__in": made}) | Q(**{f"{column}__in": operated})


def uses_of_parties(party_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many uses rest on each of some parties as developer or operator; those with none are absent. Two queries."""
    ids = set(party_ids)
    living = Use.objects.exclude(status=Use.Status.RETIRED).order_by()
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for path in _PATHS:
        for party_id, use_id in living.filter(**{f"{path}__in": ids}).values_list(path, "id"):
            found[party_id].add(use_id)
    return {party_id: len(uses) for party_id, uses in found.items()}
