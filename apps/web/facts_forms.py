"""From a field of the fact catalogue to a field of a form. Empty always means “not known”, never a guess."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.actors import Actor
from apps.accounts.selectors import people
from apps.core.errors import InvalidInput, in_language
from apps.facts.catalogue import FIELDS, FieldSpec, validate_value
from apps.facts.words import in_words
from apps.parties.models import Party
from apps.parties.selectors import parties
from apps.places.countries import country_names

NOT_KNOWN = ("", gettext_lazy("Not known"))
NONE = "-"
"""Stands for a list that is known to be empty, which is something else than a list that is not known."""
SUGGESTIONS = 500


class Offered:
    """The people, parties and countries that the fields of one form offer; each is read once, when a field needs it."""

    def __init__(self, actor: Actor, language: str) -> None:
        self.actor = actor
        self.language = language

    @cached_property
    def people(self) -> list[tuple[str, str]]:
        """Persons in the actor's sight, by name."""
        rows: QuerySet[Any] = people(self.actor).filter(is_active=True, kind="person").order_by("name", "email")
        return [(str(row.id), f"{row.name} ({row.email})") for row in rows.prefetch_related(None)]

    @cached_property
    def parties(self) -> list[str]:
        """Names that an empty field suggests; every other party is found by its name all the same."""
        return list(parties().order_by("name").values_list("name", flat=True)[:SUGGESTIONS])

    @cached_property
    def countries(self) -> list[tuple[str, str]]:
        """Countries in the order of their names."""
        return sorted(country_names(self.language).items(), key=lambda pair: pair[1].casefold())


def field_for(spec: FieldSpec, offered: Offered, *, keeps: Sequence[str] = ()) -> forms.Field:
    """A form field whose cleaned value is what the catalogue stores, or None for “not known”.

    `keeps` are values of now that the choices must not lose, such as the region of a country.
    """
    field = _BUILDERS[spec.type](spec, offered, keeps)
    field.required = False
    field.label = spec.label_in(offered.language)
    unit = in_words(spec, 0, offered.language)[1:].strip() if spec.type == "number" else ""
    if unit:
        field.label = f"{field.label} ({unit})"
    field.help_text = f"{spec.meaning_in(offered.language)} {field.help_text}".strip()
    return field


def fields_for(subject: str, names: Sequence[str], offered: Offered) -> dict[str, forms.Field]:
    """Form fields for several fields of a subject, by name."""
    return {name: field_for(FIELDS[subject][name], offered) for name in names}


class Fact:
    """What the fields of this module have in common: their cleaned value is checked by the catalogue."""

    spec: FieldSpec

    def read(self, value: Any) -> Any:
        """The value of the form as one of the catalogue; None for “not known”."""
        return value if value not in ("", None, []) else None

    def clean(self, value: Any) -> Any:
        """The value as it is stored. Raises `ValidationError` with what the catalogue says against it."""
        cleaned = super().clean(value)  # type: ignore[misc]
        plain = self.read(cleaned)
        if plain is None:
            return None
        try:
            return validate_value(self.spec, plain)
        except InvalidInput as error:
            raise ValidationError(in_language(error.message)) from error


class TextFact(Fact, forms.CharField):
    """Text, or an address."""


class DateFact(Fact, forms.DateField):
    """A day."""


class ChoiceFact(Fact, forms.ChoiceField):
    """One of the catalogue's words."""


class YesNoFact(Fact, forms.ChoiceField):
    """Yes, no or not known."""

    def prepare_value(self, value: Any) -> Any:
        """What the control shows of a stored value."""
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value

    def read(self, value: Any) -> Any:
        """True, false or None."""
        return {"yes": True, "no": False}.get(value)


class NumberFact(Fact, forms.DecimalField):
    """A number, whole where it can be."""

    def read(self, value: Any) -> Any:
        """An integer or a float."""
        if not isinstance(value, Decimal):
            return None
        return int(value) if value == value.to_integral_value() else float(value)


