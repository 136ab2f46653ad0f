"""Roles and what each may do. One table, read by every service, page and endpoint."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    OFFICER = "officer", _("Compliance officer")
    APPROVER = "approver", _("Approver")
    OWNER = "owner", _("Model owner")
    AUDITOR = "auditor", _("Auditor")
    CI = "ci", _("CI job")


TEAM_ROLES = frozenset({Role.OWNER, Role.CI})
"""Roles that are held in a team and see what is that team's only; every other role sees the whole register."""

_READ = {"register.read", "findings.read", "policy.read", "reports.read", "gate.read", "reviews.read", "waivers.read"}

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.ADMINISTRATOR: frozenset(
        _READ
        | {
            "register.change",
            "facts.assert",
            "accounts.manage",
            "tokens.manage",
            "journal.read",
            "notices.read",
            "imports.run",
            "evaluate.run",
            "reports.make",
            "gate.manage",
            "organisation.change",
            "screening.read",
            "screening.run",
            "system.read",
            "lists.manage",
            "lists.configure",
        }
    ),
    Role.OFFICER: frozenset(
        _READ
        | {
            "register.change",
            "facts.assert",
            "findings.change",
            "waivers.request",
            "policy.change",
            "journal.read",
            "notices.read",
            "imports.run",
            "evaluate.run",
            "reports.make",
            "gate.decide",
            "gate.manage",
            "reviews.complete",
            "organisation.change",
            "sanctions.change",
            "lists.manage",
            "sanctions.decide",
            "screening.read",
            "screening.run",
            "system.read",
        }
    ),
    Role.APPROVER: frozenset(
        _READ
        | {
            "waivers.decide",
            "policy.approve",
            "reports.make",
            "journal.read",
            "reviews.complete",
            "findings.change",
            "sanctions.decide",
            "screening.read",
            "screening.run",
        }
    ),
    Role.OWNER: frozenset(
        _READ
        | {
            "register.change",
            "facts.assert",
            "findings.change",
            "waivers.request",
            "evaluate.run",
            "reports.make",
            "reviews.complete",
            "gate.decide",
            "screening.run",
        }
    ),
    Role.AUDITOR: frozenset(_READ | {"reports.make", "journal.read", "notices.read", "screening.read", "system.read"}),
    Role.CI: frozenset({"gate.decide", "gate.read"}),
}


class Scope(models.TextChoices):
    """What a token may be used for; it never reaches beyond what its holder may do."""

    GATE = "gate:decide", _("Ask the gate for decisions")
    READ = "read", _("Read")
    WRITE = "write", _("Read and write")


def scope_allows(scopes: frozenset[str], permission: str) -> bool:
    """Whether a token with `scopes` may be used for `permission`."""
    if Scope.WRITE in scopes:
        return True
    if permission.endswith(".read") and Scope.READ in scopes:
        return True
    return permission in {"gate.decide", "gate.read"} and Scope.GATE in scopes
