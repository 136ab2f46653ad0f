"""Whether a licence that binds fits a licensee and a use. Pure: no database.

The worst of the reasons decides. What is not known is reviewed, never fine. Nothing here is legal advice.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product

from apps.licences.effective import (
    BARRED,
    COMPETING,
    TEACHER,
    Bound,
    Clause,
    Effective,
    burdens,
    effective,
    hands_down,
)
from apps.licences.terms import STATES, Mark, Restrictions, Said, Territory, Threshold
from apps.places.countries import EU

FINE, NOTICES, REVIEW, CONFLICT, VIOLATION = "fine", "fine_with_notices", "review", "conflict", "violation"
OUTCOMES = (FINE, NOTICES, REVIEW, CONFLICT, VIOLATION)
"""From mild to severe."""
OUTCOME_CHOICES = [(outcome, outcome) for outcome in OUTCOMES]
MOST_CHOICES = 64
_OUTWARD = frozenset({"product", "api", "weights"})
_NO_RIGHTS = ("no_rights", "separate_agreement", "approval")
_ELSEWHERE = frozenset({"distribution", "hosting_for_others", "commercial_hosting"})
"""Restrictions that the licensee's own distribution decides, not the purpose of a use."""


@dataclass(frozen=True, kw_only=True)
class LicenseeProfile:
    """What licences ask of a licensee; None is not known. Figures include affiliates; money in USD."""

    country: str | None = None
    """Of the principal place of business."""
    users: float | None = None
    """Monthly active users now."""
    users_by_month: Mapping[str, float] = field(default_factory=dict)
    """`2024-03` to monthly active users, for tests that look at one past month."""
    monthly_revenue: float | None = None
    annual_revenue: float | None = None
    businesses: frozenset[str] | None = None
    distribution: frozenset[str] | None = None
    """How models reach others: internal, product, api, weights."""
    outputs_train: str | None = None
    """Whether outputs train other models: none, non_competing, any."""
    names_models: bool | None = None
    shows_marks: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What a use is like; None is not known."""

    countries: frozenset[str] | None = None
    modalities: frozenset[str] | None = None
    commercial: bool | None = None
    purposes: frozenset[str] = frozenset()
    """Words of `terms.PROHIBITED` that the use is known to serve."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that follows. `code` names it; `clause` is what it rests on, `bound` whose licence it is."""

    outcome: str
    code: str
    bound: Bound
    clause: Clause | None = None
    detail: str = ""


@dataclass(frozen=True)
class Judgement:
    """The outcome with its reasons, worst first, and the duties that are due."""

    outcome: str
    reasons: tuple[Reason, ...]

    def of(self, outcome: str) -> list[Reason]:
        """The reasons of one severity."""
        return [reason for reason in self.reasons if reason.outcome == outcome]

    @property
    def preserved(self) -> bool | None:
        """Whether the model's own licence keeps what the models it was made from ask for; None: not known."""
        if self.of(CONFLICT):
            return False
        return None if any(reason.code.startswith(("gap_", "taught_")) for reason in self.reasons) else True


def judge(binding: Effective, profile: LicenseeProfile, use: Circumstances) -> Judgement:
    """What the licences that bind mean for one licensee and one use."""
    found = {(one.code, one.bound.order, one.detail): one for one in _reasons(binding, profile, use)}
    ordered = [one for _, one in sorted(found.items(), key=lambda pair: (-OUTCOMES.index(pair[1].outcome), pair[0]))]
    return Judgement(ordered[0].outcome if ordered else FINE, tuple(ordered))


def judge_choices(
    choices: Sequence[Sequence[Sequence[Bound]]], profile: LicenseeProfile, use: Circumstances
) -> tuple[Effective, Judgement]:
    """Like `judge`, where models offer several licences to choose from: the choice that is mildest for the licensee.

    For every model its alternatives, each a list of bounds that apply together.
    """
    best: tuple[Effective, Judgement] | None = None
    for picked in islice(product(*choices), MOST_CHOICES):
        binding = effective(bound for bounds in picked for bound in bounds)
        found = binding, judge(binding, profile, use)
        if best is None or OUTCOMES.index(found[1].outcome) < OUTCOMES.index(best[1].outcome):
            best = found
    return best or (effective(()), Judgement(REVIEW, ()))


def _reasons(binding: Effective, profile: LicenseeProfile, use: Circumstances) -> Iterator[Reason]:
    if not binding.own:
        yield Reason(REVIEW, "gap_missing", Bound("", "self"))
    for bound in binding.gaps:
        yield Reason(REVIEW, f"gap_{bound.gap}", bound, detail=bound.declared)
    yield from _publisher(binding)
    for clause in binding.clauses:
        yield from _BY_DIMENSION.get(clause.dimension, _nothing)(clause, profile, use)


