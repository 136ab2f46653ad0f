"""What is asked for an import."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.imports import kinds
from apps.imports.models import Import
from apps.web.forms import Form


def kind_choices() -> list[tuple[str, object]]:
    """The kinds of files that can be read here."""
    there = kinds.available()
    return [(value, label) for value, label in Import.Kind.choices if value in there]


class UploadForm(Form):
    """A file, and what it is."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("Drop it here or choose it. At most 20 MiB; of weights only the header is wanted."),
        widget=forms.FileInput(attrs={"class": "drop"}),
        error_messages={"empty": _("The file is empty.")},
    )
    kind = forms.ChoiceField(label=_("Kind of file"), required=False, choices=())

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [("", _("Recognise it by its content")), *kind_choices()]


class HubForm(Form):
    """A repository of the hub."""

    identifier = forms.CharField(
        label=_("Identifier on the hub"),
        max_length=300,
        help_text=_("Such as Qwen/Qwen2.5-7B-Instruct, or the address of its page."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    revision = forms.CharField(
        label=_("Revision"),
        max_length=120,
        required=False,
        help_text=_("A commit, a tag or a branch; empty: the newest."),
    )
