"""Parties of our own exports as imports read them: what is wrong is refused at its place, what is there stays."""

import copy
import json
from decimal import Decimal
from typing import Any

import pytest

from apps.core.changes import change
from apps.core.clock import now
from apps.exports import cyclonedx
from apps.exports.gathering import Gathered
from apps.imports.cyclonedx import read
from apps.imports.models import Import
from apps.imports.own_properties import PREFIX
from apps.imports.records import NameRecord, NamespaceRecord, PartyRecord, StakeRecord
from apps.imports.services import run_import, undo_import
from apps.parties.models import HubOrganisation, Party, Stake
from tests.imports.making import imported, row
from tests.making import SETUP, a_party, officer

ALPHA = PartyRecord(
    name="Alpha Labs",
    group="Alpha",
    names=[NameRecord(name="Alfa", kind="alias")],
    namespaces=[NamespaceRecord(hub="huggingface", name="Alpha", state="verified")],
    stakes=[StakeRecord(owner="Fund", basis="equity", equity_pct="30.5")],
)
GROUP = PartyRecord(name="Alpha", kind="group", principal="Alpha Labs")


def export(*parties: PartyRecord) -> dict[str, Any]:
    """An export that holds nothing but parties."""
    gathered = Gathered([], parties=parties)
    return cyclonedx.write(gathered, product=("Weighbridge", "1"), licences={}, kept={}, foreign={})


def taken(*parties: PartyRecord) -> Import:
    """The import of such an export."""
    return imported(json.dumps(export(*parties)).encode(), name="export.json", kind="cyclonedx")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ((), [], "must be a JSON object"),
        (("name",), "", "a party without a name"),
        (("name",), 7, "name must be text"),
        (("kind",), "army", "kind must be one of company"),
        (("group",), ["Alpha"], "group must be text"),
        (("names",), {"name": "x"}, "names must be a list of objects"),
        (("names", 0, "kind"), "nick", "kind must be one of legal"),
        (("names", 0, "state"), "sure", "is no state of a statement"),
        (("stakes", 0, "equity_pct"), "100.1", "equity_pct must lie between 0 and 100"),
        (("stakes", 0, "equity_pct"), "NaN", "equity_pct must lie between 0 and 100"),
        (("stakes", 0, "valid_from"), "soon", "valid_from must be a date"),
        (("facts",), [{"subject": "party", "field": "shoe_size"}], "is no fact of the catalogue"),
    ],
)
def test_what_is_wrong_with_a_party_is_said_at_its_property(path: tuple[Any, ...], value: Any, message: str) -> None:
    document = export(ALPHA)
    entry = next(one for one in document["metadata"]["properties"] if one["name"] == PREFIX + "party")
    said: Any = json.loads(entry["value"])
    holder = said
    for step in path[:-1]:
        holder = holder[step]
    if path:
        holder[path[-1]] = value
    entry["value"] = json.dumps(said if path else value)
    (found,) = read(json.dumps(document).encode(), name="export.json").rows
    assert found.locator == "/metadata/properties/3"
    assert message in found.errors[0].message


def test_a_party_of_another_producer_is_only_kept() -> None:
    document = copy.deepcopy(export(ALPHA))
    document["metadata"]["properties"] = [
        one for one in document["metadata"]["properties"] if one["name"] == PREFIX + "party"
    ]
    assert read(json.dumps(document).encode(), name="export.json").rows == []


@pytest.mark.django_db
class TestApplied:
    """What becomes of them in the register."""

    def test_parties_that_name_each_other_are_made_once(self) -> None:
        one = taken(ALPHA, GROUP)
        assert (one.created, one.quarantined) == (1, 0), [each.errors for each in one.rows.all()]
        alpha, group = Party.objects.get(name="Alpha Labs"), Party.objects.get(name="Alpha")
        assert (alpha.group, group.principal, group.kind) == (group, alpha, "group")
        stake = Stake.objects.get()
        assert (stake.owner, stake.owner_name, stake.equity_pct) == (None, "Fund", Decimal("30.5"))
        assert stake.channel == "cyclonedx"
        assert "export.json" in stake.source_label

    def test_a_namespace_of_another_party_stays_and_is_said(self) -> None:
        other = a_party("Somebody")
        with change(SETUP, "tests.fill"):
            HubOrganisation(party=other, name="alpha", state="verified").save()
        one = taken(ALPHA)
        assert HubOrganisation.objects.get().party == other
        assert "belongs to another party" in row(one).notes[0]["message"]

    def test_two_may_hold_each_other_but_nobody_themselves(self) -> None:
        alpha, fund = a_party("Alpha Labs"), a_party("Fund")
        with change(SETUP, "tests.fill"):
            Stake(owner=alpha, owner_name="Alpha Labs", owned=fund).save()
        assert taken(ALPHA).changed == 1
        assert Stake.objects.get(owned=alpha).owner == fund
        one = taken(PartyRecord(name="Fund", stakes=[StakeRecord(owner="fund", basis="votes")]))
        assert "nobody holds themselves" in row(one).notes[0]["message"]
        assert Stake.objects.count() == 2

    def test_a_stake_that_somebody_corrected_keeps_the_party_when_the_import_is_undone(self) -> None:
        one = taken(ALPHA)
        alpha, old = Party.objects.get(name="Alpha Labs"), Stake.objects.get()
        with change(SETUP, "tests.fill"):
            new = Stake(owner_name="Fund", owned=alpha, basis="equity", equity_pct=31)
            new.save()
            old.superseded_at, old.superseded_by = now(), new
            old.save(update_fields=["superseded_at", "superseded_by"])
        run_import(import_id=undo_import(actor=officer(), one=one, reason="Tried.").id)
        one.refresh_from_db()
        assert (one.state, [kept["type"] for kept in one.kept]) == (Import.State.UNDONE, ["parties.party"])
        assert list(Stake.every.all()) == [new]

    def test_the_name_of_one_is_not_mistaken_for_another_name_of_the_other(self) -> None:
        taken(PartyRecord(name="Alfa"), ALPHA)
        one = taken(ALPHA, PartyRecord(name="Alfa"))
        assert (one.unchanged, one.quarantined) == (2, 0)
        assert Party.objects.count() == 2

    def test_two_parties_of_one_name_are_in_quarantine(self) -> None:
        a_party("Alpha Labs")
        with change(SETUP, "tests.fill"):
            Party(name="ALPHA LABS").save()
        one = taken(ALPHA)
        assert one.quarantined == 1
        assert "several parties" in row(one).errors[0]["message"]
