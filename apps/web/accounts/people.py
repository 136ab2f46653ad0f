"""People and service accounts: who there is, which roles they hold, who is shut out."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from apps.accounts import selectors, services
from apps.accounts.actors import Actor
from apps.accounts.models import RoleGrant, User
from apps.accounts.roles import TEAM_ROLES, Role
from apps.web.forms import Form, attempt
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import page


def _holding(rows: QuerySet[User], role: str) -> QuerySet[User]:
    return rows.filter(id__in=RoleGrant.objects.filter(role=role).values("user_id"))


_FILTERS = (
    Filter("kind", gettext_lazy("Kind"), User.Kind.choices),
    Filter("role", gettext_lazy("Role"), Role.choices, _holding),
    Filter(
        "active",
        gettext_lazy("May sign in"),
        (("true", gettext_lazy("Yes")), ("false", gettext_lazy("No"))),
        "is_active",
    ),
)


@page()
def people(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Everybody."""
    actor.require("accounts.manage")
    return list_page(
        request,
        "accounts/people.html",
        selectors.people(actor),
        orders=(Order("name", ("name", "email")),),
        filters=_FILTERS,
        search=("name", "email"),
    )


class PersonForm(Form):
    """A new person or service account."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    email = forms.CharField(label=gettext_lazy("E-mail address"), max_length=254, widget=forms.EmailInput())
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=User.Kind.choices,
        help_text=gettext_lazy("A service account is for machines: it cannot sign in, it only holds tokens."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=(("en", "English"), ("de", "Deutsch")))
    password = forms.CharField(
        label=gettext_lazy("First password"),
        max_length=200,
        required=False,
        strip=False,
        help_text=gettext_lazy(
            "At least 12 characters. Hand it over on a safe way; it is changed under “Own account”."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


@sensitive_post_parameters("password")
@page("GET", "POST")
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Enter somebody."""
    actor.require("accounts.manage")
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: services.create_user(
                actor=actor,
                email=data["email"],
                name=data["name"],
                password=data["password"] or None,
                language=data["language"],
                kind=data["kind"],
            ),
            existing=reverse("people") + "/{}",
        )
        if made:
            messages.success(request, _("%(name)s is entered. Now give a role.") % {"name": made.name})
            return HttpResponseRedirect(reverse("person", args=[made.id]))
    return render(request, "accounts/person_new.html", {"form": form})


class GrantForm(Form):
    """A role to give."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)
    team = forms.ChoiceField(
        label=gettext_lazy("Team"),
        required=False,
        help_text=gettext_lazy(
            "For model owners and CI jobs only: they see their team's uses. Other roles see everything."
        ),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, required=False)


@page("GET", "POST")
def person(request: HttpRequest, actor: Actor, user_id: UUID) -> HttpResponse:
    """One person: roles, and whether they may sign in."""
    actor.require("accounts.manage")
    found = selectors.person_by_id(actor, user_id)
    known = {str(team.id): team for team in selectors.teams(actor)}
    form = GrantForm(request.POST or None)
    form.fields["team"].choices = [("", "–"), *((key, team.name) for key, team in known.items())]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: services.grant_role(
                actor=actor, user=found, role=data["role"], team=known.get(data["team"]), reason=data["reason"]
            ),
        )
        if made:
            messages.success(request, _("The role is given."))
            return HttpResponseRedirect(request.path)
    grants = found.grants.all()
    context = {"person": found, "grants": grants, "form": form, "is_self": found.id == actor.user_id}
    return render(request, "accounts/person.html", {**context, "team_roles": TEAM_ROLES})


@page("POST")
def active(request: HttpRequest, actor: Actor, user_id: UUID) -> HttpResponse:
    """Shut somebody out, or let them in again."""
    found = selectors.person_by_id(actor, user_id)
    wanted = request.POST.get("active") == "1"
    services.set_active(actor=actor, user=found, active=wanted, reason=request.POST.get("reason", ""))
    messages.success(request, _("May sign in again.") if wanted else _("May no longer sign in; tokens no longer work."))
    return HttpResponseRedirect(reverse("person", args=[user_id]))


@page("POST")
def revoke(request: HttpRequest, actor: Actor, user_id: UUID, grant_id: UUID) -> HttpResponse:
    """Take a role back."""
    grant = selectors.grant_by_id(actor, user_id, grant_id)
    services.revoke_role(actor=actor, grant=grant, reason=request.POST.get("reason", ""))
    messages.success(request, _("The role is taken back."))
    return HttpResponseRedirect(reverse("person", args=[user_id]))
