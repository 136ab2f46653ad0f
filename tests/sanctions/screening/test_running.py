"""Runs: what is kept of those who are near a listed name, and of those who are not."""

import datetime as dt

import pytest
from django.core.exceptions import ObjectDoesNotExist

from apps.audit.models import AuditEntry
from apps.core.changes import change
from apps.core.clock import now
from apps.parties.models import Party, PartyName
from apps.sanctions.entries import EntryKind
from apps.sanctions.models import ListSource, Match, PartyStanding, Screening, ScreeningRun
from apps.sanctions.screening import deltas, running
from apps.sanctions.screening.selectors import evidence_of
from tests.making import SETUP, a_party, state
from tests.sanctions.lists.making import in_use, listed
from tests.sanctions.screening.making import a_list, everybody, screened, standing

pytestmark = pytest.mark.django_db


def test_a_listed_name_becomes_an_open_match_that_explains_itself() -> None:
    a_list(listed("7", "Quandrexo Maritime Ltd", list_key="TEST-BLOCKING"))
    party = a_party("Quandrexo Maritime Limited")
    run = screened(party)
    match = Match.objects.get(party=party)
    assert (match.state, match.band, match.list_key, match.reference) == ("open", "probable", "TEST-BLOCKING", "7")
    assert all({"code", "points", "detail"} <= set(row) for row in match.features)
    assert standing(party).result == "matches"
    assert standing(party).open_matches == 1
    assert (run.parties, run.matches, run.state) == (1, 1, "done")
    assert [row["list"] for row in Screening.objects.get(run=run).found] == ["TEST-BLOCKING"]


def test_nothing_found_is_a_result_with_the_versions_it_rests_on() -> None:
    source, version = a_list()
    party = a_party("Harmless Bakery Ltd")
    run = screened(party)
    assert Screening.objects.get(run=run, party=party).result == "clean"
    (kept,) = run.lists
    assert (kept["source"], kept["version"], kept["sha256"]) == (source.key, version.number, version.sha256)
    assert not kept["stale"]


def test_without_any_list_nothing_is_clean() -> None:
    party = a_party("Harmless Bakery Ltd")
    screened(party)
    assert standing(party).result == "unknown"


def test_against_a_list_that_is_too_old_nothing_is_clean() -> None:
    source, _ = a_list()
    with change(SETUP, "tests.fill"):
        ListSource.objects.filter(id=source.id).update(confirmed_at=now() - dt.timedelta(hours=source.oldest_hours + 1))
    party = a_party("Harmless Bakery Ltd")
    assert screened(party).lists[0]["stale"]
    assert standing(party).result == "unknown"


def test_a_brand_is_not_compared_but_other_names_are() -> None:
    a_list(
        listed("1", "Quandrexo", list_key="TEST-BLOCKING"), listed("2", "Vuldamar Shipping", list_key="TEST-BLOCKING")
    )
    party = a_party("Harmless Bakery Ltd", native_name="Vuldamar Shipping")
    with change(SETUP, "tests.fill"):
        PartyName(party=party, name="Quandrexo", kind=PartyName.Kind.BRAND).save()
    screened(party)
    assert list(Match.objects.filter(party=party).values_list("reference", flat=True)) == ["2"]


def test_a_group_is_compared_through_the_entity_that_stands_for_it() -> None:
    a_list()
    entity = a_party("Harmless Bakery Ltd")
    group = a_party("Harmless", kind=Party.Kind.GROUP)
    with change(SETUP, "tests.fill"):
        Party.objects.filter(id=group.id).update(principal=entity)
    everybody()
    assert standing(entity).result == "clean"
    with pytest.raises(ObjectDoesNotExist):
        standing(group)


def test_the_same_again_changes_nothing() -> None:
    a_list(listed("7", "Quandrexo Maritime Ltd", list_key="TEST-BLOCKING"))
    party = a_party("Quandrexo Maritime Limited")
    first, second = screened(party), screened(party)
    match = Match.objects.get(party=party)
    assert (match.first_run, match.last_run) == (first, second)


