"""All parts of a dossier, in one frozen whole."""

import json
from typing import Any

from django.conf import settings

from apps.accounts.actors import Actor
from apps.accounts.models import Organisation
from apps.core.canonical import canonical_json
from apps.core.clock import now
from apps.reports.dossier.changes import changes
from apps.reports.dossier.identity import identity, releases
from apps.reports.dossier.licences import licences
from apps.reports.dossier.lineage import lineage, origin
from apps.reports.dossier.parties import Parties
from apps.reports.dossier.register import deployments, use_cases, uses
from apps.reports.dossier.reviews import reviews
from apps.reports.dossier.scope import Scope
from apps.reports.dossier.verdicts import Verdicts
from apps.reports.dossier.waivers import waivers
from apps.reports.models import Report

FORMAT = 1


def gather_evidence(report: Report, reader: Actor) -> dict[str, Any]:
    """Everything that the document shows, as `reader` may see it: plain JSON with sorted keys, made once and kept.

    Facts, licences, lineage, approvals and verdicts are those of `report.as_of`; ownership, lists and measures those
    of the moment of gathering. A constant number of queries. Raises `NotFound` when the reader may no longer see the
    subject.
    """
    scope = Scope.of(report, reader)
    organisation = Organisation.objects.first()
    parties = Parties(scope)
    verdicts = Verdicts(scope)
    found: dict[str, Any] = {
        "format": FORMAT,
        "kind": report.kind,
        "report": str(report.id),
        "product": f"Weighbridge {settings.VERSION}",
        "organisation": organisation.name if organisation else "",
        "subject": {"type": report.subject_type, "id": str(report.subject_id), "name": report.subject_name},
        "as_of": report.as_of.isoformat(timespec="seconds"),
        "gathered_at": now().isoformat(timespec="seconds"),
        "sight": scope.sight(),
        "policy": verdicts.policy(),
        "identity": identity(scope),
        "releases": releases(scope),
        "parties": parties.rows(),
        "lineage": lineage(scope),
        "origin": origin(scope),
        "licences": licences(scope),
        "deployments": deployments(scope),
        "use_cases": use_cases(scope),
        "uses": uses(scope),
        "listings": parties.listings(),
        "measures": parties.measures(),
        "findings": verdicts.findings(),
        "waivers": waivers(scope),
        "verdicts": verdicts.overview(),
        "unknowns": verdicts.unknowns(),
        "changes": changes(scope),
        "reviews": reviews(scope),
        "rules": verdicts.rules(),
    }
    found["sources"] = scope.ledger.sources()
    # As it comes back from the database: the same types, whoever reads it.
    frozen: dict[str, Any] = json.loads(canonical_json(found))
    return frozen
