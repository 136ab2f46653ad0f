"""The cover and the sections of screening evidence: what was compared with what, what was found, who judged it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.facts.words import place_in_words
from apps.parties.models import Party, PartyName, Stake
from apps.reports.rendering.register import listing, measure
from apps.reports.rendering.screening_words import outcome_word, regime_word, worst_word
from apps.reports.rendering.words import NOTHING, Words, moment, number, shortened, table
from apps.sanctions.entries import of_body
from apps.sanctions.models import Band, EffectClass, Judgement, Match, Screening, ScreeningRun
from apps.sanctions.speaking import KINDS, LABELS, ending_in_words, feature_word, values_of

_SIDES = ("names", "kind", "countries", "identifiers")
"""What both sides may say; of the entry everything else stands below."""


def cover(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """The answer: the result at the moment, the gravest state, on what it rests."""
    run = evidence["covered_by"]
    counts = Counter(row["state"] for row in evidence["matches"])
    return {
        "result": evidence["result"],
        "word": _result(evidence["result"]),
        "worst": worst_word(evidence["worst"]),
        "counts": [{"label": state.label, "count": counts[state]} for state in Match.State if counts[state]],
        "listed": _listed(evidence["matches"]),
        "compared_at": moment(run["created_at"]) if run else "",
        "algorithm": run["algorithm"] if run else NOTHING,
        "run_digest": run["digest"] if run else "",
        "threshold": run["threshold"] if run else "",
        "lists": len({key for row in evidence["lists"] for key in row["lists"]}),
        "entries": number(sum(row["entries"] for row in evidence["lists"])),
        "stale": [row["title"] for row in evidence["lists"] if row["stale"]],
        "kind": Party.Kind(evidence["party"]["kind"]).label,
        "running": shortened(evidence["subject"]["name"]),
    }


def _listed(matches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lists on which the party is, or may be, each once with its effect: confirmed ones first."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in sorted(matches, key=lambda row: row["state"] != Match.State.SAME):
        if row["state"] != Match.State.DIFFERENT:
            about = {
                "title": row["effect"]["title"] or row["list"],
                "effect_class": _effect_class(row["effect"]["effect_class"]),
                "state": Match.State(row["state"]).label,
            }
            found.setdefault((row["list"], row["state"]), about)
    return list(found.values())


def _result(result: str) -> str:
    if result == Screening.Result.WAITING:
        return _("Not compared")
    return str(Screening.Result(result).label)


def asked(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """What was compared, and the facts and names that were on record of the party."""
    found = evidence["asked"]
    return {
        "asked": _sides(found, None, words) if found else [],
        "digest": evidence["asked_digest"],
        "names": table([_name(row, words) for row in evidence["names"]]),
        "facts": words.facts(evidence["facts"]),
        "stands_for_it": evidence["stands_for_it"],
    }


def _name(row: dict[str, Any], words: Words) -> dict[str, Any]:
    return {**row, **words.sourced(row), "kind": PartyName.Kind(row["kind"]).label}


def _sides(found: Mapping[str, Any], says: Mapping[str, Any] | None, words: Words) -> list[dict[str, Any]]:
    entry = of_body(says) if says else None
    ours = {
        "names": [found["name"], *found["aliases"]],
        "kind": [str(dict(KINDS)[found["kind"]])],
        "countries": [place_in_words(code, words.language) for code in found["countries"]],
        "identifiers": [" ".join(filter(None, row.values())) for row in found["identifiers"]],
    }
    theirs = {name: values_of(entry, name) if entry else [] for name in _SIDES}
    theirs["countries"] = [place_in_words(code, words.language) for code in theirs["countries"]]
    return [{"label": LABELS[name], "ours": ours[name], "theirs": theirs[name]} for name in _SIDES]


def lists(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """Every version that was compared with, and the lists that were not."""
    rows = [
        {
            **row,
            "published": _moment(row["published_at"]),
            "confirmed": _moment(row["confirmed_at"]),
            "entries": number(row["entries"]),
            "by_list": ", ".join(f"{key} {number(count)}" for key, count in sorted(row["lists"].items())),
        }
        for row in evidence["lists"]
    ]
    others = [
        {**row, "authority": words.both(row["authority"]), "effect_class": _effect_class(row["effect_class"])}
        for row in evidence["lists_not_compared"]
    ]
    return {"lists": table(rows), "others": table(others)}


def _effect_class(effect: str | None) -> str:
    return str(EffectClass(effect).label) if effect else _("Legal effect not recorded")


def _moment(text: str | None) -> str:
    return moment(text) if text else NOTHING


def matches(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """Every match side by side with the entry, with its list's effect and what made the likeness."""
    return {"matches": table([_match(row, evidence["asked"], words) for row in evidence["matches"]])}


