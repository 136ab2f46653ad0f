"""Which uses rest on which parties: through what the parties made, what was made from it, and what they run."""

from collections import defaultdict
from collections.abc import Iterable, Set
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from apps.facts.models import Assertion
from apps.parties.models import Party, PartyName
from apps.parties.selectors import parties_below
from apps.registry.models import Model, Use

Grouped = dict[UUID, set[UUID]]
_MADE_OF_EACH = """
WITH RECURSIVE below(root, id) AS (
    SELECT model, model FROM unnest(%(ids)s::uuid[]) AS model
    UNION
    SELECT below.root, edge.child_id FROM registry_lineageedge edge JOIN below ON edge.parent_id = below.id
    WHERE edge.ended_at IS NULL
)
SELECT root, id FROM below
"""


def served_by(party_ids: Iterable[UUID]) -> QuerySet[Assertion, UUID]:
    """The deployments among whose sub-processors somebody named any of some parties."""
    return _naming(set(_names_of(party_ids))).values_list("subject_id", flat=True)


def uses_by_party(rows: QuerySet[Use], party_ids: Iterable[UUID]) -> Grouped:
    """For each of some parties the uses among `rows` that rest on it, as `use_ids_reading` sees it. Seven queries."""
    below = parties_below(party_ids)
    everybody = set().union(*below.values()) if below else set()
    made = list(Model.objects.filter(developer_id__in=everybody).order_by().values_list("id", "developer_id"))
    further = _descendants_of_each(model for model, _ in made)
    by_model, by_operator = _uses(rows, set().union(*further.values()) if further else set(), everybody)
    by_party: Grouped = defaultdict(set)
    for model, developer in made:
        for descendant in further[model]:
            by_party[developer] |= by_model.get(descendant, set())
    for party, found in by_operator.items():
        by_party[party] |= found
    for party, found in _serving(rows, everybody).items():
        by_party[party] |= found
    return {root: set().union(*(by_party.get(party, set()) for party in members)) for root, members in below.items()}


def _descendants_of_each(model_ids: Iterable[UUID]) -> Grouped:
    found: Grouped = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_MADE_OF_EACH, {"ids": list(model_ids)})
        for root, model in cursor.fetchall():
            found[root].add(model)
    return found


def _uses(rows: QuerySet[Use], models: Set[UUID], operators: Set[UUID]) -> tuple[Grouped, Grouped]:
    """The uses that rest on some models or operators: by model and by operator."""
    found: tuple[Grouped, Grouped] = defaultdict(set), defaultdict(set)
    near = rows.filter(Q(deployment__release__model_id__in=models) | Q(deployment__operator_id__in=operators))
    columns = ("id", "deployment__release__model_id", "deployment__operator_id")
    for use, *keys in near.order_by().values_list(*columns):
        for place, key in zip(found, keys, strict=True):
            place[key].add(use)
    return found


def _serving(rows: QuerySet[Use], party_ids: Set[UUID]) -> Grouped:
    """By party the uses whose deployment names it among its sub-processors."""
    names = _names_of(party_ids)
    said = list(_naming(set(names)).values_list("subject_id", "value"))
    deployments = {deployment for deployment, _ in said}
    uses: Grouped = defaultdict(set)
    for use, deployment in rows.filter(deployment_id__in=deployments).order_by().values_list("id", "deployment_id"):
        uses[deployment].add(use)
    found: Grouped = defaultdict(set)
    for deployment, value in said:
        for name in value or ():
            for party in names.get(name, ()):
                found[party] |= uses[deployment]
    return found


def _names_of(party_ids: Iterable[UUID]) -> dict[str, set[UUID]]:
    """Every name of some parties, with who bears it."""
    ids = list(party_ids)
    found: dict[str, set[UUID]] = defaultdict(set)
    for name, party in Party.objects.filter(id__in=ids).order_by().values_list("name", "id"):
        found[name].add(party)
    for name, party in PartyName.objects.filter(party_id__in=ids).order_by().values_list("name", "party_id"):
        found[name].add(party)
    return found


def _naming(names: Iterable[str]) -> QuerySet[Assertion]:
    said = Assertion.objects.filter(field="sub_processors", subject_type="deployment", superseded_at__isnull=True)
    return said.filter(value__has_any_keys=sorted(names)).order_by()
