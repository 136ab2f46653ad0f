"""Reads of licences."""

from uuid import UUID

from django.db.models import Q, QuerySet

from apps.core.errors import NotFound
from apps.licences.models import Licence


def licences(search: str = "") -> QuerySet[Licence]:
    """Every licence; `search` looks into name and reference."""
    found = Licence.objects.all()
    return found.filter(Q(name__icontains=search) | Q(ref__icontains=search)) if search else found


def licence_by_id(licence_id: UUID) -> Licence:
    """One licence with its duties. Raises `NotFound`."""
    found = Licence.objects.prefetch_related("duties").filter(id=licence_id).first()
    if found is None:
        raise NotFound("There is no such licence.")
    return found


def licence_by_hub_tag(tag: str, name: str = "") -> Licence | None:
    """The one licence that a model card's tag means, with its `license_name` where the tag is `other`.

    None where no licence or more than one could be meant: such a tag says nothing, and its text has to be read.
    """
    wanted = f"other/{name}" if tag.strip().casefold() == "other" else tag
    found = Licence.objects.filter(hub_tags__contains=[wanted.strip().casefold()])[:2]
    return found[0] if len(found) == 1 else None
