"""Lists, what is known of parties on them, and measures of authorities, from `lists.yaml` and `events.yaml`."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apps.facts.subjects import SubjectRef
from apps.imports.knowledge.reading import Entry, KnowledgeError, Sources, keyed
from apps.imports.knowledge.report import LoadReport
from apps.imports.knowledge.rows import CHANNEL, Rows, by, subject
from apps.parties.models import Party
from apps.places.countries import is_country
from apps.sanctions.measures.entering import opened_on
from apps.sanctions.models import EffectClass, EventParty, EventStep, Listing, RestrictedPartyList, RestrictionEvent

LISTS = "lists.yaml"
EVENTS = "events.yaml"
EFFECTS = (
    "block", "procurement_ban", "device_ban", "export_licence", "data_rule", "access_order", "app_store", "advisory",
    "pending",
)  # fmt: skip


@dataclass
class ListEntry:
    """One list with what is known of parties on it."""

    key: str
    columns: dict[str, Any]
    listings: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class EventEntry:
    """One measure with the keys of the parties that it names."""

    key: str
    columns: dict[str, Any]
    parties: list[str]
    steps: list[dict[str, Any]]
    """How it stood one after another; the last one is how it stands."""


def read_lists(sources: Sources) -> list[ListEntry]:
    """The file's lists. Raises `KnowledgeError`."""
    return [_list(entry, sources) for entry in keyed(LISTS)]


def _list(entry: Entry, sources: Sources) -> ListEntry:
    with entry:
        key = entry.key(max_length=60)
        authority, meaning = entry.words("authority", max_length=300), entry.words("meaning")
        sourcing = entry.sourcing(sources)
        columns = {
            "key": key,
            "title": entry.text("title"),
            "authority_en": authority["en"],
            "authority_de": authority["de"],
            "effect_class": entry.choice("effect", EffectClass.values),
            "meaning_en": meaning["en"],
            "meaning_de": meaning["de"],
            "source_label": sourcing.source.label,
            "source_url": sourcing.source.url,
            "as_of": sourcing.as_of,
        }
        listings = [_listing(row, key, sources) for row in entry.entries("listings")]
        for row in entry.entries("not_found"):
            listings += _searches(row, key, sources)
    return ListEntry(key, columns, listings)


def _listing(row: Entry, list_key: str, sources: Sources) -> dict[str, Any]:
    with row:
        return {
            "party": row.text("party"),
            "list_key": list_key,
            "status": row.choice("status", Listing.Status.values),
            "since": row.date("since", None),
            **row.sourcing(sources).columns,
        }


def _searches(row: Entry, list_key: str, sources: Sources) -> list[dict[str, Any]]:
    with row:
        found = {
            "list_key": list_key,
            "status": str(Listing.Status.NOT_FOUND),
            "since": None,
            **row.sourcing(sources).columns,
        }
        return [{"party": party, **found} for party in row.texts("parties")]


def read_events(sources: Sources) -> list[EventEntry]:
    """The file's measures. Raises `KnowledgeError`."""
    return [_event(entry, sources) for entry in keyed(EVENTS)]


def _event(entry: Entry, sources: Sources) -> EventEntry:
    with entry:
        sourcing = entry.sourcing(sources)
        columns = {
            "key": entry.key(),
            "authority": entry.text("authority"),
            "jurisdiction": _jurisdiction(entry),
            "instrument": entry.text("instrument", "", max_length=500),
            "effect": entry.choice("effect", EFFECTS),
            "effect_class": entry.choice("effect_class", EffectClass.values),
            "binds": entry.text("binds", "", max_length=500),
            "scope": entry.texts("scope", max_length=40),
            "models_named": entry.texts("models", max_length=200),
            "valid_from": entry.date("from", None),
            "valid_to": entry.date("to", None),
            "date_text": entry.text("date_text", "", max_length=100),
            "status": entry.choice("status", RestrictionEvent.Status.values),
            "status_note": entry.text("status_note", "", max_length=5000),
            "source_quality": sourcing.source.quality,
            **sourcing.columns,
        }
        if columns["valid_from"] and columns["valid_to"] and columns["valid_to"] < columns["valid_from"]:
            raise entry.error("to lies before from")
        steps = [_step(row, sources) for row in entry.entries("steps")]
        if steps and steps[-1]["status"] != columns["status"]:
            raise entry.error("the last of the steps is not its status")
        return EventEntry(columns["key"], columns, entry.texts("parties"), steps)


def _step(row: Entry, sources: Sources) -> dict[str, Any]:
    with row:
        sourcing = row.sourcing(sources)
        return {
            "status": row.choice("status", RestrictionEvent.Status.values),
            "on": row.date("since", None),
            "source_quality": sourcing.source.quality,
            **sourcing.columns,
        }


