"""Forms around one use: the moment to look at, claiming, retiring."""

import datetime as dt
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.accounts.models import Team
from apps.accounts.selectors import teams
from apps.core.clock import now
from apps.core.errors import NotFound, in_language
from apps.policy.models import Evaluation
from apps.policy.selectors import evaluation_at
from apps.registry.models import Use
from apps.web.forms import Form


class MomentField(forms.DateTimeField):
    """A moment, with its zone or in that of the installation."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def prepare_value(self, value: Any) -> Any:
        """What the control shows; it holds no zone, so a moment with one is shown in that of the installation."""
        try:
            moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            return value
        return super().prepare_value(moment)


class PastForm(Form):
    """The moment at which something is looked at."""

    as_of = MomentField(label=gettext_lazy("Facts as of"))

    def __init__(self, data: Any = None, *, moment: dt.datetime | None = None) -> None:
        super().__init__(data, auto_id="id_moment_%s", initial={"as_of": moment})
        self.fields["as_of"].widget.attrs["max"] = f"{timezone.localtime():%Y-%m-%dT%H:%M}"

    @classmethod
    def asked(cls, request: HttpRequest) -> "PastForm":
        """The form as the address of a page fills it."""
        form = cls(request.GET if "as_of" in request.GET else None)
        return cls(moment=form.moment) if form.moment is None and not form.is_bound else form

    @property
    def moment(self) -> dt.datetime | None:
        """The moment asked for; None while the form has no valid one."""
        found = self.cleaned_data.get("as_of") if self.is_valid() else None
        return found if isinstance(found, dt.datetime) else None

    def clean_as_of(self) -> dt.datetime:
        """A moment that has been. Raises `ValidationError` for the future."""
        found: dt.datetime = self.cleaned_data["as_of"]
        if found > now():
            raise forms.ValidationError(_("This moment has not come yet."))
        return found


class AsOfForm(PastForm):
    """The moment whose facts and verdict are shown."""

    def __init__(self, use: Use, data: Any = None, *, moment: dt.datetime | None = None) -> None:
        super().__init__(data, moment=moment)
        self.use = use

    def evaluation(self) -> Evaluation | None:
        """The evaluation in force at the moment; None, with a message at the field, where there was none."""
        if self.moment is None:
            return None
        try:
            return evaluation_at(self.use.id, self.moment)
        except NotFound as error:
            self.add_error("as_of", in_language(error.message))
            return None


def _reason(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), help_text=help_text
    )


class RetireForm(Form):
    """Why a use ends."""

    reason = _reason(gettext_lazy("Stands in the journal as evidence: what replaces it, and who decided."))


class ClaimForm(Form):
    """Which team answers for a use, and why."""

    team = forms.ChoiceField(label=gettext_lazy("Team"))
    reason = _reason(gettext_lazy("How you know whose it is; stands in the journal."))

    def __init__(self, actor: Actor, data: Any = None) -> None:
        super().__init__(data)
        self.rows = teams_for_change(actor)
        offered = [(str(team.id), team.name) for team in self.rows]
        choice: Any = self.fields["team"]
        choice.choices = offered if len(offered) == 1 else [("", _("Choose a team")), *offered]

    def chosen_team(self) -> Team:
        """The chosen team."""
        chosen = UUID(self.cleaned_data["team"])
        return next(team for team in self.rows if team.id == chosen)


def teams_for_change(actor: Actor) -> list[Team]:
    """The teams for which an actor may register and change uses."""
    return [team for team in teams(actor).order_by("name") if actor.may("register.change", team_id=team.id)]
