"""Changes since an approval: the queue, one change with its difference, and the ways to settle it."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.core.errors import InvalidInput
from apps.imports.models import SourceDocument
from apps.licences.differences import Comparison, compare
from apps.licences.models import LicenceText
from apps.policy.evaluation import judge_uses
from apps.registry.models import Use
from apps.reviews import selectors, settling
from apps.reviews.models import Change, Reopening
from apps.reviews.speaking import said
from apps.web.licences.terms_compared import TermChange, changed_terms, compared_values
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import page

WAYS: dict[str, Callable[..., list[Reopening]]] = {
    "approve": settling.approve_again,
    "propose": settling.propose_not_material,
    "agree": settling.agree_not_material,
    "refuse": settling.refuse_not_material,
}
DONE = {
    "approve": gettext_lazy("The approval is given again."),
    "propose": gettext_lazy("It is proposed; another person has to agree."),
    "agree": gettext_lazy("The change is settled as not material."),
    "refuse": gettext_lazy("The change stays open."),
}


@page()
def changes(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What changed under approved uses, the newest first."""
    return list_page(
        request,
        "reviews/changes.html",
        selectors.changes(actor),
        orders=(Order("seen", ("-seen_at",)),),
        filters=(
            Filter("state", gettext_lazy("State"), STATES, _by_state),
            Filter("kind", gettext_lazy("What changed"), Change.Kind.choices),
        ),
        search=("about", "source_label"),
        decorate=lambda rows: _touched(actor, rows),
    )


STATES = (("waiting", gettext_lazy("To be settled")), ("settled", gettext_lazy("Settled")))


def _by_state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(waiting__gt=0) if value == "waiting" else rows.filter(waiting=0)


def _touched(actor: Actor, rows: Sequence[Any]) -> None:
    """The first uses in sight that each change touches."""
    for row in rows:
        row.uses = []
    by_id = {row.id: row for row in rows}
    for one in selectors.reopenings(actor).filter(change_id__in=by_id).order_by("use__name", "id"):
        by_id[one.change_id].uses.append(one)


@page()
def change(request: HttpRequest, actor: Actor, change_id: UUID) -> HttpResponse:
    """One change: what was, what is, whom it touches, and what to do."""
    found = selectors.change_by_id(actor, change_id)
    rows = list(selectors.reopenings(actor).filter(change=found).order_by("use__name", "id"))
    for row in rows:
        row.may_settle = actor.user_id is not None and actor.may("reviews.complete", team_id=row.use.team_id)  # type: ignore[attr-defined]
        row.own = row.use.use_case.owner_id == actor.user_id  # type: ignore[attr-defined]
    comparison, terms = _difference(found)
    context = {
        "change": found,
        "before": said(found.kind, (found.before or {}).get("shown", "")),
        "after": said(found.kind, (found.after or {}).get("shown", "")),
        "rows": rows,
        "found": comparison,
        "terms": terms,
        "may_settle": any(row.may_settle and row.state in ("open", "proposed") for row in rows),  # type: ignore[attr-defined]
        "open": any(row.state == "open" for row in rows),
        "proposed": any(row.state == "proposed" for row in rows),
    }
    return render(request, "reviews/change.html", context)


def _difference(found: Change) -> tuple[Comparison | None, list[TermChange]]:
    """Word by word where both texts are here; what the licences say where they are known."""
    if found.kind == Change.Kind.TERMS:
        before, after = (found.before or {}).get("values", {}), (found.after or {}).get("values", {})
        return None, compared_values(before, after)
    if found.kind == Change.Kind.CARD:
        return _cards(found), []
    if found.kind != Change.Kind.TEXT:
        return None, []
    old, new = _texts(found)
    return compare(old.text, new.text) if old and new else None, changed_terms(
        old.licence if old else None, new.licence if new else None
    )


def _texts(found: Change) -> tuple[LicenceText | None, LicenceText | None]:
    """The text that was approved and the one that was not, as far as they are here: by checksum, else by wording."""
    had = {text["wording"] for text in (found.before or {}).get("texts", ())}
    new = next((text for text in (found.after or {}).get("texts", ()) if text["wording"] not in had), None)
    olds = (found.before or {}).get("texts", ())
    old = next((text for text in olds if new and text["source"] == new["source"]), olds[0] if olds else None)
    return _text(old), _text(new)


def _text(said: dict[str, Any] | None) -> LicenceText | None:
    if said is None:
        return None
    rows = LicenceText.objects.select_related("licence")
    return rows.filter(sha256=said["sha256"]).first() or rows.filter(wording_sha256=said["wording"]).first()


def _cards(found: Change) -> Comparison | None:
    ids = [(side or {}).get("document") for side in (found.before, found.after)]
    rows = {str(row.id): row for row in SourceDocument.objects.filter(id__in=[one for one in ids if one])}
    if any(one not in rows for one in ids):
        return None
    return compare(*("\n".join(_lines(rows[str(one)].document)) for one in ids))


def _lines(document: Any, path: str = "") -> list[str]:
    """A document as lines of path and value, so that it can be compared like a text."""
    if isinstance(document, dict):
        return [line for key, value in sorted(document.items()) for line in _lines(value, f"{path}/{key}")]
    if isinstance(document, list):
        return [line for index, value in enumerate(document) for line in _lines(value, f"{path}/{index}")]
    return [f"{path} = {document}."] if document not in (None, "") else []


@page("POST")
def settle(request: HttpRequest, actor: Actor, change_id: UUID) -> HttpResponse:
    """Approve again, propose that it is not material, agree or refuse: for the uses that are ticked."""
    actor.require(settling.PERMISSION)
    found = selectors.change_by_id(actor, change_id)
    way = request.POST.get("way", "")
    if way not in WAYS:
        raise InvalidInput("This is no way to settle a change.")
    ticked = set(request.POST.getlist("use"))
    chosen = [row.use for row in selectors.reopenings(actor).filter(change=found) if str(row.use_id) in ticked]
    if not chosen:
        raise InvalidInput("Tick at least one use that the change touches.")
    WAYS[way](actor=actor, change_=found, reason=request.POST.get("reason", ""), uses=chosen)
    judge_uses(actor=Actor.system("review"), use_ids=_living(chosen))
    messages.success(request, DONE[way])
    return HttpResponseRedirect(reverse("change", args=[found.id]))


def _living(uses: Sequence[Use]) -> list[UUID]:
    return [use.id for use in uses if use.status != Use.Status.RETIRED]
