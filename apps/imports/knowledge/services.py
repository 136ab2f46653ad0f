"""Loading the knowledge: everything or nothing, in one transaction, and as often as one likes."""

from apps.accounts.actors import Actor
from apps.core.changes import change, one_at_a_time
from apps.facts.signals import facts_changed
from apps.imports.knowledge.licences import load_licences, read_licences
from apps.imports.knowledge.list_sources import load_list_sources, read_list_sources
from apps.imports.knowledge.models import load_models, read_models
from apps.imports.knowledge.offers import load_offers, read_offers
from apps.imports.knowledge.parties import load_parties, read_parties
from apps.imports.knowledge.reading import Sources
from apps.imports.knowledge.report import LoadReport
from apps.imports.knowledge.rows import remove_leftovers
from apps.imports.knowledge.sanctions import load_events, load_listings, load_lists, read_events, read_lists


def load_knowledge(*, actor: Actor) -> LoadReport:
    """Bring the register in step with the knowledge files; what people asserted or entered stays as it is.

    Loading the same files again writes nothing. Raises `KnowledgeError` for a malformed file; nothing is written then.
    """
    actor.require("facts.assert")
    actor.require("register.change")
    report = LoadReport()
    sources = Sources.load()
    lists, parties, events = read_lists(sources), read_parties(sources), read_events(sources)
    list_sources = read_list_sources()
    licences, models, offers = read_licences(), read_models(sources), read_offers(sources)
    with change(actor, "knowledge.load"):
        one_at_a_time("knowledge")
        load_lists(report, lists)
        load_list_sources(report, list_sources)
        known = load_parties(actor, report, parties)
        load_listings(report, known, lists)
        load_events(report, known, events)
        load_licences(actor, report, licences)
        known_models = load_models(actor, report, known, models)
        load_offers(actor, report, known, known_models, offers)
        remove_leftovers(report)
        if report.touched:
            facts_changed.send(sender=LoadReport, subjects=report.touched)
    return report
