"""Releases of a model as they were known at a past moment."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Prefetch

from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.licences.meanings import Meanings
from apps.licences.models import Licence
from apps.registry.licensing import licensing
from apps.registry.models import Artefact, Model, Release
from apps.registry.services.licensing import licence_columns


def releases_at(model: Model, moment: dt.datetime | None) -> Sequence[Release]:
    """The releases with files and licence; at a moment those entered by then, with the licence stated then."""
    if moment is None:
        return list(model.releases.all())
    files = Prefetch("artefacts", Artefact.objects.filter(created_at__lte=moment))
    rows = list(model.releases.filter(created_at__lte=moment).prefetch_related(files))
    facts = current_facts({SubjectRef("release", row.id) for row in rows}, recorded=moment)
    meanings = Meanings.load()
    for row in rows:
        for name, value in licence_columns(licensing(facts[SubjectRef("release", row.id)], meanings)).items():
            setattr(row, name, value)
    licences = Licence.objects.in_bulk({row.licence_id for row in rows if row.licence_id})
    for row in rows:
        row.licence = licences.get(row.licence_id) if row.licence_id else None
    return rows
