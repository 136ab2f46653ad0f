"""The ownership of a party on pages: figure, share tests, days, and every change of a stake, a name or a domain."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from apps.core.clock import now
from apps.parties.models import Party, PartyName, Stake
from apps.parties.services import correct_stake
from apps.sanctions.models import Listing
from tests.making import SETUP, a_party
from tests.policy.making import SOURCED, own, saved
from tests.web.conftest import ClientOf
from tests.web.reading import entries_since, errors_of, main_of, newest
from tests.web.world import NASTY, World

SAID = {"source": "Register", "as_of": "2026-10-01"}


def held() -> tuple[Party, Party, Stake]:
    owner, owned = a_party("Upper Holding Ltd"), a_party("Lower Ltd")
    return owner, owned, own(owner, owned, equity_pct=Decimal("52.5"))


class TestLooking:
    def test_a_listed_owner_is_in_the_figure_and_in_the_path(self, world: World, client_of: ClientOf) -> None:
        owner, owned, _ = held()
        own(owned, owner, equity_pct=Decimal(5))
        own(owned, a_party("Lowest Ltd"), basis="contract_vie", equity_pct=None)
        saved(Listing(party=owner, list_key="US-SDN", status="listed", **SOURCED))
        answer = client_of("officer").get(f"/parties/{owned.id}/ownership")
        text = main_of(answer)
        for shown in ("Upper Holding Ltd", "on US-SDN", "52.5", "Owned by listed parties", "Contract (VIE)", "Unknown"):
            assert shown in text, shown
        assert "Upper Holding Ltd (listed) holds of Lower Ltd: 52.5 %" in text
        assert '<svg xmlns="http://www.w3.org/2000/svg" class="lineage"' in answer.content.decode()
        assert f"/parties/{owned.id}/ownership" in client_of("officer").get(f"/parties/{owned.id}").content.decode()

    def test_nothing_on_record_is_said_to_prove_nothing(self, world: World, client_of: ClientOf) -> None:
        text = main_of(client_of("officer").get(f"/parties/{a_party().id}/ownership"))
        assert "that is not the same as none existing" in text
        assert text.count("not resolved: 100 %") == 5

    def test_another_day_and_another_moment(self, world: World, client_of: ClientOf) -> None:
        _, owned, stake = held()
        before = now()
        right = correct_stake(actor=SETUP, stake=stake, reason="misread", equity_pct=Decimal(7))
        own(a_party("Former Ltd"), owned, equity_pct=Decimal(3), valid_to=dt.date(2020, 12, 31))
        officer, path = client_of("officer"), f"/parties/{owned.id}/ownership"
        assert "7 %" in main_of(officer.get(path))
        assert right.id != stake.id
        assert "52.5 %" in main_of(officer.get(path, {"recorded": before.isoformat()}))
        past = main_of(officer.get(path, {"as_of": "2020-06-01"}))
        assert "What was held on 2020-06-01" in past
        assert "Former Ltd" in past.partition("Stakes")[2].partition("Ended")[0] + past.partition("Ended")[0]
        assert officer.get(path, {"as_of": "yesterday"}).status_code == 200

    def test_names_are_text(self, world: World, client_of: ClientOf) -> None:
        owner, owned = a_party(NASTY), a_party()
        own(owner, owned)
        page = client_of("officer").get(f"/parties/{owned.id}/ownership").content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page

    def test_who_may_not_change_sees_no_way_to(self, world: World, client_of: ClientOf) -> None:
        _, owned, stake = held()
        path = f"/parties/{owned.id}/ownership"
        assert f"/stakes/{stake.id}/end" in client_of("officer").get(path).content.decode()
        for persona in ("owner", "auditor"):
            assert f"/stakes/{stake.id}/" not in client_of(persona).get(path).content.decode()


class TestChanging:
    @pytest.mark.parametrize(
        ("way", "body", "action"),
        [
            ("end", {"valid_to": "2026-09-30", **SAID}, "stake.end"),
            ("correct", {"basis": "equity", "equity_pct": "5", "reason": "misread", **SAID}, "stake.correct"),
            ("withdraw", {"reason": "never was"}, "stake.withdraw"),
        ],
    )
    def test_a_stake(self, world: World, client_of: ClientOf, way: str, body: dict[str, Any], action: str) -> None:
        _, owned, stake = held()
        before = newest()
        answer = client_of("officer").post(f"/stakes/{stake.id}/{way}", body)
        assert (answer.status_code, answer["Location"]) == (302, f"/parties/{owned.id}/ownership")
        assert {entry.action for entry in entries_since(before)} >= {action}
        assert not Stake.objects.filter(id=stake.id).exists()

    def test_an_owner_by_name_is_found_or_kept_as_a_name(self, world: World, client_of: ClientOf) -> None:
        owner, owned = a_party("Known Ltd"), a_party()
        for name in ("known ltd", "Nobody We Know"):
            body = {"owner": name, "basis": "equity", "equity_pct": "10", **SAID}
            assert client_of("officer").post(f"/parties/{owned.id}/stakes/new", body).status_code == 302
        rows = {stake.owner_name: stake.owner for stake in Stake.objects.filter(owned=owned)}
        assert rows == {"Known Ltd": owner, "Nobody We Know": None}

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"owner": ""}, "owner"),
            ({"equity_pct": "101"}, "equity_pct"),
            ({"source": ""}, "source"),
            ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "valid_to"),
        ],
    )
    def test_wrong_stakes_are_told_at_the_field(
        self, world: World, client_of: ClientOf, body: dict[str, str], field: str
    ) -> None:
        owned = a_party()
        sent = {"owner": "Somebody", "basis": "equity", **SAID, **body}
        answer = client_of("officer").post(f"/parties/{owned.id}/stakes/new", sent)
        assert field in errors_of(answer)
        assert not Stake.objects.filter(owned=owned).exists()

    def test_names_and_domains(self, world: World, client_of: ClientOf) -> None:
        party, officer = a_party(), client_of("officer")
        name = {"name": "示例", "kind": "native", "language": "zh", **SAID}
        assert officer.post(f"/parties/{party.id}/names/new", name).status_code == 302
        assert officer.post(f"/parties/{party.id}/domains/new", {"domain": "example.test", **SAID}).status_code == 302
        page = officer.get(f"/parties/{party.id}").content.decode()
        assert '<span lang="zh">示例</span>' in page
        row = PartyName.objects.get(party=party)
        assert officer.post(f"/party-names/{row.id}/remove", {"reason": ""}).status_code == 200
        for path in (f"/party-names/{row.id}/remove", f"/party-domains/{party.domains.get().id}/remove"):
            assert officer.post(path, {"reason": "wrong"}).status_code == 302
        assert not party.names.exists()
        assert not party.domains.exists()
