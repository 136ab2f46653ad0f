"""What reaches a use, a model and a party: directly, through owners, weights, teachers, operator and sub-processors."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.services import set_up_organisation
from apps.parties.models import Party
from apps.parties.selectors import party_by_id
from apps.policy.exposure import Exposure, exposed_parties, of_model, of_party, of_use
from apps.registry.models import Use
from apps.registry.reach import uses_by_party
from apps.registry.selectors import use_by_id, use_ids_reading
from apps.sanctions.models import EventParty, Listing, Match, RestrictionEvent
from apps.sanctions.screening.judging import decide, judge
from tests.making import SETUP, a_model, a_party, a_use, an_actor, officer, state
from tests.policy.making import SOURCED, edge, own, saved, use_of
from tests.sanctions.lists.making import listed as an_entry
from tests.sanctions.screening.making import BLOCKING, a_list, say_what_lists_mean, screened

pytestmark = pytest.mark.django_db


def on_list(party: Party, key: str = "US-1260H", status: str = "listed", **more: Any) -> Listing:
    return saved(Listing(party=party, list_key=key, status=status, **{**SOURCED, **more}))


def measured(party: Party, **more: Any) -> RestrictionEvent:
    fields = {"authority": "Authority", "jurisdiction": "IT", "effect": "ban", "status": "in_force", "scope": ["app"]}
    event = saved(RestrictionEvent(**{**fields, **SOURCED, **more}))
    saved(EventParty(event=event, party=party))
    return event


def told(rows: Iterable[Exposure]) -> set[tuple[str, str, str, str]]:
    return {(str(row.way), row.party.name, str(row.kind), str(row.state)) for row in rows}


def seen(use: Use) -> Use:
    return use_by_id(officer(), use.id)


class TestWays:
    """Everybody around one use, each listed in turn."""

    def world(self) -> dict[str, Any]:
        makers = {name: a_party(name) for name in ("Maker", "Ancestor", "Teacher", "Operator", "Helper", "Stranger")}
        base = a_model("Base", developer=makers["Ancestor"], kind="base")
        teacher = a_model("Tutor", developer=makers["Teacher"], kind="base")
        model = a_model("Tune", developer=makers["Maker"], kind="fine_tune")
        edge(model, base)
        edge(model, teacher, "distilled_from")
        use = use_of(model, operator_id=makers["Operator"].id)
        state("deployment", use.deployment_id, sub_processors=["Helper", "Nobody Known"])
        return {**makers, "use": seen(use), "model": model}

    WAYS = {
        "Maker": "direct",
        "Ancestor": "lineage",
        "Teacher": "teacher",
        "Operator": "hosting",
        "Helper": "sub_processor",
    }

    @pytest.mark.parametrize("who", WAYS)
    def test_whoever_is_listed_reaches_the_use_by_the_way_in_which_it_stands(self, who: str) -> None:
        world = self.world()
        on_list(world[who])
        assert told(of_use(world["use"]).rows) == {(self.WAYS[who], who, "list", "listed")}

    def test_a_model_has_no_operator(self) -> None:
        world = self.world()
        for who in ("Ancestor", "Teacher", "Operator", "Helper", "Stranger"):
            on_list(world[who])
        found = of_model(world["model"])
        assert {(row.way, row.party.name) for row in found.rows} == {("lineage", "Ancestor"), ("teacher", "Teacher")}
        assert [list(row.path) for row in found.rows if row.way == "lineage"] == [["Tune", "Base", "Ancestor"]]

    def test_who_is_no_party_of_the_register_is_named(self) -> None:
        world = self.world()
        edge(world["model"], a_model("Orphan"), "merge")
        found = of_use(world["use"])
        assert list(found.nameless) == ["Orphan", "Nobody Known"]
        assert {party.name for party in found.not_compared} == set(self.WAYS)

    @pytest.mark.parametrize("who", WAYS)
    def test_an_owner_reaches_it_by_the_same_way(self, who: str) -> None:
        world = self.world()
        owner, far = a_party("Owner"), a_party("Far owner")
        own(owner, world[who])
        own(far, owner)
        on_list(far)
        (row,) = of_use(world["use"]).rows
        assert (row.way, row.party.name) == ("ownership" if who == "Maker" else self.WAYS[who], "Far owner")
        assert list(row.path)[-2:] == [who, "Far owner"]


def test_a_share_test_names_regime_and_owners() -> None:
    maker, first, second = a_party("Maker"), a_party("First"), a_party("Second")
    for owner in (first, second):
        own(owner, maker, equity_pct=Decimal(30))
        on_list(owner, "US-SDN")
    (row,) = of_party(maker).rows
    assert (row.way, row.kind, row.key, row.state, row.effect) == ("ownership", "regime", "OFAC", "owned", "blocking")
    assert set(row.path) == {"Maker", "First", "Second"}


class TestStates:
    @pytest.mark.parametrize(
        ("status", "shown", "bound"),
        [
            ("listed", "listed", "no"),
            ("litigated", "litigated", "no"),
            ("pending_reported", "pending_reported", "no"),
            ("not_found", None, None),
        ],
    )
    def test_what_is_known_of_a_party_on_a_list(self, status: str, shown: str | None, bound: str | None) -> None:
        organisation = set_up_organisation(actor=SETUP, name="We")
        state("org", organisation.id, us_federal_contractor="none")
        party = a_party()
        say_what_lists_mean()
        on_list(party, status=status)
        rows = of_party(party).rows
        assert [(row.state, row.answer.bound) for row in rows] == ([(shown, bound)] if shown else [])

    def test_a_listing_that_is_contested_is_one_line_since_it_began(self) -> None:
        party = a_party()
        on_list(party, since=dt.date(2026, 6, 8))
        on_list(party, status="litigated", since=dt.date(2026, 6, 23))
        (row,) = of_party(party).rows
        assert (row.state, row.since) == ("litigated", dt.date(2026, 6, 8))

    def test_a_statement_nobody_believes_is_no_exposure(self) -> None:
        party = a_party()
        on_list(party, state="disputed")
        assert not of_party(party).rows

    def test_a_match_waits_then_counts_or_is_gone(self) -> None:
        say_what_lists_mean()
        a_list(an_entry("7", "Quandrexo Maritime Ltd", list_key=BLOCKING))
        party = a_party("Quandrexo Maritime Ltd")
        screened(party)
        (row,) = of_party(party).rows
        assert (row.kind, row.state, row.effect, row.answer.bound) == ("match", "potential", "blocking", "unknown")
        judgement = judge(
            actor=officer(), match=Match.objects.get(), outcome="same", ground="details-equal", comment="Seen"
        )
        decide(actor=an_actor("approver"), judgement=judgement, agree=True)
        (row,) = of_party(party).rows
        assert (row.kind, row.state) == ("list", "confirmed")
        assert not of_party(party).not_compared

    def test_a_match_that_was_cleared_is_no_exposure(self) -> None:
        a_list(an_entry("7", "Quandrexo Maritime Ltd", list_key=BLOCKING))
        party = a_party("Quandrexo Maritime Ltd")
        screened(party)
        judgement = judge(actor=officer(), match=Match.objects.get(), outcome="different", ground="country-differs")
        decide(actor=an_actor("approver"), judgement=judgement, agree=True)
        assert not of_party(party).rows

    def test_a_confirmed_match_and_what_is_known_anyway_are_one_line(self) -> None:
        say_what_lists_mean()
        a_list(an_entry("7", "Quandrexo Maritime Ltd", list_key=BLOCKING))
        party = a_party("Quandrexo Maritime Ltd")
        on_list(party, BLOCKING, since=dt.date(2025, 1, 1))
        screened(party)
        judgement = judge(
            actor=officer(), match=Match.objects.get(), outcome="same", ground="details-equal", comment="Seen"
        )
        decide(actor=an_actor("approver"), judgement=judgement, agree=True)
        (row,) = of_party(party).rows
        assert (row.state, row.since) == ("confirmed", dt.date(2025, 1, 1))

    def test_an_open_match_on_a_list_where_the_party_is_known_to_be_is_one_line(self) -> None:
        a_list(an_entry("7", "Quandrexo Maritime Ltd", list_key=BLOCKING))
        party = a_party("Quandrexo Maritime Ltd")
        on_list(party, BLOCKING)
        screened(party)
        (row,) = of_party(party).rows
        assert (row.state, row.match) == ("listed", Match.objects.get())

    def test_a_report_does_not_hide_an_open_match(self) -> None:
        a_list(an_entry("7", "Quandrexo Maritime Ltd", list_key=BLOCKING))
        party = a_party("Quandrexo Maritime Ltd")
        on_list(party, BLOCKING, status="pending_reported")
        screened(party)
        assert {str(row.state) for row in of_party(party).rows} == {"pending_reported", "potential"}

    def test_measures_bear_their_status(self) -> None:
        party = a_party()
        measured(party, status="pending")
        (row,) = of_party(party).rows
        assert (row.kind, row.state, row.answer.sentence) == ("measure", "pending", "not-yet")

    def test_what_names_the_entity_behind_a_brand_reaches_the_brand(self) -> None:
        entity, brand = a_party("Entity"), a_party("Brand", kind="group")
        brand.principal = entity
        saved(brand)
        on_list(entity)
        assert told(of_party(party_by_id(brand.id)).rows) == {("direct", "Entity", "list", "listed")}


def test_the_parties_that_have_an_exposure_and_the_uses_that_rest_on_them() -> None:
    named, owned, free, held_little = a_party("Named"), a_party("Owned"), a_party("Free"), a_party("Held a little")
    on_list(named)
    own(named, owned)
    own(named, held_little, equity_pct=Decimal(5))
    on_list(free, status="not_found")
    assert set(exposed_parties()) == {named.id, owned.id}
    model = a_model(developer=owned, kind="base")
    tune = a_model(developer=free)
    edge(tune, model)
    uses = [use_of(model), use_of(tune), a_use(operator_id=owned.id), a_use(), a_use()]
    state("deployment", uses[3].deployment_id, sub_processors=["Owned"])
    found = uses_by_party(Use.objects.all(), [named.id, owned.id, free.id, held_little.id])
    for party in (named, owned, free, held_little):
        assert found[party.id] == set(use_ids_reading("party", [party.id]).values_list("id", flat=True))
    assert len(found[owned.id]) == 4


def test_what_names_a_brand_is_told_of_the_brand_alone() -> None:
    brand, entity = a_party("Brand", kind="group"), a_party("Entity")
    entity.group = brand
    saved(entity)
    measured(brand)
    assert set(exposed_parties()) == {brand.id}
    assert told(of_party(entity).rows) == {("direct", "Brand", "measure", "in_force")}


def test_many_parties_take_as_many_queries_as_one() -> None:
    def some(number: int) -> None:
        for _ in range(number):
            party, owner = a_party(), a_party()
            own(owner, party)
            on_list(owner, "US-SDN")
            measured(party)

    some(1)
    with CaptureQueriesContext(connection) as one:
        exposed_parties()
    some(8)
    with CaptureQueriesContext(connection) as many:
        assert len(exposed_parties()) == 18
    assert len(many) == len(one)


def test_what_comes_by_several_ways_is_one_line_that_names_them() -> None:
    maker = a_party("Maker")
    base, tune = a_model("Base", developer=maker, kind="base"), a_model("Tune", developer=maker)
    edge(tune, base)
    on_list(maker)
    (row,) = of_use(seen(use_of(tune, operator_id=maker.id))).rows
    assert [str(way) for way, _ in row.ways] == ["direct", "lineage", "hosting"]
    assert [list(path) for _, path in row.ways] == [["Maker"], ["Tune", "Base", "Maker"], ["Maker"]]
