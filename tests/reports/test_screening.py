"""Screening evidence as a document: what was compared with which versions, what was found and who judged it."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apps.accounts.roles import Role
from apps.core.canonical import canonical_json, digest
from apps.core.clock import now
from apps.core.errors import InvalidInput, NotFound, NotPermitted
from apps.core.ids import uuid7
from apps.reports import services
from apps.reports.gathering import gather_evidence
from apps.reports.models import Report
from apps.reports.rendering import render_pdf, words
from apps.reports.rendering.html import document_html
from apps.reports.selectors import report_by_id, reports
from tests.making import SETUP, a_model, a_party, a_team, an_actor, officer
from tests.reports.reading import bookmarks, opened, text_of
from tests.reports.screened import Past, a_past

pytestmark = pytest.mark.django_db


@pytest.fixture
def past(db: None) -> Past:
    return a_past()


def asked(past: Past, at: dt.datetime | None = None, language: str = "en", actor: Any = None) -> Report:
    return services.request_report(
        actor=actor or officer(),
        kind="screening",
        subject_type="party",
        subject_id=past.party.id,
        language=language,
        as_of=at,
    )


def gathered(past: Past, at: dt.datetime | None = None) -> dict[str, Any]:
    reader = officer()
    return gather_evidence(asked(past, at, actor=reader), reader)


def squeezed(text: str) -> str:
    return text.replace(" ", "")


class TestAsking:
    def test_it_is_made_as_other_documents_are(self, past: Past, settings: Any, tmp_path: Path) -> None:
        settings.WEIGHBRIDGE_HOME = tmp_path
        report = services.make_report(actor=SETUP, report_id=asked(past).id)
        assert (report.state, report.error) == ("done", "")
        assert services.file_name(report) == f"weighbridge-screening-quandrexo-maritime-ltd-{report.as_of:%Y-%m-%d}.pdf"
        with services.open_file(report) as file:
            pdf = opened(file.read())
        assert pdf.attachments["evidence.json"].get_file().read_bytes() == canonical_json(report.evidence)
        assert digest(report.evidence) == report.evidence_digest

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"subject_type": "model"}, "/subject/type"),
            ({"as_of": dt.datetime(2999, 1, 1, tzinfo=dt.UTC)}, "/as_of"),
            ({"language": "fr"}, "/language"),
        ],
    )
    def test_what_there_is_not_is_refused(self, wrong: dict[str, Any], pointer: str) -> None:
        body = {"kind": "screening", "subject_type": "party", "subject_id": a_party().id, "language": "en", **wrong}
        with pytest.raises(InvalidInput) as refused:
            services.request_report(actor=officer(), **body)
        assert refused.value.errors[0].pointer == pointer

    def test_a_dossier_is_of_the_present(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            services.request_report(
                actor=officer(),
                kind="dossier",
                subject_type="model",
                subject_id=a_model().id,
                language="en",
                as_of=now(),
            )
        assert refused.value.errors[0].pointer == "/as_of"

    def test_a_party_there_is_not_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            services.request_report(
                actor=officer(), kind="screening", subject_type="party", subject_id=uuid7(), language="en"
            )

    def test_whoever_may_not_read_screenings_neither_asks_nor_reads(self, past: Past) -> None:
        owner = an_actor(Role.OWNER, team=a_team())
        with pytest.raises(NotPermitted):
            asked(past, actor=owner)
        report = asked(past)
        with pytest.raises(NotFound):
            report_by_id(owner, report.id)
        with pytest.raises(NotPermitted):
            gather_evidence(report, owner)
        assert report in reports(an_actor(Role.AUDITOR))

    def test_one_who_lost_the_right_does_not_see_the_own_documents_either(self, past: Past) -> None:
        before = officer()
        report = asked(past, actor=before)
        after = replace(before, roles=frozenset(), team_roles=frozenset({(a_team().id, str(Role.OWNER))}))
        assert report in reports(before)
        assert report not in reports(after)


class TestEvidence:
    def test_it_answers_for_the_moment(self, past: Past) -> None:
        found = {
            "compared": gathered(past, past.compared),
            "switched": gathered(past, past.switched),
            "decided": gathered(past, past.decided),
        }
        results = {name: (one["result"], one["worst"], len(one["matches"])) for name, one in found.items()}
        assert results == {
            "compared": ("clean", "clean", 0),
            "switched": ("matches", "open-probable", 1),
            "decided": ("clean", "cleared", 1),
        }
        assert [row["sha256"] for row in found["compared"]["lists"]] == [past.first.sha256]
        (judged,) = found["decided"]["matches"][0]["judgements"]
        assert judged["second_person"]
        assert judged["comment"] == "Another company."
        assert found["switched"]["matches"][0]["judgements"] == []

    def test_it_survives_every_reader(self, past: Past) -> None:
        evidence = gathered(past)
        assert json.loads(json.dumps(evidence)) == evidence
        assert digest(evidence) == digest(json.loads(canonical_json(evidence)))

    def test_ownership_names_every_regime(self, past: Past) -> None:
        shares = gathered(past)["ownership"]
        assert [row["regime"] for row in shares] == ["OFAC", "EU", "UK", "BIS-AFFILIATES", "DSP"]
        assert {row["outcome"] for row in shares} <= {"unknown", "below"}


class TestDocument:
    def test_versions_checksums_result_and_judgement_are_printed(self, past: Past) -> None:
        evidence = gathered(past, past.covered)
        content, pages = render_pdf(evidence, "en", digest(evidence))
        pdf = opened(content)
        text = text_of(pdf)
        for shown in (
            past.second.sha256,
            evidence["covered_by"]["digest"],
            evidence["compared_in"]["digest"],
            evidence["asked_digest"],
            "wb-names-",
            "Nothing found",
            "Matches that people found to be others",
            "Blocking: no dealings",
            "Another company.",
            "second person:",
            "Seen the extract.",
            "TEST-PROGRAMME",
            "Every night",
        ):
            assert squeezed(shown) in text, shown
        cover = text_of(pdf, page=1)
        assert "Nothingfound" in cover
        short = digest(evidence).removeprefix("sha256:")[:16]
        for number in range(1, pages + 1):
            assert f"{number}/{pages}" in text_of(pdf, page=number)
            assert short in text_of(pdf, page=number)
        titles = [title for title, _page in bookmarks(pdf)]
        assert titles[0].endswith("What was compared")
        assert any("What we do not know" in title for title in titles)

    def test_the_cover_names_list_and_effect_of_what_is_open(self, past: Past) -> None:
        evidence = gathered(past, past.switched)
        cover = text_of(opened(render_pdf(evidence, "en", digest(evidence))[0]), page=1)
        assert squeezed("Blocking: no dealings · TEST-BLOCKING · Open") in cover

    def test_a_negative_result_is_a_document_too(self, past: Past) -> None:
        evidence = gathered(past, past.compared)
        text = text_of(opened(render_pdf(evidence, "en", digest(evidence))[0]))
        assert squeezed("Nothing found in any list that was compared with") in text
        assert past.first.sha256 in text
        assert past.second.sha256 not in text
        assert squeezed("No entry was near the party.") in text

    def test_a_party_that_nobody_compared_is_no_clean_one(self, past: Past) -> None:
        text = document_html(gathered(past, past.entered), "en", "sha256:0")
        assert "Not compared" in text
        assert "Nobody had compared the party with any list by then." in text
        assert "Nothing found in any list" not in text

    def test_german_is_german(self, past: Past) -> None:
        text = document_html(gathered(past), "de", "sha256:0")
        assert '<html lang="de">' in text
        assert "Sperrend" in text or "Sperre" in text

    def test_the_same_evidence_gives_the_same_bytes(self, past: Past) -> None:
        evidence = gathered(past)
        again = json.loads(json.dumps(evidence), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
        assert render_pdf(again, "en", digest(evidence)) == render_pdf(evidence, "en", digest(evidence))

    def test_names_are_text_and_nothing_bare_is_said(self, past: Past) -> None:
        evidence = gathered(past)
        evidence["matches"][0]["name"] = "<script>alert(1)</script>"
        text = document_html(evidence, "en", "sha256:0")
        assert "<script>alert" not in text
        assert "sanctioned" not in text.lower()

    def test_long_tables_end_and_say_so(self, past: Past) -> None:
        evidence = gathered(past, past.covered)
        evidence["runs_since"] = evidence["runs_since"] * (words.MOST_ROWS + 5)
        text = document_html(evidence, "en", "sha256:0")
        assert f"Shown here: {words.MOST_ROWS} of {words.MOST_ROWS + 5}." in text
