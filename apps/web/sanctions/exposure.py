"""Every party that a list, a measure or a share test reaches, and what that means for us."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from apps.accounts.actors import Actor
from apps.parties.selectors import parties
from apps.policy.exposure import Bound, Exposure, Stand, exposed_parties
from apps.registry.reach import uses_by_party
from apps.registry.selectors import uses
from apps.sanctions.models import EffectClass
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import page

FITS: Mapping[str, Callable[[Exposure], str]] = {
    "effect": lambda one: str(one.effect),
    "state": lambda one: str(one.state),
    "bound": lambda one: str(one.answer.bound),
}


@page()
def exposure(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The parties with an exposure; with filters, those with one that fits all of them."""
    actor.require("register.read")
    asked = {name: request.GET[name] for name in FITS if request.GET.get(name)}
    found = {party: rows for party, all_ in exposed_parties().items() if (rows := _fitting(all_, asked))}
    return list_page(
        request,
        "exposure/exposures.html",
        parties().filter(id__in=found),
        orders=(Order("name", ("name",)),),
        filters=(
            Filter("effect", _("Legal effect"), EffectClass.choices, _as_it_is),
            Filter("state", _("How it stands"), Stand.choices, _as_it_is),
            Filter("bound", _("Us"), Bound.choices, _as_it_is),
        ),
        search=lambda rows, text: rows.filter(id__in=parties(text).values("id")),
        decorate=lambda rows: _decorate(rows, found, actor),
        context={"may_see_screening": actor.may("screening.read")},
    )


def _fitting(rows: Sequence[Exposure], asked: Mapping[str, str]) -> list[Exposure]:
    return [one for one in rows if all(FITS[name](one) == value for name, value in asked.items())]


def _as_it_is(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    """Filters look at exposures, of which one must fit all; the parties were chosen by it already."""
    return rows


def _decorate(rows: Sequence[Any], found: Mapping[UUID, Sequence[Exposure]], actor: Actor) -> None:
    hit = uses_by_party(uses(actor), [row.id for row in rows])
    for row in rows:
        row.exposures = found[row.id]
        row.uses_hit = len(hit[row.id])
