"""The licence of a use: its reference and terms, effective over the lineage, and the judgement for our profile."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from apps.licences.effective import Effective
from apps.licences.judging import (
    CONFLICT,
    NOTICES,
    REVIEW,
    VIOLATION,
    Circumstances,
    Judgement,
    LicenseeProfile,
    Reason,
    judge_choices,
)
from apps.policy.sheets.entries import Entry, derived, from_fact, is_known
from apps.policy.sheets.surroundings import Surroundings
from apps.registry.models import Release

SOURCE = "Effective licence, lineage included"
_STRICTNESS = {
    "commercial_use": ("allowed", "needs_authorisation", "prohibited"),
    "threshold_consequence": ("none", "attribution", "separate_licence"),
}
_UNITED = ("excluded_territories", "prohibited_uses")
_LOWEST = ("mau_threshold", "monthly_revenue_threshold_usd", "annual_revenue_threshold_usd")


def licence_facts(facts: Mapping[str, Entry], release: Release, around: Surroundings) -> dict[str, Entry]:
    """Everything under `licence.` for a use whose other facts are in `facts`.

    The licensee is the same for a whole batch; uses of one release in equal circumstances are judged once.
    """
    profile = around.once("licensee", lambda: profile_of(facts))
    use = circumstances_of(facts)
    return around.once(("licence", release.id, use), lambda: _entries(release, profile, use, around))


def _entries(release: Release, profile: LicenseeProfile, use: Circumstances, around: Surroundings) -> dict[str, Entry]:
    found = _own(release, around)
    binding, judgement = judge_choices(around.binding.choices(release.model, release), profile, use)
    _tighten(found, binding, around)
    for path, entry in _judgement_entries(judgement).items():
        if not is_known(found.get(path)):
            found[path] = entry
    return found


def _value(facts: Mapping[str, Entry], path: str) -> Any:
    entry = facts.get(path)
    return entry["value"] if entry and is_known(entry) else None


def _set(value: Any) -> frozenset[str] | None:
    return None if value is None else frozenset(value)


def profile_of(facts: Mapping[str, Entry]) -> LicenseeProfile:
    """The licensee profile that the facts of the organisation make."""
    return LicenseeProfile(
        country=_value(facts, "org.principal_place_of_business") or _value(facts, "org.country"),
        users=_value(facts, "org.monthly_active_users"),
        users_by_month=_value(facts, "org.monthly_users_by_month") or {},
        monthly_revenue=_value(facts, "org.monthly_revenue_usd"),
        annual_revenue=_value(facts, "org.annual_revenue_usd"),
        businesses=_set(_value(facts, "org.licence_businesses")),
        distribution=_set(_value(facts, "org.model_distribution")),
        outputs_train=_value(facts, "org.outputs_train_models"),
        names_models=_value(facts, "org.derivatives_named"),
        shows_marks=_value(facts, "org.marks_shown"),
    )


def circumstances_of(facts: Mapping[str, Entry]) -> Circumstances:
    """The circumstances of a use that licences ask for."""
    return Circumstances(
        countries=_set([code[:2] for code in _value(facts, "use_case.countries") or ()] or None),
        modalities=_modalities(facts),
        commercial=_value(facts, "use_case.commercial"),
        purposes=frozenset(_value(facts, "use_case.sensitive_purposes") or ()),
    )


def _modalities(facts: Mapping[str, Entry]) -> frozenset[str] | None:
    """Text alone is known only where both sides are; something else on one side is enough to be multimodal."""
    sides = [_value(facts, f"model.modalities_{side}") for side in ("in", "out")]
    known = frozenset(one for side in sides for one in side or ())
    return None if None in sides and known <= {"text"} else known


def _own(release: Release, around: Surroundings) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    known = around.licensing_of(release)
    if not known.fact.source:
        return found
    licence = around.licences.get(known.licence) if known.licence else None
    words = licence.ref if licence else known.expression or known.fact.value
    named = replace(known.fact, value=words if known.fact.known else None)
    found["licence.ref"] = from_fact(named, licence.name if licence else "")
    if licence is None:
        return found
    if licence.text_sha256:
        found["licence.text_sha256"] = {
            "value": licence.text_sha256,
            "state": "inferred",
            "source": licence.text_source or licence.name,
            "as_of": licence.text_date.isoformat() if licence.text_date else None,
        }
    for field, fact in around.facts_of("licence", licence.id).items():
        found[f"licence.{field}"] = from_fact(fact)
    return found


def _tighten(found: dict[str, Entry], binding: Effective, around: Surroundings) -> None:
    """Terms of ancestors bind beside those of the own licence: of each kind the strictest counts."""
    own = {bound.licence_id for bound in binding.own}
    above = {
        bound.licence_id: f"{bound.holder_name}: {bound.licence_name}"
        for bound in binding.bounds
        if bound.how == "weights" and bound.licence_id and bound.licence_id not in own and not bound.released
    }
    for licence_id, label in above.items():
        stated = around.facts_of("licence", UUID(licence_id))
        entries = {field: from_fact(stated[field]) for field in (*_STRICTNESS, *_UNITED, *_LOWEST) if field in stated}
        for field, entry in entries.items():
            if is_known(entry):
                _merge(found, f"licence.{field}", entry, label)
        text = stated.get("attribution_text")
        if text and text.known and not is_known(found.get("licence.attribution_text")):
            found["licence.attribution_text"] = from_fact(replace(text, note=label))


def _merge(found: dict[str, Entry], path: str, entry: Entry, label: str) -> None:
    mine = found.get(path)
    field = path.partition(".")[2]
    if not is_known(mine) or mine is None:
        # An ancestor's prohibition holds whatever the own licence says; its permission does not.
        if _binding_alone(field, entry["value"]):
            found[path] = {**entry, "note": label}
        return
    value = _stricter(field, mine["value"], entry["value"])
    if value != mine["value"]:
        sources = [mine["source"], f"{label} ({entry['source']})"]
        found[path] = derived(value, [mine, entry], sources)


def _binding_alone(field: str, value: Any) -> bool:
    order = _STRICTNESS.get(field)
    return field in _LOWEST or (value == order[-1] if order else bool(value))


def _stricter(field: str, mine: Any, theirs: Any) -> Any:
    order = _STRICTNESS.get(field)
    if order:
        return max(mine, theirs, key=order.index)
    return min(mine, theirs) if field in _LOWEST else sorted({*mine, *theirs})


def _judgement_entries(judgement: Judgement) -> dict[str, Entry]:
    lists = {"violations": VIOLATION, "conflicts": CONFLICT, "open_questions": REVIEW, "duties_due": NOTICES}
    found = {"licence.judgement": _entry(judgement.outcome, judgement.reasons)}
    for field, outcome in lists.items():
        reasons = judgement.of(outcome)
        if reasons or outcome in (VIOLATION, CONFLICT):
            found[f"licence.{field}"] = _entry(list(dict.fromkeys(map(spoken, reasons))), reasons)
    if judgement.preserved is not None:
        found["licence.parent_terms_preserved"] = _entry(judgement.preserved, judgement.of(CONFLICT))
    return found


def spoken(reason: Reason) -> str:
    """A reason as one line of a list: its code, what it is about, whose licence it is."""
    detail = f" ({reason.detail})" if reason.detail else ""
    whose = reason.bound.licence_name or reason.bound.declared or reason.bound.holder_name
    return f"{reason.code}{detail}: {whose}"[:300]


def _entry(value: Any, reasons: Iterable[Reason]) -> Entry:
    sources = [SOURCE, *(one.clause.said.source for one in reasons if one.clause and one.outcome != NOTICES)]
    return derived(value, [], list(dict.fromkeys(sources))[:4])