class SeveralFact(Fact, forms.MultipleChoiceField):
    """Several of a list of choices; “none” says that there are none."""

    def prepare_value(self, value: Any) -> Any:
        """What the control shows of a stored value."""
        return [NONE] if value == [] else value

    def read(self, value: Any) -> Any:
        """The chosen values; an empty list for “none”."""
        if NONE not in value:
            return super().read(value)
        if len(value) > 1:
            raise ValidationError(_("Choose either “none” or some of the others."))
        return []


class LinesFact(Fact, forms.CharField):
    """A list, one entry to a line."""

    def prepare_value(self, value: Any) -> Any:
        """What the control shows of a stored value."""
        if isinstance(value, list):
            return "\n".join(str(item) for item in value) or NONE
        return value

    def read(self, value: Any) -> Any:
        """The lines; an empty list for a single dash."""
        lines = [line.strip() for line in str(value or "").splitlines() if line.strip()]
        return [] if lines == [NONE] else lines or None


class PairsFact(Fact, forms.CharField):
    """A table, one entry to a line: `US: 1200`."""

    def prepare_value(self, value: Any) -> Any:
        """What the control shows of a stored value."""
        return "\n".join(f"{key}: {item}" for key, item in value.items()) if isinstance(value, dict) else value

    def read(self, value: Any) -> Any:
        """Numbers where they are numbers, text otherwise."""
        found: dict[str, Any] = {}
        for line in filter(None, (line.strip() for line in str(value or "").splitlines())):
            key, mark, item = line.partition(":")
            if not mark or key.strip() in found:
                raise ValidationError(_("Write one entry to a line, as in “name: 12”, and none twice."))
            found[key.strip()] = _number_or_text(item.strip())
        return found or None


def _number_or_text(text: str) -> Any:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


