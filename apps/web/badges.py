"""How choices look: a tone and an icon beside the word, never the colour alone. One table serves every badge."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.exports.models import Export
from apps.facts.models import Quality, State
from apps.findings.models import Finding, Task, Waiver
from apps.imports.models import Import, ImportRow
from apps.licences.models import LicenceText
from apps.notices.models import OutboxMessage
from apps.policy.exposure import Bound, Stand
from apps.policy.models import Decision, GateEffect, Outcome, Severity
from apps.registry.models import Artefact, Environment, HostingMode, Model, Use, Verification
from apps.reports.models import Report
from apps.reviews.models import Change, Reopening, Review
from apps.sanctions.models import (
    Band,
    EffectClass,
    Judgement,
    Listing,
    ListVersion,
    Match,
    RestrictionEvent,
    Screening,
    ScreeningRun,
)


@dataclass(frozen=True)
class Badge:
    """A word with its tone (red, orange, yellow, green, blue, grey) and icon."""

    label: Any
    tone: str
    icon: str = ""


_LOOKS: Mapping[str, tuple[Any, Mapping[str, tuple[str, str]]]] = {
    "decision": (
        Decision,
        {
            "block": ("red", "stop"),
            "undecided": ("orange", "question"),
            "review": ("yellow", "eye"),
            "pass": ("green", "check"),
        },
    ),
    "severity": (
        Severity,
        {"critical": ("red", "up2"), "high": ("orange", "up"), "medium": ("yellow", "equal"), "low": ("grey", "down")},
    ),
    "outcome": (
        Outcome,
        {
            "finding": ("red", "flag"),
            "unknown": ("orange", "question"),
            "pass": ("green", "check"),
            "not_applicable": ("grey", "minus"),
        },
    ),
    "gate": (
        GateEffect,
        {"block": ("red", "stop"), "review": ("yellow", "eye"), "warn": ("blue", "bell"), "none": ("grey", "minus")},
    ),
    "state": (
        State,
        {
            "verified": ("green", "check"),
            "claimed_by_provider": ("blue", "quote"),
            "claimed_by_owner": ("blue", "person"),
            "inferred": ("blue", "link"),
            "disputed": ("orange", "split"),
            "unknown": ("grey", "question"),
        },
    ),
    "finding": (
        Finding.Status,
        {"open": ("orange", "flag"), "waived": ("blue", "hand"), "resolved": ("green", "check")},
    ),
    "task": (Task.Status, {"open": ("orange", "pen"), "done": ("green", "check")}),
    "waiver": (
        Waiver.State,
        {
            "proposed": ("yellow", "clock"),
            "approved": ("green", "check"),
            "refused": ("red", "stop"),
            "withdrawn": ("grey", "minus"),
        },
    ),
    "review": (
        Review.Conclusion,
        {"confirmed": ("green", "check"), "changes_needed": ("orange", "pen"), "end_use": ("red", "stop")},
    ),
    "export": (
        Export.State,
        {
            "queued": ("grey", "clock"),
            "running": ("blue", "clock"),
            "done": ("green", "check"),
            "failed": ("red", "stop"),
        },
    ),
    "reopening": (
        Reopening.State,
        {
            "open": ("orange", "flag"),
            "proposed": ("yellow", "clock"),
            "approved": ("green", "check"),
            "not_material": ("green", "check"),
            "gone": ("grey", "minus"),
        },
    ),
    "change": (Change.Kind, {}),
    "licence-text": (
        LicenceText.State,
        {
            "recognised": ("green", "check"),
            "confirmed": ("green", "check"),
            "candidates": ("yellow", "question"),
            "unknown": ("grey", "question"),
            "refused": ("orange", "minus"),
        },
    ),
    "report": (
        Report.State,
        {
            "queued": ("grey", "clock"),
            "running": ("blue", "clock"),
            "done": ("green", "check"),
            "failed": ("red", "stop"),
        },
    ),
    "import": (
        Import.State,
        {
            "queued": ("grey", "clock"),
            "running": ("blue", "clock"),
            "previewed": ("yellow", "eye"),
            "done": ("green", "check"),
            "failed": ("red", "stop"),
            "undone": ("grey", "minus"),
        },
    ),
    "list-version": (
        ListVersion.State,
        {
            "staged": ("blue", "clock"),
            "refused": ("orange", "hand"),
            "dropped": ("grey", "minus"),
            "in_use": ("green", "check"),
            "replaced": ("grey", "clock"),
        },
    ),
    "entry": (
        ImportRow.Outcome,
        {
            "created": ("green", "plus"),
            "changed": ("blue", "pen"),
            "unchanged": ("grey", "equal"),
            "quarantined": ("orange", "hand"),
        },
    ),
    "message": (
        OutboxMessage.State,
        {"queued": ("grey", "clock"), "sent": ("green", "check"), "kept": ("blue", "file"), "failed": ("red", "stop")},
    ),
    "effect": (
        EffectClass,
        {
            "blocking": ("red", "stop"),
            "partial-finance": ("orange", "flag"),
            "export-restriction": ("orange", "flag"),
            "procurement": ("yellow", "flag"),
            "data": ("yellow", "flag"),
            "debarment": ("orange", "flag"),
            "import-restriction": ("orange", "flag"),
            "advisory": ("grey", "bell"),
        },
    ),
    "listing": (
        Listing.Status,
        {
            "listed": ("orange", "flag"),
            "not_found": ("grey", "search"),
            "pending_reported": ("yellow", "clock"),
            "litigated": ("yellow", "scale"),
        },
    ),
    "exposure": (
        Stand,
        {
            "confirmed": ("red", "check"),
            "listed": ("orange", "flag"),
            "litigated": ("yellow", "scale"),
            "potential": ("orange", "question"),
            "owned": ("red", "tree"),
            "controlled": ("red", "tree"),
            "review": ("yellow", "eye"),
            "pending_reported": ("yellow", "clock"),
            "in_force": ("orange", "flag"),
            "pending": ("yellow", "clock"),
            "enjoined": ("blue", "scale"),
            "suspended": ("blue", "clock"),
            "lifted": ("green", "check"),
            "expired": ("grey", "minus"),
            "withdrawn": ("grey", "minus"),
            "advisory": ("grey", "bell"),
            "unknown": ("grey", "question"),
        },
    ),
    "bound": (Bound, {"yes": ("red", "stop"), "unknown": ("orange", "question"), "no": ("grey", "minus")}),
    "band": (Band, {"probable": ("red", "up2"), "possible": ("yellow", "equal"), "weak": ("grey", "down")}),
    "match": (
        Match.State,
        {
            "open": ("orange", "flag"),
            "same": ("red", "check"),
            "different": ("green", "split"),
            "gone": ("grey", "minus"),
        },
    ),
    "judgement": (
        Judgement.State,
        {
            "proposed": ("yellow", "clock"),
            "in_force": ("green", "check"),
            "refused": ("orange", "stop"),
            "void": ("grey", "minus"),
            "expired": ("grey", "clock"),
        },
    ),
    "screening": (
        Screening.Result,
        {
            "clean": ("green", "check"),
            "matches": ("orange", "flag"),
            "unknown": ("orange", "question"),
            "waiting": ("grey", "clock"),
        },
    ),
    "run": (
        ScreeningRun.State,
        {"running": ("blue", "clock"), "done": ("green", "check"), "failed": ("red", "stop")},
    ),
    "event": (
        RestrictionEvent.Status,
        {
            "pending": ("yellow", "clock"),
            "in_force": ("orange", "flag"),
            "enjoined": ("blue", "scale"),
            "suspended": ("blue", "clock"),
            "lifted": ("green", "check"),
            "expired": ("grey", "minus"),
            "withdrawn": ("grey", "minus"),
            "advisory": ("grey", "bell"),
            "unknown": ("grey", "question"),
        },
    ),
    "use": (Use.Status, {"active": ("green", "check"), "planned": ("blue", "clock"), "retired": ("grey", "minus")}),
    "check": (
        Verification.Outcome,
        {
            "equal": ("green", "check"),
            "verified": ("green", "check"),
            "differs": ("red", "stop"),
            "invalid": ("red", "stop"),
            "not_trusted": ("orange", "question"),
            "not_compared": ("orange", "question"),
        },
    ),
    "signature": (
        Artefact.Signature,
        {
            "verified": ("green", "check"),
            "invalid": ("red", "stop"),
            "absent": ("grey", "minus"),
            "unknown": ("grey", "question"),
        },
    ),
    "environment": (Environment, {"unknown": ("grey", "question")}),
    "hosting": (HostingMode, {"unknown": ("grey", "question")}),
    "kind": (Model.Kind, {"unknown": ("grey", "question")}),
    "access": (Model.Access, {"unknown": ("grey", "question")}),
    "quality": (Quality, {"weak": ("orange", "question"), "unofficial": ("orange", "question")}),
}


def badge_for(kind: str, value: object) -> Badge:
    """The badge of a value of a kind of choice; a value that is no choice is shown as it is."""
    choices, looks = _LOOKS[kind]
    labels = dict(choices.choices)
    tone, icon = looks.get(str(value), ("grey", ""))
    return Badge(labels.get(value, value), tone, icon)
