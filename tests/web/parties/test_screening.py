"""The screening of a party on its page: now and at a past moment, as a table, and as a document."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from apps.core.clock import now
from apps.reports.models import Report
from apps.sanctions.models import Match, ScreeningRun
from apps.sanctions.screening import judging
from tests.making import a_party, officer
from tests.sanctions.lists.making import a_source, in_use, listed
from tests.sanctions.screening.making import everybody, screened
from tests.web.conftest import ClientOf
from tests.web.reading import entries_since, main_of, newest
from tests.web.world import FORMULA, NASTY, World


def at(world: World, **query: str) -> str:
    asked = f"?{urlencode(query)}" if query else ""
    return f"/parties/{world.developer.id}/screening{asked}"


def judged(world: World) -> None:
    match = Match.objects.get(id=world.shared["match_id"])
    judging.judge(actor=officer(), match=match, outcome="different", ground="country-differs", comment=NASTY)


class TestThePage:
    def test_shows_result_versions_and_matches_each_with_its_list(self, world: World, client_of: ClientOf) -> None:
        run = ScreeningRun.objects.get(id=world.shared["run_id"])
        page = client_of("auditor").get(at(world))
        text = main_of(page)
        assert {row["sha256"] for row in run.lists} <= set(text.split())
        for shown in ("Alpha Labs", "screened-list", "What made the likeness", "Nobody had judged it.", run.digest):
            assert shown in text, shown
        assert "Evidence (PDF)" in text
        assert "You are looking at the past" not in page.content.decode()

    def test_the_page_of_the_party_leads_to_it_for_those_who_may_see_it(
        self, world: World, client_of: ClientOf
    ) -> None:
        address = f'href="{at(world)}"'
        assert address in client_of("officer").get(f"/parties/{world.developer.id}").content.decode()
        assert address not in client_of("owner").get(f"/parties/{world.developer.id}").content.decode()
        assert client_of("owner").get(at(world)).status_code == 403
        assert client_of("owner").get(f"/parties/{world.developer.id}/screening.csv").status_code == 403

    def test_the_past_has_a_ribbon_and_nothing_that_came_later(self, world: World, client_of: ClientOf) -> None:
        before = now()
        judged(world)
        client = client_of("officer")
        past = client.get(at(world, as_of=before.isoformat())).content.decode()
        present = client.get(at(world)).content.decode()
        assert "You are looking at the past" in past
        assert "Nobody had judged it." in past
        assert "The country differs" not in past
        assert "The country differs" in present
        assert "&lt;script&gt;alert(1)" in present
        assert "<script>alert(1)" not in present

    def test_before_anybody_compared_it_is_no_clearance(self, world: World, client_of: ClientOf) -> None:
        text = main_of(client_of("officer").get(f"/parties/{a_party('Quiet Ltd').id}/screening"))
        assert "Not compared" in text
        assert "That is no clearance." in text
        assert "Nothing found" not in text

    @pytest.mark.parametrize("wrong", ["2999-01-01T00:00", "yesterday"])
    def test_a_moment_that_is_none_is_told_at_the_field(self, world: World, client_of: ClientOf, wrong: str) -> None:
        client = client_of("officer")
        page = client.get(at(world, as_of=wrong))
        assert page.status_code == 200
        assert 'role="alert"' in page.content.decode()
        table = client.get(f"/parties/{world.developer.id}/screening.csv?as_of={wrong}")
        assert table.status_code == 422

    def test_costs_as_much_with_many_matches_and_runs(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")

        def count() -> int:
            client.get(at(world))
            with CaptureQueriesContext(connection) as queries:
                assert client.get(at(world)).status_code == 200
            return len(queries)

        judged(world)
        everybody()
        before = count()
        in_use(
            a_source("", "screened-list"),
            [listed(str(number), f"Alpha Labs {number}", list_key="screened-list") for number in range(12)],
        )
        for _number in range(4):
            screened(world.developer)
            everybody()
        assert count() == before


class TestTheTable:
    def test_has_lists_matches_and_runs_and_no_formula(self, world: World, client_of: ClientOf) -> None:
        party = a_party(FORMULA)
        screened(party)
        answer = client_of("auditor").get(f"/parties/{party.id}/screening.csv")
        assert answer["Content-Type"].startswith("text/csv")
        assert f"-{now():%Y-%m-%d}.csv" in answer["Content-Disposition"]
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert {"party", "list", "own result"} <= {row["section"] for row in rows}
        assert {row["party"] for row in rows} == {f"'{FORMULA}"}


class TestTheDocument:
    def ask(self, client: Any, world: World, **more: str) -> Any:
        sent = {"kind": "screening", "subject_type": "party", "subject_id": str(world.developer.id), **more}
        with TestCase.captureOnCommitCallbacks(execute=True):
            return client.post("/reports", sent)

    def test_is_made_as_of_the_moment_on_the_page(self, world: World, client_of: ClientOf) -> None:
        client, before, moment = client_of("auditor"), newest(), now()
        answer = self.ask(client, world, as_of=moment.isoformat(), language="de")
        page = client.get(answer["Location"])
        report = page.context["report"]
        assert (report.state, report.as_of, report.language) == (Report.State.DONE, moment, "de")
        assert "Screening evidence" in main_of(page)
        assert f'href="/parties/{world.developer.id}"' in page.content.decode()
        assert "report.request" in {entry.action for entry in entries_since(before)}
        evidence = client.get(f"{answer['Location']}/evidence.json").json()
        assert evidence["matches"][0]["list"] == "screened-list"
        assert client_of("officer").get("/reports?kind=screening").context["listing"].rows == [report]

    def test_is_not_for_those_who_may_not_see_screenings(self, world: World, client_of: ClientOf) -> None:
        before = newest()
        assert self.ask(client_of("owner"), world).status_code == 403
        assert self.ask(client_of("officer"), world, as_of="2999-01-01T00:00").status_code == 422
        assert not entries_since(before)
