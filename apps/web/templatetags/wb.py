"""Tags of the pages: icons, badges, facts, dates, both languages of stored words."""

import datetime as dt
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.clock import today
from apps.facts.words import in_words as value_in_words
from apps.places.countries import country_name
from apps.policy.selectors import UNKNOWN_ENTRY
from apps.policy.sheets.entries import Entry
from apps.sanctions.models import RestrictionEvent
from apps.sanctions.speaking import KINDS
from apps.sanctions.words import measure_word, scope_word
from apps.web.audit.wording import action_word
from apps.web.badges import badge_for
from apps.web.facts import Line, line
from apps.web.pages import language
from apps.web.who import who as who_in_words

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A picture from the sprite; with `label` it says something, without it is decoration."""
    address = f"{static('icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, address)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', address)


@register.simple_tag
def badge(kind: str, value: object) -> SafeString:
    """The badge of a choice: tone, icon and word."""
    return _badge(kind, str(value), language())


@lru_cache(maxsize=512)
def _badge(kind: str, value: str, shown_in: str) -> SafeString:
    """Drawn once per word and language: a page of facts has hundreds of them."""
    found = badge_for(kind, value)
    return mark(str(found.label), found.tone, found.icon)


@register.simple_tag
def mark(label: str, tone: str = "grey", icon_name: str = "") -> SafeString:
    """A badge of free words."""
    picture = icon(icon_name) if icon_name else ""
    return format_html('<span class="mark mark-{}">{}{}</span>', tone, picture, label)


@register.inclusion_tag("components/fact.html")
def fact(found: Line) -> dict[str, Any]:
    """One line of a list of facts."""
    return {"line": found}


@register.simple_tag
def entry_line(path: str, entry: Entry | None) -> Line:
    """The line of an entry of a fact sheet."""
    return line(path, entry or UNKNOWN_ENTRY, language())


@register.filter
def words(thing: Any, name: str) -> str:
    """Stored words in the language of the page: `title_en`/`title_de` of a row, or `{"en", "de"}` of a rule."""
    if isinstance(thing, dict):
        found = thing.get(name, thing)
    else:
        found = getattr(thing, name, None)
        if found is None:
            return str(getattr(thing, f"{name}_{language()}"))
    return str(found.get(language()) or found.get("en", ""))


@register.filter
def who(label: str) -> str:
    """Who said or did something, by name."""
    return who_in_words(label or "")


@register.filter
def in_words(value: Any) -> str:
    """A plain value for people: yes and no, lists, tables."""
    return value_in_words(None, value, language())


@register.filter
def day(value: dt.date | dt.datetime | str | None) -> SafeString | str:
    """A date, as everywhere: 2026-11-24."""
    if not value:
        return "–"
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value).date()
    text = value.isoformat() if isinstance(value, dt.date) else str(value)[:10]
    return format_html('<time datetime="{}">{}</time>', text, text)


@register.filter
def moment(value: dt.datetime | None) -> SafeString | str:
    """A moment, to the minute, in the installation's time zone."""
    if value is None:
        return "–"
    local = timezone.localtime(value)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), f"{local:%Y-%m-%d %H:%M}")


@register.filter
def days_left(value: dt.date | None) -> str:
    """How far away a day is, in words."""
    if value is None:
        return ""
    days = (value - today()).days
    if days < 0:
        return ngettext("%(count)d day overdue", "%(count)d days overdue", -days) % {"count": -days}
    if days == 0:
        return _("today")
    return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}


@register.filter
def country(code: str) -> str:
    """A country by its name."""
    return country_name(str(code), language())


@register.filter
def entry_kind(kind: str) -> str:
    """What sort of thing an entry of a list is about."""
    return str(dict(KINDS).get(kind, kind))


@register.filter
def measure(event: RestrictionEvent) -> str:
    """A measure by its instrument, else by what it does."""
    return event.instrument or measure_word(event.effect)


@register.filter
def action(code: str) -> str:
    """What an entry of the journal records, in words."""
    return action_word(code)


_TERMS = {
    "number": gettext_lazy("Number"),
    "percentage": gettext_lazy("Percentage"),
    "date": gettext_lazy("Date"),
    "amount": gettext_lazy("Currency"),
    "country": gettext_lazy("Country or region"),
    "measure": gettext_lazy("What is measured or covered"),
}


@register.simple_tag
def term_word(kind: str) -> str:
    """As what a changed word of a licence matters."""
    return str(_TERMS.get(kind, kind))


@register.filter
def scopes(event: RestrictionEvent) -> str:
    """What a measure covers, in words."""
    return ", ".join(scope_word(scope) for scope in event.scope)


@register.filter
def short(digest: str) -> str:
    """The beginning of a digest, enough to compare by eye."""
    return str(digest).removeprefix("sha256:")[:12]


@register.simple_tag(takes_context=True)
def sortable(context: template.Context, key: str, label: str) -> SafeString:
    """The head of a column that sorts its list."""
    listing = context["listing"]
    way = ("descending" if listing.descending else "ascending") if listing.order in (key, f"-{key}") else ""
    arrow = icon("down" if way == "descending" else "up") if way else ""
    state = format_html(' aria-sort="{}"', way) if way else ""
    link = format_html('<a href="{}">{}{}</a>', listing.sort_urls[key], label, arrow)
    return format_html('<th scope="col"{}>{}</th>', state, link)
