"""Licences with their facts and duties, from the files in `licences/`: one per family, and the texts they rest on."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.accounts.actors import Actor
from apps.facts.models import State
from apps.facts.subjects import SubjectRef
from apps.imports.knowledge.reading import FILES, Entry, KnowledgeError, Sources, keyed
from apps.imports.knowledge.report import LoadReport
from apps.imports.knowledge.rows import Rows, by, subject
from apps.imports.knowledge.statements import fact_entries, settle, statement
from apps.licences.models import Duty, Licence
from apps.licences.terms import UnknownTerms, read_terms

FOLDER = "licences"
TEXTS = "licences/sources.yaml"
LIKE = "like"
SILENT = {"text_en": "The text says nothing about this.", "text_de": "Der Text sagt dazu nichts."}
UNSEEN = {
    "text_en": "Not known: no text was seen that would say it.",
    "text_de": "Nicht bekannt: Es wurde kein Text gesehen, der es sagt.",
}
_REFERENCE = re.compile(r"[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*")


@dataclass(frozen=True)
class LicenceEntry:
    """One licence as its file describes it: columns of the row, facts about the subject, duties by their term."""

    key: str
    columns: dict[str, Any]
    facts: list[dict[str, Any]]
    duties: dict[str, dict[str, Any]]


def read_licences() -> list[LicenceEntry]:
    """The licences of all families. Raises `KnowledgeError`, also for a text or a tag of the hub that fits two."""
    texts = Sources.load(TEXTS)
    found: dict[str, LicenceEntry] = {}
    tags: dict[str, str] = {}
    for entry in _families():
        licence = _licence(entry, texts)
        if licence.key in found:
            raise entry.error("stands in two files")
        for tag in licence.columns["hub_tags"]:
            if tag in tags:
                raise entry.error(f"the tag {tag} means {tags[tag]} as well, so it means neither")
            tags[tag] = licence.key
        found[licence.key] = licence
    for licence in found.values():
        _take_over(licence, found)
    if texts.unused:
        raise KnowledgeError(f"{TEXTS}: nothing rests on {', '.join(sorted(texts.unused))}")
    return list(found.values())


def _families() -> Iterator[Entry]:
    for path in sorted((FILES / FOLDER).glob("*.yaml")):
        file = f"{FOLDER}/{path.name}"
        if file != TEXTS:
            yield from keyed(file)


def _licence(entry: Entry, texts: Sources) -> LicenceEntry:
    with entry:
        key, ref = entry.text("key", max_length=120), entry.text("ref", max_length=200)
        if not _REFERENCE.fullmatch(ref):
            raise entry.error("ref must be an SPDX identifier or expression")
        columns = {
            "key": key,
            "ref": ref,
            "name": entry.text("name"),
            "category": entry.choice("category", Licence.Category.values),
            "hub_tags": entry.texts("hub_tags", max_length=100),
            **_text(entry, texts),
            "terms": _terms(entry, texts),
        }
        facts = fact_entries(entry, "facts", "licence", texts)
        return LicenceEntry(key=key, columns=columns, facts=facts, duties=_duties(entry, texts))


def _terms(entry: Entry, texts: Sources) -> dict[str, Any] | None:
    """The typed terms as they are stored: sources by their name and address instead of their key."""
    if not entry.has("terms"):
        return None
    named = {key: _sourced(value, entry, texts) for key, value in entry.take("terms").items()}
    if LIKE not in named:
        _refuse_unknown_terms(named, entry.error)
    return named


def _sourced(value: Any, entry: Entry, texts: Sources) -> Any:
    if isinstance(value, list):
        return [_sourced(one, entry, texts) for one in value]
    if not isinstance(value, dict) or "s" not in value:
        return value
    source = texts.find(value["s"], entry)
    rest = {key: found for key, found in value.items() if key != "s"}
    return {**rest, "source": source.label, "url": source.url}


def _refuse_unknown_terms(terms: dict[str, Any], error: Callable[[str], KnowledgeError]) -> None:
    try:
        read_terms(terms)
    except UnknownTerms as unknown:
        raise error(str(unknown)) from unknown


def _take_over(licence: LicenceEntry, known: Mapping[str, LicenceEntry]) -> None:
    """`like: KEY` among the terms: those not given are the ones of that licence, in the text of which they stand."""
    own = licence.columns["terms"]
    if not own or LIKE not in own:
        return
    like = known.get(own[LIKE])
    if like is None or not like.columns["terms"] or LIKE in like.columns["terms"]:
        raise KnowledgeError(f"{FOLDER}: {licence.key}: {own[LIKE]} is no licence with terms of its own")
    rest = {key: value for key, value in own.items() if key != LIKE}
    licence.columns["terms"] = {**like.columns["terms"], **rest}
    _refuse_unknown_terms(licence.columns["terms"], lambda text: KnowledgeError(f"{FOLDER}: {licence.key}: {text}"))


def _text(entry: Entry, texts: Sources) -> dict[str, Any]:
    """The wording that was read; empty where only parts of it, or what others say about it, were seen."""
    if not entry.has("text"):
        return {"text_sha256": "", "text_source": "", "text_date": None}
    text = texts.find(entry.take("text"), entry)
    if not text.sha256:
        raise entry.error(f"the text {text.key} has no checksum")
    return {"text_sha256": text.sha256, "text_source": text.label, "text_date": text.date}


def _duties(entry: Entry, texts: Sources) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for term, duty in (
        *_stated(entry, texts),
        *_blanket(entry, "silent", SILENT, texts),
        *_blanket(entry, "unseen", UNSEEN, texts),
    ):
        if term in found:
            raise entry.error(f"the duty {term} stands twice")
        found[term] = duty
    return found


def _stated(entry: Entry, texts: Sources) -> Iterator[tuple[str, dict[str, Any]]]:
    for row in entry.entries("duties"):
        with row:
            term = row.choice("term", Duty.Term.values)
            said = {f"text_{language}": row.text(language, max_length=1000) for language in ("en", "de")}
            yield term, {**said, "clause": row.text("clause", "", max_length=200), **_sourcing(row, texts)}


def _blanket(entry: Entry, key: str, said: dict[str, str], texts: Sources) -> Iterator[tuple[str, dict[str, Any]]]:
    """The terms on which a text is silent, or which were not seen, said with the same words for all."""
    for row in entry.entries(key):
        with row:
            sourcing = _sourcing(row, texts)
            if key == "unseen":
                sourcing["state"] = State.UNKNOWN
            for term in row.texts("terms"):
                if term not in Duty.Term.values:
                    raise row.error(f"{term} is no term")
                yield term, {**said, "clause": "", **sourcing}


def _sourcing(row: Entry, texts: Sources) -> dict[str, Any]:
    sourcing = row.sourcing(texts)
    return {
        "state": sourcing.state,
        "source_label": sourcing.source.label,
        "source_url": sourcing.source.url,
        "source_quality": sourcing.source.quality,
        "as_of": sourcing.as_of,
    }


def load_licences(actor: Actor, report: LoadReport, entries: list[LicenceEntry]) -> dict[str, Licence]:
    """Bring licences, their duties and their facts in step with the files; the licences by their key."""
    rows = Rows(report, "licences", Licence, by(Licence.objects.all(), "key"), subject("licence"))
    licences = {entry.key: rows.put(entry.key, entry.key, entry.columns) for entry in entries}
    rows.close()
    duties = Rows(report, "duties", Duty, by(Duty.objects.all(), "licence_id", "term"))
    for entry in entries:
        licence = licences[entry.key].id
        for term, duty in entry.duties.items():
            duties.put((licence, term), f"{entry.key}: {term}", {"licence_id": licence, "term": term, **duty})
    duties.close()
    names = {licence.id: key for key, licence in licences.items()}
    settle(
        actor=actor,
        report=report,
        subject_type="licence",
        statements=[
            statement(SubjectRef("licence", licences[entry.key].id), fact) for entry in entries for fact in entry.facts
        ],
        name=lambda licence: names.get(licence, str(licence)),
    )
    return licences
