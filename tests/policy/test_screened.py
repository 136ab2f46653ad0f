"""What comparing the parties of a use with the lists says on its sheet; unknown is never read as pass."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.services import set_up_organisation
from apps.core.changes import change
from apps.core.clock import now, today
from apps.parties.models import Party
from apps.policy.models import DueUse
from apps.policy.sheets import gather_sheets
from apps.registry.models import Model, Use
from apps.sanctions.lists.guards import SENTINELS
from apps.sanctions.models import Listing, ListSource, Match, PartyStanding
from apps.sanctions.screening.judging import decide, judge
from tests.making import SETUP, a_model, a_party, a_policy, a_rule, an_actor, officer, state
from tests.policy.making import SOURCED, edge, entry, own, saved, sheet_of, use_of, value
from tests.sanctions.lists.making import a_source, in_use, listed
from tests.sanctions.screening.making import BLOCKING, EXPORT, a_list, everybody, say_what_lists_mean, screened

pytestmark = pytest.mark.django_db
QUANDREXO = "Quandrexo Maritime Ltd"
FIELDS = ("run_on", "list_versions", "open_potential_matches", "direct_lists")


def finding(use: Use) -> Any:
    return value(use, "screening.direct_lists")


def why(use: Use, field: str = "direct_lists") -> str:
    found = entry(use, f"screening.{field}")
    assert found is not None
    assert (found["value"], found["state"]) == (None, "unknown")
    return str(found["note"])


class Chain:
    """A tune of a base on an operator who has an owner and a sub-processor, with two lists in use."""

    def __init__(self) -> None:
        say_what_lists_mean()
        a_policy(a_rule("WB-T-001", "true"), blocking_lists=[BLOCKING], export_lists=[EXPORT])
        self.blocking, _ = a_list(listed("7", QUANDREXO, list_key=BLOCKING))
        a_list(listed("8", "Vintorrex Optics Works", list_key=EXPORT), list_key=EXPORT)
        self.maker, self.tuner, self.operator = a_party("Milwood"), a_party("Tarnish Bakery"), a_party("Harmless Inn")
        self.owner, self.helper = a_party("Grand Holding"), a_party("Second Desk")
        own(self.owner, self.operator)
        self.base: Model = a_model(developer=self.maker, kind="base")
        self.tune: Model = a_model(developer=self.tuner, kind="fine_tune")
        edge(self.tune, self.base)
        for model in (self.base, self.tune):
            state("model", model.id, lineage_complete=True)
        self.use = use_of(self.tune, operator_id=self.operator.id)
        state("deployment", self.use.deployment_id, sub_processors=["Second Desk"])

    @property
    def parties(self) -> list[Party]:
        return [self.maker, self.tuner, self.operator, self.owner, self.helper]

    def named(self, who: str, name: str) -> Party:
        party: Party = getattr(self, who)
        party.name = name
        return saved(party)


MEMBERS = ("maker", "tuner", "operator", "owner", "helper")


@pytest.fixture
def chain() -> Chain:
    return Chain()


def age(source: ListSource) -> None:
    with change(SETUP, "tests.fill"):
        ListSource.objects.filter(id=source.id).update(confirmed_at=now() - dt.timedelta(hours=source.oldest_hours + 1))


def confirm(party: Party, **match: Any) -> None:
    judgement = judge(
        actor=officer(),
        match=Match.objects.get(party=party, **match),
        outcome="same",
        ground="details-equal",
        comment="Seen",
    )
    if judgement.state == "proposed":
        decide(actor=an_actor("approver"), judgement=judgement, agree=True)


def clear(party: Party) -> None:
    match = Match.objects.get(party=party)
    judgement = judge(actor=officer(), match=match, outcome="different", ground="country-differs", comment="Seen")
    decide(actor=an_actor("approver"), judgement=judgement, agree=True)


def test_a_chain_that_was_compared_in_full_and_is_on_no_list(chain: Chain) -> None:
    screened(*chain.parties)
    assert finding(chain.use) == []
    assert value(chain.use, "screening.open_potential_matches") == 0
    assert value(chain.use, "screening.run_on") == today().isoformat()
    assert value(chain.use, "screening.list_versions") == {BLOCKING: today().isoformat(), EXPORT: today().isoformat()}
    assert entry(chain.use, "screening.confirmed_lists") is None


@pytest.mark.parametrize("who", MEMBERS)
def test_somebody_of_the_chain_who_was_never_compared_leaves_it_unknown(chain: Chain, who: str) -> None:
    left_out: Party = getattr(chain, who)
    screened(*[party for party in chain.parties if party != left_out])
    for field in FIELDS:
        assert left_out.name in why(chain.use, field)


@pytest.mark.parametrize("who", MEMBERS)
def test_a_probable_match_that_nobody_judged_is_neither_a_listing_nor_a_pass(chain: Chain, who: str) -> None:
    party = chain.named(who, QUANDREXO)
    if who == "helper":
        state("deployment", chain.use.deployment_id, sub_processors=[QUANDREXO])
    screened(*chain.parties)
    assert QUANDREXO in why(chain.use)
    assert value(chain.use, "screening.open_potential_matches") == 1
    assert entry(chain.use, "screening.confirmed_lists") is None
    confirm(party)
    assert finding(chain.use) == [BLOCKING]
    assert value(chain.use, "screening.confirmed_lists") == [BLOCKING]
    assert value(chain.use, "screening.open_potential_matches") == 0


def test_a_match_that_two_people_cleared_is_no_listing(chain: Chain) -> None:
    party = chain.named("maker", QUANDREXO)
    screened(*chain.parties)
    clear(party)
    assert finding(chain.use) == []
    assert value(chain.use, "screening.open_potential_matches") == 0


def test_a_possible_match_leaves_the_lists_known_and_asks_for_a_look(chain: Chain) -> None:
    party = chain.named("maker", QUANDREXO)
    screened(*chain.parties)
    with change(SETUP, "tests.fill"):
        Match.objects.filter(party=party).update(score=0.75, band="possible")
    assert finding(chain.use) == []
    assert value(chain.use, "screening.open_potential_matches") == 1


def without_blocking(chain: Chain) -> None:
    a_policy(a_rule("WB-T-002", "true"), blocking_lists=[BLOCKING, "TEST-OTHER"], export_lists=[EXPORT])


def without_export(chain: Chain) -> None:
    a_policy(a_rule("WB-T-002", "true"), blocking_lists=[BLOCKING], export_lists=[EXPORT, "TEST-OTHER"])


def maker_unknown(chain: Chain) -> None:
    nobody = a_model(kind="base")
    state("model", nobody.id, lineage_complete=True)
    edge(chain.tune, nobody, "merge")


DOUBTS: dict[str, tuple[Callable[[Chain], Any], str]] = {
    "a blocking list that nobody compared with": (without_blocking, "TEST-OTHER"),
    "an export list that nobody compared with": (without_export, "TEST-OTHER"),
    "a list that is too old": (lambda chain: age(chain.blocking), "too old"),
    "weights from a maker nobody knows": (maker_unknown, "the maker of"),
    "an operator nobody knows": (
        lambda chain: state("deployment", chain.use.deployment_id, operator=None),
        "the operator",
    ),
    "a sub-processor that is no party of the register": (
        lambda chain: state("deployment", chain.use.deployment_id, sub_processors=["Second Desk", "Somebody"]),
        "the sub-processor Somebody",
    ),
}


@pytest.mark.parametrize("what", DOUBTS)
def test_what_leaves_the_lists_of_a_chain_unknown(chain: Chain, what: str) -> None:
    doubt, reason = DOUBTS[what]
    doubt(chain)
    screened(*chain.parties)
    assert reason in why(chain.use)


def test_a_lineage_that_nobody_calls_complete_is_said_beside_the_lists(chain: Chain) -> None:
    state("model", chain.tune.id, lineage_complete=False)
    screened(*chain.parties)
    found = entry(chain.use, "screening.direct_lists")
    assert found is not None
    assert found["value"] == []
    assert "nobody says that the lineage is complete" in found["note"]


def test_nothing_open_is_not_said_of_lists_that_are_too_old(chain: Chain) -> None:
    age(chain.blocking)
    screened(*chain.parties)
    assert "too old" in why(chain.use, "open_potential_matches")


def test_what_the_register_knows_of_a_party_counts_beside_the_comparing(chain: Chain) -> None:
    saved(Listing(party=chain.owner, list_key="US-1260H", status="listed", **SOURCED))
    screened(*chain.parties)
    assert finding(chain.use) == ["US-1260H"]


def test_the_oldest_comparing_of_the_chain_counts(chain: Chain) -> None:
    screened(*chain.parties)
    PartyStanding.objects.filter(party=chain.owner).update(covered_at=now() - dt.timedelta(days=9))
    assert value(chain.use, "screening.run_on") == (today() - dt.timedelta(days=9)).isoformat()


def test_a_brand_is_compared_through_the_entity_that_stands_for_it(chain: Chain) -> None:
    brand = a_party("Milwood Group", kind="group")
    brand.principal = chain.maker
    saved(brand)
    chain.base.developer = brand
    saved(chain.base)
    screened(*chain.parties)
    assert finding(chain.use) == []
    chain.named("maker", QUANDREXO)
    screened(*chain.parties)
    confirm(chain.maker)
    assert finding(chain.use) == [BLOCKING]


def test_what_people_stated_counts_only_until_something_was_compared(chain: Chain) -> None:
    state("screening", chain.use.id, direct_lists=[], run_on="2026-01-01", open_potential_matches=0)
    assert (finding(chain.use), value(chain.use, "screening.run_on")) == ([], "2026-01-01")
    chain.named("maker", QUANDREXO)
    screened(*chain.parties)
    assert QUANDREXO in why(chain.use)
    assert value(chain.use, "screening.run_on") == today().isoformat()


def test_comparing_with_no_list_at_all_says_nothing() -> None:
    maker = a_party()
    use = use_of(a_model(developer=maker, kind="base"), operator_id=maker.id)
    screened(maker)
    for field in FIELDS:
        assert entry(use, f"screening.{field}") is None
    state("screening", use.id, direct_lists=[])
    assert finding(use) == []


def test_of_the_past_nothing_is_computed(chain: Chain) -> None:
    state("screening", chain.use.id, run_on="2026-01-01")
    screened(*chain.parties)
    past = sheet_of(chain.use, recorded_at=now())
    assert past.facts["screening.run_on"]["value"] == "2026-01-01"
    assert "screening.direct_lists" not in past.facts


def publish(key: str) -> None:
    """Take a list into use that has an entry and those that must stand on it."""
    must = [listed(f"S{number}", spellings[0], list_key=key) for number, spellings in enumerate(SENTINELS.get(key, ()))]
    in_use(a_source("", key), [listed("1", QUANDREXO, list_key=key), *must])


class TestOwners:
    """A minority owner stands in no chain, and two of them together may be half."""

    def test_confirmed_owners_count_for_the_share_tests(self, chain: Chain) -> None:
        a_policy(a_rule("WB-T-002", "true"), blocking_lists=["US-SDN"], ownership_min_resolved_pct=75)
        publish("US-SDN")
        first = a_party(QUANDREXO)
        own(first, chain.maker, equity_pct=Decimal(50))
        screened(*chain.parties, first)
        assert entry(chain.use, "screening.owned_confirmed") is None
        with change(SETUP, "tests.fill"):
            Match.objects.filter(party=first).update(score=0.8, band="possible")
        confirm(first, list_key="US-SDN")
        assert value(chain.use, "screening.owned_confirmed") == {"OFAC": 50}

    def test_an_owner_who_was_compared_with_the_lists_of_a_regime_was_looked_for(self) -> None:
        a_policy(a_rule("WB-T-002", "true"), ownership_min_resolved_pct=75, dsp_countries_of_concern=["CN"])
        lists = ("US-SDN", "EU-CONSOLIDATED", "UK-SANCTIONS-LIST", "US-ENTITY-LIST", "US-MEU", "US-DSP-COVERED-PERSON")
        for key in lists:
            publish(key)
        maker, owner = a_party("Milwood"), a_party("Jane Doe", kind="person")
        for party in (maker, owner):
            state("party", party.id, incorporation_country="FR", hq_country="FR")
        own(owner, maker, equity_pct=Decimal(100))
        model = a_model(developer=maker, kind="base")
        state("model", model.id, lineage_complete=True)
        use = use_of(model, operator_id=maker.id)
        screened(maker)
        assert entry(use, "screening.owned_pct") is None
        screened(owner)
        assert value(use, "screening.owned_pct") == {}


class TestMarking:
    @pytest.mark.parametrize("who", MEMBERS)
    def test_a_match_of_anybody_in_the_chain_marks_the_use(self, chain: Chain, who: str) -> None:
        screened(*chain.parties)
        party = chain.named(who, QUANDREXO)
        if who == "helper":
            state("deployment", chain.use.deployment_id, sub_processors=[QUANDREXO])
        DueUse.objects.all().delete()
        screened(party)
        assert set(DueUse.objects.values_list("use_id", flat=True)) == {chain.use.id}
        DueUse.objects.all().delete()
        confirm(party)
        assert DueUse.objects.filter(use=chain.use).exists()

    def test_a_run_that_finds_what_was_found_before_marks_nobody(self, chain: Chain) -> None:
        set_up_organisation(actor=SETUP, name="Us")
        everybody()
        DueUse.objects.all().delete()
        everybody()
        assert not DueUse.objects.exists()

    def test_a_list_more_or_less_in_all_comparings_marks_every_use(self, chain: Chain) -> None:
        set_up_organisation(actor=SETUP, name="Us")
        everybody()
        DueUse.objects.all().delete()
        a_list(listed("1", "Elsewhere Ltd", list_key="TEST-MORE"), list_key="TEST-MORE")
        everybody()
        assert DueUse.objects.filter(use=chain.use).exists()
        DueUse.objects.all().delete()
        age(chain.blocking)
        everybody()
        assert DueUse.objects.filter(use=chain.use).exists()


def test_many_uses_take_as_many_queries_as_one(chain: Chain) -> None:
    uses = [chain.use]
    for number in range(12):
        party = chain.named("maker", QUANDREXO) if number == 0 else a_party(f"{QUANDREXO} {number}")
        use = use_of(a_model(developer=party, kind="base"), operator_id=a_party().id)
        state("deployment", use.deployment_id, sub_processors=[party.name])
        uses.append(use)
    screened(*Party.objects.all())
    with CaptureQueriesContext(
        connection,
    ) as one:
        gather_sheets([uses[1].id])
    with CaptureQueriesContext(connection) as all_of_them:
        gather_sheets([use.id for use in uses])
    assert len(all_of_them) <= len(one) + 1
