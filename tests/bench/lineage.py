"""How long it takes to make again what models inherit: a whole hub of models, one changed model, one page."""

import random
from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from apps.core.changes import change
from apps.core.clock import now, today
from apps.core.copying import copy_rows
from apps.facts.models import Assertion
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.licences.models import Licence
from apps.parties.models import Party
from apps.registry.models import Inheritance, LineageClaim, LineageEdge, Model, Release
from apps.registry.services.inheritance import refresh_inheritance
from tests.bench.populating import COUNTRIES, SETUP, SOURCED, Population
from tests.bench.rows import Row, Samples, clocked, seconds, spread

MODELS, EDGES = 100_000, 150_000
ROOTS = 2_000
"""Base models; everything else is made from them, a dozen steps deep at most in most lines."""
TREE, TIMES = 100, 25
RELATIONS = ("finetune", "finetune", "quantized", "merge", "adapter", "distilled_from")


def rows(population: Population) -> list[Row]:
    """The whole graph twice (from nothing, and without any change), then single changes."""
    models = _graph(random.Random(7))
    with clocked() as clock:
        changed = refresh_inheritance(actor=SETUP)
    if changed < MODELS:
        raise AssertionError(f"{changed} models have an inheritance instead of {MODELS}")
    found = [seconds(f"origin and licences of {MODELS:,} releases with {EDGES:,} edges, from nothing", clock, 30.0)]
    with clocked() as clock:
        again = refresh_inheritance(actor=SETUP)
    if again:
        raise AssertionError(f"{again} models changed although nothing did")
    found.append(seconds("the same again, nothing changed", clock, 30.0))
    return [*found, *_one_change(models)]


def _one_change(models: Sequence[UUID]) -> list[Row]:
    """A model on which hundred others hang: its licence changes."""
    parent = models[ROOTS + 1]
    leaves = [Model(name=f"Leaf {number}", row_version=1, **SOURCED) for number in range(TREE - 1)]
    root = Model(name="Trunk", row_version=1, **SOURCED)
    with change(SETUP, "bench.populate"):
        copy_rows([root, *leaves])
        _edges([(root.id, parent), *((leaf.id, root.id) for leaf in leaves)], random.Random(1), ("finetune",))
        release = Release(model=root, row_version=1, **SOURCED)
        copy_rows([release])
    refresh_inheritance(actor=SETUP, model_ids={root.id, *(leaf.id for leaf in leaves)})
    samples = Samples()
    keys = list(Licence.objects.order_by("key").values_list("key", flat=True))
    for number in range(TIMES):
        key = keys[number % len(keys)]
        with change(SETUP, "bench.licence"):
            Assertion.objects.filter(subject_id=release.id).delete()
            copy_rows([_licence_of(release.id, key)])
            samples.take(lambda: facts_changed.send(sender=Model, subjects={SubjectRef("release", release.id)}))
        if Inheritance.objects.filter(licence_keys__contains=[key], model__in=leaves).count() != TREE - 1:
            raise AssertionError("the change did not reach everything that hangs on it")
    return spread(f"one changed release with {TREE} models on it, uses marked", samples, median_below=100.0)


def _graph(chance: random.Random) -> list[UUID]:
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
        copy_rows([_licence_of(row.id, chance.choice(licences)) for row in releases if chance.random() < 0.8])
        homes = [_home(party, chance) for party in parties]
        copy_rows(homes)
        ids = [model.id for model in models]
        _edges(_pairs(ids, chance), chance)
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


def _edges(pairs: Sequence[tuple[UUID, UUID]], chance: random.Random, relations: Sequence[str] = RELATIONS) -> None:
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


def _licence_of(release: UUID, key: str) -> Assertion:
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
