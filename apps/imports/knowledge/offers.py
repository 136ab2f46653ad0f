"""Ways in which operators offer models, from `offers.yaml`, and the deployments that were registered from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.accounts.actors import Actor
from apps.facts.subjects import SubjectRef
from apps.imports.knowledge.reading import Entry, KnowledgeError, Sources, keyed
from apps.imports.knowledge.report import LoadReport
from apps.imports.knowledge.rows import Rows, by
from apps.imports.knowledge.statements import fact_entries, settle
from apps.parties.models import Party
from apps.registry.models import Deployment, HostingMode, HostingOffer, Model
from apps.registry.services.facts import mirror
from apps.registry.services.uses import offer_claims

FILE = "offers.yaml"
_DEVELOPER = "developer:"


@dataclass
class OfferEntry:
    """One offer as its file describes it; operator and models are keys."""

    key: str
    operator: str
    columns: dict[str, Any]


def read_offers(sources: Sources) -> list[OfferEntry]:
    """The file's offers. Raises `KnowledgeError`."""
    return [_offer(entry, sources) for entry in keyed(FILE)]


def _offer(entry: Entry, sources: Sources) -> OfferEntry:
    with entry:
        title = entry.words("title", max_length=300)
        columns = {
            "key": entry.key(max_length=150),
            "title_en": title["en"],
            "title_de": title["de"],
            "hosting_mode": entry.choice("mode", HostingMode.values),
            "region": entry.text("region", "", max_length=100),
            "endpoint_domain": entry.text("endpoint", "", max_length=253),
            "models_offered": entry.texts("models", max_length=150),
            "facts": fact_entries(entry, "facts", "deployment", sources),
            **entry.sourcing(sources).columns,
        }
        return OfferEntry(key=columns["key"], operator=entry.text("operator", ""), columns=columns)


def load_offers(
    actor: Actor,
    report: LoadReport,
    parties: Mapping[str, Party],
    models: Mapping[str, Model],
    entries: list[OfferEntry],
) -> None:
    """Bring the offers in step with the file, and what they say about the deployments that rest on them."""
    rows = Rows(report, "offers", HostingOffer, by(HostingOffer.objects.all(), "key"))
    for entry in entries:
        for name in entry.columns["models_offered"]:
            if name.removeprefix(_DEVELOPER) not in (parties if name.startswith(_DEVELOPER) else models):
                raise KnowledgeError(f"{FILE}: {entry.key}: {name} is no model of models.yaml")
        operator = _party(parties, entry.operator, entry).id if entry.operator else None
        facts = [_resolved(fact, parties, entry) for fact in entry.columns["facts"]]
        rows.put(entry.key, entry.key, {**entry.columns, "operator_id": operator, "facts": facts})
    rows.close()
    _restate(actor, report)


def _party(parties: Mapping[str, Party], key: str, entry: OfferEntry) -> Party:
    if key not in parties:
        raise KnowledgeError(f"{FILE}: {entry.key}: {key} is no party of parties.yaml")
    return parties[key]


def _resolved(fact: dict[str, Any], parties: Mapping[str, Party], entry: OfferEntry) -> dict[str, Any]:
    """Statements about deployments name their operator by identifier."""
    if fact["field"] != "operator" or fact["value"] is None:
        return fact
    return {**fact, "value": str(_party(parties, fact["value"], entry).id)}


def _restate(actor: Actor, report: LoadReport) -> None:
    """Deployments that were registered from an offer say what it says now; their teams' statements stay beside it."""
    deployments = {row.id: row for row in Deployment.objects.select_related("offer").filter(offer__isnull=False)}
    statements = [
        claim.about(SubjectRef("deployment", deployment.id), actor)
        for deployment in deployments.values()
        if deployment.offer
        for claim in offer_claims(deployment.offer)
    ]
    changed = settle(
        actor=actor,
        report=report,
        subject_type="deployment",
        statements=statements,
        name=lambda found: str(deployments[found]) if found in deployments else str(found),
    )
    for deployment_id in sorted({deployment_id for deployment_id, _ in changed} & deployments.keys()):
        fields = {name for found, name in changed if found == deployment_id}
        mirror(SubjectRef("deployment", deployment_id), deployments[deployment_id], fields)
