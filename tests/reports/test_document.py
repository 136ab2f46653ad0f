"""The PDF: readable by people and machines, the same every time, and closed to the outside."""

import io
import json
import socket
from collections.abc import Callable
from typing import Any

import pikepdf
import pydyf
import pytest

from apps.core.canonical import canonical_json, digest
from apps.reports import rendering
from apps.reports.rendering import pdf as printing
from apps.reports.rendering import words
from apps.reports.rendering.html import document_html
from tests.reports.reading import bookmarks, drawn, has_shape, opened, text_of
from tests.reports.world import NATIVE

Document = Callable[[str], tuple[bytes, int]]


def rendered(evidence: dict[str, Any], language: str = "en") -> pikepdf.Pdf:
    return opened(rendering.render_pdf(evidence, language, digest(evidence))[0])


class TestReading:
    def test_chinese_names_are_drawn_with_real_glyphs(self, document: Document) -> None:
        pdf = opened(document("en")[0])
        glyphs = [glyph for glyph in drawn(pdf) if glyph.text and glyph.text in NATIVE]
        assert {glyph.text for glyph in glyphs} == set(NATIVE)
        assert all(has_shape(pdf, glyph) for glyph in {one.text: one for one in glyphs}.values())

    def test_no_glyph_stands_for_a_missing_character(self, document: Document) -> None:
        pdf = opened(document("de")[0])
        assert 0 not in {glyph.glyph for glyph in drawn(pdf)}

    def test_a_character_that_no_font_has_is_spelled_out(self, evidence: dict[str, Any]) -> None:
        evidence["subject"]["name"] = "Model \U00013000"
        pdf = rendered(evidence)
        assert "[U+13000]" in text_of(pdf, page=1)
        assert 0 not in {glyph.glyph for glyph in drawn(pdf)}

    def test_without_a_font_for_chinese_nothing_is_printed_and_the_package_is_named(
        self, evidence: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(printing, "_write", lambda *args: (b"", 1, "青"))
        with pytest.raises(printing.MissingFont) as refused:
            rendering.render_pdf(evidence, "en", digest(evidence))
        assert "fonts-wqy-microhei" in refused.value.message

    def test_every_page_has_its_number_the_policy_and_the_digest(
        self, document: Document, evidence: dict[str, Any]
    ) -> None:
        content, pages = document("en")
        pdf = opened(content)
        assert len(pdf.pages) == pages > 10
        short = digest(evidence).removeprefix("sha256:")[:16]
        for number in range(1, pages + 1):
            text = text_of(pdf, page=number)
            assert f"{number}/{pages}" in text
            assert f"v1·{short}" in text

    def test_bookmarks_and_contents_lead_to_the_sections(self, document: Document) -> None:
        pdf = opened(document("en")[0])
        found = bookmarks(pdf)
        assert len(found) == 17
        contents = text_of(pdf, page=2)
        for number, (title, page) in enumerate(found, start=1):
            heading = title.replace(" ", "")
            assert heading.startswith(str(number))
            assert heading in text_of(pdf, page=page)
            assert heading.removeprefix(str(number)) in contents
        assert [page for _, page in found] == sorted(page for _, page in found)

    def test_sections_that_every_dossier_must_have_are_there(self, document: Document) -> None:
        titles = " ".join(title for title, _ in bookmarks(opened(document("en")[0])))
        for title in ("Decision", "Parties", "Lineage", "Licence", "Deployments", "What we do not know", "Sources"):
            assert title in titles

    def test_german_takes_labels_from_the_catalogue_and_words_from_the_rules(
        self, document: Document, evidence: dict[str, Any]
    ) -> None:
        pdf = opened(document("de")[0])
        text = text_of(pdf)
        assert str(pdf.Root.Lang) == "de"
        rule = evidence["rules"][evidence["findings"][0]["rule"]]
        assert rule["title"]["de"].replace(" ", "") in text
        assert rule["title"]["en"].replace(" ", "") not in text
        assert "LänderderNutzung" in text
        assert "Österreich(AT)" in text
        assert "verbietetnicht" in text


class TestMachineReading:
    def test_the_attached_file_is_the_evidence_and_its_digest_the_printed_one(
        self, document: Document, evidence: dict[str, Any]
    ) -> None:
        pdf = opened(document("en")[0])
        attached = pdf.attachments["evidence.json"]
        assert attached.get_file().read_bytes() == canonical_json(evidence)
        assert attached.obj.AFRelationship == pikepdf.Name.Source
        assert list(pdf.Root.AF) == [attached.obj]
        assert digest(evidence) in text_of(pdf, page=1)

    def test_it_says_that_it_can_be_archived_and_read_aloud(self, document: Document) -> None:
        pdf = opened(document("en")[0])
        metadata = pdf.Root.Metadata.read_bytes().decode()
        assert 'pdfaid:part="3"' in metadata
        assert 'pdfaid:conformance="A"' in metadata
        assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        figures = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Figure"]
        assert figures
        assert all("Lineage of" in str(figure.Alt) for figure in figures)

    def test_title_author_language_and_dates_come_from_the_evidence(
        self, document: Document, evidence: dict[str, Any]
    ) -> None:
        pdf = opened(document("en")[0])
        assert str(pdf.docinfo["/Title"]) == "Audit dossier: Qingshan-7B-Instruct"
        assert str(pdf.docinfo["/Author"]) == "Nordlicht Versicherung AG"
        assert str(pdf.Root.Lang) == "en"
        made = evidence["as_of"][:10].replace("-", "")
        assert str(pdf.docinfo["/CreationDate"]).startswith(f"D:{made}")

    def test_no_stream_ends_in_what_looks_like_a_line_break(self) -> None:
        wrong = {True: 0, False: 0}
        for guarded in wrong:
            for number in range(600):
                pdf = pydyf.PDF()
                content = b"a" * (number % 24) + b"b" * (number // 24)  # the last byte is that of a sum over all
                pdf.add_object(pydyf.Stream([content], compress=True))
                if guarded:
                    printing.compress_streams(pdf)
                target = io.BytesIO()
                pdf.write(target, compress=True)
                wrong[guarded] += target.getvalue().count(b"\r\nendstream")
                read = opened(target.getvalue())
                streams = [one for one in read.objects if isinstance(one, pikepdf.Stream)]
                assert content in [one.read_bytes() for one in streams]
        assert wrong[True] == 0 < wrong[False]


class TestRepeating:
    def test_the_same_evidence_gives_the_same_bytes(self, document: Document, evidence: dict[str, Any]) -> None:
        again = json.loads(json.dumps(evidence), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
        assert list(again) != list(evidence)
        assert rendering.render_pdf(again, "en", digest(evidence))[0] == document("en")[0]


class TestHostileNames:
    def test_markup_in_names_is_text_and_nothing_is_fetched(
        self, evidence: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []

        def noted(url: str, *args: Any, **kwargs: Any) -> Any:
            asked.append(url)
            raise printing.FetchRefused(url)

        def no_network(*args: Any, **kwargs: Any) -> Any:
            raise AssertionError("the renderer opened a connection")

        monkeypatch.setattr(printing, "refuse", noted)
        monkeypatch.setattr(socket.socket, "connect", no_network)
        hostile = """<img src=http://evil.test/a.png><style>@import url(http://evil.test/b.css)</style>"'}</style>"""
        evidence["subject"]["name"] = evidence["identity"]["name"] = hostile
        evidence["uses"][0]["name"] = evidence["organisation"] = hostile
        evidence["lineage"]["ancestors"][0]["parent"] = hostile
        evidence["sources"][0]["url"] = "javascript:alert(1)"
        pdf = rendered(evidence)
        assert asked == []
        assert "<imgsrc=http://evil.test/a.png>" in text_of(pdf, page=1)
        targets = {str(note.A.URI) for page in pdf.pages for note in page.get("/Annots", []) if "/A" in note}
        assert targets
        assert all(target.startswith("https://") for target in targets)

    def test_the_renderer_refuses_whatever_a_document_asks_for(self) -> None:
        html = '<html lang="en"><title>x</title><img alt="" src="file:///etc/passwd"><p>text</p>'
        content, pages = printing.pdf_from(html, b"{}", as_of="2026-11-24T12:00:00+00:00")
        assert pages == 1
        pdf = opened(content)
        assert text_of(pdf) == "text"
        assert not [one for one in pdf.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"]
        with pytest.raises(printing.FetchRefused):
            printing.refuse("file:///etc/passwd")


class TestSize:
    def test_three_hundred_uses_fit(self, evidence: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(words, "MOST_DETAILS", 20)
        first = evidence["uses"][0]
        evidence["uses"] = [{**first, "number": number, "name": f"Use {number}"} for number in range(1, 301)]
        for name in ("deployments", "use_cases"):
            first = evidence[name][0]
            evidence[name] = [{**first, "number": number, "uses": [number]} for number in range(1, 301)]
        evidence["findings"] = evidence["findings"][:3]
        for group in evidence["findings"]:
            group["uses"] = [{**group["uses"][0], "use": number} for number in range(1, 301)]
        pdf = rendered(evidence)
        text = text_of(pdf)
        assert "U300" in text
        assert "D300" in text
        assert "U1–U300" in text
        assert "of300.Theattachedfileevidence.jsonhasallofthem." in text

    def test_a_table_ends_after_two_thousand_rows_and_says_so(self, evidence: dict[str, Any]) -> None:
        source = evidence["sources"][0]
        evidence["sources"] = [{**source, "number": number} for number in range(1, 2501)]
        html = document_html(evidence, "en", digest(evidence))
        assert 'id="source-2000"' in html
        assert 'id="source-2001"' not in html
        assert "Shown here: 2000 of 2500." in " ".join(html.split())
