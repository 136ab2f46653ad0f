"""How long the lineage page of a model with very many relatives takes, for an officer, through HTTP."""

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from urllib.parse import urlencode
from uuid import UUID

from apps.accounts.roles import Role
from apps.core.changes import change
from apps.core.clock import now, today
from apps.core.copying import copy_rows
from apps.licences.models import Licence
from apps.parties.models import Party
from apps.registry.models import LineageClaim, LineageEdge, LineageSuggestion, Model, Release
from apps.registry.selectors import and_above, and_below
from apps.registry.services.inheritance import refresh_inheritance
from tests.bench.hub import edges_between, licence_of
from tests.bench.populating import SETUP, SOURCED, Population
from tests.bench.rows import Row, spread
from tests.bench.serving import ask, get, queries, serving, signed_in
from tests.making import a_user

RELATIVES = 500
MERGED, STEPS = 12, 6
"""The model is a merge of so many, each of them so many steps away from its base."""
TEACHERS, UNRESOLVED, SUSPECTED = 28, 10, 5
"""Who taught it or what it is made from; parents that are only names; parents that nobody declares."""
USED, MADE, FURTHER = 60, 240, 90
"""Made from it: models in use, others, and what was made from those."""
CALLS, WARM = 60, 10
BELOW = ("finetune", "quantized", "adapter", "merge", "distilled_from")


def pages(population: Population) -> list[Row]:
    """The page as of now, its last part, and as of a past moment."""
    model = a_model_with_relatives(population, random.Random(11))
    refresh_inheritance(actor=SETUP, model_ids={model.id})
    officer = a_user(Role.OFFICER)
    here = f"/models/{model.id}/lineage"
    addresses = {
        "": (here, b"Page 1 of 10"),
        ", the last rows": (f"{here}?page=10", b"Page 10 of 10"),
        ", as of a moment ago": (f"{here}?{urlencode({'as_of': now().isoformat()})}", b"Page 1 of 10"),
    }
    found: list[Row] = []
    with serving() as port:
        for what, (path, holding) in addresses.items():
            call = get(path, signed_in(officer), holding=holding)
            ask(port, call, WARM, clients=4)
            samples, _rate = ask(port, call, CALLS)
            found += spread(f"lineage page of a model with {RELATIVES} relatives{what}", samples, median_below=300)
    return [*found, Row("queries: lineage page", str(queries(officer, here)))]


def a_model_with_relatives(population: Population, chance: random.Random) -> Model:
    """A merge of many lines with teachers, from which adapters, copies and further models were made, some in use."""
    used = [model.id for model in population.models if model.kind == Model.Kind.FINE_TUNE][:USED]
    direct = USED + MADE - len(used)
    number = MERGED * STEPS + TEACHERS + direct + FURTHER
    with change(SETUP, "bench.populate"):
        subject, *others = _models(number + 1, chance)
        ids = [model.id for model in others]
        lines, teachers = ids[: MERGED * STEPS], ids[MERGED * STEPS :][:TEACHERS]
        below = ids[MERGED * STEPS + TEACHERS :]
        edges_between([(subject.id, top) for top in lines[::STEPS]], chance, ("merge",))
        edges_between(list(_steps(lines)), chance, ("finetune", "quantized", "adapter"))
        edges_between([(chance.choice([subject.id, *lines]), one) for one in teachers], chance, ("distilled_from",))
        edges_between([(one, subject.id) for one in (*used, *below[:direct])], chance, BELOW)
        edges_between([(one, chance.choice(below[:direct])) for one in below[direct:]], chance, BELOW)
        _unresolved([subject.id, *lines])
        _second_claims({subject.id, *lines, *below[::2]})
        _suspected(subject)
    reached = {*and_above([subject.id]), *and_below([subject.id])} - {subject.id}
    if len(reached) + UNRESOLVED != RELATIVES:
        raise AssertionError(f"the model has {len(reached) + UNRESOLVED} relatives instead of {RELATIVES}")
    return subject


def _models(number: int, chance: random.Random) -> list[Model]:
    parties = list(Party.objects.order_by("id").values_list("id", flat=True))
    licences = list(Licence.objects.order_by("key").values_list("key", flat=True))
    models = [
        Model(
            name=f"Relative-{index}-of-a-well-known-model-{chance.choice((7, 13, 70))}B",
            developer_id=chance.choice(parties) if index % 5 else None,
            row_version=1,
            **SOURCED,
        )
        for index in range(number)
    ]
    copy_rows(models)
    releases = [Release(model=model, row_version=1, **SOURCED) for model in models]
    copy_rows(releases)
    copy_rows([licence_of(release.id, chance.choice(licences)) for release in releases])
    return models


def _steps(lines: Sequence[UUID]) -> Iterator[tuple[UUID, UUID]]:
    for index, (child, parent) in enumerate(pairwise(lines), start=1):
        if index % STEPS:
            yield child, parent


def _unresolved(children: Sequence[UUID]) -> None:
    names = [f"gone/parent-{number}" for number in range(UNRESOLVED)]
    edges = [
        LineageEdge(
            child_id=children[number],
            parent_name=name,
            parent_folded=name,
            relation="merge",
            as_of=today(),
            row_version=1,
            **SOURCED,
        )
        for number, name in enumerate(names)
    ]
    copy_rows(edges)


def _second_claims(children: set[UUID]) -> None:
    """Another source says the same, in its own words."""
    rows = LineageEdge.objects.filter(child_id__in=children, parent__isnull=False)
    more = {
        "who": "another",
        "channel": "card",
        "source_url": "https://hub.example/card",
        "recorded_at": now(),
        "row_version": 1,
    }
    copy_rows([LineageClaim(edge=edge, parent_name=f"other/{edge.parent_name}", **more, **SOURCED) for edge in rows])


def _suspected(subject: Model) -> None:
    copy_rows(
        [
            LineageSuggestion(
                child=subject,
                parent_name=f"suspected/parent-{number}",
                parent_folded=f"suspected/parent-{number}",
                reason="The tokenizer is the same.",
                strength="medium",
                channel="headers",
                row_version=1,
            )
            for number in range(SUSPECTED)
        ]
    )
