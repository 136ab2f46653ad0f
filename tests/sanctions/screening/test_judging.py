"""People say whether a match is the same or another; some judgements take two."""

import datetime as dt

import pytest

from apps.accounts.roles import Role
from apps.core.changes import change
from apps.core.clock import today
from apps.core.errors import Conflict, InvalidInput, NotPermitted
from apps.sanctions.models import Judgement, Match
from apps.sanctions.screening import judging
from tests.making import SETUP, a_party, a_team, an_actor, officer, state
from tests.sanctions.lists.making import in_use, listed
from tests.sanctions.screening.making import BLOCKING, EXPORT, a_list, a_match, say_what_lists_mean, screened, standing

pytestmark = pytest.mark.django_db

SECOND_PERSON = {
    "clearing a probable match": (BLOCKING, 0.9, "different", True),
    "clearing a probable match on an export list": (EXPORT, 0.85, "different", True),
    "clearing a possible match": (BLOCKING, 0.84, "different", False),
    "confirming on a blocking list": (BLOCKING, 0.72, "same", True),
    "confirming on an export list": (EXPORT, 0.95, "same", False),
}


@pytest.fixture(autouse=True)
def _meanings(db: None) -> None:
    """What being on a list means decides how many people judge."""
    say_what_lists_mean()


@pytest.mark.parametrize(("list_key", "score", "outcome", "two"), SECOND_PERSON.values(), ids=SECOND_PERSON.keys())
def test_who_decides(list_key: str, score: float, outcome: str, two: bool) -> None:
    match = a_match(score, list_key)
    ground = "details-equal" if outcome == "same" else "country-differs"
    judgement = judging.judge(actor=officer(), match=match, outcome=outcome, ground=ground)
    match.refresh_from_db()
    assert judgement.state == ("proposed" if two else "in_force")
    assert match.state == ("open" if two else outcome)


def test_the_second_person_is_another_one_than_the_first() -> None:
    first, match = officer(), a_match(0.9)
    judgement = judging.judge(actor=first, match=match, outcome="different", ground="country-differs")
    with pytest.raises(NotPermitted):
        judging.decide(actor=first, judgement=judgement, agree=True)
    judging.decide(actor=an_actor(Role.APPROVER), judgement=judgement, agree=True)
    match.refresh_from_db()
    assert match.state == "different"
    assert standing(match.party).result == "clean"
    assert standing(match.party).open_matches == 0


def test_disagreeing_leaves_the_match_open_and_says_why() -> None:
    match = a_match(0.9)
    judgement = judging.judge(actor=officer(), match=match, outcome="different", ground="name-differs")
    with pytest.raises(InvalidInput):
        judging.decide(actor=officer(), judgement=judgement, agree=False)
    judging.decide(actor=officer(), judgement=judgement, agree=False, comment="The register number is the same.")
    match.refresh_from_db()
    assert match.state == "open"
    judging.judge(actor=officer(), match=match, outcome="same", ground="identifier-equal")


def test_a_confirmed_match_puts_the_party_on_the_list() -> None:
    match = a_match(0.9, EXPORT)
    judging.judge(actor=officer(), match=match, outcome="same", ground="details-equal", evidence="Annual report")
    assert standing(match.party).listed_on == [EXPORT]
    assert standing(match.party).result == "matches"


def test_a_match_is_judged_once() -> None:
    match = a_match(0.9, EXPORT)
    judging.judge(actor=officer(), match=match, outcome="same", ground="details-equal")
    with pytest.raises(Conflict):
        judging.judge(actor=officer(), match=match, outcome="different", ground="country-differs")


BAD = {
    "no such outcome": ({"outcome": "perhaps", "ground": "other"}, "/outcome"),
    "a ground that does not fit": ({"outcome": "same", "ground": "country-differs"}, "/ground"),
    "another ground without a comment": ({"outcome": "different", "ground": "other"}, "/comment"),
}


