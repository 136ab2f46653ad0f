"""Teams: who answers for uses together."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts import selectors, services
from apps.accounts.actors import Actor
from apps.web.forms import Form, attempt
from apps.web.pages import page


class TeamForm(Form):
    """A new team."""

    name = forms.CharField(label=gettext_lazy("Name of the new team"), max_length=200)


@page("GET", "POST")
def teams(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every team with its people; a form for another one."""
    actor.require("accounts.manage")
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: services.create_team(actor=actor, name=form.cleaned_data["name"]))
        if made:
            messages.success(request, _("The team %(name)s is entered. Give people roles in it.") % {"name": made.name})
            return HttpResponseRedirect(request.path)
    found = selectors.teams(actor).prefetch_related("grants__user")
    return render(request, "accounts/teams.html", {"form": form, "teams": found})
