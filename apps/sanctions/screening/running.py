"""Runs: compare parties with the lists in use, keep what was found and what was not.

A run over everybody is cut into batches; each batch is a transaction of its own, so that whoever goes on after a crash
goes on behind the last one. A run is the record of evidence: its journal entry has a digest over all results.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from apps.accounts.actors import Actor
from apps.accounts.models import Organisation
from apps.core.canonical import canonical_json
from apps.core.changes import change, one_at_a_time
from apps.core.clock import now
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.parties.models import Party
from apps.sanctions.matching import ALGORITHM, POSSIBLE, Found, search
from apps.sanctions.models import Band, ListVersion, Match, PartyStanding, Screening, ScreeningRun
from apps.sanctions.screening.asking import Asked, asked_of
from apps.sanctions.screening.ending import end_judgements
from apps.sanctions.screening.versions import covered, usable, versions_in_use

THRESHOLD = POSSIBLE
"""From here on a match is kept and somebody looks at it: the possible band."""
BATCH = 200
Key = tuple[str, str, str]
"""List, reference and digest of an entry."""


@dataclass(frozen=True)
class Compared:
    """What was asked of one party and what was found."""

    party_id: UUID
    asked: Asked
    found: Sequence[Found]


def compared_parties() -> Iterable[UUID]:
    """The parties that are compared, in a fixed order: all but groups for which a legal entity stands."""
    left_out = Q(kind=Party.Kind.GROUP, principal__isnull=False)
    return Party.objects.exclude(left_out).order_by("id").values_list("id", flat=True)


def begin_run(
    *, actor: Actor, reason: str, everybody: bool = False, version: ListVersion | None = None
) -> ScreeningRun:
    """A new run with the versions of the lists as they are in use now."""
    run = ScreeningRun(
        reason=reason,
        everybody=everybody,
        version=version,
        algorithm=ALGORITHM,
        threshold=THRESHOLD,
        lists=versions_in_use(),
        requested_by_id=actor.user_id,
        requested_as=actor.label,
    )
    with change(actor, "screening.begin"):
        run.save()
    return run


def screen(*, actor: Actor, party_ids: Iterable[UUID], reason: str) -> ScreeningRun:
    """Compare some parties with everything that is in use."""
    run = begin_run(actor=actor, reason=reason)
    compare(actor=actor, run=run, party_ids=party_ids)
    return finish_run(actor=actor, run=run)


def compare(*, actor: Actor, run: ScreeningRun, party_ids: Iterable[UUID]) -> None:
    """Compare parties in a run that goes on, batch by batch."""
    for batch in _batches(party_ids):
        _work(actor, run, _compare(batch))


def unfinished_run() -> ScreeningRun | None:
    """A run over everybody on which nobody works any more, or just now."""
    return ScreeningRun.objects.filter(
        everybody=True, state=ScreeningRun.State.RUNNING, version__isnull=True, algorithm=ALGORITHM
    ).first()


def screen_everybody(*, actor: Actor, run: ScreeningRun) -> ScreeningRun:
    """Go through every party behind the last one that the run has done. Safe to call again after a crash."""
    left = (party for party in compared_parties() if run.reached is None or party > run.reached)
    compare(actor=actor, run=run, party_ids=left)
    return finish_run(actor=actor, run=run)


def _compare(party_ids: Sequence[UUID]) -> list[Compared]:
    asked = asked_of(party_ids)
    return [
        Compared(key, asked[key], search(asked[key].query, threshold=THRESHOLD)) for key in party_ids if key in asked
    ]


def finish_run(*, actor: Actor, run: ScreeningRun) -> ScreeningRun:
    """End a run: the digest over its results goes into the journal."""
    with change(actor, "screening.finish"):
        run.digest = results_digest(run)
        run.state, run.finished_at = ScreeningRun.State.DONE, now()
        run.save(update_fields=["digest", "state", "finished_at", "parties", "matches", "reached"])
        if run.everybody and covered(run.lists) != _covered_before(run):
            # What "nothing found" covers is another now for everybody, also where nothing else was found.
            us = Organisation.objects.first()
            facts_changed.send(sender=Screening, subjects={SubjectRef("org", us.id)} if us else set())
    return run


def _covered_before(run: ScreeningRun) -> set[str]:
    earlier = ScreeningRun.objects.filter(everybody=True, state=ScreeningRun.State.DONE, created_at__lt=run.created_at)
    last = earlier.order_by("-created_at").only("lists").first()
    return covered(last.lists) if last else set()


def results_digest(run: ScreeningRun) -> str:
    """SHA-256 over who was compared in a run, with what, and what was found, in the order of the parties."""
    state = hashlib.sha256(canonical_json({"lists": run.lists, "algorithm": run.algorithm, "parties": run.parties}))
    rows = run.screenings.order_by("party_id", "id").values_list("party_id", "asked_digest", "result", "found")
    for party_id, asked_digest, result, found in rows.iterator():
        state.update(canonical_json([str(party_id or ""), asked_digest, result, found]))
    return f"sha256:{state.hexdigest()}"


def _batches(party_ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    batch: list[UUID] = []
    for key in party_ids:
        batch.append(key)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _work(actor: Actor, run: ScreeningRun, compared: Sequence[Compared]) -> None:
    """Keep what one batch brought, in one transaction."""
    with change(actor, "screening.compare"):
        one_at_a_time("screening")
        kept, touched = _keep_matches(run, compared)
        results = {item.party_id: _result(run, kept[item.party_id]) for item in compared}
        before = {row.party_id: row for row in PartyStanding.objects.filter(party_id__in=results)}
        changed = touched | {item.party_id for item in compared if _differs(before.get(item.party_id), item, results)}
        told = [item for item in compared if item.party_id in changed or not run.everybody]
        Screening.objects.bulk_create([_screening(run, item, kept, results) for item in told])
        _stand(run, compared, kept, results)
        run.parties += len(compared)
        run.matches += sum(1 for found in kept.values() if _alive(found))
        run.reached = compared[-1].party_id
        run.save(update_fields=["parties", "matches", "reached"])
        if changed:
            facts_changed.send(sender=Screening, subjects={SubjectRef("party", key) for key in changed})


def _differs(before: PartyStanding | None, item: Compared, results: Mapping[UUID, str]) -> bool:
    if before is None:
        return True
    known = (before.asked_digest, before.algorithm, before.result)
    return known != (item.asked.digest, ALGORITHM, results[item.party_id])


def _keep_matches(run: ScreeningRun, compared: Sequence[Compared]) -> tuple[dict[UUID, list[Match]], set[UUID]]:
    """New matches are made, those found again stay, all others of these parties are gone; and whose have changed."""
    ids = [item.party_id for item in compared]
    standing: dict[UUID, dict[tuple[Key, str, str], Match]] = defaultdict(dict)
    for match in Match.objects.select_for_update().filter(party_id__in=ids):
        standing[match.party_id][_identity(match)] = match
    kept: dict[UUID, list[Match]] = {}
    touched: set[UUID] = set()
    for item in compared:
        known = standing[item.party_id]
        kept[item.party_id] = []
        for found in item.found:
            identity = (found.list_key, found.reference, found.digest), item.asked.digest, ALGORITHM
            old = known.pop(identity) if identity in known else None
            if old is None or old.state == Match.State.GONE:
                touched.add(item.party_id)
            kept[item.party_id].append(_again(old, run, found) if old else _new(run, item, found))
        if _gone(known.values()):
            touched.add(item.party_id)
    return kept, touched


def _identity(match: Match) -> tuple[Key, str, str]:
    return (match.list_key, match.reference, match.entry_digest), match.asked_digest, match.algorithm


def _new(run: ScreeningRun, item: Compared, found: Found) -> Match:
    match = Match(
        party_id=item.party_id,
        entry_id=found.entry_id,
        list_key=found.list_key,
        reference=found.reference,
        entry_digest=found.digest,
        asked_digest=item.asked.digest,
        algorithm=ALGORITHM,
        score=found.score,
        band=found.band,
        matched_names=[list(pair) for pair in found.matched_names],
        features=features_of(found),
        first_run=run,
        last_run=run,
    )
    match.save()
    return match


def _again(match: Match, run: ScreeningRun, found: Found) -> Match:
    match.last_run, match.entry_id = run, found.entry_id
    if match.state == Match.State.GONE:
        match.state, match.gone_at = Match.State.OPEN, None
    match.save(update_fields=["last_run", "entry", "state", "gone_at"])
    return match


def _gone(matches: Iterable[Match]) -> bool:
    """End matches that were not found again; whether there was one."""
    ended = [match for match in matches if match.state != Match.State.GONE]
    for match in ended:
        match.state, match.gone_at = Match.State.GONE, now()
        match.save(update_fields=["state", "gone_at"])
        end_judgements(match, why="The entry, the party or the way of comparing has changed.")
    return bool(ended)


def _alive(matches: Iterable[Match]) -> bool:
    return any(match.state in (Match.State.OPEN, Match.State.SAME) for match in matches)


def _result(run: ScreeningRun, matches: Iterable[Match]) -> str:
    if _alive(matches):
        return Screening.Result.MATCHES
    return Screening.Result.CLEAN if usable(run.lists) else Screening.Result.UNKNOWN


def _screening(
    run: ScreeningRun, item: Compared, kept: Mapping[UUID, Sequence[Match]], results: Mapping[UUID, str]
) -> Screening:
    return Screening(
        run=run,
        party_id=item.party_id,
        asked=item.asked.body,
        asked_digest=item.asked.digest,
        result=results[item.party_id],
        found=[_told(match, found) for match, found in zip(kept[item.party_id], item.found, strict=True)],
    )


def _told(match: Match, found: Found) -> dict[str, Any]:
    return {**told(found), "match": str(match.id), "judged": match.state}


def told(found: Found) -> dict[str, Any]:
    """A found entry in plain JSON, for the record."""
    return {
        "list": found.list_key,
        "reference": found.reference,
        "entry": str(found.entry_id),
        "digest": found.digest,
        "name": found.name,
        "score": found.score,
        "band": found.band,
        "matched_names": [list(pair) for pair in found.matched_names],
        "features": features_of(found),
    }


def features_of(found: Found) -> list[dict[str, Any]]:
    """What made a score, in plain JSON: it begins at 1, and each feature adds to it or takes from it."""
    names = " / ".join(found.matched_names[0]) if found.matched_names else found.name
    begin = {"code": "names", "points": 1.0, "detail": names}
    return [begin, *({"code": row.code, "points": row.points, "detail": row.detail} for row in found.features)]


_STANDING = (
    *("run", "compared_at", "covered_at", "asked_digest", "algorithm", "result", "open_matches", "listed_on"),
    "updated_at",
)


def _stand(
    run: ScreeningRun,
    compared: Sequence[Compared],
    kept: Mapping[UUID, Sequence[Match]],
    results: Mapping[UUID, str],
) -> None:
    rows = [
        PartyStanding(
            party_id=item.party_id,
            run=run,
            compared_at=run.created_at,
            covered_at=run.created_at,
            asked_digest=item.asked.digest,
            algorithm=ALGORITHM,
            result=results[item.party_id],
            **counted(kept[item.party_id]),
        )
        for item in compared
    ]
    PartyStanding.objects.bulk_create(rows, update_conflicts=True, unique_fields=["party"], update_fields=_STANDING)


def counted(matches: Iterable[Match]) -> dict[str, Any]:
    """What a standing says of matches: how many are open, on which lists the party is confirmed to be."""
    rows = list(matches)
    near = Counter(match.state for match in rows if match.band != Band.WEAK)
    return {
        "open_matches": near[Match.State.OPEN],
        "listed_on": sorted({match.list_key for match in rows if match.state == Match.State.SAME}),
    }


def due_parties(limit: int = 5000) -> list[UUID]:
    """Parties that were never compared, or about which something was recorded since they were. One query."""
    return [row.id for row in Party.objects.raw(_DUE, {"limit": limit})]


_DUE = """
SELECT party.id FROM parties_party party LEFT JOIN sanctions_partystanding standing ON standing.party_id = party.id
WHERE NOT (party.kind = 'group' AND party.principal_id IS NOT NULL) AND (
    standing.id IS NULL OR party.updated_at > standing.compared_at
    OR EXISTS (SELECT FROM parties_partyname name
               WHERE name.party_id = party.id AND name.updated_at > standing.compared_at)
    OR EXISTS (SELECT FROM facts_assertion said WHERE said.subject_type = 'party' AND said.subject_id = party.id
               AND (said.recorded_at > standing.compared_at OR said.superseded_at > standing.compared_at))
)
ORDER BY party.id LIMIT %(limit)s
"""
