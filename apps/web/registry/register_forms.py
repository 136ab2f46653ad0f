"""The forms of the guided registration: a model nobody knows yet, where it runs, what for."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Team
from apps.registry.models import HostingOffer, Model, Release, Use, UseCase
from apps.registry.references import split_reference
from apps.registry.services import FactInput
from apps.registry.services.facts import may_state
from apps.registry.services.models import AliasInput
from apps.web.facts_forms import Offered, fields_for, party_field, party_named
from apps.web.forms import Form
from apps.web.registry.forms import teams_for_change

DEPLOYMENT_FIELDS = (
    "environment",
    "hosting_mode",
    "operator",
    "region",
    "endpoint_domain",
    "processing_countries",
    "storage_countries",
    "retention_days",
    "trains_on_inputs",
    "dpa_signed",
    "egress_blocked",
)
USE_CASE_FIELDS = (
    "purpose",
    "owner",
    "deputy",
    "data_class",
    "data_categories",
    "countries",
    "customer_facing",
    "commercial",
    "risk_tier",
    "aia_role",
    "supports_cif",
    "next_review",
)
ANOTHER = "another"
NO_TEAM = "none"
MANY = 500
"""Use cases that a list can hold; beyond it one starts from the page of the use case."""


class NewModelForm(Form):
    """A model that is not in the knowledge base: what is left empty is unknown."""

    name = forms.CharField(
        label=gettext_lazy("Name of the model"),
        max_length=300,
        help_text=gettext_lazy("As its developer writes it, with the size. Nothing is read off the name."),
    )
    identifiers = forms.CharField(
        label=gettext_lazy("Identifiers"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "One to a line with the place where it is valid, as in “huggingface:organisation/model” or “api:model-1”."
        ),
    )

    def __init__(self, offered: Offered, data: Any = None, *, asked: str = "") -> None:
        split = split_reference(asked)
        known = f"{split.namespace}:{split.identifier}" if split.namespace else ""
        super().__init__(data, initial={"name": split.identifier, "identifiers": known})
        hint = gettext_lazy("Leave empty while the developer is unknown or not in the register.")
        self.fields["developer"] = party_field(offered, label=gettext_lazy("Developer"), required=False, help_text=hint)
        self.dress()
        self.order_fields(["name", "developer", "identifiers"])

    def clean_developer(self) -> Any:
        """The party, or None."""
        return party_named(self.cleaned_data["developer"])

    def clean_identifiers(self) -> list[AliasInput]:
        """Pairs of namespace and identifier. Raises `ValidationError` for a line that is none."""
        found = []
        for line in filter(None, (line.strip() for line in self.cleaned_data["identifiers"].splitlines())):
            namespace, mark, identifier = line.partition(":")
            if not mark:
                raise forms.ValidationError(_("“%(line)s” does not say where it is valid.") % {"line": line[:100]})
            found.append(AliasInput(namespace.strip(), identifier.strip()))
        return found


class PlaceForm(Form):
    """Which release runs where, and which team answers for it."""

    prefix = "place"
    release = forms.ChoiceField(label=gettext_lazy("Release"))
    revision = forms.CharField(
        label=gettext_lazy("Revision"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Only for another revision: the commit of the weights or the dated snapshot."),
    )
    offer = forms.ChoiceField(label=gettext_lazy("Hosting"), required=False, widget=forms.RadioSelect)
    team = forms.ChoiceField(label=gettext_lazy("Team that answers for it"))

    def __init__(
        self, model: Model, offers: Sequence[HostingOffer], offered: Offered, data: Any = None, initial: Any = None
    ) -> None:
        self.model, self.offers = model, {str(offer.id): offer for offer in offers}
        self.teams = {str(team.id): team for team in teams_for_change(offered.actor)}
        super().__init__(data, initial=initial)
        choices: Any = self.fields
        choices["release"].choices = _releases(model)
        choices["offer"].choices = [("", _("Another way of hosting, described below"))]
        choices["offer"].choices += [(key, offer.title_en) for key, offer in self.offers.items()]
        choices["team"].choices = self._teams(offered)
        names = [name for name in DEPLOYMENT_FIELDS if may_state(offered.actor, "deployment", name)]
        add_fields(self, fields_for("deployment", names, offered))
        self.facts = names

    def _teams(self, offered: Offered) -> list[tuple[str, Any]]:
        known = [(key, team.name) for key, team in self.teams.items()]
        nobody = [(NO_TEAM, _("No team yet"))] if offered.actor.sees_all else []
        return [*([] if len(known) == 1 and not nobody else [("", _("Choose a team"))]), *known, *nobody]

    def clean(self) -> dict[str, Any]:
        """Another revision needs its name, and a name means another revision."""
        found = super().clean() or self.cleaned_data
        chosen, revision = found.get("release"), found.get("revision")
        if chosen == ANOTHER and not revision:
            self.add_error("revision", _("Enter the revision, or choose one of the known releases above."))
        elif chosen not in (ANOTHER, None) and revision:
            self.add_error("revision", _("Choose “another revision” above, or leave this empty."))
        return found

    @property
    def chosen_team(self) -> Team | None:
        """The team; None for a use that nobody answers for yet."""
        return self.teams.get(self.cleaned_data["team"])

    @property
    def chosen_release(self) -> Release | None:
        """One of the known releases; None when another revision is to be entered."""
        return next((row for row in self.model.releases.all() if str(row.id) == self.cleaned_data["release"]), None)

    @property
    def chosen_offer(self) -> HostingOffer | None:
        """The known offer, if one was chosen."""
        return self.offers.get(self.cleaned_data["offer"])


def _releases(model: Model) -> list[tuple[str, Any]]:
    rows = sorted(model.releases.all(), key=lambda row: (bool(row.revision), row.revision))
    known = [(str(row.id), row.revision or _("Not pinned: whatever the name stands for")) for row in rows]
    return [*known, (ANOTHER, _("Another revision, entered below"))]


class PurposeForm(Form):
    """What the model is used for."""

    prefix = "purpose"
    name = forms.CharField(
        label=gettext_lazy("Name of the use"),
        max_length=300,
        help_text=gettext_lazy("Under which it stands in the register, such as “Claims triage”."),
    )
    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=())
    use_case = forms.ChoiceField(
        label=gettext_lazy("Use case"),
        required=False,
        help_text=gettext_lazy("One the team has already: what you enter below is then stated about it."),
    )
    use_case_name = forms.CharField(
        label=gettext_lazy("Name of the new use case"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Left empty it is called like the use."),
    )

    def __init__(
        self, cases: Sequence[UseCase], offered: Offered, data: Any = None, initial: Mapping[str, Any] | None = None
    ) -> None:
        self.cases = {str(case.id): case for case in cases}
        super().__init__(data, initial=initial)
        choices: Any = self.fields
        choices["status"].choices = [row for row in Use.Status.choices if row[0] != Use.Status.RETIRED]
        choices["use_case"].choices = [
            ("", _("A new use case")),
            *((key, case.name) for key, case in self.cases.items()),
        ]
        names = [name for name in USE_CASE_FIELDS if may_state(offered.actor, "use_case", name)]
        add_fields(self, fields_for("use_case", names, offered))
        self.facts = names

    @property
    def chosen_case(self) -> UseCase | None:
        """The existing use case, if one was chosen."""
        return self.cases.get(self.cleaned_data["use_case"])


def add_fields(form: Form, fields: Mapping[str, forms.Field]) -> None:
    """Give a form further fields in the look of the others."""
    form.fields.update(fields)
    form.dress()


def stated(form: PlaceForm | PurposeForm, *, without: Sequence[str] = ()) -> list[FactInput]:
    """What was entered about the subject of a form; what was left open is not stated at all."""
    return [
        FactInput(field=name, value=form.cleaned_data[name])
        for name in form.facts
        if name not in without and form.cleaned_data.get(name) is not None
    ]


def carried(form: Form, data: Any) -> dict[str, Any]:
    """What another step sent for the fields of this one, as it was typed."""
    found = {}
    for name, field in form.fields.items():
        key = form.add_prefix(name)
        if key in data:
            found[name] = field.widget.value_from_datadict(data, {}, key)
    return found


def identifier(form: PlaceForm, name: str) -> UUID | None:
    """The identifier in a field of a form."""
    value = form.cleaned_data.get(name)
    return UUID(value) if value else None
