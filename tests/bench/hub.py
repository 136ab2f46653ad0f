"""A hub of models in the register: a whole one, made quickly, and the rows of which more of it can be made."""

import random
from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from apps.core.changes import change
from apps.core.clock import now, today
from apps.core.copying import copy_rows
from apps.facts.models import Assertion
from apps.licences.models import Licence
from apps.parties.models import Party
from apps.registry.models import LineageClaim, LineageEdge, Model, Release
from tests.bench.populating import COUNTRIES, SETUP, SOURCED

MODELS, EDGES = 100_000, 150_000
ROOTS = 2_000
"""Base models; everything else is made from them, a dozen steps deep at most in most lines."""
RELATIONS = ("finetune", "finetune", "quantized", "merge", "adapter", "distilled_from")


def a_hub(chance: random.Random) -> list[UUID]:
    """Models with releases, licences, developers and edges, by identifier; every developer has a country."""
    parties = list(Party.objects.order_by("id").values_list("id", flat=True))
    licences = list(Licence.objects.order_by("key").values_list("key", flat=True))
    with change(SETUP, "bench.populate"):
        models = [
            Model(
                name=f"Hub model {number}",
                developer_id=chance.choice(parties) if number < ROOTS or chance.random() < 0.3 else None,
                row_version=1,
                **SOURCED,
            )
            for number in range(MODELS)
        ]
        releases = [Release(model=model, row_version=1, **SOURCED) for model in models]
        copy_rows(models), copy_rows(releases)
        copy_rows([licence_of(row.id, chance.choice(licences)) for row in releases if chance.random() < 0.8])
        homes = [_home(party, chance) for party in parties]
        copy_rows(homes)
        ids = [model.id for model in models]
        edges_between(_pairs(ids, chance), chance)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return ids


def _pairs(ids: Sequence[UUID], chance: random.Random) -> list[tuple[UUID, UUID]]:
    """A parent for each, mostly a popular one; merges take several."""
    pairs: dict[tuple[UUID, UUID], None] = {}
    while len(pairs) < EDGES:
        at = len(pairs) + ROOTS if len(pairs) + ROOTS < MODELS else chance.randrange(ROOTS, MODELS)
        above = int(at * chance.random() ** 3)
        pairs[ids[at], ids[above]] = None
    return list(pairs)


def edges_between(
    pairs: Sequence[tuple[UUID, UUID]], chance: random.Random, relations: Sequence[str] = RELATIONS
) -> None:
    edges = [
        LineageEdge(
            child_id=child,
            parent_id=parent,
            parent_name=f"hub/{parent.hex[-6:]}",
            relation=chance.choice(relations),
            as_of=today(),
            row_version=1,
            **SOURCED,
        )
        for child, parent in pairs
    ]
    copy_rows(edges)
    moment = now()
    copy_rows(
        [
            LineageClaim(
                edge=edge, parent_name=edge.parent_name, who="bench", recorded_at=moment, row_version=1, **SOURCED
            )
            for edge in edges
        ]
    )


def licence_of(release: UUID, key: str) -> Assertion:
    return _said("release", release, "licence_concluded", key)


def _home(party: UUID, chance: random.Random) -> Assertion:
    return _said("party", party, "hq_country", chance.choice(COUNTRIES))


def _said(subject: str, key: UUID, name: str, value: str) -> Assertion:
    return Assertion(
        subject_type=subject,
        subject_id=key,
        field=name,
        value=value,
        state="claimed_by_provider",
        source_label="Generated for measuring",
        as_of=today(),
        asserted_by="bench",
        channel="bench",
        recorded_at=now(),
        row_version=1,
    )
