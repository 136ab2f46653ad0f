"""The document as HTML: a cover, contents and numbered sections, each with a template of its own."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from apps.core.canonical import canonical_json
from apps.reports.rendering import register, screening, subject, verdicts
from apps.reports.rendering.words import Words, moment

Part = Callable[[dict[str, Any], Words], dict[str, Any]]


Section = tuple[str, str, Part]
"""Identifier (and name of the template), title, and what the template reads."""


@dataclass(frozen=True)
class Layout:
    """How a kind of document is built; its templates stand in a folder of its name."""

    cover: Part
    sections: Callable[[], list[Section]]
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Templates of other kinds, by section."""


def _of_dossier() -> list[Section]:
    return [
        ("decision", _("Decision"), verdicts.decision),
        ("identity", _("Identity"), subject.identity),
        ("releases", _("Releases"), subject.releases),
        ("parties", _("Parties and ownership"), subject.parties),
        ("lineage", _("Lineage and origin"), subject.lineage),
        ("licences", _("Licence and duties"), subject.licences),
        ("deployments", _("Deployments"), register.deployments),
        ("use_cases", _("Use cases and data"), register.use_cases),
        ("screening", _("Lists and measures"), register.screening),
        ("findings", _("Findings"), verdicts.findings),
        ("waivers", _("Waivers"), register.waivers),
        ("verdicts", _("Verdicts by rule"), verdicts.overview),
        ("unknowns", _("What we do not know"), verdicts.unknowns),
        ("changes", _("What changed since approval"), register.changes),
        ("reviews", _("Reviews"), register.reviews),
        ("sources", _("Sources"), register.sources),
        ("method", _("How this document was made"), verdicts.method),
    ]


def _of_screening() -> list[Section]:
    return [
        ("asked", _("What was compared"), screening.asked),
        ("lists", _("Lists and versions"), screening.lists),
        ("matches", _("Matches"), screening.matches),
        ("judgements", _("Judgements"), screening.judgements),
        ("runs", _("Runs"), screening.runs),
        ("ownership", _("Ownership"), screening.ownership),
        ("effects", _("Lists and measures"), screening.effects),
        ("unknowns", _("What we do not know"), screening.unknowns),
        ("sources", _("Sources"), register.sources),
        ("method", _("How to make it again"), screening.method),
    ]


LAYOUTS: Mapping[str, Layout] = {
    "dossier": Layout(verdicts.cover, _of_dossier),
    "screening": Layout(screening.cover, _of_screening, {"sources": "reports/dossier/sources.html"}),
}


def document_html(evidence: dict[str, Any], language: str, digest: str) -> str:
    """The whole document. Depends on nothing but its arguments; every text of the evidence is escaped."""
    # Evidence that was stored comes back with its keys in another order; the document must not.
    evidence = json.loads(canonical_json(evidence))
    words = Words(evidence, language)
    kind = evidence["kind"]
    layout = LAYOUTS[kind]
    with translation.override(language):
        sections = [
            {
                "number": number,
                "id": key,
                "title": title,
                "template": layout.elsewhere.get(key, f"reports/{kind}/{key}.html"),
                "part": part(evidence, words),
            }
            for number, (key, title, part) in enumerate(layout.sections(), start=1)
        ]
        context = {
            "language": language,
            "style": _style(),
            "evidence": evidence,
            "digest": digest,
            "short_digest": digest.removeprefix("sha256:")[:16],
            "cover": layout.cover(evidence, words),
            "as_of": moment(evidence["as_of"]),
            "sections": sections,
        }
        return render_to_string(f"reports/{kind}.html", context)


def _style() -> str:
    """Our own style sheet goes into the document, because the renderer fetches nothing."""
    path = Path(settings.BASE_DIR) / "templates" / "reports" / "dossier.css"
    return mark_safe(path.read_text(encoding="utf-8"))  # noqa: S308 - our own file, no input
