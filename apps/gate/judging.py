"""What the verdicts of the uses that references mean say to a job."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef

from apps.accounts.actors import Actor
from apps.core.clock import today
from apps.findings.models import Finding, Waiver
from apps.findings.selectors import waivers_of_uses
from apps.gate.matching import match
from apps.gate.models import Project
from apps.gate.requests import DecisionRequest, ModelReference
from apps.policy.engine.content import Rule
from apps.policy.engine.judge import Verdict, judge
from apps.policy.evaluation import judge_uses
from apps.policy.models import CurrentVerdict, DueUse, PolicyVersion
from apps.policy.publishing import compiled, content_of
from apps.policy.selectors import SEVERITY_ORDER, UNKNOWN_ENTRY
from apps.policy.sheets.entries import Entry, is_known
from apps.policy.sheets.gathering import known_values
from apps.registry.models import Use

DATA_CLASSES = ("public", "internal", "confidential", "restricted")
_BADNESS = {"not_applicable": 0, "pass": 1, "unknown": 2, "finding": 3}

Shown = dict[str, Any]


@dataclass
class Answer:
    """Everything the gate has to say about the references of one request."""

    results: list[Shown] = field(default_factory=list)
    waived: list[Shown] = field(default_factory=list)
    unregistered: list[Shown] = field(default_factory=list)
    model_ids: set[UUID] = field(default_factory=set)
    expired_waivers: list[Shown] = field(default_factory=list)
    unused_waivers: list[Shown] = field(default_factory=list)
    sheet_digests: set[str] = field(default_factory=set)
    changes: list[dt.date] = field(default_factory=list)
    """Days on which a verdict changes by itself."""
    data_classes: set[str | None] = field(default_factory=set)
    """What the uses carry; None where nobody knows."""
    possible: set[str] = field(default_factory=set)
    """Every fingerprint that the uses asked about could have."""


@dataclass(frozen=True)
class _Verdict:
    """What the gate reads of the present verdict of a use."""

    use_id: UUID
    sheet_digest: str
    next_change_on: dt.date | None
    facts: Mapping[str, Entry]
    stale: bool


@dataclass(frozen=True)
class _Weighed:
    """One use with its verdicts, each with the facts it read, and what is accepted."""

    use: Use
    row: _Verdict
    verdicts: Sequence[tuple[Verdict, Mapping[str, Entry]]]
    data_class: str | None
    waivers: Mapping[str, Waiver]


def answer_to(request: DecisionRequest, project: Project, policy: PolicyVersion) -> Answer:
    """The results of every reference. A constant number of queries, unless a verdict has to be made first."""
    matches = match(request, project)
    uses = {use.id: use for one in matches for use in one.uses}
    rows = _verdicts(uses)
    waivers = waivers_of_uses(list(uses)) if uses else {}
    weighed = {row.use_id: _weigh(uses[row.use_id], row, waivers, request, policy) for row in rows}
    rules = {rule.code: rule for rule in content_of(policy).rules}
    answer = Answer()
    for one in matches:
        if one.model:
            answer.model_ids.add(one.model.id)
        if one.reason:
            answer.unregistered.append(_gap(one.reference, one.reason))
        for use in one.uses:
            if use.id in weighed:
                _collect(answer, one.reference, weighed[use.id], rules, project)
            else:
                answer.unregistered.append(_gap(one.reference, "This use was just ended. Ask again.", use))
    for one_use in weighed.values():
        _note(answer, one_use, rules, project)
    _note_waivers(answer, waivers)
    return answer


def _verdicts(uses: Mapping[UUID, Use]) -> list[_Verdict]:
    """The present verdict of each use; nobody is answered from one that is known to be out of date."""
    if not uses:
        return []
    found = _read_verdicts(uses)
    stale = {one.use_id for one in found if one.stale} | (set(uses) - {one.use_id for one in found})
    if stale:
        judge_uses(actor=Actor.system("gate"), use_ids=sorted(stale))
        found = _read_verdicts(uses)
    return found


def _read_verdicts(uses: Iterable[UUID]) -> list[_Verdict]:
    marked = Exists(DueUse.objects.filter(use=OuterRef("use")))
    rows = CurrentVerdict.objects.filter(use_id__in=list(uses)).order_by()
    columns = ("use_id", "sheet_digest", "next_change_on", "evaluation__sheet__content")
    return [
        _Verdict(use_id, sheet_digest, turns, content["facts"], due or (turns is not None and turns <= today()))
        for use_id, sheet_digest, turns, content, due in sorted(rows.values_list(*columns, marked), key=itemgetter(0))
    ]


def _weigh(
    use: Use,
    row: _Verdict,
    waivers: Mapping[UUID, Sequence[Waiver]],
    request: DecisionRequest,
    policy: PolicyVersion,
) -> _Weighed:
    declared = with_declared(row.facts, request)
    verdicts = [(one, row.facts) for one in judge(known_values(row.facts), compiled(policy), today()).verdicts]
    if declared is not row.facts:
        again = judge(known_values(declared), compiled(policy), today()).verdicts
        verdicts = [_worse(first, (second, declared)) for first, second in zip(verdicts, again, strict=True)]
    effective = {one.finding.rule_code: one for one in waivers.get(use.id, ()) if one.effective}
    return _Weighed(use, row, verdicts, declared.get("use_case.data_class", UNKNOWN_ENTRY)["value"], effective)


def with_declared(facts: Mapping[str, Entry], request: DecisionRequest) -> Mapping[str, Entry]:
    """The facts of a use with what the job declares where that is more than, or something else than, is registered.

    Whoever judges these facts also judges those of the register and takes the worse of both verdicts: what a job
    declares may bring a finding; it neither fills a gap of the register nor makes anything pass.
    """
    declared: dict[str, Entry] = {}
    registered = facts.get("use_case.data_class", UNKNOWN_ENTRY)["value"]
    if request.data_class and (
        registered is None or DATA_CLASSES.index(request.data_class) > DATA_CLASSES.index(registered)
    ):
        declared["use_case.data_class"] = _declared(request.data_class)
    categories = facts.get("use_case.data_categories", UNKNOWN_ENTRY)["value"] or []
    more = [category for category in request.data_categories if category not in categories]
    if more:
        declared["use_case.data_categories"] = _declared([*categories, *more])
    return {**facts, **declared} if declared else facts


def _declared(value: Any) -> Entry:
    return {"value": value, "state": "claimed_by_owner", "source": "Declared by the job", "as_of": today().isoformat()}


def _worse(
    registered: tuple[Verdict, Mapping[str, Entry]], declared: tuple[Verdict, Mapping[str, Entry]]
) -> tuple[Verdict, Mapping[str, Entry]]:
    def badness(verdict: Verdict) -> tuple[int, int]:
        return _BADNESS[verdict.outcome], -SEVERITY_ORDER.index(verdict.severity)

    return declared if badness(declared[0]) > badness(registered[0]) else registered


def _collect(
    answer: Answer, reference: ModelReference, one: _Weighed, rules: Mapping[str, Rule], project: Project
) -> None:
    for verdict, facts in one.verdicts:
        if not _speaks(verdict):
            continue
        rule = rules[verdict.rule_code]
        result = _result(reference, one.use, verdict, rule, facts, project)
        waiver = one.waivers.get(verdict.rule_code) if rule.waivable else None
        if waiver:
            result["waiver"] = {"id": str(waiver.id), "expires_on": waiver.expires_on.isoformat()}
        (answer.waived if waiver else answer.results).append(result)


def _speaks(verdict: Verdict) -> bool:
    if verdict.gate == "none":
        return False
    return verdict.outcome == "finding" or (verdict.outcome == "unknown" and verdict.on_unknown != "ignore")


def _note(answer: Answer, one: _Weighed, rules: Iterable[str], project: Project) -> None:
    answer.sheet_digests.add(one.row.sheet_digest)
    answer.data_classes.add(one.data_class)
    if one.row.next_change_on:
        answer.changes.append(one.row.next_change_on)
    answer.possible |= {
        fingerprint(project, one.use.id, code, outcome) for code in rules for outcome in ("finding", "unknown")
    }


def fingerprint(project: Project, use_id: UUID, rule_code: str, outcome: str) -> str:
    """What makes a result the same one in the next run: not where it stands in the tree, nor how the model is spelt."""
    return hashlib.sha256("|".join((str(project.id), str(use_id), rule_code, outcome)).encode()).hexdigest()


def _places(reference: ModelReference) -> Shown:
    """The first place as `path` and `line`, every place as `locations`: a model is mended where it is named."""
    places = [{"path": place.path, "line": place.line} for place in reference.locations]
    return {**(places[0] if places else {"path": None, "line": None}), "locations": places}


def _gap(reference: ModelReference, fix: str, use: Use | None = None) -> Shown:
    page = f"uses/{use.id}" if use else f"uses/new?model={quote(reference.id, safe='')}"
    return {
        "model": reference.id,
        "revision": reference.revision or None,
        **_places(reference),
        "fix": fix,
        "url": f"{settings.BASE_URL}/{page}",
    }


def _result(
    reference: ModelReference, use: Use, verdict: Verdict, rule: Rule, facts: Mapping[str, Entry], project: Project
) -> Shown:
    return {
        "model": reference.id,
        "use": str(use.id),
        "rule": verdict.rule_code,
        "version": verdict.rule_version,
        "outcome": verdict.outcome,
        "severity": verdict.severity,
        "effect": verdict.gate,
        **_places(reference),
        "title": rule.title["en"],
        "why": rule.statement["en"],
        "facts": [_shown(path, facts.get(path, UNKNOWN_ENTRY)) for path in verdict.read],
        "missing": list(verdict.missing),
        "fix": rule.remedy["en"],
        "waivable": rule.waivable,
        "waiver": None,
        "new": True,
        "fingerprint": fingerprint(project, use.id, verdict.rule_code, verdict.outcome),
        "url": f"{settings.BASE_URL}/uses/{use.id}#{verdict.rule_code}",
        "alternatives": [],
    }


def _shown(path: str, entry: Entry) -> Shown:
    return {
        "path": path,
        "value": entry["value"] if is_known(entry) else None,
        "state": entry["state"],
        "source": entry["source"],
        "as_of": entry["as_of"],
    }


def _note_waivers(answer: Answer, waivers: Mapping[UUID, Sequence[Waiver]]) -> None:
    """Waivers that no longer help: expired ones, and ones whose finding is gone."""
    for waiver in (waiver for use_id in sorted(waivers) for waiver in waivers[use_id]):
        shown = {
            "id": str(waiver.id),
            "use": str(waiver.finding.use_id),
            "rule": waiver.finding.rule_code,
            "expires_on": waiver.expires_on.isoformat(),
        }
        if not waiver.effective:
            answer.expired_waivers.append(shown)
        elif waiver.finding.status == Finding.Status.RESOLVED:
            answer.unused_waivers.append(shown)
