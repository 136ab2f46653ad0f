"""The way through the product: two levels, by noun."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor


@dataclass(frozen=True)
class Entry:
    """A page in the navigation; `permission` is needed to see it."""

    label: Any
    url_name: str
    permission: str = ""
    also: tuple[str, ...] = ()
    """Beginnings of further addresses that belong here."""


@dataclass(frozen=True)
class Section:
    """A group of pages."""

    label: Any
    icon: str
    entries: tuple[Entry, ...] = field(default=())


SECTIONS = (
    Section(_("Overview"), "home", (Entry(_("Overview"), "overview"),)),
    Section(
        _("Register"),
        "register",
        (
            Entry(_("Uses"), "uses", "register.read"),
            Entry(_("Models"), "models", "register.read"),
            Entry(_("Parties"), "parties", "register.read"),
            Entry(_("Licences"), "licences", "register.read", ("/licence-texts",)),
            Entry(_("Trusted signers"), "trusted-signers", "register.read"),
            Entry(_("Deployments"), "deployments", "register.read"),
            Entry(_("Use cases"), "use-cases", "register.read"),
            Entry(_("Imports"), "imports", "imports.run"),
        ),
    ),
    Section(
        _("Findings"),
        "flag",
        (
            Entry(_("Queue"), "findings", "findings.read"),
            Entry(_("Tasks"), "tasks", "findings.read"),
            Entry(_("Waivers"), "waivers", "waivers.read"),
            Entry(_("Reviews"), "reviews", "reviews.read"),
            Entry(_("Changes"), "changes", "reviews.read"),
        ),
    ),
    Section(
        _("Screening"),
        "shield",
        (
            Entry(_("Exposure"), "exposure", "register.read"),
            Entry(_("Matches"), "matches", "screening.read"),
            Entry(_("Screenings"), "screenings", "screening.run", ("/screening/ask",)),
            Entry(_("Lists"), "lists", "register.read"),
            Entry(_("Restriction events"), "restriction-events", "register.read"),
            Entry(_("What changed"), "screening-changes", "register.read"),
        ),
    ),
    Section(
        _("Policy"),
        "scale",
        (
            Entry(_("Packs and rules"), "packs", "policy.read", ("/policy/rules",)),
            Entry(_("Parameters"), "parameters", "policy.read"),
            Entry(_("Versions"), "policy-versions", "policy.read"),
        ),
    ),
    Section(
        _("Gate"),
        "gate",
        (
            Entry(_("Decisions"), "gate-decisions", "gate.read"),
            Entry(_("Projects"), "projects", "gate.read"),
        ),
    ),
    Section(
        _("Reports"),
        "file",
        (Entry(_("Reports"), "reports", "reports.read"), Entry(_("Exports"), "exports", "reports.read")),
    ),
    Section(_("Journal"), "journal", (Entry(_("Journal"), "journal", "journal.read"),)),
    Section(
        _("Settings"),
        "settings",
        (
            Entry(_("Organisation"), "organisation", "register.read"),
            Entry(_("Licensee profile"), "licensee", "organisation.change"),
            Entry(_("People"), "people", "accounts.manage"),
            Entry(_("Teams"), "teams", "accounts.manage"),
            Entry(_("Tokens"), "tokens"),
            Entry(_("Outbox"), "outbox", "notices.read"),
            Entry(_("System"), "system", "system.read"),
        ),
    ),
)


@dataclass(frozen=True)
class Shown:
    """An entry or section as the page draws it."""

    label: Any
    url: str
    active: bool
    icon: str = ""
    entries: tuple["Shown", ...] = ()


def navigation(request: HttpRequest, actor: Actor) -> Iterator[Shown]:
    """The sections and pages that the actor may open; the one that is open is marked."""
    for section in SECTIONS:
        entries = tuple(
            _shown(entry, request.path) for entry in section.entries if _may(actor, entry) and _there(entry)
        )
        if entries:
            active = any(entry.active for entry in entries)
            yield Shown(section.label, entries[0].url, active, section.icon, entries if len(entries) > 1 else ())


def _may(actor: Actor, entry: Entry) -> bool:
    return not entry.permission or actor.may(entry.permission)


def _there(entry: Entry) -> bool:
    try:
        reverse(entry.url_name)
    except NoReverseMatch:
        return False
    return True


def _shown(entry: Entry, path: str) -> Shown:
    url = reverse(entry.url_name)
    beginnings = (url, *entry.also)
    active = path == url or any(path.startswith(f"{one.rstrip('/')}/") for one in beginnings if one != "/")
    return Shown(entry.label, url, active)
