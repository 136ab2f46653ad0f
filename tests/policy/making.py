"""Parties, lineage and sheets for the tests of policy."""

import datetime as dt
from decimal import Decimal
from typing import Any

from apps.core.changes import change
from apps.parties.models import Party
from apps.parties.services import record_stake
from apps.policy.sheets import Sheet, gather_sheets
from apps.policy.sheets.entries import Entry
from apps.registry import services as registry
from apps.registry.models import Model, Use
from tests.making import SETUP, a_model, a_party, a_release, a_use, state

SOURCED = {"state": "claimed_by_provider", "source_label": "Register of companies", "as_of": dt.date(2026, 10, 1)}


def sheet_of(use: Use, **more: Any) -> Sheet:
    return gather_sheets([use.id], **more)[0]


def entry(use: Use, path: str) -> Entry | None:
    return sheet_of(use).facts.get(path)


def value(use: Use, path: str) -> Any:
    found = entry(use, path)
    return found["value"] if found else None


def saved(row: Any) -> Any:
    with change(SETUP, "test.enter"):
        row.save()
    return row


def developer(country: str | None, **more: Any) -> Party:
    party = a_party(**more)
    if country:
        state("party", party.id, hq_country=country)
    return party


def base(country: str | None, **more: Any) -> Model:
    return a_model(developer=developer(country), kind="base", **more)


def edge(child: Model, parent: Model | None, relation: str = "finetune", **more: Any) -> None:
    said = {"relation": relation, "source": "Model card", "as_of": dt.date(2026, 9, 1)}
    registry.add_lineage_edge(actor=SETUP, child=child, parent=parent, **{**said, **more})


def use_of(model: Model, **more: Any) -> Use:
    return a_use(release=a_release(model), **more)


def own(owner: Party, owned: Party, **more: Any) -> Any:
    said = {"basis": "equity", "equity_pct": Decimal(60), "source": "Register", "as_of": dt.date(2026, 1, 1), **more}
    return record_stake(actor=SETUP, owner=owner, owned=owned, **said)
