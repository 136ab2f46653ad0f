"""What was known of the screening of one party, as plain JSON: the record that documents, tables and callers get."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from apps.sanctions.models import RestrictedPartyList, Screening, ScreeningRun
from apps.sanctions.screening.past import Compared, FoundThen, JudgedThen, Known

Record = dict[str, Any]


def record_of(known: Known, history: Iterable[Screening]) -> Record:
    """All of it, negative results included; `history` are the results with a row of their own, newest first."""
    last, run = known.last, known.run
    return {
        "party": {"id": str(known.party.id), "name": known.party.name, "kind": known.party.kind},
        "as_of": _moment(known.moment),
        "result": str(known.result),
        "worst": known.worst,
        "asked": last.asked if last else None,
        "asked_digest": last.asked_digest if last else "",
        "stands_for_it": known.stands_for_it.name if known.stands_for_it else "",
        "compared_in": _run(last.run) if last else None,
        "covered_by": _run(run) if run else None,
        "is_behind": known.is_behind,
        "lists": [_list(one) for one in known.lists],
        "lists_not_compared": [{"list": one.key, **_effect(one)} for one in known.not_compared],
        "matches": [_match(one) for one in known.found],
        "earlier_judgements": [_earlier(one) for one in known.earlier],
        "runs_since": [{**_run(one), "stale": getattr(one, "stale", False)} for one in known.evidence.since],
        "history": [_result(row) for row in history],
    }


def _moment(when: Any) -> str | None:
    return when.isoformat(timespec="seconds") if when else None


def _run(run: ScreeningRun) -> Record:
    version = run.version
    return {
        "id": str(run.id),
        "reason": run.reason,
        "everybody": run.everybody,
        "created_at": _moment(run.created_at),
        "finished_at": _moment(run.finished_at),
        "list_version": {"source": version.source.key, "version": version.number} if version else None,
        "algorithm": run.algorithm,
        "threshold": f"{run.threshold:.2f}",
        "parties": run.parties,
        "requested_as": run.requested_as,
        "digest": run.digest,
    }


def _result(row: Screening) -> Record:
    near = ("list", "reference", "name", "score", "band", "judged")
    return {
        "run": _run(row.run),
        "result": row.result,
        "asked_digest": row.asked_digest,
        "versions": {one["source"]: one["version"] for one in row.run.lists},
        "matches": [_readable({name: found.get(name, "") for name in near}) for found in row.found],
    }


def _list(one: Compared) -> Record:
    return {**one.frozen, "title": one.title, "entries": one.entries}


def _effect(one: RestrictedPartyList | None) -> Record:
    if one is None:
        return {"title": "", "authority": None, "effect_class": None, "meaning": None}
    return {
        "title": one.title,
        "authority": {"en": one.authority_en, "de": one.authority_de},
        "effect_class": one.effect_class,
        "meaning": {"en": one.meaning_en, "de": one.meaning_de},
    }


def _match(one: FoundThen) -> Record:
    found = {name: value for name, value in one.found.items() if name != "judged"}
    features = [{**row, "points": f"{row['points']:+.4f}"} for row in one.found["features"]]
    return {
        **_readable(found),
        "features": features,
        "effect": _effect(one.list),
        "says": one.entry.body if one.entry else None,
        "state": str(one.state),
        "judgements": [_judged(row) for row in one.judgements],
    }


def _readable(found: Mapping[str, Any]) -> Record:
    """With the score as text: numbers with fractions would not survive every reader."""
    return {**found, "score": f"{found['score']:.4f}"}


def _judged(one: JudgedThen) -> Record:
    row = one.judgement
    return {
        "outcome": row.outcome,
        "ground": row.ground,
        "comment": row.comment,
        "evidence": row.evidence,
        "state": str(one.state),
        "by": row.proposed_by.name,
        "at": _moment(row.created_at),
        "second_person": one.second_person,
        "decided_at": _moment(row.decided_at) if one.decided else None,
        "decision_comment": row.decision_comment if one.decided else "",
        "expires_on": row.expires_on.isoformat() if row.expires_on else None,
        "ended_at": _moment(row.ended_at) if one.ended else None,
        "ended_why": row.ended_why if one.ended else "",
    }


def _earlier(one: JudgedThen) -> Record:
    match = one.judgement.match
    about = {"list": match.list_key, "reference": match.reference, "digest": match.entry_digest}
    return {**about, "score": f"{match.score:.4f}", "band": match.band, **_judged(one)}


COLUMNS = (
    *("section", "as_of", "party", "result", "run", "reason", "compared_at", "finished_at", "algorithm", "threshold"),
    *("source", "version", "published_at", "confirmed_at", "sha256", "entries", "too_old"),
    *("list", "effect_class", "reference", "entry", "score", "band", "matched_names", "features", "state"),
    *("outcome", "ground", "comment", "evidence", "by", "at", "second_person", "decided_at", "decision_comment"),
    *("expires_on", "ended_at", "ended_why", "digest"),
)


def table_of(record: Record) -> Iterator[Sequence[Any]]:
    """The record as one table: a line each for the party, a list, a match, a judgement and a run."""
    yield COLUMNS
    for row in _lines(record):
        filled = {"as_of": record["as_of"], "party": record["party"]["name"], **row}
        yield ["" if filled.get(name) is None else filled.get(name, "") for name in COLUMNS]


def _lines(record: Record) -> Iterator[Record]:
    yield {
        "section": "party",
        "result": record["result"],
        "digest": record["asked_digest"],
        **_of_run(record["covered_by"]),
    }
    for one in record["lists"]:
        yield {"section": "list", **one, "too_old": _yes(one["stale"]), "list": " ".join(sorted(one["lists"]))}
    for one in record["lists_not_compared"]:
        yield {"section": "list not compared", "list": one["list"], "effect_class": one["effect_class"]}
    for one in record["matches"]:
        about = _of_match(one)
        yield {"section": "match", **about}
        for judged in one["judgements"]:
            yield {"section": "judgement", **about, "features": "", **judged}
    for one in record["earlier_judgements"]:
        yield {"section": "earlier judgement", **one}
    for one in record["runs_since"]:
        yield {"section": "run since", "too_old": _yes(one["stale"]), "digest": one["digest"], **_of_run(one)}
    for one in record["history"]:
        yield {"section": "own result", "result": one["result"], "digest": one["run"]["digest"], **_of_run(one["run"])}


def _of_run(run: Record | None) -> Record:
    if run is None:
        return {}
    named = {name: run[name] for name in ("reason", "finished_at", "algorithm", "threshold")}
    brought = run["list_version"] or {}
    return {"run": run["id"], "compared_at": run["created_at"], **named, **brought}


def _of_match(one: Record) -> Record:
    named = {name: one[name] for name in ("list", "reference", "score", "band", "state", "digest")}
    reasons = (f"{row['code']} {row['points']} {row['detail']}".strip() for row in one["features"])
    return {
        **named,
        "entry": one["name"],
        "effect_class": one["effect"]["effect_class"],
        "matched_names": "; ".join(f"{ours} / {theirs}" for ours, theirs in one["matched_names"]),
        "features": "; ".join(reasons),
    }


def _yes(value: bool) -> str:
    return "yes" if value else "no"
