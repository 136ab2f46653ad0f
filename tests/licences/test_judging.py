"""Licences judged for licensees: families in a table, and what must hold whatever the terms are."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.licences.effective import Bound, effective
from apps.licences.judging import OUTCOMES, Circumstances, Judgement, LicenseeProfile, judge, judge_choices
from apps.licences.speaking import in_words
from tests.licences.making import KOREAN, LARGE_US, SMALL_EU, a_profile, bound, circumstances, gap, shipped

HOME = {"DE": SMALL_EU, "US": LARGE_US, "KR": KOREAN}
V, C, R, N, F = "violation", "conflict", "review", "fine_with_notices", "fine"
IMAGES = frozenset({"text", "image"})


def judged(*bounds: Bound, profile: LicenseeProfile = SMALL_EU, **use: Any) -> Judgement:
    return judge(effective(bounds), profile, circumstances(countries=frozenset({profile.country or "DE"}), **use))


def codes(judgement: Judgement, outcome: str = "") -> set[str]:
    return {reason.code for reason in judgement.reasons if not outcome or reason.outcome == outcome}


FAMILIES: list[tuple[str, dict[str, Any], tuple[str, str, str], tuple[str, str, str]]] = [
    # licence, use, outcome for: small company in the EU, US company with 800 million users, Korean company; why
    ("apache-2.0", {}, (F, F, N), ("", "", "notice_due")),
    ("mit", {}, (F, F, N), ("", "", "notice_due")),
    ("deepseek-r1-mit", {}, (F, F, N), ("", "", "notice_due")),
    ("cc-by-nc-4.0", {}, (V, V, V), ("commercial_prohibited",) * 3),
    ("llama-3.1-community", {}, (N, V, N), ("mark_due", "threshold_no_rights", "naming_due")),
    ("llama-3.2-community", {}, (N, V, N), ("mark_due", "threshold_no_rights", "naming_due")),
    ("llama-3.2-community", {"modalities": IMAGES}, (V, V, N), ("territory_seat", "threshold_no_rights", "mark_due")),
    ("llama-4-community", {"modalities": IMAGES}, (V, V, N), ("territory_seat", "threshold_no_rights", "mark_due")),
    ("gemma-terms", {}, (N, N, N), ("restrictions_keep", "flow_down_due", "flow_down_due")),
    ("qwen-2024", {}, (N, R, N), ("outputs_keep", "product_figure_unknown", "mark_due")),
    ("qwen-research-2024", {}, (V, V, V), ("commercial_prohibited",) * 3),
    ("qwen-community-1.0", {}, (F, V, N), ("", "threshold_separate_agreement", "notice_due")),
    ("deepseek-1.0", {}, (N, N, N), ("restrictions_keep", "flow_down_due", "flow_down_due")),
    ("kimi-k2-modified-mit", {}, (F, R, N), ("", "product_figure_unknown", "notice_due")),
    ("kimi-k3", {}, (F, V, N), ("", "threshold_separate_agreement", "notice_due")),
    ("minimax-m2.7-noncommercial", {}, (V, V, V), ("commercial_needs_authorisation",) * 3),
    ("mistral-mrl-0.1", {}, (V, V, V), ("commercial_prohibited",) * 3),
    ("tencent-hunyuan-community-a13b", {}, (V, V, V), ("territory_use", "threshold_no_rights", "territory_use")),
    ("falcon-180b-1.0", {}, (N, V, N), ("restrictions_keep", "hosting_barred", "flow_down_due")),
    (
        "stability-community-2024",
        {},
        (V, V, V),
        ("commercial_needs_authorisation", "threshold_no_rights", "threshold_no_rights"),
    ),
    ("exaone-1.2-nc", {}, (V, V, V), ("commercial_prohibited",) * 3),
    ("bigscience-openrail-m", {}, (N, N, N), ("restrictions_keep", "flow_down_due", "flow_down_due")),
    ("grok-2-community", {}, (R, R, R), ("territory_unverified",) * 3),
    ("mistral-modified-mit", {}, (R, V, R), ("territory_unverified", "threshold_no_rights", "territory_unverified")),
]


# Processes that share the tests must call them alike, and a set is written in another order by each of them.
@pytest.mark.parametrize(
    ("key", "use", "outcomes", "why"), FAMILIES, ids=[f"{row[0]}-{bool(row[1])}" for row in FAMILIES]
)
def test_families_for_three_licensees(
    key: str, use: dict[str, Any], outcomes: tuple[str, ...], why: tuple[str, ...]
) -> None:
    found = [judged(bound(key), profile=profile, **use) for profile in HOME.values()]
    assert tuple(one.outcome for one in found) == outcomes
    for one, code in zip(found, why, strict=True):
        assert not code or code in codes(one)


def test_every_reason_has_its_clause_source_and_path() -> None:
    base = bound("llama-3.1-community", "weights", "quantized", "finetune")
    for reason in judged(bound("llama-3.1-community"), base).reasons:
        assert reason.clause
        assert reason.clause.said.source
    assert [step.relation for step in base.via] == ["quantized", "finetune"]


class TestTraps:
    def test_users_of_llama_count_once_in_the_month_before_the_release(self) -> None:
        grown = dataclasses.replace(LARGE_US, users_by_month={"2024-06": 500_000_000})
        assert "threshold_no_rights" not in codes(judged(bound("llama-3.1-community"), profile=grown))
        shrunk = dataclasses.replace(LARGE_US, users=10, users_by_month={"2024-06": 700_000_001})
        assert judged(bound("llama-3.1-community"), profile=shrunk).outcome == V
        unrecorded = judged(bound("llama-3.1-community"), profile=a_profile(users_by_month={"2024-07": 5}))
        assert [(one.code, one.detail) for one in unrecorded.of(R)] == [("figure_unknown", "2024-06")]

    def test_the_eu_clause_is_for_multimodal_models_only_and_unknown_modalities_are_reviewed(self) -> None:
        assert judged(bound("llama-3.2-community")).outcome == N
        unknown = judged(bound("llama-3.2-community"), modalities=None)
        assert (unknown.outcome, codes(unknown, R)) == (R, {"modalities_unknown"})
        clause = judged(bound("llama-4-community"), modalities=IMAGES).of(V)[0].clause
        assert clause is not None
        assert clause.value.stands_in == "use_policy"

    @pytest.mark.parametrize("kind", ["missing", "unnamed", "unread", "disputed"])
    def test_a_licence_that_nobody_read_is_reviewed(self, kind: str) -> None:
        assert judged(gap(kind)).outcome == R

    def test_a_teacher_hands_down_only_what_its_text_says_about_outputs(self) -> None:
        own = bound("mit")
        assert judged(own, bound("apache-2.0", "teacher", "distilled_from")).outcome == F
        assert codes(judged(own, bound("llama-2-community", "teacher", "distilled_from")), C) == {"teacher_forbids"}
        named = judged(own, bound("llama-3.1-community", "teacher", "distilled_from"), profile=KOREAN)
        assert "naming_due" in codes(named)
        assert "threshold_no_rights" not in codes(named)
        gemma = judged(own, bound("gemma-terms", "teacher", "synthetic_data_from"))
        assert "permissive_on_restricted" in codes(gemma, C)
        assert judged(own, gap("unread", "teacher", "teacher")).outcome == R

    def test_a_permissive_tag_on_a_restricted_base_is_a_conflict_and_upstream_binds(self) -> None:
        found = judged(bound("apache-2.0"), bound("llama-3.1-community", "weights", "finetune"), profile=LARGE_US)
        assert "permissive_on_restricted" in codes(found, C)
        assert codes(found, V) == {"threshold_no_rights"}
        assert found.preserved is False
        kept = judged(bound("llama-3.1-community"), bound("llama-3.1-community", "weights", "finetune"))
        assert kept.preserved is True

    def test_a_conflict_is_one_line_with_all_that_is_dropped_and_every_clause(self) -> None:
        base = bound("deepseek-1.0", "weights", "finetune")
        found = judged(bound("mit"), base).of(C)
        assert [(one.code, one.detail) for one in found] == [
            ("permissive_on_restricted", "flow_down, output_training, restriction")
        ]
        assert found[0].clause
        assert found[0].clause.said.clause == "s4.a, s1, Attachment A"
        assert found[0].clause.said.source
        said = in_words(found[0])
        assert "Restrictions to pass on, Training other models with outputs, Restrictions of use" in said
        dropped = judged(bound("gemma-terms"), base, bound("llama-4-community", "weights", "merge")).of(C)
        assert [(one.code, one.bound.licence_key, one.detail) for one in dropped] == [
            ("terms_dropped", "llama-4-community", "mark, naming, territory, threshold")
        ]

    def test_a_merge_takes_the_strictest_of_each_kind(self) -> None:
        found = judged(
            bound("llama-3.1-community"),
            bound("llama-3.1-community", "weights", "merge"),
            bound("cc-by-nc-4.0", "weights", "merge"),
        )
        assert codes(found, V) == {"commercial_prohibited"}

    def test_a_quantised_copy_is_judged_like_what_it_was_made_from(self) -> None:
        for key in shipped():
            for profile in HOME.values():
                copy = judged(bound(key), bound(key, "weights", "quantized"), profile=profile)
                assert copy.outcome == judged(bound(key), profile=profile).outcome, key

    def test_a_permission_on_file_lifts_what_it_is_about(self) -> None:
        assert judged(bound("minimax-m2.7-noncommercial", authorised=True)).outcome in (N, R)

    def test_of_licences_to_choose_from_the_mildest_counts_and_together_all(self) -> None:
        choice = [[[bound("cc-by-nc-4.0")], [bound("mit")]]]
        assert judge_choices(choice, SMALL_EU, circumstances())[1].outcome == F
        both = [[[bound("cc-by-nc-4.0"), bound("mit")]]]
        assert judge_choices(both, SMALL_EU, circumstances())[1].outcome == V

    def test_training_with_outputs(self) -> None:
        trains = a_profile(outputs_train="any")
        for key, outcome in [("llama-2-community", V), ("llama-3.1-community", N), ("flux-1-dev-nc", V), ("mit", F)]:
            assert judged(bound(key), profile=trains).outcome == outcome, key
        unknown = judged(bound("llama-2-community"), profile=a_profile(outputs_train=None))
        assert codes(unknown, R) == {"outputs_unknown"}

    def test_barred_purposes(self) -> None:
        found = judged(bound("llama-3.1-community"), purposes=frozenset({"critical_infrastructure"}))
        assert codes(found, V) == {"purpose_barred"}


KEYS = sorted(shipped())
bounds = st.builds(
    lambda key, how, relation: bound(key, how, relation),
    st.sampled_from(KEYS),
    st.sampled_from(["weights", "teacher"]),
    st.sampled_from(["finetune", "merge", "quantized"]),
)
ancestors = st.one_of(bounds, st.builds(gap, st.sampled_from(["missing", "unread", "unresolved"]), st.just("weights")))
own = st.one_of(st.sampled_from(KEYS).map(bound), st.just(gap("missing")))
maybe = st.one_of(st.none(), st.sampled_from([True, False]))
profiles = st.builds(
    a_profile,
    country=st.sampled_from([None, "DE", "US", "KR"]),
    users=st.sampled_from([None, 1_000, 800_000_000]),
    users_by_month=st.sampled_from([{}, dict.fromkeys(("2024-06", "2023-06"), 800_000_000)]),
    annual_revenue=st.sampled_from([None, 1_000, 50_000_000_000]),
    businesses=st.sampled_from([None, frozenset(), frozenset({"model_as_a_service"})]),
    distribution=st.sampled_from([None, frozenset({"internal"}), frozenset({"weights", "api"})]),
    outputs_train=st.sampled_from([None, "none", "non_competing", "any"]),
    names_models=maybe,
    shows_marks=maybe,
)
uses = st.builds(
    Circumstances,
    countries=st.sampled_from([None, frozenset({"DE"}), frozenset({"US"})]),
    modalities=st.sampled_from([None, frozenset({"text"}), IMAGES]),
    commercial=maybe,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ancestors, max_size=4), own, ancestors, profiles, uses)
def test_an_ancestor_more_never_makes_it_milder(
    above: list[Bound], model: Bound, more: Bound, profile: LicenseeProfile, use: Circumstances
) -> None:
    before = judge(effective([model, *above]), profile, use).outcome
    after = judge(effective([model, *above, more]), profile, use).outcome
    assert OUTCOMES.index(after) >= OUTCOMES.index(before)


@settings(max_examples=300, deadline=None)
@given(st.lists(bounds, max_size=3), st.sampled_from(["missing", "unread", "unresolved"]), profiles, uses)
def test_what_is_unknown_is_never_fine(
    above: list[Bound], kind: str, profile: LicenseeProfile, use: Circumstances
) -> None:
    for unread in ([gap(kind), *above], [bound("mit"), *above, gap(kind, "weights", "somewhere")], above):
        assert OUTCOMES.index(judge(effective(unread), profile, use).outcome) >= OUTCOMES.index(R)


@settings(max_examples=200, deadline=None)
@given(st.lists(ancestors, max_size=5), own, profiles, uses, st.randoms(use_true_random=False))
def test_the_order_of_parents_does_not_matter(
    above: list[Bound], model: Bound, profile: LicenseeProfile, use: Circumstances, chance: Any
) -> None:
    shuffled = [model, *above]
    chance.shuffle(shuffled)
    assert judge(effective(shuffled), profile, use) == judge(effective([model, *above]), profile, use)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(KEYS), uses)
def test_a_licensee_of_whom_nothing_is_known_is_never_told_that_a_term_is_met(key: str, use: Circumstances) -> None:
    stranger = judge(effective([bound(key)]), LicenseeProfile(), use)
    for known in HOME.values():
        certain = judge(effective([bound(key)]), known, use)
        if certain.outcome == V:
            assert stranger.outcome in (R, V)
