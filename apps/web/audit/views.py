"""The journal: every change, who made it, from which value to which. It can only be read."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.audit import selectors
from apps.audit.models import AuditEntry
from apps.web.audit.wording import changes, subject_choices, subject_word
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import page

_WAYS = (("user", _("Page")), ("token", _("API")), ("system", _("Schedule or task")), ("command", _("Command")))


@page()
def journal(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every entry, newest first."""
    return list_page(
        request,
        "audit/journal.html",
        selectors.entries(actor),
        orders=(Order("time", ("-seq",)),),
        filters=(
            Filter("operation", _("Operation"), AuditEntry.Operation.choices),
            Filter("by", _("Through"), _WAYS, "actor_kind"),
            Filter("subject", _("Subject"), subject_choices(), "subject_type"),
        ),
        search=("action", "actor_label", "reason"),
        decorate=_decorate,
    )


@page()
def entry(request: HttpRequest, actor: Actor, entry_id: UUID) -> HttpResponse:
    """One entry with the values before and after, and what else the same change did."""
    found = selectors.entry_by_id(actor, entry_id)
    same = list(selectors.entries(actor).filter(change_id=found.change_id).order_by("seq")[:200])
    _decorate(same)
    context: dict[str, Any] = {"entry": found, "changes": changes(found), "word": subject_word(found.subject_type)}
    return render(request, "audit/entry.html", {**context, "same": same})


def _decorate(rows: Sequence[Any]) -> None:
    for row in rows:
        row.word = subject_word(row.subject_type)
        row.fields = ", ".join(name for name, _before, _after in changes(row)[:4]) if row.operation == "update" else ""
