"""Forms: fields and their words. What is valid is decided by the services; their errors come back to the fields."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.core.errors import DuplicateFound, NotFound, NotPermitted, WeighbridgeError, in_language

Made = TypeVar("Made")


class Form(forms.Form):
    """A form of the product: one layout, errors beside the fields and announced."""

    required_css_class = "required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.dress()

    def dress(self) -> None:
        """Give every field its look; to be called again by a form that adds fields of its own."""
        for field in self.fields.values():
            _dress(field)

    def full_clean(self) -> None:
        """Validate, and mark the fields that are wrong. Not before it is asked for: fields may still be added."""
        super().full_clean()
        _mark_wrong(self)

    def plain(self, name: str) -> str:
        """The text of an optional field, empty when it was left out."""
        return str(self.cleaned_data.get(name) or "")


def _dress(field: forms.Field) -> None:
    kinds = {forms.CheckboxInput: "form-check-input", forms.Select: "form-select", forms.SelectMultiple: "form-select"}
    group = (forms.RadioSelect, forms.CheckboxSelectMultiple)
    if isinstance(field.widget, group):
        return
    _add_class(field, next((css for kind, css in kinds.items() if isinstance(field.widget, kind)), "form-control"))
    if isinstance(field.widget, forms.DateInput):
        field.widget.input_type = "date"
        field.widget.format = "%Y-%m-%d"


def _add_class(field: forms.Field, css: str) -> None:
    classes = str(field.widget.attrs.get("class", "")).split()
    field.widget.attrs["class"] = " ".join(dict.fromkeys([*classes, css]))


def _mark_wrong(form: forms.Form) -> None:
    for name in form.errors:
        if name in form.fields and not isinstance(form.fields[name].widget, forms.RadioSelect):
            _add_class(form.fields[name], "is-invalid")


def attempt(
    form: forms.Form, write: Callable[[], Made], *, pointers: Mapping[str, str] | None = None, existing: str = ""
) -> Made | None:
    """What `write` makes, or None with its errors put to the fields they are about.

    `pointers` maps JSON pointers of the service to fields where the names differ; `existing` is the address of a
    duplicate with `{}` for its identifier. Errors that hide or forbid something go on to the error page.
    """
    try:
        return write()
    except (NotFound, NotPermitted):
        raise
    except DuplicateFound as error:
        message: str | SafeString = in_language(error.message)
        if existing:
            link = existing.format(error.existing)
            message = format_html('{} <a href="{}">{}</a>', message, link, _("Open it"))
        form.add_error(None, message)
    except WeighbridgeError as error:
        _put(form, error, pointers or {})
    _mark_wrong(form)
    return None


def _put(form: forms.Form, error: WeighbridgeError, pointers: Mapping[str, str]) -> None:
    if not error.errors:
        form.add_error(None, in_language(error.message))
    for one in error.errors:
        first = one.pointer.strip("/").split("/")[0]
        name = pointers.get(one.pointer) or pointers.get(f"/{first}") or first
        if name in form.fields:
            form.add_error(name, in_language(one.message))
        else:
            form.add_error(None, f"{name}: {in_language(one.message)}" if name else in_language(one.message))
