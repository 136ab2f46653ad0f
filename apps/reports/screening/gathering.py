"""What was checked of a party, what came of it, and what else is known that bears on it, in one frozen whole."""

import json
from typing import Any

from django.conf import settings

from apps.accounts.actors import Actor
from apps.accounts.models import Organisation
from apps.core.canonical import canonical_json
from apps.core.clock import now
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.parties.models import Party
from apps.parties.selectors import family_of
from apps.reports.dossier.parties import listing_row, measure_row
from apps.reports.dossier.statements import Ledger, people_and_parties
from apps.reports.models import Report
from apps.reports.screening.ownership import ownership
from apps.sanctions.models import RestrictedPartyList
from apps.sanctions.screening.past import Known, known_at
from apps.sanctions.screening.records import record_of
from apps.sanctions.screening.selectors import results_by
from apps.sanctions.selectors import events_of, listings_of

FORMAT = 1


def gather_evidence(report: Report, reader: Actor) -> dict[str, Any]:
    """Everything that the document shows: plain JSON with sorted keys, made once and kept.

    All of it as it was recorded at `report.as_of`, but for the titles and meanings of lists and the party's name.
    A constant number of queries. Raises `NotPermitted` when the reader may not see screenings.
    """
    reader.require("screening.read")
    moment = report.as_of
    known = known_at(report.subject_id, moment)
    organisation = Organisation.objects.first()
    ledger = Ledger()
    found: dict[str, Any] = {
        "format": FORMAT,
        "kind": report.kind,
        "report": str(report.id),
        "product": f"Weighbridge {settings.VERSION}",
        "organisation": organisation.name if organisation else "",
        "subject": {"type": report.subject_type, "id": str(report.subject_id), "name": report.subject_name},
        "gathered_at": now().isoformat(timespec="seconds"),
        "sight": {"reader": reader.label},
        **record_of(known, results_by(report.subject_id, moment)),
        "names": [
            {"name": row.name, "kind": row.kind, "language": row.language, **ledger.row(row)}
            for row in known.party.names.all()
            if row.created_at <= moment
        ],
        "facts": _facts(known, ledger),
        "ownership": ownership(known),
        **_effects(known, ledger),
    }
    found["sources"] = ledger.sources()
    # As it comes back from the database: the same types, whoever reads it.
    frozen: dict[str, Any] = json.loads(canonical_json(found))
    return frozen


def _facts(known: Known, ledger: Ledger) -> dict[str, Any]:
    subject = SubjectRef("party", known.party.id)
    stated = current_facts([subject], recorded=known.moment)[subject]
    _people, others = people_and_parties([stated], "party")
    names = {str(key): name for key, name in Party.objects.filter(id__in=others).values_list("id", "name")}
    return ledger.facts("party", stated, names)


def _effects(known: Known, ledger: Ledger) -> dict[str, Any]:
    """Listings and measures that were recorded of the party and of those that are known together with it."""
    family = family_of(known.party)
    names = dict(Party.objects.filter(id__in=family).values_list("id", "name"))
    lists = {row.key: row for row in RestrictedPartyList.objects.all()}
    listings, events = listings_of(family, known.moment), events_of(family, known.moment)
    measures = {event.id: event for rows in events.values() for event in rows}
    about = {key: [names[party] for party in family if key in {one.id for one in events[party]}] for key in measures}
    return {
        "listings": [
            {"party_name": names[party], **listing_row(row, lists.get(row.list_key), ledger)}
            for party in family
            for row in listings.get(party, ())
        ],
        "measures": [{"party_names": about[key], **measure_row(event, ledger)} for key, event in measures.items()],
    }