@pytest.mark.parametrize(("values", "pointer"), BAD.values(), ids=BAD.keys())
def test_a_bad_judgement_is_refused(values: dict[str, str], pointer: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        judging.judge(actor=officer(), match=a_match(0.8), **values)
    assert [error.pointer for error in caught.value.errors] == [pointer]
    assert not Judgement.objects.exists()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OWNER, Role.APPROVER, Role.ADMINISTRATOR])
def test_only_officers_judge(role: str) -> None:
    with pytest.raises(NotPermitted):
        judging.judge(
            actor=an_actor(role, team=a_team()), match=a_match(0.8), outcome="different", ground="name-differs"
        )


def test_no_task_judges() -> None:
    with pytest.raises(NotPermitted):
        judging.judge(actor=SETUP, match=a_match(0.8), outcome="different", ground="name-differs")


def test_identical_pairs_are_judged_together_and_others_are_not() -> None:
    entry = {"kind": "organisation", "countries": ("XK",)}
    a_list(
        listed("1", "Quandrexo Maritime Ltd", list_key=EXPORT, **entry),
        listed("2", "Quandrexo Maritime Ltd", list_key=EXPORT, **entry),
        listed("3", "Quandrexo Maritime Logistics Holdings", list_key=EXPORT, **entry),
        list_key=EXPORT,
    )
    party = a_party("Quandrexo Maritime Ltd")
    screened(party)
    match = Match.objects.get(party=party, reference="1")
    assert [other.reference for other in judging.alike(match)] == ["2"]
    judging.judge(actor=officer(), match=match, outcome="same", ground="source-says", alike=True)
    states = dict(Match.objects.filter(party=party).values_list("reference", "state"))
    assert states["1"] == states["2"] == "same"
    assert states.get("3", "open") == "open"


def test_a_changed_entry_voids_the_judgement_and_opens_another_match() -> None:
    source, _ = a_list(listed("7", "Quandrexo Maritime Ltd", list_key=EXPORT), list_key=EXPORT)
    party = a_party("Quandrexo Maritime Ltd")
    screened(party)
    match = Match.objects.get(party=party)
    judgement = judging.judge(actor=officer(), match=match, outcome="same", ground="details-equal")
    in_use(source, [listed("7", "Quandrexo Maritime Ltd", list_key=EXPORT, remarks="Another address")])
    screened(party)
    judgement.refresh_from_db()
    assert judgement.state == "void"
    assert judgement.ended_at
    assert sorted(Match.objects.filter(party=party).values_list("state", flat=True)) == ["gone", "open"]
    assert standing(party).listed_on == []


def test_a_changed_party_voids_the_judgement() -> None:
    match = a_match(0.8)
    judgement = judging.judge(actor=officer(), match=match, outcome="different", ground="name-differs")
    state("party", match.party_id, hq_country="DE")
    screened(match.party)
    judgement.refresh_from_db()
    assert judgement.state == "void"
    assert standing(match.party).open_matches == 1


def test_clearing_ends_after_a_year_and_confirming_does_not() -> None:
    cleared = judging.judge(actor=officer(), match=a_match(0.8), outcome="different", ground="name-differs")
    assert cleared.expires_on == today() + dt.timedelta(days=365)
    with change(SETUP, "tests.fill"):
        Judgement.objects.update(expires_on=today() - dt.timedelta(days=1))
    assert judging.expire_judgements(actor=SETUP) == 1
    cleared.match.refresh_from_db()
    cleared.refresh_from_db()
    assert (cleared.match.state, cleared.state) == ("open", "expired")
    assert judging.expire_judgements(actor=SETUP) == 0


def test_a_judgement_can_be_taken_back_with_a_reason() -> None:
    match = a_match(0.9, EXPORT)
    judging.judge(actor=officer(), match=match, outcome="same", ground="details-equal")
    with pytest.raises(InvalidInput):
        judging.reopen(actor=officer(), match=match, reason=" ")
    judging.reopen(actor=officer(), match=match, reason="The report meant another company.")
    match.refresh_from_db()
    assert match.state == "open"
    assert standing(match.party).listed_on == []
    with pytest.raises(Conflict):
        judging.reopen(actor=officer(), match=match, reason="again")
