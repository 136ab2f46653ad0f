"""Forms of parties: stakes, names, domains, and the day on which ownership is looked at."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.clock import now, today
from apps.parties.models import Domain, Party, PartyName, Stake
from apps.web.facts_forms import Offered, party_field, party_named
from apps.web.forms import Form
from apps.web.registry.forms import MomentField


def _long() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 3})


class DayForm(Form):
    """The day on which ownership is looked at, and by what was known when."""

    as_of = forms.DateField(label=_("Held on"), required=False, widget=forms.DateInput())
    recorded = MomentField(label=_("As known on"), required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_day_%s", initial={"as_of": today()})

    @classmethod
    def asked(cls, request: HttpRequest) -> "DayForm":
        """The form as the address of a page fills it."""
        return cls(request.GET if {"as_of", "recorded"} & set(request.GET) else None)

    @property
    def day(self) -> dt.date:
        """The day asked for; today where there is no valid one."""
        return self._valid("as_of") or today()

    @property
    def moment(self) -> dt.datetime | None:
        """By what was known when; None for now."""
        found: dt.datetime | None = self._valid("recorded")
        return found if found and found <= now() else None

    def _valid(self, name: str) -> Any:
        if not self.is_bound:
            return None
        self.full_clean()
        return self.cleaned_data.get(name)


class SourcedForm(Form):
    """What every statement names: where it was seen and as of when."""

    source = forms.CharField(label=_("Source"), max_length=500)
    source_url = forms.CharField(label=_("Address of the source"), max_length=1000, required=False)
    as_of = forms.DateField(label=_("As of"), widget=forms.DateInput())

    field_order: tuple[str, ...] = ()

    def said(self) -> dict[str, Any]:
        """The fields for the service."""
        return {name: value for name, value in self.cleaned_data.items() if name in self.fields}


class ShareForm(SourcedForm):
    """How much is held, on what basis, from when to when."""

    basis = forms.ChoiceField(label=_("Basis"), choices=Stake.Basis.choices, initial=Stake.Basis.EQUITY)
    equity_pct = forms.DecimalField(
        label=_("Percent of the shares"),
        required=False,
        max_digits=6,
        decimal_places=3,
        help_text=_("Leave it empty while nobody says; it then counts as not resolved."),
    )
    voting_pct = forms.DecimalField(
        label=_("Percent of the votes"),
        required=False,
        max_digits=6,
        decimal_places=3,
        help_text=_("Empty: as many as shares."),
    )
    valid_from = forms.DateField(label=_("First day"), required=False, widget=forms.DateInput())
    valid_to = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput())
    note = forms.CharField(label=_("Note"), max_length=2000, required=False, widget=_long())


class StakeForm(ShareForm):
    """A stake in a party."""

    owner = forms.CharField(label=pgettext_lazy("of a party", "Owner"))
    free_float = forms.BooleanField(
        label=_("Free float: listed shares in many hands"),
        required=False,
        help_text=_("Then leave the owner empty."),
    )
    field_order = (
        *("owner", "free_float", "basis", "equity_pct", "voting_pct", "valid_from", "valid_to"),
        *("source", "source_url", "as_of", "note"),
    )

    def __init__(self, offered: Offered, data: Any = None) -> None:
        super().__init__(data)
        self.fields["owner"] = party_field(
            offered,
            label=pgettext_lazy("of a party", "Owner"),
            required=False,
            help_text=_("By its name or identifier. Somebody who is no party of the register is kept by name."),
        )
        self.order_fields(self.field_order)
        self.dress()

    def said(self) -> dict[str, Any]:
        """The fields for the service: the owner as a party where the register has it."""
        said = super().said()
        name = said.pop("owner")
        owner = _party_or_none(name)
        return {**said, "owner": owner, "owner_name": "" if owner else name}


def _party_or_none(name: str) -> Party | None:
    try:
        return party_named(name)
    except forms.ValidationError:
        return None


class CorrectionForm(ShareForm):
    """What is right about a stake that was recorded wrongly."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        help_text=_("Stands in the journal. The former statement is kept."),
        widget=_long(),
    )

    @classmethod
    def of(cls, stake: Stake, data: Any = None) -> "CorrectionForm":
        """The form filled with what the stake says."""
        return cls(data, initial=_initial(stake))


def _initial(stake: Stake) -> Mapping[str, Any]:
    names = ("basis", "equity_pct", "voting_pct", "valid_from", "valid_to", "note", "source_url", "as_of")
    return {**{name: getattr(stake, name) for name in names}, "source": stake.source_label}


class EndForm(SourcedForm):
    """The last day of a stake."""

    valid_to = forms.DateField(label=_("Last day"), widget=forms.DateInput())
    field_order = ("valid_to", "source", "source_url", "as_of")


class ReasonForm(Form):
    """Why something is taken away."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, help_text=_("Stands in the journal."), widget=_long())


class NameForm(SourcedForm):
    """A further name of a party."""

    name = forms.CharField(label=_("Name"), max_length=PartyName._meta.get_field("name").max_length)
    kind = forms.ChoiceField(label=_("Kind"), choices=PartyName.Kind.choices)
    language = forms.CharField(
        label=_("Language"), max_length=10, required=False, help_text=_("A tag such as zh or ru, for native script.")
    )
    field_order = ("name", "kind", "language", "source", "source_url", "as_of")


class DomainForm(SourcedForm):
    """An internet domain of a party."""

    domain = forms.CharField(label=_("Domain"), max_length=Domain._meta.get_field("domain").max_length)
    lookalike = forms.BooleanField(label=_("It only looks like a domain of the party"), required=False)
    field_order = ("domain", "lookalike", "source", "source_url", "as_of")
