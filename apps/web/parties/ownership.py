"""Who holds a party and what it holds, as a figure; and what the share tests say, in words."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.parties.models import Party, Stake
from apps.parties.ownership import Edge, Outcome, Regime, Share
from apps.parties.ownership.stakes import Key
from apps.parties.selectors.ownership import BELIEVED
from apps.parties.services.stakes import FREE_FLOAT
from apps.policy.standing import Standing, counts
from apps.registry.drawing import Arrow, Box, lineage_svg

TITLES: Mapping[str, Any] = {
    "OFAC": gettext_lazy("US blocking (OFAC)"),
    "EU": gettext_lazy("EU asset freeze"),
    "UK": gettext_lazy("UK asset freeze"),
    "BIS-AFFILIATES": gettext_lazy("US export control, affiliates (BIS)"),
    "DSP": gettext_lazy("US data security (28 CFR 202)"),
}
ASKS: Mapping[str, Any] = {
    "OFAC": gettext_lazy("Half or more of the shares, all listed owners together; control does not count."),
    "EU": gettext_lazy("Half or more of the shares, all listed owners together; or control, in law or in fact."),
    "UK": gettext_lazy(
        "More than half of the shares or of the votes with one owner; or control. Several count together only where "
        "they act together."
    ),
    "BIS-AFFILIATES": gettext_lazy(
        "Half or more of the shares, all owners on the Entity List or the MEU List together. The law has it for "
        "companies outside of the US."
    ),
    "DSP": gettext_lazy(
        "Half or more of the shares, all covered persons together. The law has it for companies outside of the US."
    ),
}
OUTCOMES: Mapping[Outcome, tuple[Any, str, str]] = {
    Outcome.OWNED: (gettext_lazy("Owned by listed parties"), "red", "stop"),
    Outcome.CONTROLLED: (gettext_lazy("Controlled by a listed party"), "red", "stop"),
    Outcome.REVIEW: (gettext_lazy("To be reviewed: do the listed owners act together?"), "yellow", "eye"),
    Outcome.BELOW: (gettext_lazy("Below the threshold"), "green", "check"),
    Outcome.UNKNOWN: (gettext_lazy("Unknown"), "orange", "question"),
}


@dataclass(frozen=True)
class RegimeRow:
    """What one regime makes of the party."""

    title: Any
    listed: bool
    """Whether the regime begins with the party itself."""
    asks: Any
    outcome: Any
    tone: str
    icon: str
    percent: str
    together: str
    """Where it differs from what the regime adds up."""
    unresolved: str
    steps: Sequence[str]
    remark: str
    source: str
    as_of: dt.date


@dataclass(frozen=True)
class StakeRow:
    """One stake of the table."""

    stake: Stake
    above: bool
    """Whether it leads up from the party; else down."""


def regime_rows(party: Party, standing: Standing) -> list[RegimeRow]:
    """Every regime's test of one party."""
    day = standing.ownership.day
    return [_regime_row(party, regime, share, standing, day) for regime, share in standing.shares(party.id)]


def _regime_row(party: Party, regime: Regime, share: Share, standing: Standing, day: dt.date) -> RegimeRow:
    word, tone, icon = OUTCOMES[share.outcome]
    listed = standing.listed_under(regime)
    return RegimeRow(
        title=TITLES[regime.key],
        listed=party.id in listed,
        asks=ASKS[regime.key],
        outcome=word,
        tone=tone,
        icon=icon,
        percent=percent(share.percent),
        together="" if share.together == share.percent else percent(share.together),
        unresolved=percent(share.unresolved),
        steps=[_step(edge, standing, listed) for edge in _downwards(share.path, listed)],
        remark=_remark(regime, day, standing),
        source=regime.source,
        as_of=regime.as_of,
    )


def _remark(regime: Regime, day: dt.date, standing: Standing) -> str:
    if not regime.in_force:
        return ""
    if not regime.applies(day):
        return _("By its own dates the rule is not in force on this day.")
    if not standing.parameters.get("bis_affiliates_active", True):
        return _("Treated as suspended: the policy says so (bis_affiliates_active).")
    return _(
        "Treated as in force: the policy says so (bis_affiliates_active). Whether the suspension went on is not "
        "verified."
    )


def _downwards(path: Sequence[Edge], listed: Collection[Key]) -> list[Edge]:
    """The holdings of the listed first, those of the party itself last."""
    down = list(reversed(path))
    return [edge for edge in down if edge.owner in listed] + [edge for edge in down if edge.owner not in listed]


