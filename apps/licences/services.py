"""Writes of licence texts: kept as they came, recognised where that is certain, settled by a person where not."""

import datetime as dt
import hashlib
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext_noop

from apps.accounts.actors import Actor
from apps.core.changes import change, one_at_a_time
from apps.core.clock import now, today
from apps.core.errors import InvalidInput, NotPermitted
from apps.core.text import clean_as_of, clean_text, clean_url
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.licences.models import Licence, LicenceText, TextSighting
from apps.licences.prints import Fingerprint, fingerprint, unpacked
from apps.licences.recognising import Recognition, Stored, recognise
from apps.licences.wording import decode, digest_of, wording

SETTLED = (LicenceText.State.RECOGNISED, LicenceText.State.CONFIRMED)


class Identified(Protocol):
    """A release, which this room knows by its identifier only."""

    @property
    def id(self) -> Any: ...


def store_text(
    *,
    actor: Actor,
    content: bytes,
    source: str,
    url: str = "",
    as_of: dt.date | None = None,
    release: Identified | None = None,
    licence: Licence | None = None,
) -> LicenceText:
    """Keep a text with where it was seen, and recognise it. The same bytes again give the text there is.

    `release`: what it came with; `licence`: the licence whose own wording it is said to be by now, which only those
    who see the whole register say. Uses that read either are judged again. Raises `InvalidInput` with the pointer
    `/content` for what is no text, `/source` and the like for the rest.
    """
    actor.require("facts.assert")
    if licence is not None:
        _require_shared(actor)
    decoded = decode(content)
    source = clean_text(source, pointer="/source", max_length=500)
    url = clean_url(url, pointer="/url", required=False)
    day = clean_as_of(as_of or today())
    sha256 = hashlib.sha256(content).hexdigest()
    with change(actor, "licence_text.store"):
        one_at_a_time(f"licence text {sha256}")
        text = LicenceText.objects.filter(sha256=sha256).first() or _kept(
            content, sha256, decoded.text, decoded.encoding
        )
        if _seen(text, release.id if release else None, licence, source, url, day):
            _tell(text, release.id if release else None, licence)
    return text


def _require_shared(actor: Actor) -> None:
    actor.require("facts.assert")
    if not actor.sees_all:
        raise NotPermitted(gettext_noop("What a text is, is settled by a compliance officer; send them what you know."))


def _kept(content: bytes, sha256: str, text: str, encoding: str) -> LicenceText:
    said = wording(text)
    print_ = fingerprint(said)
    row = LicenceText(
        sha256=sha256,
        content=content,
        encoding=encoding,
        size=len(content),
        wording_sha256=digest_of(said),
        words=print_.words,
        numbers=sorted(print_.numbers),
        fingerprint=print_.packed(),
    )
    _recognise(row, print_)
    row.save()
    return row


def _recognise(row: LicenceText, print_: Fingerprint) -> None:
    """Put down what the text is where it is certain, and what it may be where it is not."""
    found = recognise(
        sha256=row.sha256,
        wording_sha256=row.wording_sha256,
        print_=print_,
        stored=_settled(row),
        checksums=_checksums(),
    )
    row.how, row.candidates = found.how, [one.stored() for one in found.candidates]
    row.licence = _licence_of(found) if found.certain else None
    row.label = found.candidates[0].label if found.certain else ""
    if found.certain:
        row.state = LicenceText.State.RECOGNISED
    else:
        row.state = LicenceText.State.CANDIDATES if found.candidates else LicenceText.State.UNKNOWN


def _licence_of(found: Recognition) -> Licence | None:
    """The first licence of the register among those that have the text."""
    keys = found.candidates[0].licences
    rows = {licence.key: licence for licence in Licence.objects.filter(key__in=keys)}
    return next((rows[key] for key in keys if key in rows), None)


def _checksums() -> dict[str, tuple[str, str]]:
    rows = Licence.objects.exclude(text_sha256="").order_by("-key")
    return {row.text_sha256: (row.key, row.text_source or row.name) for row in rows}


def _settled(row: LicenceText) -> list[Stored]:
    """The texts that a person, or their very words, made known here."""
    rows = (
        LicenceText.objects.filter(state__in=SETTLED, licence__isnull=False)
        .exclude(sha256=row.sha256)
        .select_related("licence")
        .defer("content", "candidates")
    )
    return [_as_stored(text) for text in rows]


def _as_stored(text: LicenceText) -> Stored:
    assert text.licence is not None
    print_ = Fingerprint(unpacked(text.fingerprint), text.words, frozenset(text.numbers))
    label = text.label or text.licence.name
    return Stored(f"text:{text.sha256}", label, text.licence.key, text.wording_sha256, print_)


def _seen(
    text: LicenceText, release_id: UUID | None, licence: Licence | None, source: str, url: str, day: dt.date
) -> bool:
    """Note where a text was seen; whether that is new, or makes it the present one again."""
    same = TextSighting.objects.filter(release_id=release_id, licence=licence, source_label=source)
    newest = same.order_by("-as_of", "-seen_at").first()
    if newest is not None and newest.text_id == text.id:
        return False
    sighting = same.filter(text=text).first() or TextSighting(
        text=text, release_id=release_id, licence=licence, source_label=source
    )
    older = newest is not None and day < newest.as_of
    sighting.source_url, sighting.as_of, sighting.seen_at = url, day, now()
    sighting.save()
    return not older


def _tell(text: LicenceText, release_id: UUID | None, licence: Licence | None) -> None:
    subjects = {SubjectRef("release", release_id)} if release_id else set()
    subjects |= {SubjectRef("licence", licence.id)} if licence else set()
    if subjects:
        facts_changed.send(sender=LicenceText, subjects=subjects)


def confirm_text(*, actor: Actor, text: LicenceText, licence: Licence, note: str = "") -> LicenceText:
    """Say that a text is the text of a licence, by a person who has read it."""
    _require_shared(actor)
    note = clean_text(note, pointer="/note", max_length=2000, required=False)
    return _settle(actor, text, LicenceText.State.CONFIRMED, licence, note)


def refuse_text(*, actor: Actor, text: LicenceText, note: str) -> LicenceText:
    """Say that a text is none of the licences that it is similar to; the reason is kept."""
    _require_shared(actor)
    note = clean_text(note, pointer="/note", max_length=2000)
    return _settle(actor, text, LicenceText.State.REFUSED, None, note)


def _settle(actor: Actor, text: LicenceText, state: str, licence: Licence | None, note: str) -> LicenceText:
    if actor.user_id is None:
        raise NotPermitted(gettext_noop("What a text is, is said by people."))
    with change(actor, "licence_text.settle", reason=note):
        text = LicenceText.objects.select_for_update(of=("self",)).get(id=text.id)
        if text.state == LicenceText.State.RECOGNISED and text.licence_id:
            raise InvalidInput(gettext_noop("This text is a known one word for word; there is nothing to settle."))
        text.state, text.licence, text.decision_note = state, licence, note
        text.how = LicenceText.How.PERSON
        text.decided_by_id, text.decided_at = actor.user_id, now()
        text.save()
        _tell_everybody(text)
    return text


def _tell_everybody(text: LicenceText) -> None:
    seen = text.sightings.values_list("release_id", "licence_id")
    subjects = {SubjectRef("release", release) for release, _ in seen if release}
    subjects |= {SubjectRef("licence", licence) for _, licence in seen if licence}
    if subjects:
        facts_changed.send(sender=LicenceText, subjects=subjects)
