"""The parts of a use's page below its verdict: each gathers what it shows, in a constant number of queries."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.core.clock import today
from apps.findings.models import Finding
from apps.licences.selectors import licence_by_id
from apps.policy.exposure import of_use
from apps.policy.sheets.entries import Entry
from apps.registry.models import Use
from apps.registry.selectors import Lineage
from apps.reviews.selectors import reviews
from apps.web.facts import Line, line, sheet_lines
from apps.web.registry.history import events, statements
from apps.web.registry.lineage import lineage_rows, origin_rows, picture
from apps.web.registry.parties_around import PartiesAround
from apps.web.registry.subjects import Subjects

ORIGIN = "model.origin"
"""Shown as a table, not as a line."""


@dataclass(frozen=True)
class Scope:
    """What a page is about: a use, its facts (of now, or frozen at a past moment), and for whom."""

    actor: Actor
    use: Use
    facts: Mapping[str, Entry]
    findings: Sequence[Finding]
    language: str
    subjects: Subjects
    moment: dt.datetime | None = None

    @cached_property
    def lineage(self) -> Lineage:
        """What the model was made from."""
        return Lineage.above(self.use.deployment.release.model_id, self.moment)

    def lines(self, prefix: str) -> list[Line]:
        """Every field of a subject as a line."""
        return [
            self.subjects.with_way(one) for one in sheet_lines(prefix, self.facts, self.language) if one.path != ORIGIN
        ]


def _data(scope: Scope) -> dict[str, Any]:
    return {"use_case_lines": scope.lines("use_case")}


def _model(scope: Scope) -> dict[str, Any]:
    return {
        "model_lines": scope.lines("model"),
        "release_lines": scope.lines("version"),
        "lineage_rows": lineage_rows(scope.use.deployment.release.model, scope.lineage),
        "origin_rows": origin_rows(scope.facts.get(ORIGIN)),
        "origin_line": line(ORIGIN, scope.facts[ORIGIN], scope.language) if ORIGIN in scope.facts else None,
        "lineage_picture": picture(scope.use.deployment.release.model, scope.lineage),
    }


def _parties(scope: Scope) -> dict[str, Any]:
    day = scope.moment.date() if scope.moment else today()
    around = PartiesAround.of(scope.use, scope.lineage, on=day, recorded=scope.moment)
    return {
        "around": around,
        "provider_lines": scope.lines("provider"),
        "operator_lines": scope.lines("operator") if scope.use.deployment.operator_id else [],
    }


def _licence(scope: Scope) -> dict[str, Any]:
    declared = scope.subjects.licensed
    return {
        "declared": declared,
        "licence": licence_by_id(declared.licence_id) if declared.licence_id else None,
        "licence_lines": scope.lines("licence"),
    }


def _hosting(scope: Scope) -> dict[str, Any]:
    return {"deployment_lines": scope.lines("deployment")}


def _screening(scope: Scope) -> dict[str, Any]:
    return {
        "screening_lines": scope.lines("screening"),
        "exposed": None if scope.moment else of_use(scope.use),
        "may_see_screening": scope.actor.may("screening.read"),
    }


def _findings(scope: Scope) -> dict[str, Any]:
    return {"rows": scope.findings}


def _reviews(scope: Scope) -> dict[str, Any]:
    rows = reviews(scope.actor).filter(use_id=scope.use.id)
    return {"reviews": rows.filter(reviewed_at__lte=scope.moment) if scope.moment else rows}


def _history(scope: Scope) -> dict[str, Any]:
    return {
        "events": events(scope.use, scope.moment),
        "statements": statements(scope.use, scope.moment, scope.language),
    }


@dataclass(frozen=True)
class Part:
    """A tab of the page."""

    key: str
    label: Any
    gather: Callable[[Scope], dict[str, Any]]

    @property
    def template(self) -> str:
        """Where it is drawn."""
        return f"registry/use/{self.key}.html"


PARTS = (
    Part("data", _("Identity and data"), _data),
    Part("model", _("Model and lineage"), _model),
    Part("parties", _("Parties"), _parties),
    Part("licence", _("Licence and duties"), _licence),
    Part("hosting", _("Hosting"), _hosting),
    Part("screening", _("Screening"), _screening),
    Part("findings", _("Findings"), _findings),
    Part("reviews", _("Reviews"), _reviews),
    Part("history", _("History"), _history),
)
ALL = "all"