def test_a_run_over_everybody_keeps_a_row_only_for_those_who_changed() -> None:
    a_list(listed("7", "Quandrexo Maritime Ltd", list_key="TEST-BLOCKING"))
    near, far = a_party("Quandrexo Maritime Limited"), a_party("Harmless Bakery Ltd")
    assert everybody().screenings.count() == 2
    again = everybody()
    assert (again.screenings.count(), again.parties, again.matches) == (0, 2, 1)
    assert {standing(near).run, standing(far).run} == {again}
    state("party", far.id, hq_country="DE")
    assert list(everybody().screenings.values_list("party", flat=True)) == [far.id]


def test_an_interrupted_run_goes_on_behind_the_last_party() -> None:
    a_list()
    parties = sorted((a_party() for _ in range(3)), key=lambda party: party.id)
    run = running.begin_run(actor=SETUP, reason=ScreeningRun.Reason.NIGHTLY, everybody=True)
    running.compare(actor=SETUP, run=run, party_ids=[parties[0].id])
    assert running.unfinished_run() == run
    finished = running.screen_everybody(actor=SETUP, run=ScreeningRun.objects.get(id=run.id))
    assert finished.parties == 3
    assert finished.screenings.count() == 3
    assert running.unfinished_run() is None


def test_the_journal_has_a_digest_over_the_results() -> None:
    a_list(listed("7", "Quandrexo Maritime Ltd", list_key="TEST-BLOCKING"))
    run = screened(a_party("Quandrexo Maritime Limited"), a_party())
    assert run.digest == running.results_digest(ScreeningRun.objects.get(id=run.id))
    entry = AuditEntry.objects.filter(subject_id=run.id, operation="update").order_by("-seq")[0]
    assert entry.after["digest"] == run.digest
    row = run.screenings.first()
    assert row
    Screening.objects.filter(id=row.id).update(result="clean", found=[])
    assert run.digest != running.results_digest(run)


def test_due_are_parties_that_were_never_compared_or_changed_since() -> None:
    a_list()
    party, other = a_party(), a_party()
    assert set(running.due_parties()) >= {party.id, other.id}
    screened(*Party.objects.all())
    assert running.due_parties() == []
    state("party", party.id, hq_country="DE")
    assert running.due_parties() == [party.id]


def test_a_new_version_touches_only_those_it_concerns() -> None:
    source, _ = a_list(listed("1", "Vuldamar Shipping Co", list_key="TEST-BLOCKING"), *_fillers())
    gone, near, far = a_party("Vuldamar Shipping Co"), a_party("Quandrexo Maritime Limited"), a_party("Harmless Bakery")
    everybody()
    assert Match.objects.get(party=gone).state == "open"
    version = in_use(source, [listed("2", "Quandrexo Maritime Ltd", list_key="TEST-BLOCKING"), *_fillers()])
    run = deltas.screen_version(actor=SETUP, version=version)
    assert set(run.screenings.values_list("party", flat=True)) == {gone.id, near.id}
    assert Match.objects.get(party=gone).state == "gone"
    assert Match.objects.get(party=near).state == "open"
    assert standing(far).run == run
    assert standing(far).result == "clean"
    assert run.lists[0]["version"] == version.number


def _fillers() -> list[object]:
    return [
        listed(f"f{number}", f"Filler {word} Works", list_key="TEST-BLOCKING") for number, word in enumerate("abcdefgh")
    ]


def test_a_vessel_of_the_same_name_is_no_match_of_a_company() -> None:
    a_list(listed("1", "QUANDREXO STAR", list_key="TEST-BLOCKING", kind=EntryKind.VESSEL))
    party = a_party("Quandrexo Star")
    screened(party)
    assert not Match.objects.filter(party=party, band="probable").exists()


def test_evidence_of_a_past_day_names_the_run_that_covered_it() -> None:
    a_list()
    party = a_party("Harmless Bakery Ltd")
    before = now()
    first, second = everybody(), everybody()
    found = evidence_of(party.id, now())
    assert found.last
    assert found.last.run == first
    assert found.last.result == "clean"
    assert found.since == [second]
    assert found.covered_by == second
    assert evidence_of(party.id, before).covered_by is None


def test_a_party_that_is_entered_is_compared_at_once(django_capture_on_commit_callbacks: object) -> None:
    a_list()
    party = a_party("Harmless Bakery Ltd")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        state("party", party.id, hq_country="DE")
    assert PartyStanding.objects.filter(party=party, result="clean").exists()
