"""Parties and stakes: duplicates, percentages, circles."""

import datetime as dt
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.accounts.roles import PERMISSIONS, Role
from apps.audit.selectors import history
from apps.core.changes import change
from apps.core.errors import DuplicateFound, InvalidInput, NotPermitted, WeighbridgeError
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.parties.models import Party, PartyName, Stake
from apps.parties.services import create_party, record_stake
from tests.database import TestDatabase
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
def test_ownership_does_not_run_in_a_circle() -> None:
    top, middle, bottom = a_party(), a_party(), a_party()
    a_stake(top, middle)
    a_stake(middle, bottom)
    for owner, owned in ((bottom, top), (middle, top), (bottom, middle), (top, top)):
        with pytest.raises(InvalidInput, match="circle"):
            a_stake(owner, owned)
    a_stake(top, bottom)
    assert Stake.objects.count() == 3


@pytest.mark.django_db
def test_a_stake_that_has_ended_makes_no_circle() -> None:
    seller, buyer = a_party(), a_party()
    stake = a_stake(seller, buyer)
    with change(SETUP, "stake.end"):
        stake.valid_to = AS_OF
        stake.save()
    assert a_stake(buyer, seller).id


@pytest.mark.django_db
@settings(max_examples=15, deadline=None)
@given(edges=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12))
def test_whatever_is_recorded_nobody_owns_themselves(edges: list[tuple[int, int]]) -> None:
    parties = [a_party() for _ in range(5)]
    owned: dict[int, set[int]] = {number: set() for number in range(5)}
    for owner, target in edges:
        circle = owner == target or owner in _below(target, owned)
        if circle:
            with pytest.raises(InvalidInput):
                a_stake(parties[owner], parties[target])
        else:
            a_stake(parties[owner], parties[target])
            owned[owner].add(target)


def _below(number: int, owned: dict[int, set[int]]) -> set[int]:
    found: set[int] = set()
    for next_one in owned[number]:
        found |= {next_one} | _below(next_one, owned)
    return found


def test_two_writers_at_once_cannot_close_a_circle(committed_db: TestDatabase) -> None:
    first, second = a_party(), a_party()
    start, outcomes = Barrier(2), []

    def write(owner: Party, owned: Party) -> None:
        try:
            start.wait(timeout=10)
            a_stake(owner, owned)
            outcomes.append("recorded")
        except WeighbridgeError:
            outcomes.append("refused")
        finally:
            connection.close()

    writers = [Thread(target=write, args=pair) for pair in ((first, second), (second, first))]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(outcomes) == ["recorded", "refused"]
