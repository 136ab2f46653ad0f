"""Names that somebody wants compared although they are no parties of the register, with a record like any other."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.errors import FieldError, InvalidInput, filled
from apps.core.text import clean_text
from apps.places.countries import is_country
from apps.sanctions.entries import EntryKind
from apps.sanctions.matching import POSSIBLE, WEAK, search
from apps.sanctions.models import Screening, ScreeningRun
from apps.sanctions.screening.asking import Asked, asked_from
from apps.sanctions.screening.running import begin_run, finish_run, told
from apps.sanctions.screening.versions import usable

AT_ONCE = 100
"""Names that are compared while somebody waits."""
MOST = 20_000
_KINDS = (EntryKind.ORGANISATION, EntryKind.PERSON)
_LETTER = re.compile(r"\w")


def request_screening(*, actor: Actor, asked: Sequence[Asked]) -> ScreeningRun:
    """Have names compared with everything in use, down to weak likeness; what is found and what is not is kept.

    Up to `AT_ONCE` names are compared here and now; for more a task does it. Raises `InvalidInput` for too many.
    """
    actor.require("screening.run")
    if len(asked) > MOST:
        raise InvalidInput(filled("at most %(most)d names at a time", most=MOST), pointer="/parties")
    with change(actor, "screening.request"):
        run = begin_run(actor=actor, reason=ScreeningRun.Reason.REQUEST)
        Screening.objects.bulk_create(
            Screening(run=run, asked=one.body, asked_digest=one.digest, result=Screening.Result.WAITING)
            for one in asked
        )
        if len(asked) <= AT_ONCE:
            return work_on_request(actor=actor, run=run)
        transaction.on_commit(lambda: _ask(run.id))
    return run


def _ask(run_id: UUID) -> None:
    from apps.sanctions.tasks import compare_names

    compare_names.delay(str(run_id))


def work_on_request(*, actor: Actor, run: ScreeningRun) -> ScreeningRun:
    """Compare the names that still wait, batch by batch. Safe to call again after a crash."""
    while rows := list(run.screenings.filter(result=Screening.Result.WAITING).order_by("id")[:AT_ONCE]):
        for row in rows:
            _compare(run, row)
        with change(actor, "screening.compare"):
            Screening.objects.bulk_update(rows, ["result", "found"])
            run.parties += len(rows)
            run.matches += sum(row.result == Screening.Result.MATCHES for row in rows)
            run.save(update_fields=["parties", "matches"])
    return finish_run(actor=actor, run=run)


def _compare(run: ScreeningRun, row: Screening) -> None:
    found = search(asked_from(row.asked).query, threshold=WEAK)
    row.found = [told(one) for one in found]
    if any(one.score >= POSSIBLE for one in found):
        row.result = Screening.Result.MATCHES
    else:
        row.result = Screening.Result.CLEAN if usable(run.lists) else Screening.Result.UNKNOWN


def read_names(rows: Sequence[Mapping[str, Any]], pointer: str = "/parties") -> list[Asked]:
    """What somebody wants compared: `{"name", "country"?, "aliases"?, "kind"?}` each. Raises `InvalidInput`."""
    if not rows:
        raise InvalidInput("name at least one party", pointer=pointer)
    errors: list[FieldError] = []
    found = []
    for index, row in enumerate(rows):
        try:
            found.append(_read(row, f"{pointer}/{index}"))
        except InvalidInput as error:
            errors.extend(error.errors)
    if errors:
        raise InvalidInput(errors=errors[:50])
    return found


def _read(row: Mapping[str, Any], pointer: str) -> Asked:
    name = clean_text(row.get("name"), pointer=f"{pointer}/name", max_length=500)
    if not _LETTER.search(name):
        raise InvalidInput("must contain letters or digits", pointer=f"{pointer}/name")
    country = str(row.get("country") or "").strip().upper()
    if country and not is_country(country):
        raise InvalidInput("must be a country code of two letters (ISO 3166-1)", pointer=f"{pointer}/country")
    kind = row.get("kind") or EntryKind.UNKNOWN
    if kind not in (*_KINDS, EntryKind.UNKNOWN):
        raise InvalidInput(filled("must be one of %(kinds)s", kinds=", ".join(_KINDS)), pointer=f"{pointer}/kind")
    aliases = row.get("aliases") or ()
    if not isinstance(aliases, list | tuple) or len(aliases) > 50:
        raise InvalidInput("must be a list of at most 50 names", pointer=f"{pointer}/aliases")
    return Asked(
        name=name,
        aliases=tuple(
            clean_text(alias, pointer=f"{pointer}/aliases/{index}", max_length=500)
            for index, alias in enumerate(aliases)
        ),
        kind=EntryKind(kind),
        countries=(country,) if country else (),
    )
