"""Terms that ship, profiles and bounds for tests of judgements."""

from functools import cache
from typing import Any

from apps.imports.knowledge.licences import read_licences
from apps.licences.effective import Bound, Via
from apps.licences.judging import Circumstances, LicenseeProfile
from apps.licences.terms import Terms, read_terms

MONTHS = ("2023-06", "2024-03", "2024-06", "2024-08", "2024-11", "2024-12", "2025-03", "2025-05")
"""The months before the releases whose licences look at one past month."""


@cache
def shipped() -> dict[str, Terms]:
    """The terms of every licence that ships, by its key."""
    return {entry.key: read_terms(entry.columns["terms"]) for entry in read_licences()}


def bound(key: str, how: str = "self", *steps: str, holder: str = "", **more: Any) -> Bound:
    """A bound by a licence that ships; `steps` are relations from the model outwards."""
    holder = holder or ("the model" if how == "self" else f"base {key}")
    names = ["the model", *(f"via {number}" for number in range(1, len(steps))), holder]
    via = tuple(Via(names[i], relation, names[i + 1]) for i, relation in enumerate(steps))
    return Bound(holder, how, shipped()[key], key, key, key, via, **more)


def gap(kind: str, how: str = "self", holder: str = "the model", **more: Any) -> Bound:
    """A bound of which no terms are known."""
    return Bound(holder, how, gap=kind, **more)


def a_profile(**more: Any) -> LicenseeProfile:
    """A small company in Germany that uses models in its product."""
    known: dict[str, Any] = {
        "country": "DE",
        "users": 20_000,
        "users_by_month": dict.fromkeys(MONTHS, 8_000),
        "monthly_revenue": 60_000,
        "annual_revenue": 700_000,
        "businesses": frozenset(),
        "distribution": frozenset({"internal", "product"}),
        "outputs_train": "none",
    }
    return LicenseeProfile(**{**known, **more})


def circumstances(**more: Any) -> Circumstances:
    """A commercial use of a text model at home."""
    known: dict[str, Any] = {
        "countries": frozenset({"DE"}),
        "modalities": frozenset({"text"}),
        "commercial": True,
    }
    return Circumstances(**{**known, **more})


SMALL_EU = a_profile()
LARGE_US = a_profile(
    country="US",
    users=800_000_000,
    users_by_month=dict.fromkeys(MONTHS, 800_000_000),
    monthly_revenue=3_000_000_000,
    annual_revenue=36_000_000_000,
    businesses=frozenset({"model_as_a_service"}),
    distribution=frozenset({"internal", "product", "api"}),
)
KOREAN = a_profile(
    country="KR",
    users=2_000_000,
    users_by_month=dict.fromkeys(MONTHS, 2_000_000),
    monthly_revenue=4_000_000,
    annual_revenue=48_000_000,
    distribution=frozenset({"internal", "product", "weights"}),
)
