"""What was known of a party at a past moment: before and after a list's new version, before and after a judgement."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.changes import change
from apps.core.clock import now
from apps.core.errors import NotFound
from apps.core.ids import uuid7
from apps.core.spreadsheets import csv_bytes
from apps.sanctions.models import ListSource, Match
from apps.sanctions.screening import deltas, records
from apps.sanctions.screening.past import Known, known_at
from apps.sanctions.screening.selectors import results_by
from tests.making import SETUP, a_party
from tests.reports.screened import Past, a_past
from tests.sanctions.lists.making import listed
from tests.sanctions.screening.making import BLOCKING, EXPORT, a_list, everybody, screened

pytestmark = pytest.mark.django_db


@pytest.fixture
def past(db: None) -> Past:
    return a_past()


def let_lists_grow_old() -> None:
    with change(SETUP, "tests.fill"):
        ListSource.objects.update(oldest_hours=0)


def record(known: Known) -> records.Record:
    return records.record_of(known, results_by(known.party.id, known.moment))


def table(found: records.Record) -> list[dict[str, Any]]:
    head, *rows = records.table_of(found)
    return [dict(zip(head, row, strict=True)) for row in rows]


class TestMoments:
    def test_before_anybody_looked_nothing_is_known(self, past: Past) -> None:
        known = known_at(past.party.id, past.entered)
        assert (known.result, known.worst, known.run, known.lists) == ("waiting", "not-compared", None, [])
        assert known.evidence.judgements == []

    def test_before_the_new_version_nothing_was_found_and_it_says_against_what(self, past: Past) -> None:
        known = known_at(past.party.id, past.compared)
        assert (known.result, known.worst, known.found) == ("clean", "clean", [])
        (version,) = known.lists
        assert (version.frozen["version"], version.frozen["sha256"], version.entries) == (1, past.first.sha256, 20)
        assert [one.key for one in known.not_compared] == [EXPORT]

    def test_after_it_the_match_is_open(self, past: Past) -> None:
        known = known_at(past.party.id, past.switched)
        (found,) = known.found
        assert (known.result, known.worst, found.state) == ("matches", "open-probable", "open")
        assert (found.living, found.found["list"]) == (None, BLOCKING)
        assert found.entry is not None
        assert found.list is not None
        assert found.list.effect_class == "blocking"
        (version,) = known.lists
        assert (version.frozen["version"], version.frozen["sha256"]) == (2, past.second.sha256)

    def test_one_person_leaves_it_open(self, past: Past) -> None:
        (found,) = known_at(past.party.id, past.proposed).found
        assert found.state == "open"
        assert found.living is not None
        assert (found.living.state, found.living.second_person) == ("proposed", "")

    def test_two_people_clear_it(self, past: Past) -> None:
        known = known_at(past.party.id, past.decided)
        (found,) = known.found
        assert (known.result, known.worst, found.state) == ("clean", "cleared", "different")
        assert found.living is not None
        assert (found.living.state, found.living.ended) == ("in_force", False)
        assert found.living.second_person

    def test_a_run_over_everybody_covers_it_without_a_row(self, past: Past) -> None:
        known = known_at(past.party.id, past.covered)
        assert known.run is not None
        assert known.last is not None
        assert [known.run] == known.evidence.since
        assert known.last.run != known.run
        assert (known.run.reason, known.result, known.worst) == ("nightly", "clean", "cleared")

    def test_taken_back_it_is_open_again_with_the_judgement_on_record(self, past: Past) -> None:
        known = known_at(past.party.id, past.reopened)
        (found,) = known.found
        assert (known.result, found.state, found.living) == ("matches", "open", None)
        assert [(one.state, one.judgement.ended_why) for one in found.judgements] == [("void", "New information.")]

    def test_judgements_of_another_wording_stay_on_record(self, past: Past) -> None:
        with change(SETUP, "tests.fill"):
            past.party.name = "Quandrexo Maritime Limited"
            past.party.save()
        screened(past.party)
        known = known_at(past.party.id, now())
        assert [one.state for one in known.earlier] == ["void"]
        assert [one.judgements for one in known.found] == [[]]
        assert Match.objects.filter(party=past.party).count() == 2


class TestDoubt:
    def test_lists_that_are_too_old_make_it_unknown(self, past: Past) -> None:
        let_lists_grow_old()
        party = a_party("Fulmondaro Weaving Mill")
        screened(party)
        known = known_at(party.id, now())
        assert (known.result, known.worst, len(known.stale)) == ("unknown", "unknown", 1)

    def test_a_later_run_with_old_lists_makes_it_unknown_too(self, past: Past) -> None:
        party = a_party("Fulmondaro Weaving Mill")
        screened(party)
        before = now()
        let_lists_grow_old()
        run = deltas.screen_version(actor=SETUP, version=past.second)
        assert not run.screenings.exists()
        assert known_at(party.id, before).result == "clean"
        assert known_at(party.id, now()).result == "unknown"

    def test_a_group_behind_an_entity_is_not_covered_by_runs_over_everybody(self, past: Past) -> None:
        group = a_party("Fulmondaro", kind="group")
        screened(group)
        with change(SETUP, "tests.fill"):
            group.principal = past.party
            group.save()
        everybody()
        known = known_at(group.id, now())
        assert known.evidence.since == []
        assert known.stands_for_it == past.party

    def test_a_party_there_is_not_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            known_at(uuid7(), now())


class TestTables:
    def test_every_part_has_its_lines_negative_results_too(self, past: Past) -> None:
        rows = table(record(known_at(past.party.id, past.covered)))
        sections = [row["section"] for row in rows]
        assert [row["section"] for row in rows] == [
            *("party", "list", "list not compared", "match", "judgement", "run since", "own result", "own result"),
        ], sections
        by_section = {row["section"]: row for row in rows}
        assert by_section["list"]["sha256"] == past.second.sha256
        assert by_section["match"]["effect_class"] == "blocking"
        assert (by_section["judgement"]["state"], by_section["judgement"]["outcome"]) == ("in_force", "different")
        assert [row["result"] for row in rows if row["section"] == "own result"] == ["matches", "clean"]
        assert {row["party"] for row in rows} == {past.party.name}

    def test_no_cell_is_run_as_a_formula(self) -> None:
        a_list(listed("=1+1", "=HYPERLINK Quandrexo Maritime", list_key=BLOCKING))
        party = a_party("=HYPERLINK Quandrexo Maritime")
        screened(party)
        text = csv_bytes(records.table_of(record(known_at(party.id, now())))).decode("utf-8-sig")
        assert "'=HYPERLINK Quandrexo Maritime" in text
        assert ",=" not in text
        assert ',"=' not in text

    def test_the_record_is_the_same_for_one_moment_however_late_it_is_asked_for(self, past: Past) -> None:
        before = record(known_at(past.party.id, past.proposed))
        screened(past.party)
        everybody()
        assert record(known_at(past.party.id, past.proposed)) == before


def test_queries_are_constant(past: Past) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            record(known_at(past.party.id, now()))
        return len(queries)

    before = count()
    a_list(*(listed(str(number), past.party.name, list_key=BLOCKING) for number in range(8)))
    screened(past.party)
    for _number in range(3):
        everybody()
    assert len(known_at(past.party.id, now()).found) == 9
    assert count() == before
