"""From a digest to a mail: subject, text and HTML in the recipient's language."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from babel.dates import format_date
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from apps.notices.digests import Digest, Item, Part, Person
from apps.policy.models import Decision
from apps.reviews.models import Change

IN_DETAIL = 4
"""Uses that are described; the mail is to fit the screen of a phone."""
NAMED = 25
"""Further uses that are named; the rest is counted."""
_LONG = {"en": "EEEE d MMMM", "de": "EEEE, d. MMMM"}
_SHORT = {"en": "d MMM y", "de": "d. MMM y"}


@dataclass(frozen=True)
class Rendered:
    """A mail without its envelope."""

    subject: str
    text: str
    html: str


def render(digest: Digest, contact: Person | None) -> Rendered:
    """The mail for a digest; `contact` is whom to ask about it."""
    language = digest.recipient.language
    with override(language):
        shown = [_shown(item, language) for item in digest.items[: IN_DETAIL + NAMED]]
        ask = _ask(digest, language)
        context = {
            "language": language,
            "ask": ask,
            "detailed": shown[:IN_DETAIL],
            "named": shown[IN_DETAIL:],
            "more": len(digest.items) - len(shown),
            "all_url": f"{settings.BASE_URL}/reviews",
            "why": _why(digest),
            "contact": contact,
        }
        return Rendered(
            subject=ask,
            text=render_to_string("notices/review_digest.txt", context).strip() + "\n",
            html=render_to_string("notices/review_digest.html", context),
        )


def _ask(digest: Digest, language: str) -> str:
    words: dict[str, Any] = {
        "count": len(digest.items),
        "day": format_date(digest.answer_by, _LONG[language], locale=language),
        "name": Truncator(digest.items[0].review.name).chars(80),
    }
    if digest.parts == {Part.OFFICER}:
        return (
            ngettext(
                "Find an owner for %(count)d use, or confirm it, by %(day)s",
                "Find an owner for %(count)d uses, or confirm them, by %(day)s",
                len(digest.items),
            )
            % words
        )
    if len(digest.items) == 1:
        return _("Confirm “%(name)s” by %(day)s") % words
    return ngettext(
        "Confirm %(count)d use by %(day)s", "Confirm %(count)d uses by %(day)s", len(digest.items)
    ) % words  # fmt: skip


def _shown(item: Item, language: str) -> dict[str, Any]:
    review = item.review
    return {
        "name": review.name,
        "model": review.model,
        "url": f"{settings.BASE_URL}/uses/{review.use_id}/review",
        "decision": review.decision or "none",
        "verdict": _decision(review.decision),
        "due": _day(review.due_on, language),
        "days_overdue": item.days_overdue,
        "notes": [*_ground(item, language), *_changed(item, language), *_part(item)],
    }


def _part(item: Item) -> list[str]:
    if item.part is Part.APPROVER:
        return [_("You approved this use: approve it again, or agree that the change is not material.")]
    if item.part is Part.DEPUTY:
        return [_("You stand in: the owner cannot answer.")]
    return [_("Nobody answers for this use.")] if item.part is Part.OFFICER else []


def _why(digest: Digest) -> list[str]:
    """Why the recipient gets this, how often, and how to stop it."""
    if Part.OWNER in digest.parts:
        reason = _("You get this because you are the owner of these uses in Weighbridge.")
    elif Part.APPROVER in digest.parts:
        reason = _("You get this because you approved uses in Weighbridge under which something changed.")
    elif Part.DEPUTY in digest.parts:
        reason = _("You get this because you are the deputy for these uses in Weighbridge.")
    else:
        reason = _("You get this because you are a compliance officer in Weighbridge.")
    return [
        reason,
        _("It comes once a week at most, while a review is due."),
        _("To stop it, confirm the uses, or hand them over: enter another owner on the page of the use."),
    ]


def _ground(item: Item, language: str) -> list[str]:
    """What changed since the approval, one sentence each; the page of the use leads to the differences."""
    return [
        _("Changed since the approval, %(day)s: %(kind)s of %(about)s")
        % {
            "day": _day(one.since, language),
            "kind": Change.Kind(one.kind).label,
            "about": Truncator(one.about).chars(60),
        }
        for one in item.review.changed
    ]


def _changed(item: Item, language: str) -> list[str]:
    """What is different from the last review, in short sentences; empty when nothing is, or when there was none."""
    last, now = item.review.last, item.review.decision
    if last is None:
        return []
    words: dict[str, Any] = {"day": _day(last.on, language), "count": last.findings_since}
    said = []
    if last.decision and now and last.decision != now:
        words["verdict"] = _decision(last.decision)
        said.append(_("Verdict at the last review, %(day)s: %(verdict)s") % words)
    if last.findings_since:
        found = ngettext(
            "%(count)d finding since the review of %(day)s",
            "%(count)d findings since the review of %(day)s",
            last.findings_since,
        )
        said.append(found % words)
    return said


def _decision(decision: str) -> str:
    return str(Decision(decision).label) if decision else _("Not judged yet")


def _day(day: dt.date, language: str) -> str:
    return format_date(day, _SHORT[language], locale=language)
