"""From frozen evidence to a PDF, the same bytes every time."""

from typing import Any

from apps.core.canonical import canonical_json
from apps.reports.rendering.html import document_html
from apps.reports.rendering.pdf import pdf_from


def render_pdf(evidence: dict[str, Any], language: str, digest: str) -> tuple[bytes, int]:
    """The document and its number of pages. Reads nothing but the evidence, which is attached to it as a file."""
    return pdf_from(document_html(evidence, language, digest), canonical_json(evidence), as_of=evidence["as_of"])


__all__ = ["render_pdf"]
