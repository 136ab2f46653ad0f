"""How long it takes to make again what models inherit, for a whole hub and for one changed model, and to show it."""

import random
from collections.abc import Sequence
from uuid import UUID

from apps.core.changes import change
from apps.core.copying import copy_rows
from apps.facts.models import Assertion
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.licences.models import Licence
from apps.registry.models import Inheritance, Model, Release
from apps.registry.services.inheritance import refresh_inheritance
from tests.bench.hub import EDGES, MODELS, ROOTS, a_hub, edges_between, licence_of
from tests.bench.populating import SETUP, SOURCED, Population
from tests.bench.relatives import pages
from tests.bench.rows import Row, Samples, clocked, seconds, spread

TREE, TIMES = 100, 25


def rows(population: Population) -> list[Row]:
    """The whole graph twice (from nothing, and without any change), then single changes, then pages."""
    models = a_hub(random.Random(7))
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
    return [*found, *_one_change(models), *pages(population)]


def _one_change(models: Sequence[UUID]) -> list[Row]:
    """A model on which hundred others hang: its licence changes."""
    parent = models[ROOTS + 1]
    leaves = [Model(name=f"Leaf {number}", row_version=1, **SOURCED) for number in range(TREE - 1)]
    root = Model(name="Trunk", row_version=1, **SOURCED)
    with change(SETUP, "bench.populate"):
        copy_rows([root, *leaves])
        edges_between([(root.id, parent), *((leaf.id, root.id) for leaf in leaves)], random.Random(1), ("finetune",))
        release = Release(model=root, row_version=1, **SOURCED)
        copy_rows([release])
    refresh_inheritance(actor=SETUP, model_ids={root.id, *(leaf.id for leaf in leaves)})
    samples = Samples()
    keys = list(Licence.objects.order_by("key").values_list("key", flat=True))
    for number in range(TIMES):
        key = keys[number % len(keys)]
        with change(SETUP, "bench.licence"):
            Assertion.objects.filter(subject_id=release.id).delete()
            copy_rows([licence_of(release.id, key)])
            samples.take(lambda: facts_changed.send(sender=Model, subjects={SubjectRef("release", release.id)}))
        if Inheritance.objects.filter(licence_keys__contains=[key], model__in=leaves).count() != TREE - 1:
            raise AssertionError("the change did not reach everything that hangs on it")
    return spread(f"one changed release with {TREE} models on it, uses marked", samples, median_below=100.0)
