"""The sections about where the model runs and what for: deployments, data, lists, waivers, reviews, sources."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from apps.findings.models import Waiver
from apps.reports.rendering.words import NOTHING, Words, blocks, ranges, table
from apps.reviews.models import ApprovalSnapshot, Change, Reopening, Review
from apps.reviews.speaking import said
from apps.sanctions.models import EffectClass, Listing, RestrictionEvent
from apps.sanctions.words import measure_word, scope_word

_OVERVIEW = ("environment", "hosting_mode", "operator", "processing_countries", "retention_days")
_DATA = ("owner", "risk_tier", "data_class", "data_categories", "countries")


def deployments(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """An overview of all deployments, then the facts of each."""
    rows = [
        {
            **row,
            "uses": ranges(row["uses"], "U"),
            "offer": words.both(row["offer"]),
            "revision": row["revision"] or _("floating"),
            "cells": _cells(row["facts"], _OVERVIEW, words),
            "facts": words.facts(row["facts"]),
        }
        for row in evidence["deployments"]
    ]
    heads = [words.label(f"deployment.{field}") for field in _OVERVIEW]
    return {"heads": heads, "overview": table(rows), "details": blocks(rows)}


def use_cases(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """An overview of all use cases with their data, then the facts of each."""
    rows = [
        {
            **row,
            "uses": ranges(row["uses"], "U"),
            "cells": _cells(row["facts"], _DATA, words),
            "facts": words.facts(row["facts"]),
        }
        for row in evidence["use_cases"]
    ]
    heads = [words.label(f"use_case.{field}") for field in _DATA]
    return {"heads": heads, "overview": table(rows), "details": blocks(rows)}


def _cells(block: Mapping[str, Any], fields: tuple[str, ...], words: Words) -> list[dict[str, Any]]:
    stated = {row["field"]: row for row in block["stated"]}
    unknown = {"value": "", "state": "unknown", "state_label": words.state("unknown")}
    return [words.fact(stated[field], block["subject"]) if field in stated else unknown for field in fields]


def screening(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """What is known of the parties on lists, and measures of authorities: always with their legal effect."""
    return {
        "listings": table([listing(row, words) for row in evidence["listings"]]),
        "measures": table([measure(row, words) for row in evidence["measures"]]),
    }


def listing(row: dict[str, Any], words: Words) -> dict[str, Any]:
    """What is known of a party on a list, in words."""
    effect = row["effect"]
    return {
        **row,
        **words.sourced(row),
        "status_label": Listing.Status(row["status"]).label,
        "found": row["status"] != Listing.Status.NOT_FOUND,
        "title": effect["title"] if effect else row["list"],
        "authority": words.both(effect["authority"]) if effect else "",
        "effect_class": EffectClass(effect["effect_class"]).label if effect else _("Legal effect not recorded"),
        "meaning": words.both(effect["meaning"]) if effect else "",
    }


def measure(row: dict[str, Any], words: Words) -> dict[str, Any]:
    """An authority's measure, in words."""
    until = row["valid_to"] or ""
    return {
        **row,
        **words.sourced(row),
        "parties": ranges(row.get("parties", ()), "P"),
        "effect": measure_word(row["effect"]),
        "effect_class": EffectClass(row["effect_class"]).label,
        "status_label": RestrictionEvent.Status(row["status"]).label,
        "scope": ", ".join(map(scope_word, row["scope"])),
        "models_named": ", ".join(row["models_named"]),
        "period": f"{row['valid_from'] or row['date_text'] or NOTHING}{f' – {until}' if until else ''}",
    }


def waivers(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """Accepted findings, with reason, controls and who decided."""
    rows = [
        {
            **row,
            "title": words.both(evidence["rules"].get(row["rule"], {}).get("title")),
            "state_label": _waiver_state(row),
        }
        for row in evidence["waivers"]
    ]
    return {"waivers": table(rows)}


def _waiver_state(row: dict[str, Any]) -> str:
    expired = row["state"] == Waiver.State.APPROVED and not row["in_effect"]
    return _("Expired") if expired else str(Waiver.State(row["state"]).label)


def changes(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """What approvals rest on, and every change that reopened one. Documents of the time before have neither."""
    part = evidence.get("changes") or {"approvals": [], "not_approved": [], "reopened": []}
    names = {use["number"]: use["name"] for use in evidence["uses"]}
    approvals = [
        {**row, "name": names[row["use"]], "basis": ApprovalSnapshot.Basis(row["basis"]).label}
        for row in part["approvals"]
    ]
    return {
        "approvals": table(approvals),
        "not_approved": ranges(part["not_approved"], "U"),
        "reopened": table([_reopened(row, words) for row in part["reopened"]]),
    }


def _reopened(row: dict[str, Any], words: Words) -> dict[str, Any]:
    terms = [words.label(f"licence.{name}") for name in row["terms"]]
    return {
        **row,
        "before": _side(row["kind"], row["before"]),
        "after": _side(row["kind"], row["after"]),
        "kind": Change.Kind(row["kind"]).label,
        "terms": ", ".join(term.removeprefix("licence.").replace("_", " ") for term in terms),
        "standing": Reopening.State(row["standing"]).label,
    }


def _side(kind: str, side: dict[str, Any] | None) -> list[dict[str, str]]:
    """What stood on one side, each with the beginning of its checksum where it is a text."""
    if side is None:
        return [{"text": _("nothing"), "sha256": ""}]
    if "texts" not in side:
        return [{"text": said(kind, side["shown"]), "sha256": ""}]
    texts = [
        {"text": f"{text['source']}, {text['as_of'] or NOTHING}", "sha256": text["sha256"][:16]}
        for text in side["texts"]
    ]
    return texts or [{"text": _("no text was known"), "sha256": ""}]


def reviews(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """When reviews are due and what the past ones concluded."""
    names = {use["number"]: use["name"] for use in evidence["uses"]}
    due = sorted(evidence["reviews"]["due"], key=lambda row: (row["next_review"] or "9999", row["use"]))
    done = [
        {
            **row,
            "name": names[row["use"]],
            "conclusion": Review.Conclusion(row["conclusion"]).label,
            "decision": words.decision(row["decision"]),
        }
        for row in evidence["reviews"]["done"]
    ]
    return {"due": table([{**row, "name": names[row["use"]]} for row in due]), "done": table(done)}


def sources(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """Every source by number; an address becomes a link only where it is one of the web."""
    rows = [
        {
            **row,
            "link": row["url"] if row["url"].startswith(("https://", "http://")) else "",
            "dates": _dates(row["from"], row["to"]),
        }
        for row in evidence["sources"]
    ]
    return {"sources": table(rows)}


def _dates(first: str | None, last: str | None) -> str:
    if not first:
        return NOTHING
    return first if first == last else f"{first} – {last}"
