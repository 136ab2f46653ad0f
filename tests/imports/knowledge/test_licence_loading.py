"""Loading licences: nothing twice, exactly what changed, people's statements left alone, malformed files refused."""

import datetime as dt
import re
from pathlib import Path

import pytest

from apps.audit.models import AuditEntry
from apps.core.changes import change
from apps.facts.models import State
from apps.facts.selectors import current_facts
from apps.facts.services import Statement, assert_fact
from apps.facts.subjects import SourceRef, SubjectRef
from apps.imports.knowledge import licences as module
from apps.imports.knowledge import reading
from apps.imports.knowledge.licences import LicenceEntry, load_licences, read_licences
from apps.imports.knowledge.reading import KnowledgeError
from apps.imports.knowledge.report import LoadReport
from apps.imports.knowledge.rows import remove_leftovers
from apps.licences.models import Duty, Licence
from tests.making import SETUP, officer

ENTRIES = {entry.key: entry for entry in read_licences()}


def load(entries: list[LicenceEntry] | None = None) -> LoadReport:
    """Load the files' licences, or others, as the whole load does."""
    report = LoadReport()
    with change(SETUP, "knowledge.load"):
        load_licences(SETUP, report, list(ENTRIES.values()) if entries is None else entries)
        remove_leftovers(report)
    return report


@pytest.mark.django_db
def test_loading_twice_writes_nothing() -> None:
    first = load()
    assert len(first.names("licences", "created")) == Licence.objects.count() == 69
    assert len(first.names("duties", "created")) == Duty.objects.count()
    journal = AuditEntry.objects.count()
    second = load()
    assert not second.changed
    assert len(second.names("licences", "unchanged")) == 69
    assert AuditEntry.objects.count() == journal


@pytest.mark.django_db
def test_facts_are_known_with_source_and_quality() -> None:
    load()
    licence = Licence.objects.get(key="llama-3.1-community")
    subject = SubjectRef("licence", licence.id)
    facts = current_facts([subject])[subject]
    assert facts["mau_threshold"].known
    assert facts["mau_threshold"].source_quality == "primary"
    assert facts["excluded_territories"].known
    assert facts["excluded_territories"].value == []
    assert licence.text_sha256
    assert licence.ref == "LicenseRef-scancode-llama-3.1-license-2024"


@pytest.mark.django_db
def test_a_change_in_a_file_updates_exactly_that() -> None:
    load()
    mit = ENTRIES["mit"]
    facts = [{**row, "value": "prohibited"} if row["field"] == "commercial_use" else row for row in mit.facts]
    duties = {**mit.duties, "caution": {**mit.duties["patent"], "text_en": "New.", "text_de": "Neu."}}
    del duties["scope"]
    changed = LicenceEntry(key="mit", columns={**mit.columns, "name": "MIT"}, facts=facts, duties=duties)
    report = load([changed if entry.key == "mit" else entry for entry in ENTRIES.values()])
    assert report.names("licences", "changed") == ["mit (name)"]
    assert report.names("duties", "created") == ["mit: caution"]
    assert len(report.names("duties", "withdrawn")) == 1
    assert report.names("facts of licence", "changed") == ["mit: commercial_use"]
    assert not report.names("licences", "created")
    assert not report.names("duties", "changed")
    assert SubjectRef("licence", Licence.objects.get(key="mit").id) in report.touched


@pytest.mark.django_db
def test_what_a_person_asserted_stays_and_shows_as_a_conflict() -> None:
    load()
    subject = SubjectRef("licence", Licence.objects.get(key="yi-community-2.1").id)
    said = Statement(
        subject=subject,
        field="commercial_use",
        value="allowed",
        state="verified",
        source=SourceRef("Letter of the licensor"),
        as_of=dt.date(2026, 10, 1),
    )
    assert_fact(actor=officer(), statement=said)
    assert not load().changed
    found = current_facts([subject])[subject]["commercial_use"]
    assert (found.value, found.state) == ("allowed", State.VERIFIED)
    assert [side.value for side in found.conflicts] == ["needs_authorisation"]


@pytest.mark.django_db
def test_a_licence_that_left_the_files_goes_unless_a_person_spoke_about_it() -> None:
    load()
    subject = SubjectRef("licence", Licence.objects.get(key="mit").id)
    said = Statement(
        subject=subject,
        field="separate_licence_on_file",
        value=True,
        state="verified",
        source=SourceRef("Contract"),
        as_of=dt.date(2026, 10, 1),
    )
    assert_fact(actor=officer(), statement=said)
    report = load([entry for entry in ENTRIES.values() if entry.key not in ("mit", "grok-2-community")])
    assert report.names("licences", "withdrawn") == ["Grok 2 / xAI Community License"]
    assert report.names("licences", "kept") == ["MIT License"]
    assert Licence.objects.filter(key="mit").exists()


SOURCES = "- {key: t, label: A text, date: 2026-01-01, quality: primary, sha256: %s}\n" % ("ab" * 32)
GOOD = "- key: a\n  name: A\n  ref: LicenseRef-a\n  category: permissive\n  text: t\n"


@pytest.mark.parametrize(
    ("sources", "licences", "message"),
    [
        (SOURCES, GOOD + "  surprise: 1\n", "surprise"),
        (SOURCES, GOOD.replace("permissive", "free"), "category"),
        (SOURCES, GOOD.replace("LicenseRef-a", "some licence"), "ref"),
        (SOURCES, GOOD + "  duties:\n  - {term: fun, s: t, en: A., de: B.}\n", "term"),
        (SOURCES, GOOD + "  duties:\n  - {term: patent, s: t, en: A.}\n", "de is missing"),
        (SOURCES, GOOD + "  duties:\n  - {term: patent, s: u, en: A., de: B.}\n", "the source u"),
        (SOURCES, GOOD + "  silent:\n  - {s: t, terms: [fun]}\n", "fun is no term"),
        (SOURCES, GOOD + "  silent:\n  - {s: t, terms: [patent]}\n  unseen:\n  - {s: t, terms: [patent]}\n", "twice"),
        (SOURCES, GOOD + "  facts:\n    commercial_use: {value: perhaps, s: t}\n", "must be one of"),
        (SOURCES, GOOD + "  facts:\n    excluded_territories: {value: [NO], s: t}\n", "quotation marks"),
        (SOURCES, GOOD + "  facts:\n    text_sha256: {value: ab, s: t}\n", "no fact that can be stated"),
        (SOURCES, GOOD + GOOD, "twice"),
        (SOURCES, GOOD + "  hub_tags: [x]\n" + GOOD.replace("key: a", "key: b") + "  hub_tags: [x]\n", "means neither"),
        (SOURCES.replace("ab" * 32, "xyz"), GOOD, "SHA-256"),
        (SOURCES + SOURCES.replace("key: t", "key: u"), GOOD, "nothing rests on u"),
    ],
)
def test_malformed_files_are_refused(
    sources: str, licences: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "licences").mkdir()
    (tmp_path / "licences" / "sources.yaml").write_text(sources, encoding="utf-8")
    (tmp_path / "licences" / "some.yaml").write_text(licences, encoding="utf-8")
    monkeypatch.setattr(reading, "FILES", tmp_path)
    monkeypatch.setattr(module, "FILES", tmp_path)
    with pytest.raises(KnowledgeError, match=re.escape(message)):
        read_licences()