def _step(edge: Edge, standing: Standing, listed: Collection[Key]) -> str:
    names = {
        "owner": _name(edge.owner, standing.parties),
        "owned": _name(edge.owned, standing.parties),
        "held": ", ".join(_held(edge)),
    }
    if edge.owner in listed:
        return _("%(owner)s (listed) holds of %(owned)s: %(held)s") % names
    return _("%(owner)s holds of %(owned)s: %(held)s") % names


def _held(edge: Edge) -> Iterable[str]:
    if edge.equity:
        yield percent(Decimal(edge.equity) / 1000)
    if edge.votes != edge.equity:
        yield _("%(share)s of the votes") % {"share": percent(Decimal(edge.votes) / 1000)}
    yield from sorted(str(Stake.Basis(basis).label) for basis in edge.control)


def _name(party: Any, parties: Mapping[UUID, Party]) -> str:
    found = parties.get(party)
    return found.name if found else str(party)


def percent(share: Decimal | None) -> str:
    """A percentage without needless zeros."""
    if share is None:
        return _("unknown")
    return f"{number_format(share.normalize() if share else 0)}\u00a0%"


def listed_on(standing: Standing) -> dict[UUID, list[str]]:
    """By party: the lists on which it is known to be."""
    found: dict[UUID, list[str]] = {}
    for party, rows in standing.listings.items():
        if keys := sorted({row.list_key for row in rows if counts(row)}):
            found[party] = keys
    return found


def picture(party: Party, rows: Sequence[StakeRow], standing: Standing, kept: str) -> SafeString | None:
    """The figure; None for a party of which no stake is on record. Every box leads to that party's own figure."""
    if not rows:
        return None
    listed = listed_on(standing)
    boxes: dict[str, Box] = {}
    for row in rows:
        for one in (row.stake.owner, row.stake.owned):
            if one and one.id != party.id:
                boxes[str(one.id)] = _box(one, listed, kept)
        if row.stake.owner is None:
            key = _outside(row.stake)
            why = _("listed shares in many hands") if row.stake.free_float else _("not in the register")
            boxes[key] = Box(key, owner_name(row.stake), why, open=True)
    title = _("Who holds %(party)s, and what it holds; the table says the same in words.") % {"party": party.name}
    svg = lineage_svg(_box(party, listed, None), boxes.values(), _arrows(rows), title=title)
    return format_html(
        '<div class="drawing" tabindex="0" role="region" aria-label="{}">{}</div>', _("Figure of the ownership"), svg
    )


def _box(party: Party, listed: Mapping[UUID, Sequence[str]], kept: str | None) -> Box:
    lists = listed.get(party.id, ())
    subtitle = _("on %(list)s") % {"list": lists[0]} if lists else str(party.get_kind_display())
    if len(lists) > 1:
        subtitle = ngettext("on %(count)d list", "on %(count)d lists", len(lists)) % {"count": len(lists)}
    href = "" if kept is None else reverse("party-ownership", args=[party.id]) + kept
    return Box(str(party.id), party.name, subtitle, href=href)


def owner_name(stake: Stake) -> str:
    """The owner as it is shown; a free float to which no source gives a name in the language of the page."""
    return _("Free float") if stake.free_float and stake.owner_name == FREE_FLOAT else stake.owner_name


def _outside(stake: Stake) -> str:
    return f"outside:{stake.owned_id}:{stake.owner_name}"


def _arrows(rows: Sequence[StakeRow]) -> list[Arrow]:
    labels: dict[tuple[str, str], list[Stake]] = {}
    for row in rows:
        owner = str(row.stake.owner_id) if row.stake.owner_id else _outside(row.stake)
        labels.setdefault((owner, str(row.stake.owned_id)), []).append(row.stake)
    return [
        Arrow(
            source=owner,
            target=owned,
            label="; ".join(dict.fromkeys(_label(stake) for stake in stakes)),
            weights=any(stake.equity_pct is not None and stake.state in BELIEVED for stake in stakes),
            forwards=True,
        )
        for (owner, owned), stakes in labels.items()
    ]


def _label(stake: Stake) -> str:
    says = [percent(stake.equity_pct)] if stake.equity_pct is not None else []
    if stake.voting_pct is not None and stake.voting_pct != stake.equity_pct:
        says.append(_("%(share)s of the votes") % {"share": percent(stake.voting_pct)})
    if stake.basis not in (Stake.Basis.EQUITY, Stake.Basis.VOTES, Stake.Basis.UNKNOWN):
        says.append(str(stake.get_basis_display()))
    return ", ".join(says) or _("share unknown")