class Suggesting(forms.TextInput):
    """A line of text with suggestions. Works as plain text where a browser knows none."""

    names: Callable[[], Sequence[str]]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The control and its list."""
        key = f"{(attrs or {}).get('id', name)}_list"
        control = super().render(name, value, {**(attrs or {}), "list": key}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((one,) for one in self.names()))
        return format_html('{}<datalist id="{}">{}</datalist>', control, key, options)


class PartyFact(Fact, forms.CharField):
    """A party by its name: there may be far more of them than a list can hold."""

    widget = Suggesting

    def prepare_value(self, value: Any) -> Any:
        """The name behind a stored identifier."""
        key = _uuid(value)
        found = parties().filter(id=key).first() if key else None
        return found.name if found else value

    def read(self, value: Any) -> Any:
        """The identifier of the party that bears the name. Raises `ValidationError` when none or more than one does."""
        found = party_named(value)
        return str(found.id) if found else None


def party_named(text: Any) -> Party | None:
    """The party that a text names, by name or identifier; None for an empty one.

    Raises `ValidationError` when no party or more than one bears the name, with those that come near.
    """
    text = str(text or "").strip()
    if not text:
        return None
    by_key = _uuid(text)
    rows = list(parties().filter(id=by_key) if by_key else parties().filter(name__iexact=text)[:2])
    if len(rows) == 1:
        return rows[0]
    if rows:
        raise ValidationError(_("More than one party bears this name; enter the identifier of the one you mean."))
    near = list(parties(text).order_by("name").values_list("name", flat=True)[:3])
    if near:
        raise ValidationError(
            _("No party bears exactly this name. Is it one of these: %(names)s?") % {"names": "; ".join(near)}
        )
    raise ValidationError(_("No party bears this name. Leave the field empty if the party is not in the register."))


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _with(field: Any, spec: FieldSpec) -> forms.Field:
    field.spec = spec
    made: forms.Field = field
    return made


def _text(spec: FieldSpec, offered: Offered, keeps: Sequence[str]) -> forms.Field:
    return _with(TextFact(max_length=2000, widget=forms.Textarea(attrs={"rows": 1, "class": "line"})), spec)


def _url(spec: FieldSpec, offered: Offered, keeps: Sequence[str]) -> forms.Field:
    return _with(TextFact(max_length=1000, widget=forms.URLInput()), spec)


def _number(spec: FieldSpec, offered: Offered, keeps: Sequence[str]) -> forms.Field:
    return _with(NumberFact(widget=forms.NumberInput(attrs={"min": 0, "step": "any"})), spec)


def _boolean(spec: FieldSpec, offered: Offered, keeps: Sequence[str]) -> forms.Field:
    return _with(YesNoFact(choices=[NOT_KNOWN, ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]), spec)


def _date(spec: FieldSpec, offered: Offered, keeps: Sequence[str]) -> forms.Field:
    return _with(DateFact(widget=forms.DateInput()), spec)


def _words(spec: FieldSpec, language: str) -> list[tuple[str, str]]:
    return [(value, spec.value_label(value, language)) for value in spec.allowed]


def _choice(spec: FieldSpec, offered: Offered, keeps: Sequence[str]) -> forms.Field:
    return _with(ChoiceFact(choices=[NOT_KNOWN, *_words(spec, offered.language)]), spec)


def _list(spec: FieldSpec, offered: Offered, keeps: Sequence[str]) -> forms.Field:
    if spec.allowed:
        choices = [*_words(spec, offered.language), (NONE, gettext_lazy("None of these"))]
        return _with(SeveralFact(choices=choices, widget=forms.CheckboxSelectMultiple()), spec)
    hint = gettext_lazy("One to a line; a single dash says that there are none.")
    return _with(LinesFact(max_length=20000, widget=forms.Textarea(attrs={"rows": 3}), help_text=hint), spec)


def _map(spec: FieldSpec, offered: Offered, keeps: Sequence[str]) -> forms.Field:
    hint = gettext_lazy("One entry to a line, as in “name: 12”.")
    return _with(PairsFact(max_length=20000, widget=forms.Textarea(attrs={"rows": 3}), help_text=hint), spec)


def _country(spec: FieldSpec, offered: Offered, keeps: Sequence[str]) -> forms.Field:
    return _with(ChoiceFact(choices=[NOT_KNOWN, *offered.countries]), spec)


def _countries(spec: FieldSpec, offered: Offered, keeps: Sequence[str]) -> forms.Field:
    known = dict(offered.countries)
    extra = [(code, code) for code in keeps if code not in known]
    choices = [(NONE, gettext_lazy("None")), *extra, *offered.countries]
    widget = forms.SelectMultiple(attrs={"size": 6})
    hint = gettext_lazy("Hold Ctrl or Cmd to choose several.")
    return _with(SeveralFact(choices=choices, widget=widget, help_text=hint), spec)


def _party(spec: FieldSpec, offered: Offered, keeps: Sequence[str]) -> forms.Field:
    return _with(party_field(offered, PartyFact), spec)


def party_field(offered: Offered, kind: Callable[..., Any] = forms.CharField, **more: Any) -> Any:
    """A line of text that suggests the names of parties."""
    widget = Suggesting(attrs={"autocomplete": "off"})
    widget.names = lambda: offered.parties
    return kind(max_length=300, widget=widget, **more)


def _user(spec: FieldSpec, offered: Offered, keeps: Sequence[str]) -> forms.Field:
    return _with(ChoiceFact(choices=[NOT_KNOWN, *offered.people]), spec)


_BUILDERS: Mapping[str, Callable[[FieldSpec, Offered, Sequence[str]], forms.Field]] = {
    "text": _text,
    "url": _url,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "choice": _choice,
    "list": _list,
    "map": _map,
    "country": _country,
    "countries": _countries,
    "party": _party,
    "user": _user,
}


def kept_codes(value: Any) -> list[str]:
    """The codes of a stored list of countries, so that a form does not lose the regions among them."""
    return [str(item) for item in value] if isinstance(value, list) else []
