"""Parties, their names and domains, and stakes: duplicates, percentages, circles, corrections."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from apps.accounts.roles import PERMISSIONS, Role
from apps.audit.selectors import history
from apps.core.changes import change
from apps.core.clock import now
from apps.core.errors import Conflict, DuplicateFound, InvalidInput, NotPermitted
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.parties.models import Party, PartyName, Stake
from apps.parties.selectors import owners_above, ownership_of, parties_resting_on
from apps.parties.services import (
    add_domain,
    add_name,
    correct_stake,
    create_party,
    end_stake,
    record_stake,
    remove_domain,
    remove_name,
    withdraw_stake,
)
from tests.making import SETUP, a_party, a_team, an_actor

AS_OF = dt.date(2026, 10, 1)


def a_stake(owner: Party, owned: Party, **more: Any) -> Stake:
    said = {"basis": "equity", "equity_pct": Decimal(40), "source": "Annual report 2025", "as_of": AS_OF}
    return record_stake(**{"actor": SETUP, "owner": owner, "owned": owned, **said, **more})


@pytest.mark.django_db
def test_a_party_with_its_name_in_native_script() -> None:
    party = create_party(actor=SETUP, name=" Example Intelligence Co., Ltd. ", native_name="示例智能有限公司")
    assert party.name == "Example Intelligence Co., Ltd."
    assert party.names.get().name == "示例智能有限公司"
    assert {entry.action for entry in history([party.id, party.names.get().id])} == {"party.create"}


@pytest.mark.django_db
def test_the_same_name_in_another_case_is_offered_instead() -> None:
    party = a_party("Example Intelligence")
    with pytest.raises(DuplicateFound) as refused:
        create_party(actor=SETUP, name="EXAMPLE intelligence")
    assert refused.value.existing == str(party.id)
    assert not PartyName.objects.filter(party=party).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name": ""}, "/name"),
        ({"name": "x" * 301}, "/name"),
        ({"name": "gnp\u202eexe"}, "/name"),
        ({"kind": "planet"}, "/kind"),
        ({"native_name": "a\x00"}, "/native_name"),
    ],
)
def test_wrong_parties_are_refused(fields: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        create_party(actor=SETUP, **{"name": "Right", **fields})
    assert refused.value.errors[0].pointer == where


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_who_may_enter_parties_and_stakes(role: str) -> None:
    actor = an_actor(role, team=a_team())
    owner, owned = a_party(), a_party()
    if "register.change" in PERMISSIONS[role]:
        assert create_party(actor=actor, name="New").id
        return
    with pytest.raises(NotPermitted):
        create_party(actor=actor, name="New")
    with pytest.raises(NotPermitted):
        a_stake(owner, owned, actor=actor)


@pytest.mark.django_db
def test_a_stake_tells_those_who_judge() -> None:
    told: list[set[SubjectRef]] = []

    def listen(subjects: set[SubjectRef], **_: Any) -> None:
        told.append(subjects)

    facts_changed.connect(listen)
    try:
        owner, owned = a_party(), a_party()
        stake = a_stake(owner, owned, source_url="https://example.com/report")
    finally:
        facts_changed.disconnect(listen)
    assert {SubjectRef("party", owned.id)} in told
    assert stake.owner_name == owner.name
    assert history([stake.id]).get().action == "stake.record"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"equity_pct": Decimal("100.001")}, "/equity_pct"),
        ({"equity_pct": Decimal("-0.1")}, "/equity_pct"),
        ({"equity_pct": Decimal("NaN")}, "/equity_pct"),
        ({"voting_pct": Decimal("Infinity")}, "/voting_pct"),
        ({"basis": "friendship"}, "/basis"),
        ({"source": ""}, "/source"),
        ({"source_url": "javascript:alert(1)"}, "/source_url"),
    ],
)
def test_wrong_stakes_are_refused(fields: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        a_stake(a_party(), a_party(), **fields)
    assert refused.value.errors[0].pointer == where
    assert not Stake.objects.exists()


@pytest.mark.django_db
def test_cross_holdings_run_in_a_circle_and_nobody_holds_themselves() -> None:
    top, middle, bottom = a_party(), a_party(), a_party()
    for owner, owned in ((top, middle), (middle, bottom), (bottom, top), (middle, top)):
        a_stake(owner, owned)
    with pytest.raises(InvalidInput) as refused:
        a_stake(top, top)
    assert refused.value.errors[0].pointer == "/owner"
    everybody = {top.id, middle.id, bottom.id}
    assert owners_above([bottom.id], AS_OF) == everybody - {bottom.id}
    assert parties_resting_on([top.id]) == everybody
    assert ownership_of([bottom.id], on=AS_OF).parties == everybody


@pytest.mark.django_db
def test_an_owner_outside_of_the_register_and_a_free_float() -> None:
    party = a_party()
    said = {"owned": party, "basis": "equity", "equity_pct": Decimal(20), "source": "Report", "as_of": AS_OF}
    named = record_stake(actor=SETUP, owner_name="A family", **said)
    floating = record_stake(actor=SETUP, free_float=True, **said)
    assert [(row.owner, row.owner_name, row.free_float) for row in (named, floating)] == [
        (None, "A family", False),
        (None, "Free float", True),
    ]
    for wrong, where in (({}, "/owner_name"), ({"owner": a_party(), "free_float": True}, "/free_float")):
        with pytest.raises(InvalidInput) as refused:
            record_stake(actor=SETUP, **said, **wrong)
        assert refused.value.errors[0].pointer == where


@pytest.mark.django_db
class TestChangingStakes:
    def test_an_ended_stake_keeps_what_was_known_before(self) -> None:
        stake = a_stake(a_party(), a_party())
        before = now()
        ended = end_stake(actor=SETUP, stake=stake, valid_to=AS_OF, source="Notice of sale", as_of=AS_OF)
        assert (ended.valid_to, ended.equity_pct, ended.source_label) == (AS_OF, stake.equity_pct, "Notice of sale")
        assert list(Stake.objects.filter(owned=stake.owned)) == [ended]
        assert [found.last for found in ownership_of([stake.owned_id], on=AS_OF).holdings] == [AS_OF]
        assert [found.last for found in ownership_of([stake.owned_id], on=AS_OF, recorded=before).holdings] == [None]
        assert {entry.action for entry in history([ended.id])} == {"stake.end"}

    def test_a_correction_has_a_reason_and_replaces_what_it_names_alone(self) -> None:
        stake = a_stake(a_party(), a_party(), voting_pct=Decimal(10))
        right = correct_stake(actor=SETUP, stake=stake, reason="A slip of the pen", equity_pct=Decimal("4.5"))
        assert (right.equity_pct, right.voting_pct, right.owner) == (Decimal("4.5"), Decimal(10), stake.owner)
        assert Stake.every.get(id=stake.id).superseded_by == right
        assert history([right.id]).get().reason == "A slip of the pen"
        with pytest.raises(InvalidInput):
            correct_stake(actor=SETUP, stake=right, reason=" ", equity_pct=Decimal(5))

    def test_a_stake_that_never_was_is_taken_back(self) -> None:
        stake = a_stake(a_party(), a_party())
        withdraw_stake(actor=SETUP, stake=stake, reason="Another company of this name")
        assert not Stake.objects.filter(id=stake.id).exists()
        assert Stake.every.get(id=stake.id).superseded_at

    def test_the_last_day_does_not_lie_before_the_first(self) -> None:
        stake = a_stake(a_party(), a_party(), valid_from=AS_OF)
        with pytest.raises(InvalidInput) as refused:
            end_stake(actor=SETUP, stake=stake, valid_to=AS_OF - dt.timedelta(days=1), source="Notice", as_of=AS_OF)
        assert refused.value.errors[0].pointer == "/valid_to"

    def test_whoever_comes_second_is_told_so(self) -> None:
        stake = a_stake(a_party(), a_party())
        withdraw_stake(actor=SETUP, stake=stake, reason="never was")
        with pytest.raises(Conflict):
            correct_stake(actor=SETUP, stake=stake, reason="late", equity_pct=Decimal(5))
        with pytest.raises(Conflict):
            end_stake(actor=SETUP, stake=stake, valid_to=AS_OF, source="Notice", as_of=AS_OF)
        assert not Stake.objects.exists()

    def test_a_person_corrects_what_the_knowledge_says_and_it_stays_so(self) -> None:
        stake = a_stake(a_party(), a_party())
        with change(SETUP, "test.enter"):
            stake.channel = "knowledge"
            stake.save()
        right = correct_stake(actor=SETUP, stake=stake, reason="newer report", equity_pct=Decimal(5))
        assert right.channel == "person"


@pytest.mark.django_db
class TestNames:
    SAID = {"source": "Register of companies", "as_of": AS_OF}

    def test_names_of_every_kind_with_their_source(self) -> None:
        party = a_party()
        for kind in PartyName.Kind.values:
            add_name(actor=SETUP, party=party, name="示例", kind=kind, language="zh", **self.SAID)
        name = party.names.get(kind="brand")
        assert (name.source_label, name.as_of, name.state) == ("Register of companies", AS_OF, "claimed_by_owner")
        assert history([name.id]).get().action == "party.name"
        with pytest.raises(DuplicateFound):
            add_name(actor=SETUP, party=party, name="示例", kind="brand", **self.SAID)
        remove_name(actor=SETUP, name=name, reason="sold")
        assert party.names.filter(kind="brand").count() == 0

    @pytest.mark.parametrize(
        ("fields", "where"),
        [
            ({"name": " "}, "/name"),
            ({"kind": "nickname"}, "/kind"),
            ({"language": "Chinese!"}, "/language"),
            ({"source": ""}, "/source"),
            ({"as_of": dt.date(1900, 1, 1)}, "/as_of"),
        ],
    )
    def test_wrong_names_are_refused(self, fields: dict[str, Any], where: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            add_name(actor=SETUP, party=a_party(), **{"name": "Right", "kind": "alias", **self.SAID, **fields})
        assert refused.value.errors[0].pointer == where

    def test_domains_in_small_letters(self) -> None:
        party = a_party()
        domain = add_domain(actor=SETUP, party=party, domain="API.Example.com.", **self.SAID)
        assert domain.domain == "api.example.com"
        with pytest.raises(DuplicateFound):
            add_domain(actor=SETUP, party=party, domain="api.example.com", lookalike=True, **self.SAID)
        remove_domain(actor=SETUP, domain=domain, reason="sold")
        assert not party.domains.exists()

    @pytest.mark.parametrize("domain", ["", "https://example.com", "example", "a b.com", "-x.com", "x" * 64 + ".com"])
    def test_what_is_no_domain_is_refused(self, domain: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            add_domain(actor=SETUP, party=a_party(), domain=domain, **self.SAID)
        assert refused.value.errors[0].pointer == "/domain"

    def test_what_the_knowledge_brings_stays(self) -> None:
        party = a_party()
        name = add_name(actor=SETUP, party=party, name="Brand", kind="brand", **self.SAID)
        with change(SETUP, "test.enter"):
            name.channel = "knowledge"
            name.save()
        with pytest.raises(Conflict):
            remove_name(actor=SETUP, name=name, reason="wrong")

    @pytest.mark.parametrize("role", [Role.OWNER, Role.AUDITOR, Role.CI])
    def test_who_may_not(self, role: str) -> None:
        actor, party = an_actor(role, team=a_team()), a_party()
        name = add_name(actor=SETUP, party=party, name="Brand", kind="brand", **self.SAID)
        stake = a_stake(a_party(), party)
        for write in (
            lambda: add_name(actor=actor, party=party, name="Other", kind="brand", **self.SAID),
            lambda: remove_name(actor=actor, name=name, reason="no"),
            lambda: add_domain(actor=actor, party=party, domain="example.com", **self.SAID),
            lambda: withdraw_stake(actor=actor, stake=stake, reason="no"),
            lambda: correct_stake(actor=actor, stake=stake, reason="no", equity_pct=Decimal(1)),
            lambda: end_stake(actor=actor, stake=stake, valid_to=AS_OF, source="no", as_of=AS_OF),
        ):
            with pytest.raises(NotPermitted):
                write()
        assert Stake.objects.filter(id=stake.id).exists()
