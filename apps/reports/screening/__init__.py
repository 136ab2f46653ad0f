"""The evidence of the screening of one party: everything the document shows, frozen as plain JSON."""

from apps.reports.screening.gathering import gather_evidence

__all__ = ["gather_evidence"]
