"""The share tests of the regimes as data. No database, no Django.

What each one asks, and where it says so (read between 2026-06 and 2026-11, in our words; nothing here is legal advice):

- **OFAC**, 50 percent rule: guidance of 2014-08-13, FAQ 398 to 402 (FAQ 398, 399 and 401 read). An entity held half or
  more by blocked persons together, directly or through entities that are so held themselves, is blocked. Ownership
  alone counts, not control. Whoever is blocked counts with the whole holding: percentages are never multiplied.
- **EU**, best practices of the Council of 2024-07-03: half or more of the proprietary rights (before that day more than
  half), those of all listed persons added up; besides, control by any of the named means counts, in fact included. The
  shares are looked at for ownership, most of the votes for control.
- **UK**, regulation 7 of SI 2019/855 and its like, OFSI guidance of 2022-03 (4.14): one person holds more than half of
  the shares or of the votes, appoints most of the board, or can be expected to get their way. Holdings of several are
  added only where they act together. A call for evidence on control ran in 2026-03; its outcome is not known to us, so
  that several listed owners who have more than half together are a case for review.
- **BIS affiliates**, interim final rule effective 2025-09-29 (15 CFR 744.11, 744.21, 744.8): half or more, added up, as
  OFAC; it reaches from the Entity List, the MEU list and SDNs of some programmes (our entries do not tell programmes
  apart: SDNs are left to the test of OFAC). Suspended from 2025-11-10 to 2026-11-09; whether longer is not known to us,
  hence the switch `bis_affiliates_active`. Foreign companies only.
- Listings of the **UN** are carried over into the lists of the EU and of the UK, and count for both.
- **DSP**, 28 CFR 202.211: half or more, added up, direct or indirect, by countries of concern or covered persons. A US
  person is none by ownership (202.221, 202.256).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Measure = Literal["equity", "votes"]
DE_FACTO = frozenset({"board_appointment", "contract_vie", "golden_share", "de_facto"})
"""Bases of a stake by which its holder has a say without owning."""


@dataclass(frozen=True, kw_only=True)
class Regime:
    """How one regime looks through ownership."""

    key: str
    lists: frozenset[str]
    """Keys of the lists whose parties it begins with."""
    carried: frozenset[str] = frozenset()
    """Keys of lists whose entries are carried over into those: whoever stands there counts as well."""
    threshold: Decimal = Decimal(50)
    """Percent."""
    more_than: bool = False
    """Whether the threshold itself is not enough yet."""
    aggregate: bool = True
    """Whether the holdings of all listed owners are added; else each owner is looked at alone."""
    measures: tuple[Measure, ...] = ("equity",)
    """What the percentage is of; where there are two the larger one counts."""
    control: frozenset[str] = frozenset()
    """Bases of stakes that are control here; with any of them, most of the votes are as well."""
    in_force: tuple[tuple[dt.date, dt.date | None], ...] = ()
    """First and last days, where it was interrupted; empty: on every day that is asked for."""
    changed_on: dt.date | None = None
    """The day on which the threshold became enough by itself; before it more was asked."""
    source: str
    as_of: dt.date

    def reaches(self, share: int, on: dt.date) -> bool:
        """Whether `share`, in thousandths of a percent, is enough on a day."""
        limit = int(self.threshold * 1000)
        more = self.more_than or (self.changed_on is not None and on < self.changed_on)
        return share > limit if more else share >= limit

    def applies(self, on: dt.date) -> bool:
        """Whether the regime's own dates say that it is in force on a day."""
        return not self.in_force or any(first <= on and (last is None or on <= last) for first, last in self.in_force)


OFAC = Regime(
    key="OFAC",
    lists=frozenset({"US-SDN"}),
    source="OFAC guidance of 2014-08-13; FAQ 398, 399, 401",
    as_of=dt.date(2026, 11, 25),
)
EU = Regime(
    key="EU",
    lists=frozenset({"EU-CONSOLIDATED"}),
    carried=frozenset({"UN"}),
    control=DE_FACTO,
    changed_on=dt.date(2024, 7, 3),
    source="Council of the EU, best practices of 2024-07-03",
    as_of=dt.date(2026, 3, 31),
)
UK = Regime(
    key="UK",
    lists=frozenset({"UK-SANCTIONS-LIST"}),
    carried=frozenset({"UN"}),
    more_than=True,
    aggregate=False,
    measures=("equity", "votes"),
    control=DE_FACTO,
    source="SI 2019/855 regulation 7; OFSI guidance of 2022-03; call for evidence 2026-03",
    as_of=dt.date(2026, 3, 31),
)
BIS_AFFILIATES = Regime(
    key="BIS-AFFILIATES",
    lists=frozenset({"US-ENTITY-LIST", "US-MEU"}),
    in_force=((dt.date(2025, 9, 29), dt.date(2025, 11, 9)), (dt.date(2026, 11, 10), None)),
    source="BIS interim final rule of 2025-09-29, suspended 2025-11-10 to 2026-11-09; a longer suspension not verified",
    as_of=dt.date(2026, 6, 30),
)
DSP = Regime(
    key="DSP",
    lists=frozenset({"US-DSP-COVERED-PERSON"}),
    source="28 CFR 202.211",
    as_of=dt.date(2026, 6, 30),
)
REGIMES: Mapping[str, Regime] = {regime.key: regime for regime in (OFAC, EU, UK, BIS_AFFILIATES, DSP)}
