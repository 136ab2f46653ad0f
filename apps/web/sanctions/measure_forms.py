"""What is asked about a measure."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.facts.models import Quality
from apps.parties.models import Party
from apps.sanctions.measures import NEXT
from apps.sanctions.models import EffectClass, RestrictionEvent
from apps.sanctions.words import MEASURES, SCOPES
from apps.web.facts_forms import party_named
from apps.web.forms import Form

AMBIGUOUS = _("More than one party bears the name “%(name)s”; enter the identifier of the one you mean.")


def _long(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class LinesField(forms.CharField):
    """One thing a line."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, max_length=20000, widget=_long(), **more)

    def to_python(self, value: Any) -> Any:
        """The lines that are not empty, each once."""
        text = super().to_python(value)
        return list(dict.fromkeys(line.strip() for line in str(text or "").splitlines() if line.strip()))

    def validate(self, value: Any) -> None:
        """Whatever is a line is checked by the service."""

    def run_validators(self, value: Any) -> None:
        """Likewise."""


class SourceForm(Form):
    """What a statement rests on."""

    source = forms.CharField(label=_("Source"), max_length=500)
    source_url = forms.CharField(label=_("Address of the source"), max_length=1000, required=False)
    quality = forms.ChoiceField(
        label=_("Kind of source"),
        choices=Quality.choices,
        initial=Quality.PRIMARY,
        help_text=_("What only a weak or unofficial source says is shown and moves no rule."),
    )
    as_of = forms.DateField(label=_("As of"), widget=forms.DateInput())
    field_order: Sequence[str] = ()


class MeasureForm(SourceForm):
    """A measure as its source has it."""

    authority = forms.CharField(label=_("Authority"), max_length=300)
    jurisdiction = forms.CharField(
        label=_("Jurisdiction"), max_length=10, help_text=_("A country such as DE, a part of one such as US-TX, or EU.")
    )
    instrument = forms.CharField(
        label=_("Instrument"),
        max_length=500,
        required=False,
        help_text=_("Law, order or decision, by its name or number."),
    )
    effect = forms.ChoiceField(label=_("What it does"), choices=list(MEASURES.items()))
    effect_class = forms.ChoiceField(label=_("Legal effect"), choices=EffectClass.choices)
    binds = forms.CharField(label=_("Whom it binds"), max_length=500, required=False)
    scope = forms.MultipleChoiceField(
        label=_("Scope"), choices=list(SCOPES.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    named = LinesField(
        label=_("Parties named"),
        help_text=_("One a line, by name or identifier. Who is no party of the register is kept by name."),
    )
    models_named = LinesField(label=_("Models named"), help_text=_("One a line."))
    valid_from = forms.DateField(label=_("From"), required=False, widget=forms.DateInput())
    valid_to = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput())
    date_text = forms.CharField(
        label=_("Date in words"), max_length=100, required=False, help_text=_("Where the source gives no full date.")
    )
    note = forms.CharField(label=_("Note"), max_length=5000, required=False, widget=_long())
    field_order: Sequence[str] = (
        *("authority", "jurisdiction", "instrument", "effect", "effect_class", "binds", "scope", "named"),
        *("models_named", "status", "status_note", "valid_from", "valid_to", "date_text"),
        *("source", "source_url", "quality", "as_of", "note", "reason"),
    )

    def clean_named(self) -> tuple[list[Party], list[str]]:
        """Those of the register, and the names of the others."""
        parties: list[Party] = []
        others: list[str] = []
        for line in self.cleaned_data["named"][:201]:
            try:
                found = party_named(line)
            except forms.ValidationError as error:
                if Party.objects.filter(name__iexact=line).exists():
                    raise forms.ValidationError(AMBIGUOUS % {"name": line}) from error
                found = None
            if found:
                parties.append(found)
            else:
                others.append(line)
        return parties, others

    def said(self) -> dict[str, Any]:
        """The fields for the service."""
        said = dict(self.cleaned_data)
        parties, others = said.pop("named")
        said.pop("version", None)
        return {**said, "parties": parties, "others_named": others}


class NewMeasureForm(MeasureForm):
    """A measure that is not recorded yet."""

    status = forms.ChoiceField(
        label=_("Status"),
        choices=RestrictionEvent.Status.choices,
        help_text=_("What is announced and not in force yet is pending: it is shown and never blocks."),
    )
    status_note = forms.CharField(label=_("Status in words"), max_length=5000, required=False, widget=_long())


class CorrectMeasureForm(MeasureForm):
    """What is right about a measure that was recorded wrongly."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        help_text=_("Stands in the journal. The former statement is kept."),
        widget=_long(),
    )
    version = forms.IntegerField(widget=forms.HiddenInput())

    @classmethod
    def of(cls, event: RestrictionEvent, data: Any = None) -> "CorrectMeasureForm":
        """The form filled with what is recorded."""
        return cls(data, initial=_initial(event))


def _initial(event: RestrictionEvent) -> Mapping[str, Any]:
    names = (
        *("authority", "jurisdiction", "instrument", "effect", "effect_class", "binds", "scope"),
        *("valid_from", "valid_to", "date_text", "source_url", "as_of", "note"),
    )
    named = [*(party.name for party in event.parties.all()), *event.others_named]
    return {
        **{name: getattr(event, name) for name in names},
        "source": event.source_label,
        "quality": event.source_quality,
        "named": "\n".join(named),
        "models_named": "\n".join(event.models_named),
        "version": event.row_version,
    }


class StatusForm(SourceForm):
    """How a measure stands since a day."""

    status = forms.ChoiceField(label=_("It is now"))
    on = forms.DateField(label=_("Since"), widget=forms.DateInput())
    note = forms.CharField(label=_("In words"), max_length=5000, required=False, widget=_long())
    version = forms.IntegerField(widget=forms.HiddenInput())
    field_order = ("status", "on", "source", "source_url", "quality", "as_of", "note")

    def __init__(self, event: RestrictionEvent, data: Any = None) -> None:
        super().__init__(data, initial={"version": event.row_version})
        status = self.fields["status"]
        assert isinstance(status, forms.ChoiceField)
        labels = dict(RestrictionEvent.Status.choices)
        status.choices = [(value, labels[value]) for value in NEXT[event.status]]