def _jurisdiction(entry: Entry) -> str:
    code = entry.text("jurisdiction", max_length=10)
    if code != "EU" and not is_country(code.partition("-")[0]):
        raise entry.error("jurisdiction must be a country such as DE, a part of one such as US-TX, or EU")
    return code


def load_lists(report: LoadReport, entries: list[ListEntry]) -> None:
    """Bring the lists in step with the file."""
    rows = Rows(report, "lists", RestrictedPartyList, by(RestrictedPartyList.objects.all(), "key"))
    for entry in entries:
        rows.put(entry.key, entry.key, entry.columns)
    rows.close()


def load_listings(report: LoadReport, parties: dict[str, Party], entries: list[ListEntry]) -> None:
    """Bring what is known of parties on lists in step with the file."""
    existing = by(Listing.objects.filter(key__isnull=False), "key")
    rows = Rows(report, "listings", Listing, existing, subject("party", "party_id"))
    for entry in entries:
        for listing in entry.listings:
            party = _party(parties, listing["party"], f"{LISTS}: {entry.key}")
            key = f"{listing['party']}:{entry.key}:{listing['status']}"
            columns = {column: value for column, value in listing.items() if column != "party"}
            rows.put(key, key, {"key": key, "party_id": party.id, **columns})
    rows.close()


def load_events(report: LoadReport, parties: dict[str, Party], entries: list[EventEntry]) -> None:
    """Bring the measures, and whom they name, in step with the file."""
    named = {entry.key: [_party(parties, key, f"{EVENTS}: {entry.key}") for key in entry.parties] for entry in entries}
    touched = {entry.key: [SubjectRef("party", party.id) for party in named[entry.key]] for entry in entries}
    existing = by(RestrictionEvent.objects.filter(key__isnull=False), "key")
    rows = Rows(report, "measures", RestrictionEvent, existing, lambda row: touched.get(row.key or "", []))
    links = EventParty.objects.filter(event__channel="knowledge")
    parties_named = Rows(
        report, "parties of measures", EventParty, by(links, "event_id", "party_id"), subject("party", "party_id")
    )
    history = History(report)
    for entry in entries:
        event = rows.put(entry.key, entry.key, entry.columns)
        if event.channel != CHANNEL:
            continue  # kept by people from now on: whom it names too
        history.put(entry, event)
        for key, party in zip(entry.parties, named[entry.key], strict=True):
            columns = {"event_id": event.id, "party_id": party.id}
            parties_named.put((event.id, party.id), f"{entry.key}: {key}", columns)
    rows.close()
    parties_named.close()
    history.close()


class History:
    """The steps of measures in step with the files: a status that the files change is another step."""

    def __init__(self, report: LoadReport) -> None:
        kept = EventStep.objects.filter(event__channel=CHANNEL).order_by("id")
        self._rows = Rows(report, "steps of measures", EventStep, {step.id: step for step in kept})
        self._known: dict[UUID, list[EventStep]] = defaultdict(list)
        for step in kept:
            self._known[step.event_id].append(step)

    def put(self, entry: EventEntry, event: RestrictionEvent) -> None:
        """Keep the steps that a measure has, and add those that are new in its file."""
        known = self._known[event.id]
        for step in known:
            self._rows.put(step.id, entry.key, {})
        said = {(step.status, step.on) for step in known}
        for columns in entry.steps or _derived(event):
            if (columns["status"], columns["on"]) not in said:
                self._rows.put(
                    (event.id, columns["status"], columns["on"]), entry.key, {"event_id": event.id, **columns}
                )

    def close(self) -> None:
        """Write the new ones; those of measures that the files no longer name go with them."""
        self._rows.close()


def _derived(event: RestrictionEvent) -> list[dict[str, Any]]:
    """The steps of a measure that says from when to when it was in force and no more."""
    said = {name: getattr(event, name) for name in ("state", "source_label", "source_url", "as_of", "source_quality")}
    last = {**said, "status": event.status, "on": opened_on(event), "note": event.status_note, "channel": CHANNEL}
    if event.status in (RestrictionEvent.Status.LIFTED, RestrictionEvent.Status.EXPIRED) and event.valid_from:
        began = {"status": str(RestrictionEvent.Status.IN_FORCE), "on": event.valid_from, "note": ""}
        return [{**last, **began}, last]
    return [last]


def _party(parties: dict[str, Party], key: str, where: str) -> Party:
    if key not in parties:
        raise KnowledgeError(f"{where}: {key} is no party of parties.yaml")
    return parties[key]
