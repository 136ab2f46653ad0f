"""The evidence of a document by its kind."""

from collections.abc import Callable, Mapping
from typing import Any

from apps.accounts.actors import Actor
from apps.reports import dossier, screening
from apps.reports.models import Report

GATHERERS: Mapping[str, Callable[[Report, Actor], dict[str, Any]]] = {
    Report.Kind.DOSSIER: dossier.gather_evidence,
    Report.Kind.SCREENING: screening.gather_evidence,
}


def gather_evidence(report: Report, reader: Actor) -> dict[str, Any]:
    """Everything that a document shows, as `reader` may see it: plain JSON, made once and kept."""
    return GATHERERS[report.kind](report, reader)