def _match(row: dict[str, Any], found: Mapping[str, Any], words: Words) -> dict[str, Any]:
    effect = row["effect"]
    return {
        **row,
        "score": row["score"][:4],
        "band": Band(row["band"]).label,
        "state_label": Match.State(row["state"]).label,
        "open": row["state"] == Match.State.OPEN,
        "title": effect["title"] or row["list"],
        "authority": words.both(effect["authority"]),
        "effect_class": _effect_class(effect["effect_class"]),
        "meaning": words.both(effect["meaning"]),
        "sides": _sides(found, row["says"], words),
        "more": _more(row["says"]),
        "features": [{**one, "word": feature_word(one["code"])} for one in row["features"]],
    }


def _more(says: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    if says is None:
        return []
    entry = of_body(says)
    said = {name: values_of(entry, name) for name in LABELS if name not in _SIDES}
    return [{"label": LABELS[name], "values": values} for name, values in said.items() if values]


def judgements(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """What people said of the matches, and of those in wordings that are gone, newest first."""
    now = [_judged(row, match) for match in evidence["matches"] for row in match["judgements"]]
    before = [_judged(row, row) for row in evidence["earlier_judgements"]]
    return {"judgements": table(sorted(now, key=lambda row: str(row["at"]), reverse=True)), "earlier": table(before)}


def _judged(row: dict[str, Any], match: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "list": match["list"],
        "reference": match["reference"],
        "entry": match.get("name", ""),
        "outcome": Judgement.Outcome(row["outcome"]).label,
        "ground": Judgement.Ground(row["ground"]).label,
        "state_label": Judgement.State(row["state"]).label,
        "at": moment(row["at"]),
        "decided_at": _moment(row["decided_at"]),
        "ended_at": _moment(row["ended_at"]),
        "ended_why": ending_in_words(row["ended_why"]),
    }


def runs(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """The run of the result, later ones over everybody, and every result with a row of its own."""
    history = [
        {
            **_run(row["run"]),
            "result": _result(row["result"]),
            "matches": len(row["matches"]),
            "lists": ", ".join(f"{source} {version}" for source, version in row["versions"].items()),
        }
        for row in evidence["history"]
    ]
    return {"since": table([_run(row) for row in evidence["runs_since"]]), "history": table(history)}


def _run(row: dict[str, Any]) -> dict[str, Any]:
    brought = row["list_version"]
    return {
        **row,
        "reason": ScreeningRun.Reason(row["reason"]).label,
        "created_at": moment(row["created_at"]),
        "finished_at": _moment(row["finished_at"]),
        "brought": f"{brought['source']} {brought['version']}" if brought else "",
    }


def ownership(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """What each regime's share test says, with the stakes that make it."""
    return {"shares": [_share(row) for row in evidence["ownership"]]}


def _share(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "title": regime_word(row["regime"]),
        "outcome_label": outcome_word(row["outcome"]),
        "path": [
            {**step, "control": ", ".join(str(Stake.Basis(basis).label) for basis in step["control"])}
            for step in row["path"]
        ],
    }


def effects(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """What is recorded of the party on lists, and measures of authorities: always with their legal effect."""
    measures = [{**measure(row, words), "parties": ", ".join(row["party_names"])} for row in evidence["measures"]]
    return {"listings": table([listing(row, words) for row in evidence["listings"]]), "measures": table(measures)}


def unknowns(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """What the result does not say: gaps of the comparing, lists that are old or missing, facts nobody stated."""
    return {
        "gaps": _gaps(evidence),
        "stale": [{**row, "confirmed": _moment(row["confirmed_at"])} for row in evidence["lists"] if row["stale"]],
        "others": [row["title"] or row["list"] for row in evidence["lists_not_compared"]],
        "silent": words.facts(evidence["facts"])["silent"],
        "shares": [_share(row) for row in evidence["ownership"] if row["outcome"] in ("unknown", "review")],
    }


def _gaps(evidence: dict[str, Any]) -> list[str]:
    found, run = evidence["asked"], evidence["covered_by"]
    if found is None:
        return [_("Nobody had compared the party with any list by then.")]
    said = []
    if evidence["is_behind"]:
        said.append(_("Nothing was compared between %(run)s and %(at)s.") % {
            "run": moment(run["created_at"]), "at": moment(evidence["as_of"])})  # fmt: skip
    if not evidence["lists"]:
        said.append(_("No list was in use: the comparing says nothing."))
    if not found["countries"]:
        said.append(_("No country of the party was known: countries spoke neither for nor against a match."))
    if not found["identifiers"]:
        said.append(_("No register number of the party was known: none could be compared."))
    silent = sum(1 for row in evidence["matches"] if row["says"] is None)
    if silent:
        said.append(ngettext("Of %d entry only what the run kept is known.", "Of %d entries only what the run kept is "
                             "known.", silent) % silent)  # fmt: skip
    return said


def method(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """Everything that is needed to make the result again."""
    run, own = evidence["covered_by"], evidence["compared_in"]
    return {
        "own": _run(own) if own else None,
        "run": _run(run) if run else None,
        "asked_digest": evidence["asked_digest"],
        "gathered_at": moment(evidence["gathered_at"]),
    }
