"""Reads of licences."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.core.errors import NotFound
from apps.licences.models import Duty, Licence, LicenceText, TextSighting


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


def newest_sightings(*, releases: Iterable[UUID] = (), licences: Iterable[UUID] = ()) -> list[TextSighting]:
    """Of each source the text it showed last, for releases and for licences. One query."""
    rows = (
        TextSighting.objects.filter(Q(release_id__in=list(releases)) | Q(licence_id__in=list(licences)))
        .select_related("text__licence")
        .defer("text__content", "text__fingerprint", "text__candidates", "text__numbers")
        .order_by("release_id", "licence_id", "source_label", "-as_of", "-seen_at")
        .distinct("release_id", "licence_id", "source_label")
    )
    return list(rows)


def texts() -> QuerySet[LicenceText]:
    """Every text that was brought, newest first, without its content."""
    return (
        LicenceText.objects.select_related("licence", "decided_by")
        .prefetch_related("sightings")
        .defer("content", "fingerprint", "numbers")
    )


def search_texts(rows: QuerySet[LicenceText], text: str) -> QuerySet[LicenceText]:
    """The texts whose licence, name, checksum or place where they were seen holds some words."""
    seen = TextSighting.objects.filter(source_label__icontains=text).values("text_id")
    wanted = Q(licence__name__icontains=text) | Q(label__icontains=text) | Q(sha256__startswith=text.lower())
    return rows.filter(wanted | Q(id__in=seen))


def text_by_id(text_id: UUID) -> LicenceText:
    """One text with its content and where it was seen. Raises `NotFound`."""
    found = (
        LicenceText.objects.select_related("licence", "decided_by")
        .prefetch_related("sightings__licence")
        .filter(id=text_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such text.")
    return found


def texts_of(licence: Licence) -> QuerySet[LicenceText]:
    """The texts that are those of a licence, that were seen as its own, or that may be: settled ones first."""
    may_be = Q(state=LicenceText.State.CANDIDATES, candidates__contains=[{"licences": [licence.key]}])
    seen = TextSighting.objects.filter(licence=licence).values("text_id")
    return texts().filter(Q(licence=licence) | Q(id__in=seen) | may_be)


def comparable(text: LicenceText, licence_keys: Iterable[str]) -> QuerySet[LicenceText]:
    """Other texts that one may want to compare a text with: of certain licences, or seen where it was seen."""
    seen = text.sightings.all()
    releases = [one.release_id for one in seen if one.release_id]
    licences = [one.licence_id for one in seen if one.licence_id]
    near = Q(licence__key__in=list(licence_keys))
    near |= Q(id__in=TextSighting.objects.filter(release_id__in=releases).values("text_id"))
    near |= Q(id__in=TextSighting.objects.filter(licence_id__in=licences).values("text_id"))
    return texts().filter(near).exclude(id=text.id)


def duties_of(licence_ids: Iterable[str]) -> dict[tuple[str, str], Duty]:
    """What some licences say in words, by licence and term. One query."""
    return {(str(duty.licence_id), duty.term): duty for duty in Duty.objects.filter(licence_id__in=set(licence_ids))}
