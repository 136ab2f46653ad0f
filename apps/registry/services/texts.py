"""Licence texts of releases: kept, recognised, and concluded from where they are known word for word."""

import datetime as dt

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.facts.models import Assertion
from apps.facts.services import withdraw
from apps.facts.subjects import SubjectRef
from apps.licences.models import Licence, LicenceText
from apps.licences.selectors import newest_sightings
from apps.licences.services import confirm_text, refuse_text, store_text
from apps.registry.licensing import CONCLUDED
from apps.registry.models import Release
from apps.registry.services.facts import FactInput, mirror, subject_for_change, write_facts

CHANNEL = "licence-text"
"""Of conclusions that rest on a text: a newer text supersedes them, a person's word stands beside them."""


def record_release_text(
    *, actor: Actor, release: Release, content: bytes, source: str, url: str = "", as_of: dt.date | None = None
) -> LicenceText:
    """Keep the text that came with a release, and conclude the release's licence where the text is a known one."""
    subject_for_change(actor, "release", release.id)
    with change(actor, "licence_text.store"):
        text = store_text(actor=actor, content=content, source=source, url=url, as_of=as_of, release=release)
        conclude_from_texts(release)
    return text


def settle_text(*, actor: Actor, text: LicenceText, licence: Licence | None, note: str = "") -> LicenceText:
    """Say of which licence a text is, or that it is of none of the known ones; releases that it came with follow."""
    with change(actor, "licence_text.settle", reason=note):
        if licence is None:
            text = refuse_text(actor=actor, text=text, note=note)
        else:
            text = confirm_text(actor=actor, text=text, licence=licence, note=note)
        seen = text.sightings.filter(release_id__isnull=False).values_list("release_id", flat=True)
        for release in Release.objects.filter(id__in=list(seen)):
            conclude_from_texts(release)
    return text


def conclude_from_texts(release: Release) -> None:
    """State the licence of a release's present texts, if they are of one; take back what no text says any longer."""
    found = [one for one in newest_sightings(releases=[release.id]) if one.text.licence]
    licences = {one.text.licence.key: one for one in found if one.text.licence}
    subject = SubjectRef("release", release.id)
    stated = Assertion.objects.filter(
        subject_type="release", subject_id=release.id, field=CONCLUDED, channel=CHANNEL, superseded_at__isnull=True
    ).first()
    actor = Actor.system("licence text")
    if len(licences) != 1:
        if stated:
            withdraw(actor=actor, subjects=[("release", release.id, CONCLUDED)], channel=CHANNEL)
            mirror(subject, release, {CONCLUDED})
        return
    ((key, sighting),) = licences.items()
    if stated and stated.value == key:
        return
    said = FactInput(
        field=CONCLUDED,
        value=key,
        state="inferred",
        source=f"Licence text with the SHA-256 {sighting.text.sha256[:12]}…, {sighting.source_label}"[:500],
        source_url=sighting.source_url,
        as_of=sighting.as_of,
    )
    write_facts(actor, subject, release, [said], channel=CHANNEL)
