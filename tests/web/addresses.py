"""Every address of the pages, read from the table of addresses itself: a new one is tested without being listed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, reverse

from apps.web import urls

WRITES = frozenset(
    {
        "sign-out",
        "preferences",
        "person-active",
        "grant-revoke",
        "token-revoke",
        "message-retry",
        "outbox-write",
        "import-apply",
        "import-undo",
        "import-again",
        "use-evaluate",
        "licence-text-settle",
        "change-settle",
        "list-refresh",
        "match-judge",
        "match-decide",
        "match-reopen",
    }
)
"""Addresses that only take a POST."""
LISTS = frozenset(
    {
        "uses",
        "models",
        "parties",
        "licences",
        "licence-texts",
        "licence-texts-of",
        "deployments",
        "use-cases",
        "findings",
        "tasks",
        "waivers",
        "reviews",
        "reviews-done",
        "changes",
        "lists",
        "list",
        "list-source",
        "list-version",
        "exposure",
        "matches",
        "screenings",
        "screening",
        "restriction-events",
        "parameters",
        "policy-versions",
        "gate-decisions",
        "projects",
        "reports",
        "exports",
        "imports",
        "import",
        "journal",
        "people",
        "tokens",
        "trusted-signers",
        "outbox",
    }
)
"""Pages that are a list with a search or pages of its own."""


@dataclass(frozen=True)
class Address:
    """A page by the name of its address, with the arguments that it takes."""

    name: str
    arguments: tuple[str, ...]

    def path(self, known: dict[str, Any]) -> str:
        """The page of examples. Fails with words for an argument of which there is no example yet."""
        missing = [name for name in self.arguments if name not in known]
        assert not missing, f"tests/web/world.py has no example for {', '.join(missing)} of the address “{self.name}”"
        return reverse(self.name, kwargs={name: known[name] for name in self.arguments})


def addresses() -> Iterator[Address]:
    """Every address of the pages."""
    yield from _below(urls.urlpatterns)


def _below(patterns: list[Any]) -> Iterator[Address]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _below(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"the address “{pattern.pattern}” has no name"
            yield Address(pattern.name, tuple(re.findall(r"<(?:\w+:)?(\w+)>", str(pattern.pattern))))


def pages() -> list[Address]:
    """The addresses that can be looked at."""
    return [one for one in addresses() if one.name not in WRITES]