def _publisher(binding: Effective) -> Iterator[Reason]:
    """What the model's publisher got wrong: upstream binds all the same."""
    own = [bound for bound in binding.own if bound.terms]
    keys = {bound.licence_key for bound in own}
    if not own:
        return
    kept = {name for bound in own if bound.terms for name in burdens(bound.terms)}
    for bound in binding.bounds:
        if bound.how == "self" or bound.terms is None or bound.licence_key in keys or hands_down(bound) != "all":
            continue
        dropped = {name: said for name, said in burdens(bound.terms).items() if name not in kept}
        if dropped:
            names = sorted(dropped)
            clause = Clause("dropped", tuple(names), _together([dropped[name] for name in names]), bound)
            code = "terms_dropped" if kept else "permissive_on_restricted"
            yield Reason(CONFLICT, code, bound, clause, ", ".join(names))


def _together(said: Sequence[Said]) -> Said:
    """Where several terms of one licence stand: every clause, and the source of the one that was read least well."""
    if len(said) == 1:
        return said[0]
    weakest = max(said, key=lambda one: STATES.index(one.state))
    clauses = ", ".join(dict.fromkeys(one.clause for one in said if one.clause))
    return Said(weakest.state, weakest.source, weakest.url, clauses)


def _nothing(clause: Clause, profile: LicenseeProfile, use: Circumstances) -> Iterator[Reason]:
    return iter(())


def _taught(clause: Clause, profile: LicenseeProfile, use: Circumstances) -> Iterator[Reason]:
    outcome = CONFLICT if clause.value == BARRED else REVIEW
    code = {BARRED: "teacher_forbids", COMPETING: "taught_competing"}.get(clause.value, "taught_unseen")
    yield Reason(outcome, code, clause.bound, clause)


def _commercial(clause: Clause, profile: LicenseeProfile, use: Circumstances) -> Iterator[Reason]:
    if not clause.said.verified:
        yield Reason(REVIEW, "commercial_unverified", clause.bound, clause)
    elif clause.value in ("prohibited", "needs_authorisation"):
        if clause.bound.authorised or clause.bound.separately_licensed:
            yield Reason(NOTICES, "authorised", clause.bound, clause)
        elif use.commercial is None:
            yield Reason(REVIEW, "commercial_unknown", clause.bound, clause)
        elif use.commercial:
            yield Reason(VIOLATION, f"commercial_{clause.value}", clause.bound, clause)
        else:
            yield Reason(NOTICES, "non_commercial_only", clause.bound, clause)


def _threshold(clause: Clause, profile: LicenseeProfile, use: Circumstances) -> Iterator[Reason]:
    threshold = clause.value
    if threshold is None or not clause.said.verified:
        yield Reason(REVIEW, "thresholds_unverified", clause.bound, clause)
        return
    over, why = exceeds(threshold, profile)
    if over is None:
        yield Reason(REVIEW, why, clause.bound, clause, needed_figure(threshold))
    elif over and threshold.effect in _NO_RIGHTS:
        if clause.bound.separately_licensed:
            yield Reason(NOTICES, "authorised", clause.bound, clause)
        else:
            yield Reason(VIOLATION, f"threshold_{threshold.effect}", clause.bound, clause)
    elif over and threshold.effect == "display_mark" and profile.shows_marks is False:
        yield Reason(VIOLATION, "mark_missing", clause.bound, clause, threshold.mark)
    elif over:
        yield Reason(NOTICES, f"threshold_{threshold.effect}", clause.bound, clause, threshold.mark)


def month_before(date: dt.date) -> str:
    """The calendar month before a day, as `2024-03`."""
    return (date.replace(day=1) - dt.timedelta(days=1)).strftime("%Y-%m")


def needed_figure(threshold: Threshold) -> str:
    """The figure of the profile that decides: a month for a test of one past month, else the metric."""
    return month_before(threshold.date) if threshold.date else threshold.metric


def exceeds(threshold: Threshold, profile: LicenseeProfile) -> tuple[bool | None, str]:
    """Whether a licensee is above a threshold; None with the reason why nobody can tell."""
    if threshold.internal_use_exempt and profile.distribution == frozenset({"internal"}):
        return False, ""
    wanted = set(threshold.businesses)
    if wanted and profile.businesses is not None and not wanted & profile.businesses:
        return False, ""
    if threshold.metric == "business":
        return (None, "businesses_unknown") if profile.businesses is None else (True, "")
    over, why = _above(threshold, profile)
    if over and wanted and profile.businesses is None:
        return None, "businesses_unknown"
    if over and threshold.scope != "licensee":
        return None, "product_figure_unknown"
    return over, why


