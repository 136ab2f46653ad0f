"""API tokens: issue one, see it once, revoke it."""

import datetime as dt
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from apps.accounts import selectors, services
from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.accounts.roles import Scope
from apps.core.clock import now
from apps.web.forms import Form, attempt
from apps.web.lists import Order, list_page
from apps.web.pages import page

_LIVES = (("30", gettext_lazy("30 days")), ("90", gettext_lazy("90 days")), ("365", gettext_lazy("One year")))


@page()
def tokens(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The own tokens; for an administrator everybody's."""
    return list_page(
        request,
        "accounts/tokens.html",
        selectors.tokens(actor),
        orders=(Order("time", ("-created_at",)),),
        search=("name", "user__name", "prefix"),
    )


class TokenForm(Form):
    """A token to issue."""

    name = forms.CharField(label=gettext_lazy("What it is for"), max_length=200)
    holder = forms.ChoiceField(
        label=gettext_lazy("Holder"),
        help_text=gettext_lazy("It never reaches beyond what its holder may do. For machines use a service account."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("May be used to"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple()
    )
    life = forms.ChoiceField(label=gettext_lazy("Valid for"), choices=_LIVES, initial="90")


@never_cache
@page("GET", "POST")
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Issue a token; the answer to the POST shows the secret, once."""
    holders = {str(user.id): user for user in selectors.token_holders(actor)}
    form = TokenForm(request.POST or None)
    form.fields["holder"].choices = [(key, _holder(user)) for key, user in holders.items()]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: services.issue_token(
                actor=actor,
                user=holders[data["holder"]],
                name=data["name"],
                scopes=data["scopes"],
                expires_at=now() + dt.timedelta(days=int(data["life"])),
            ),
        )
        if made:
            token, secret = made
            return render(request, "accounts/token_issued.html", {"token": token, "secret": secret})
    return render(request, "accounts/token_new.html", {"form": form})


def _holder(user: User) -> str:
    return f"{user.name} ({user.get_kind_display()})"


@page("POST")
def revoke(request: HttpRequest, actor: Actor, token_id: UUID) -> HttpResponse:
    """Make a token useless at once."""
    services.revoke_token(actor=actor, token=selectors.token_by_id(actor, token_id))
    messages.success(request, _("The token is revoked; it opens nothing any more."))
    return HttpResponseRedirect(reverse("tokens"))
