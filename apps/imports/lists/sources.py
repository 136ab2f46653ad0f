"""Writes of sources of lists: where a list comes from, how often, and how much it may lose."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_noop

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.errors import DuplicateFound, FieldError, InvalidInput, filled
from apps.core.text import clean_text, clean_url
from apps.imports.knowledge.reading import KEY
from apps.imports.lists.readers import FORMATS
from apps.sanctions.models import ListSource, RestrictedPartyList

_KEY = gettext_noop("must be made of letters, digits and hyphens")
_BOUNDS = {"every_hours": (1, 2000), "oldest_hours": (1, 32000), "most_lost": (0, 100)}


def create_source(
    *,
    actor: Actor,
    key: str,
    title: str,
    format: str,  # noqa: A002
    list_keys: Sequence[str],
    **more: Any,
) -> ListSource:
    """Make a source of one or more known lists. Raises `InvalidInput`, and `DuplicateFound` for a key in use."""
    actor.require("lists.configure")
    key = clean_text(key, pointer="/key", max_length=60)
    errors = (
        [] if KEY.fullmatch(key) else [FieldError("/key", gettext_noop("must be made of letters, digits and hyphens"))]
    )
    if format not in FORMATS:
        errors.append(FieldError("/format", filled("must be one of %(formats)s", formats=", ".join(FORMATS))))
    known = set(RestrictedPartyList.objects.filter(key__in=list_keys).values_list("key", flat=True))
    if not known or set(list_keys) - known:
        errors.append(FieldError("/list_keys", gettext_noop("must name lists that are known")))
    if errors:
        raise InvalidInput(errors=errors)
    existing = ListSource.objects.filter(key=key).first()
    if existing is not None:
        raise DuplicateFound("There is a source with this key.", existing=existing.key, pointer="/key")
    with change(actor, "list_source.create"):
        source = ListSource(key=key, format=format, list_keys=sorted(known))
        source.title = clean_text(title, pointer="/title", max_length=300)
        _set(source, more)
        source.save()
    return source


def change_source(*, actor: Actor, source: ListSource, **columns: Any) -> ListSource:
    """Set `url`, `enabled`, `every_hours`, `oldest_hours`, `most_lost`. Raises `InvalidInput`."""
    actor.require("lists.configure")
    with change(actor, "list_source.change"):
        source = ListSource.objects.select_for_update(of=("self",)).get(id=source.id)
        before = source.url
        _set(source, columns)
        if source.url != before:
            # What the server before called its file says nothing about this one's.
            source.etag = source.last_modified = ""
        source.save()
    return source


def _set(source: ListSource, columns: dict[str, Any]) -> None:
    if "url" in columns:
        source.url = clean_url(columns["url"], pointer="/url", required=False)
    if "enabled" in columns:
        source.enabled = bool(columns["enabled"])
    for name, (least, most) in _BOUNDS.items():
        if name in columns:
            if not least <= columns[name] <= most:
                message = filled("must lie between %(least)d and %(most)d", least=least, most=most)
                raise InvalidInput(message, pointer=f"/{name}")
            setattr(source, name, columns[name])
