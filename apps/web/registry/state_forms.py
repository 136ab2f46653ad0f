"""Forms in which somebody states facts: a value with its source, date and state."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.clock import today
from apps.core.errors import InvalidInput, in_language
from apps.core.text import EARLIEST, clean_url
from apps.facts.catalogue import FieldSpec
from apps.facts.models import State
from apps.facts.services import may_verify
from apps.registry.services import FactInput
from apps.web.facts_forms import Offered, field_for
from apps.web.forms import Form

CLAIMS = (State.CLAIMED_BY_OWNER, State.CLAIMED_BY_PROVIDER)


class SourceForm(Form):
    """Where facts were seen, as of when, and how far they are checked."""

    source = forms.CharField(
        label=gettext_lazy("Source"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Document, contract or person. Left empty it is you, today."),
    )
    source_url = forms.CharField(
        label=gettext_lazy("Address of the source"), required=False, max_length=1000, widget=forms.URLInput()
    )
    as_of = forms.DateField(label=gettext_lazy("As of"), required=False, widget=forms.DateInput())
    valid_until = forms.DateField(
        label=gettext_lazy("Valid until"),
        required=False,
        widget=forms.DateInput(),
        help_text=gettext_lazy("Afterwards the fact counts as unknown."),
    )
    state = forms.ChoiceField(label=gettext_lazy("State"))

    def __init__(self, offered: Offered, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        choice: Any = self.fields["state"]
        states = [*CLAIMS, *([State.VERIFIED] if may_verify(offered.actor) else [])]
        choice.choices = [(state.value, state.label) for state in states]

    def clean_source_url(self) -> str:
        """An address of the web. Raises `ValidationError` for anything else."""
        try:
            return clean_url(self.cleaned_data["source_url"], pointer="/source_url", required=False)
        except InvalidInput as error:
            raise forms.ValidationError(in_language(error.message)) from error

    def clean_as_of(self) -> dt.date | None:
        """A day that has been."""
        found: dt.date | None = self.cleaned_data["as_of"]
        if found and not EARLIEST <= found <= today():
            raise forms.ValidationError(_("must lie between 1990 and today"))
        return found

    def clean(self) -> dict[str, Any]:
        """The end of validity lies after its beginning."""
        found = super().clean() or self.cleaned_data
        until = found.get("valid_until")
        if until and until < (found.get("as_of") or today()):
            self.add_error("valid_until", _("must not lie before the as-of date"))
        return found


class StatementForm(SourceForm):
    """One fact among several: left empty it is not stated. What its source leaves open is that of all."""

    def __init__(self, path: str, spec: FieldSpec, offered: Offered, data: Any = None) -> None:
        super().__init__(offered, data, prefix=path)
        self.path, self.spec = path, spec
        self.fields["value"] = field_for(spec, offered)
        self.fields["state"].required = False
        choice: Any = self.fields["state"]
        choice.choices = [("", _("as above")), *choice.choices]
        self.dress()

    @property
    def given(self) -> bool:
        """Whether a value was entered."""
        return self.cleaned_data.get("value") is not None

    @property
    def source_is_wrong(self) -> bool:
        """Whether a mistake stands in what is folded away."""
        return self.is_bound and bool(set(self.errors) - {"value"})

    def clean(self) -> dict[str, Any]:
        """A source without a value is a slip."""
        found = super().clean()
        named = any(found.get(name) for name in ("source", "source_url", "as_of", "valid_until", "state"))
        if named and found.get("value") is None and "value" not in self.errors:
            self.add_error("value", _("Enter the value as well, or clear its source."))
        return found

    def fact(self, common: SourceForm) -> FactInput:
        """The statement, with the common source where it has none of its own."""
        own, shared = self.cleaned_data, common.cleaned_data
        source_of = own if own["source"] or own["source_url"] else shared
        return FactInput(
            field=self.spec.name,
            value=own["value"],
            state=own["state"] or shared["state"],
            source=source_of["source"] or source_of["source_url"],
            source_url=source_of["source_url"],
            as_of=own["as_of"] or shared["as_of"],
            valid_until=own["valid_until"] or shared["valid_until"],
        )


class CorrectionForm(SourceForm):
    """One fact: a new value, or that it is not known; and why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Stands in the journal as evidence."),
    )

    def __init__(self, spec: FieldSpec, offered: Offered, data: Any = None, *, present: Any = None) -> None:
        super().__init__(offered, data, initial={"value": present})
        self.spec = spec
        keeps = [str(item) for item in present] if isinstance(present, list) else []
        self.fields["value"] = field_for(spec, offered, keeps=keeps)
        choice: Any = self.fields["state"]
        choice.choices = [*choice.choices, (State.UNKNOWN.value, _("Not known: withdraw what was stated"))]
        self.order_fields(["value", "state", "source", "source_url", "as_of", "valid_until", "reason"])
        self.dress()

    def clean(self) -> dict[str, Any]:
        """A known state has a value; withdrawing has none."""
        found = super().clean()
        withdrawn = found.get("state") == State.UNKNOWN
        if not withdrawn and found.get("value") is None and "value" not in self.errors:
            self.add_error("value", _("Enter the value, or choose the state “not known”."))
        return found

    def fact(self) -> FactInput:
        """The statement."""
        entered = self.cleaned_data
        withdrawn = entered["state"] == State.UNKNOWN
        return FactInput(
            field=self.spec.name,
            value=None if withdrawn else entered["value"],
            state=entered["state"],
            source=entered["source"] or entered["source_url"],
            source_url=entered["source_url"],
            as_of=entered["as_of"],
            valid_until=None if withdrawn else entered["valid_until"],
        )