def _above(threshold: Threshold, profile: LicenseeProfile) -> tuple[bool | None, str]:
    figure: float | None
    if threshold.date:
        figure = profile.users_by_month.get(month_before(threshold.date))
    else:
        figure = {
            "monthly_active_users": profile.users,
            "daily_active_users": profile.users,
            "monthly_revenue": profile.monthly_revenue,
            "annual_revenue": profile.annual_revenue,
            "revenue_12_months": profile.annual_revenue,
        }[threshold.metric]
    if figure is None or threshold.over is None:
        return None, "figure_unknown"
    if threshold.metric == "daily_active_users" and figure > threshold.over:
        return None, "figure_unknown"  # nobody has more users in a day than in a month, but the rest is not known
    return figure > threshold.over, ""


def excluded_countries(territory: Territory) -> frozenset[str]:
    """Country codes; the EU stands for its members."""
    return frozenset(code for name in territory.excluded for code in (EU if name == "EU" else (name,)))


def _territory(clause: Clause, profile: LicenseeProfile, use: Circumstances) -> Iterator[Reason]:
    territory: Territory = clause.value
    excluded = excluded_countries(territory)
    if not clause.said.verified:
        yield Reason(REVIEW, "territory_unverified", clause.bound, clause)
    elif territory.supported_only or territory.embargoes:
        yield Reason(NOTICES, "supported_countries", clause.bound, clause)
    elif excluded and territory.test == "use":
        yield from _where_used(clause, excluded, use)
    elif excluded:
        yield from _where_seated(clause, excluded, profile, use)


def _where_used(clause: Clause, excluded: frozenset[str], use: Circumstances) -> Iterator[Reason]:
    if use.countries is None:
        yield Reason(REVIEW, "countries_unknown", clause.bound, clause)
    elif hit := sorted(excluded & use.countries):
        yield Reason(VIOLATION, "territory_use", clause.bound, clause, ", ".join(hit))
    else:
        yield Reason(NOTICES, "territory_keep", clause.bound, clause)


def _where_seated(
    clause: Clause, excluded: frozenset[str], profile: LicenseeProfile, use: Circumstances
) -> Iterator[Reason]:
    only = clause.value.only_for == "multimodal"
    text_only = use.modalities is not None and use.modalities <= {"text"}
    if (only and text_only) or (profile.country is not None and profile.country not in excluded):
        return
    if profile.country is None:
        yield Reason(REVIEW, "seat_unknown", clause.bound, clause)
    elif only and use.modalities is None:
        yield Reason(REVIEW, "modalities_unknown", clause.bound, clause, profile.country)
    else:
        yield Reason(VIOLATION, "territory_seat", clause.bound, clause, profile.country)


def _given_out(clause: Clause, profile: LicenseeProfile, ways: frozenset[str]) -> bool | None:
    """Whether the licensee gives models out in one of some ways; None where its profile does not say."""
    return None if profile.distribution is None else bool(profile.distribution & ways)


def _duty(clause: Clause, given_out: bool | None, code: str, detail: str = "") -> Iterator[Reason]:
    """A duty of whoever gives models out: due, not due, or not known whether it is."""
    if not clause.said.verified:
        if given_out is not False:
            yield Reason(REVIEW, f"{code}_unverified", clause.bound, clause)
    elif given_out is None:
        yield Reason(REVIEW, "distribution_unknown", clause.bound, clause, code)
    elif given_out:
        yield Reason(NOTICES, f"{code}_due", clause.bound, clause, detail)


def _naming(clause: Clause, profile: LicenseeProfile, use: Circumstances) -> Iterator[Reason]:
    if not clause.value.prefix:
        return
    due = _given_out(clause, profile, frozenset({"weights"}))
    if due and profile.names_models is False:
        yield Reason(VIOLATION, "naming_missing", clause.bound, clause, clause.value.prefix)
    else:
        yield from _duty(clause, due, "naming", clause.value.prefix)


