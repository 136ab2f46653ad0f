"""What is asked about lists."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.imports.lists.readers import FORMATS
from apps.sanctions.selectors import lists
from apps.web.forms import Form


class UploadForm(Form):
    """A list's file."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("As its authority publishes it, also packed as ZIP or gzip. At most 300 MiB."),
        widget=forms.FileInput(attrs={"class": "drop"}),
        error_messages={"empty": _("The file is empty.")},
    )
    format = forms.ChoiceField(
        label=_("Format"),
        required=False,
        choices=[("", _("As usual for this source, told by the content")), *((name, name) for name in FORMATS)],
    )


class ReasonForm(Form):
    """Why something is done although it is not as it should be."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class SourceForm(Form):
    """How a source is fetched, and what its lists may lose."""

    url = forms.CharField(
        label=_("Address"), required=False, max_length=1000, help_text=_("Empty: its files are uploaded.")
    )
    enabled = forms.BooleanField(label=_("Fetched by schedule"), required=False)
    every_hours = forms.IntegerField(label=_("Hours between two looks"), min_value=1, initial=24)
    oldest_hours = forms.IntegerField(
        label=_("Hours until it is too old"),
        min_value=1,
        initial=48,
        help_text=_("Since it was last known to be the one that is published. Beyond, a screening is unknown."),
    )
    most_lost = forms.IntegerField(
        label=_("Per cent of a list's entries that may go at once"), min_value=0, max_value=100, initial=20
    )


class NewSourceForm(SourceForm):
    """A source that the product does not bring."""

    key = forms.CharField(label=_("Key"), max_length=60, help_text=_("Letters, digits, hyphens; such as xx-national."))
    title = forms.CharField(label=_("Name"), max_length=300)
    format = forms.ChoiceField(label=_("Format"), choices=[(name, name) for name in FORMATS], initial="generic-csv")
    list_keys = forms.MultipleChoiceField(
        label=_("Lists that it carries"), choices=(), widget=forms.CheckboxSelectMultiple
    )
    field_order = ("key", "title", "format", "list_keys")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        keys = self.fields["list_keys"]
        assert isinstance(keys, forms.MultipleChoiceField)
        keys.choices = [(one.key, f"{one.key}: {one.title}") for one in lists()]
