"""One rich evidence and its documents for all tests that only read them: making them anew would take minutes."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from apps.accounts.actors import Actor
from apps.core.canonical import digest
from apps.reports import services
from apps.reports.dossier import gather_evidence
from apps.reports.models import Report
from apps.reports.rendering import render_pdf
from tests.making import officer
from tests.reports.world import a_world

_kept: dict[str, str] = {}


def a_report(actor: Actor, subject_type: str, subject_id: Any, language: str = "en") -> Report:
    """A report that was asked for and not made yet."""
    return services.request_report(
        actor=actor, kind="dossier", subject_type=subject_type, subject_id=subject_id, language=language
    )


@pytest.fixture
def evidence(db: None) -> dict[str, Any]:
    """The evidence of the model as a compliance officer sees it; every test gets its own copy."""
    if not _kept:
        reader = officer()
        _kept["evidence"] = json.dumps(gather_evidence(a_report(reader, "model", a_world().model.id), reader))
    found: dict[str, Any] = json.loads(_kept["evidence"])
    return found


@cache
def _document(evidence: str, language: str) -> tuple[bytes, int]:
    content = json.loads(evidence)
    return render_pdf(content, language, digest(content))


@pytest.fixture
def document(evidence: dict[str, Any]) -> Callable[[str], tuple[bytes, int]]:
    """The document of that evidence in a language, and its number of pages."""
    text = json.dumps(evidence, sort_keys=True)
    return lambda language: _document(text, language)
