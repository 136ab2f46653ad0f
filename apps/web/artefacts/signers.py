"""Whose signatures count: declared and withdrawn by officers."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.parties.selectors import parties
from apps.registry import file_selectors
from apps.registry.models import TrustedSigner
from apps.registry.services.signers import declare_signer, require_officer, withdraw_signer
from apps.web.artefacts.forms import SignerForm, WithdrawForm
from apps.web.forms import attempt
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import page

_LABELS: tuple[tuple[str, Any], ...] = (
    ("identity", gettext_lazy("Identity")),
    ("oidc_issuer", gettext_lazy("Vouched for by")),
    ("subject", gettext_lazy("Certificate")),
    ("issuer", gettext_lazy("Certificate issued by")),
    ("valid_from", gettext_lazy("Certificate valid from")),
    ("valid_until", gettext_lazy("Certificate valid until")),
    ("root", gettext_lazy("Certificate authority")),
    ("root_sha256", gettext_lazy("SHA-256 of the authority's certificate")),
    ("certificate_sha256", gettext_lazy("SHA-256 of the certificate")),
    ("key_type", gettext_lazy("Kind of key")),
    ("key_sha256", gettext_lazy("SHA-256 of the public key")),
)
_TIMES = ("valid_from", "valid_until")


def signer_lines(signer: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """Who signed, as labels and texts."""
    lines = [(label, _shown(name, str(signer[name]))) for name, label in _LABELS if signer.get(name)]
    log = signer.get("log") or {}
    if log.get("index"):
        lines.append((_("Entry in the transparency log"), f"{log['index']} ({log['log_id']})"))
    if str(log.get("time", "")).isdigit() and int(log["time"]) in range(1, 2**33):
        moment = dt.datetime.fromtimestamp(int(log["time"]), dt.UTC)
        lines.append((_("Logged at"), f"{date_format(moment, 'Y-m-d H:i:s')} UTC"))
    return lines


def _shown(name: str, text: str) -> str:
    return text.replace("T", " ").replace("+00:00", " UTC") if name in _TIMES else text


@page()
def signers(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every signer ever declared."""
    actor.require("register.read")
    return list_page(
        request,
        "artefacts/signers.html",
        file_selectors.trusted_signers(),
        orders=(Order("entered", ("-created_at",)),),
        filters=(Filter("kind", gettext_lazy("Signs with"), TrustedSigner.Kind.choices),),
        search=file_selectors.search_signers,
        context={"may_declare": actor.may("register.change") and actor.sees_all},
    )


@page("GET", "POST")
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Declare a signer."""
    require_officer(actor)
    known = {str(party.id): party for party in parties().order_by("name", "id")}
    form = SignerForm(request.POST or None, initial={"party": request.GET.get("party", "")})
    form.fields["party"].choices = [  # type: ignore[attr-defined]
        ("", _("Choose")),
        *((key, party.name) for key, party in known.items()),
    ]
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        party, namespace = known[data.pop("party")], data.pop("namespace")
        made = attempt(
            form,
            lambda: declare_signer(
                actor=actor, party=party, hub_organisation=file_selectors.namespace_of(party, namespace), **data
            ),
        )
        if made:
            messages.success(request, _("The signer is declared; signatures are verified with it from now on."))
            return HttpResponseRedirect(reverse("trusted-signers"))
    return render(request, "artefacts/signer_new.html", {"form": form})


@page("GET", "POST")
def withdraw(request: HttpRequest, actor: Actor, signer_id: UUID) -> HttpResponse:
    """End the trust in a signer."""
    require_officer(actor)
    signer = file_selectors.signer_by_id(signer_id)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: withdraw_signer(actor=actor, signer=signer, reason=form.cleaned_data["reason"]))
        if made:
            messages.success(request, _("The signer is withdrawn; earlier checks stay as they were."))
            return HttpResponseRedirect(reverse("trusted-signers"))
    return render(request, "artefacts/signer_withdraw.html", {"form": form, "signer": signer})
