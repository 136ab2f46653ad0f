"""The evidence of a dossier: everything the document shows, frozen as plain JSON before a page is laid out."""

from apps.reports.dossier.gathering import gather_evidence

__all__ = ["gather_evidence"]
