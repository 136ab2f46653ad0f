"""The screening of one party: what was compared with what, what was found and judged, now or at a past moment."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.text import slugify

from apps.accounts.actors import Actor
from apps.core.clock import now
from apps.core.errors import InvalidInput
from apps.core.spreadsheets import csv_bytes
from apps.reports.rendering.screening_words import worst_word
from apps.sanctions.screening.past import FoundThen, known_at
from apps.sanctions.screening.records import record_of, table_of
from apps.sanctions.screening.selectors import results_by
from apps.sanctions.speaking import feature_word
from apps.web.pages import language, page
from apps.web.registry.forms import PastForm

ROWS = 50
SHOWN = 50
"""Matches and later runs on a page; the table and the document have all of them."""


@page()
def screening(request: HttpRequest, actor: Actor, party_id: UUID) -> HttpResponse:
    """Result, lists, matches, judgements, later runs, and every result with a row of its own."""
    actor.require("screening.read")
    past = PastForm.asked(request)
    moment = past.moment
    known = known_at(party_id, moment or now())
    history = Paginator(results_by(party_id, known.moment), ROWS)
    context = {
        "known": known,
        "party": known.party,
        "worst": worst_word(known.worst),
        "found": [(one, _reasons(one)) for one in known.found[:SHOWN]],
        "since": known.evidence.since[:SHOWN],
        "shown": history.get_page(request.GET.get("page")),
        "moment": moment,
        "past_form": past,
        "kept": f"?{urlencode({'as_of': moment.isoformat()})}" if moment else "",
        "language": language(),
        "may_report": actor.may("reports.make"),
        "may_judge": actor.may("sanctions.change"),
    }
    return render(request, "parties/screening.html", context)


def _reasons(one: FoundThen) -> list[tuple[str, dict[str, object]]]:
    return [(feature_word(row["code"]), row) for row in one.found["features"]]


@page()
def table(request: HttpRequest, actor: Actor, party_id: UUID) -> HttpResponse:
    """All of it as CSV. Raises `InvalidInput` for a moment that is none or has not come yet."""
    actor.require("screening.read")
    past = PastForm.asked(request)
    if past.is_bound and past.moment is None:
        raise InvalidInput("must be a moment that has been, such as 2026-11-24T12:00", pointer="/as_of")
    known = known_at(party_id, past.moment or now())
    rows = table_of(record_of(known, results_by(party_id, known.moment)))
    answer = HttpResponse(csv_bytes(rows), content_type="text/csv; charset=utf-8")
    name = f"screening-{slugify(known.party.name)[:60] or 'party'}-{known.moment:%Y-%m-%d}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
