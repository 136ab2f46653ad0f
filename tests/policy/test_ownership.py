"""What listed owners make of a use: share and control facts, and the rules that read them."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.clock import now, today
from apps.parties.models import Party
from apps.parties.services import correct_stake, end_stake, withdraw_stake
from apps.policy.engine.content import PolicyContent
from apps.policy.engine.judge import compile_policy, judge
from apps.policy.engine.packs import load_packs
from apps.policy.sheets import gather_sheets
from apps.registry.models import Use
from apps.sanctions.models import Listing
from tests.making import SETUP, a_model, a_party, a_policy, a_rule, a_use, state
from tests.policy.making import SOURCED, edge, entry, own, saved, sheet_of, use_of, value

pytestmark = pytest.mark.django_db
TABLE, HITS = "screening.owned_pct", "screening.control_hits"
OWNED, CONTROLLED = "screening.owned_confirmed", "screening.control_confirmed"


@pytest.fixture(autouse=True)
def parameters() -> None:
    """Three quarters have to be resolved; two countries are of concern."""
    rule = a_rule("WB-T-001", "true")
    a_policy(rule, ownership_min_resolved_pct=75, dsp_countries_of_concern=["CN", "RU"])


def listed(party: Party, key: str = "US-SDN", **more: Any) -> Listing:
    return saved(Listing(party=party, list_key=key, status=more.pop("status", "listed"), **{**SOURCED, **more}))


def a_person(country: str = "FR") -> Party:
    person = a_party(kind="person")
    state("party", person.id, hq_country=country)
    return person


def a_company(country: str = "FR") -> Party:
    company = a_party()
    state("party", company.id, incorporation_country=country, hq_country=country)
    return company


def screened(use: Use) -> Use:
    state("screening", use.id, direct_lists=[])
    return use


def used(maker: Party) -> Use:
    """A use of a model of `maker`, operated by it, with a screening on record."""
    return screened(a_use(release=a_model(developer=maker, kind="base").releases.get(), operator_id=maker.id))


def test_a_maker_half_held_by_blocked_parties_together() -> None:
    maker, first, second = a_company(), a_party(), a_party()
    own(first, maker, equity_pct=Decimal(30))
    own(second, maker, equity_pct=Decimal(20))
    listed(first)
    use = used(maker)
    assert entry(use, OWNED) is None
    listed(second)
    assert value(use, OWNED) == {"OFAC": 50}
    found = entry(use, OWNED)
    assert found is not None
    assert f"{first.name} → {maker.name} (30 %)" in found["label"]
    assert (found["state"], found["as_of"], found["source"]) == ("claimed_by_owner", "2026-01-01", "Register")


def test_each_regime_begins_with_its_own_lists() -> None:
    maker, owner = a_company(), a_company()
    own(owner, maker, equity_pct=Decimal(50))
    use = used(maker)
    for key, says in (
        ("US-NS-CMIC", None),
        ("US-ENTITY-LIST", {"BIS-AFFILIATES": 50}),
        ("US-SDN", {"BIS-AFFILIATES": 50, "OFAC": 50}),
        ("EU-CONSOLIDATED", {"BIS-AFFILIATES": 50, "EU": 50, "OFAC": 50}),
        ("UK-SANCTIONS-LIST", {"BIS-AFFILIATES": 50, "EU": 50, "OFAC": 50}),
    ):
        listed(owner, key)
        assert value(use, OWNED) == says


def test_covered_persons_are_so_by_their_law_or_place() -> None:
    maker, owner = a_company(), a_company("CN")
    own(owner, maker)
    assert value(used(maker), OWNED) == {"DSP": 60}


def test_control_without_ownership() -> None:
    maker, owner = a_company(), a_party()
    own(owner, maker, basis="contract_vie", equity_pct=None)
    for key in ("US-SDN", "EU-CONSOLIDATED", "UK-SANCTIONS-LIST"):
        listed(owner, key)
    use = used(maker)
    assert (value(use, OWNED), value(use, CONTROLLED)) == (None, ["EU", "UK"])


def test_all_is_settled_only_when_everybody_is_traced_and_looked_for() -> None:
    maker, holder, person = a_company(), a_company(), a_person()
    own(holder, maker, equity_pct=Decimal(100))
    use = used(maker)
    assert entry(use, TABLE) is None
    own(person, holder, equity_pct=Decimal(80))
    assert (value(use, TABLE), value(use, HITS)) == ({}, [])
    own(a_party(), holder, equity_pct=Decimal(20))
    assert (value(use, TABLE), value(use, HITS)) == ({}, [])


def test_nobody_passes_whose_owners_nobody_looked_for() -> None:
    maker, person = a_company(), a_person()
    own(person, maker, equity_pct=Decimal(100))
    use = use_of(a_model(developer=maker, kind="base"), operator_id=maker.id)
    assert entry(use, TABLE) is None
    for key in ("US-SDN", "EU-CONSOLIDATED", "UK-SANCTIONS-LIST", "US-ENTITY-LIST"):
        listed(person, key, status="not_found")
    assert entry(use, TABLE) is None
    listed(person, "US-MEU", status="not_found")
    assert value(use, TABLE) == {}


def test_a_person_of_unknown_country_may_be_a_covered_one() -> None:
    maker, person = a_company(), a_party(kind="person")
    own(person, maker, equity_pct=Decimal(100))
    use = used(maker)
    assert entry(use, TABLE) is None
    state("party", person.id, hq_country="FR")
    assert value(use, TABLE) == {}


def test_a_share_below_the_threshold_is_in_the_table() -> None:
    maker, owner = a_company(), a_company()
    own(owner, maker, equity_pct=Decimal(10))
    own(a_person(), maker, equity_pct=Decimal(90))
    listed(owner, "US-ENTITY-LIST")
    own(a_person(), owner, equity_pct=Decimal(100))
    assert value(used(maker), TABLE) == {"BIS-AFFILIATES": 10}


def test_a_party_that_is_not_known_leaves_all_open() -> None:
    maker = a_company()
    own(a_person(), maker, equity_pct=Decimal(100))
    tune = a_model(developer=maker, kind="fine_tune")
    edge(tune, None, parent_name="Somebody/base")
    use = screened(use_of(tune, operator_id=maker.id))
    assert entry(use, TABLE) is None
    assert value(used(maker), TABLE) == {}


def test_what_an_officer_stated_goes_before_what_is_computed() -> None:
    use = used(a_company())
    state("screening", use.id, owned_pct={"UK": 12}, control_hits=[])
    assert value(use, TABLE) == {"UK": 12}


def test_a_brand_is_held_as_the_entity_that_stands_for_it_and_listed_with_it() -> None:
    brand, entity, owner, owners_brand = a_party(kind="group"), a_company(), a_party(), a_party(kind="group")
    brand.principal, owners_brand.principal, owner.group = entity, owner, owners_brand
    for party in (brand, owners_brand, owner):
        saved(party)
    own(owner, entity)
    listed(owners_brand)
    assert value(used(brand), OWNED) == {"OFAC": 60}


class TestTimes:
    def test_ended_corrected_and_withdrawn_stakes_as_they_were_known(self) -> None:
        maker, owner = a_company(), a_party()
        listed(owner)
        use = used(maker)
        stake = own(owner, maker)
        recorded = now()
        corrected = correct_stake(actor=SETUP, stake=stake, reason="misread", equity_pct=Decimal(70))
        after_correction = now()
        ended = end_stake(
            actor=SETUP, stake=corrected, valid_to=today() - dt.timedelta(days=1), source="Notice", as_of=today()
        )
        assert entry(use, OWNED) is None
        after_end = now()
        withdraw_stake(actor=SETUP, stake=ended, reason="never was")
        for moment, says in ((recorded, {"OFAC": 60}), (after_correction, {"OFAC": 70}), (after_end, None)):
            found = gather_sheets([use.id], recorded_at=moment)[0].facts.get(OWNED)
            assert (found and found["value"]) == says

    @pytest.mark.parametrize(
        ("days", "turns"), [({"valid_to": 10}, 11), ({"valid_from": 5}, 5), ({"valid_from": -5, "valid_to": 0}, 1)]
    )
    def test_a_sheet_turns_on_the_day_a_stake_begins_or_ends(self, days: dict[str, int], turns: int) -> None:
        maker, owner = a_company(), a_party()
        listed(owner)
        use = used(maker)
        own(owner, maker, basis="equity")
        assert sheet_of(use).turns_on is None
        own(a_party(), maker, **{name: today() + dt.timedelta(days=days[name]) for name in days})
        assert sheet_of(use).turns_on == today() + dt.timedelta(days=turns)


def shipped() -> Any:
    return load_packs()


@pytest.mark.parametrize(
    ("key", "rule"), [("US-SDN", "WB-EXP-002"), ("EU-CONSOLIDATED", "WB-EXP-002"), ("US-ENTITY-LIST", "WB-EXP-003")]
)
def test_a_listing_of_an_owner_flips_the_rule(key: str, rule: str) -> None:
    content: PolicyContent = shipped()
    policy = compile_policy(content)

    def outcome() -> str:
        return next(
            one for one in judge(sheet_of(use).known, policy, today()).verdicts if one.rule_code == rule
        ).outcome

    maker, holder, person = a_company(), a_company(), a_person()
    own(holder, maker, equity_pct=Decimal(55))
    own(a_person(), maker, equity_pct=Decimal(45))
    use = used(maker)
    assert outcome() == "unknown"
    own(person, holder, equity_pct=Decimal(100))
    assert outcome() == "pass"
    listed(holder, key)
    assert outcome() == "finding"


def test_the_number_of_queries_does_not_grow() -> None:
    def reads(uses: list[Use]) -> int:
        with CaptureQueriesContext(connection) as caught:
            gather_sheets([use.id for use in uses])
        return len(caught)

    uses = []
    for _ in range(4):
        maker, owner = a_company(), a_party()
        own(owner, maker)
        listed(owner)
        uses.append(used(maker))
    reads(uses)  # the policy is read once
    assert reads(uses) == reads(uses[:1])