def _mark(clause: Clause, profile: LicenseeProfile, use: Circumstances) -> Iterator[Reason]:
    mark: Mark = clause.value
    if mark.when in ("encouraged", "cosmos"):
        return
    due = use.commercial if mark.when == "commercial" else _given_out(clause, profile, _MARK_WAYS[mark.when])
    if due and profile.shows_marks is False:
        yield Reason(VIOLATION, "mark_missing", clause.bound, clause, mark.words)
    else:
        yield from _duty(clause, due, "mark", mark.words)


_MARK_WAYS = {
    "distributing": frozenset({"weights"}),
    "distributing_or_product": _OUTWARD,
    "distributing_models_made_with_it": frozenset({"weights"}),
    "public_statement_on_derivative": frozenset({"weights"}),
}


def _notice(clause: Clause, profile: LicenseeProfile, use: Circumstances) -> Iterator[Reason]:
    if clause.value or not clause.said.verified:
        due = _given_out(clause, profile, frozenset({"weights"}))
        yield from _duty(clause, due, "notice", ", ".join(clause.value))


def _flow_down(clause: Clause, profile: LicenseeProfile, use: Circumstances) -> Iterator[Reason]:
    hosting = clause.bound.terms and clause.bound.terms.hosting
    ways = frozenset({"weights", "api"} if hosting and hosting.value == "distribution" else {"weights"})
    if clause.value != "none" or not clause.said.verified:
        yield from _duty(clause, _given_out(clause, profile, ways), "flow_down", clause.value)


def _restriction(clause: Clause, profile: LicenseeProfile, use: Circumstances) -> Iterator[Reason]:
    restrictions: Restrictions = clause.value
    barred = set(restrictions.prohibited) - _ELSEWHERE
    if not clause.said.verified:
        yield Reason(REVIEW, "restrictions_unverified", clause.bound, clause)
    elif hit := sorted(barred & use.purposes):
        yield Reason(VIOLATION, "purpose_barred", clause.bound, clause, ", ".join(hit))
    elif barred or set(restrictions.conditions) - {"applicable_law"} or restrictions.policy != "none":
        yield Reason(NOTICES, "restrictions_keep", clause.bound, clause, ", ".join(sorted(barred)))


def _output_training(clause: Clause, profile: LicenseeProfile, use: Circumstances) -> Iterator[Reason]:
    rule, trains = clause.value, profile.outputs_train
    free = rule in ("allowed", "not_stated") and clause.said.verified
    if clause.bound.how == TEACHER or free or trains == "none":
        if not free and clause.said.verified and clause.bound.how != TEACHER:
            yield Reason(NOTICES, "outputs_keep", clause.bound, clause, rule)
        return
    if trains is None:
        yield Reason(REVIEW, "outputs_unknown", clause.bound, clause, rule)
    elif not clause.said.verified:
        yield Reason(REVIEW, "outputs_unverified", clause.bound, clause)
    else:
        yield Reason(_trained(rule, trains, use), "outputs_trained", clause.bound, clause, rule)


def _trained(rule: str, trains: str, use: Circumstances) -> str:
    """What follows from training other models with outputs under a rule that does not leave it free."""
    if rule in ("prohibited", "own_family_only"):
        return VIOLATION
    if rule == "not_for_competing":
        return NOTICES if trains == "non_competing" else REVIEW
    if rule in ("research_only", "non_commercial"):
        return {True: VIOLATION, None: REVIEW}.get(use.commercial, NOTICES)
    return NOTICES


def _hosting(clause: Clause, profile: LicenseeProfile, use: Circumstances) -> Iterator[Reason]:
    if clause.value == "distribution":
        return
    hosts = _given_out(clause, profile, frozenset({"api"}))
    if hosts and (clause.value == "prohibited" or use.commercial is not False):
        yield Reason(VIOLATION, "hosting_barred", clause.bound, clause)
    elif hosts is None:
        yield Reason(REVIEW, "distribution_unknown", clause.bound, clause, "hosting")


def _redistribution(clause: Clause, profile: LicenseeProfile, use: Circumstances) -> Iterator[Reason]:
    gives = _given_out(clause, profile, frozenset({"weights"}))
    if gives:
        yield Reason(VIOLATION, "redistribution_barred", clause.bound, clause)
    elif gives is None:
        yield Reason(REVIEW, "distribution_unknown", clause.bound, clause, "redistribution")


_BY_DIMENSION = {
    "taught": _taught,
    "commercial_use": _commercial,
    "threshold": _threshold,
    "territory": _territory,
    "naming": _naming,
    "mark": _mark,
    "notice": _notice,
    "flow_down": _flow_down,
    "restriction": _restriction,
    "output_training": _output_training,
    "hosting": _hosting,
    "redistribution": _redistribution,
}
