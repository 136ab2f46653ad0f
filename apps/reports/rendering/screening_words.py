"""States of screenings and outcomes of share tests in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

_WORST: Mapping[str, Any] = {
    "confirmed": _("Confirmed by people to be the same as an entry of a list"),
    "open-probable": _("A probable match that nobody has judged"),
    "open-possible": _("A possible match that nobody has judged"),
    "not-compared": _("Never compared with a list"),
    "unknown": _("Nothing found, but not every list was young enough to say so"),
    "cleared": _("Matches that people found to be others"),
    "clean": _("Nothing found in any list that was compared with"),
}
_REGIMES: Mapping[str, Any] = {
    "OFAC": _("United States: 50 percent rule of OFAC"),
    "EU": _("European Union: ownership and control"),
    "UK": _("United Kingdom: ownership and control"),
    "BIS-AFFILIATES": _("United States: affiliates rule of BIS"),
    "DSP": _("United States: covered persons, 28 CFR 202"),
}
_OUTCOMES: Mapping[str, Any] = {
    "owned": _("Owned by listed parties"),
    "controlled": _("Controlled by listed parties"),
    "review": _("To be looked at: listed owners reach the threshold only together"),
    "below": _("Below the threshold"),
    "unknown": _("Unknown"),
}


def worst_word(worst: str) -> str:
    """The gravest state of a party's screening."""
    return str(_WORST[worst])


def regime_word(regime: str) -> str:
    """A share test by its regime; one of another version is shown as it is."""
    return str(_REGIMES.get(regime, regime))


def outcome_word(outcome: str) -> str:
    """What a share test says."""
    return str(_OUTCOMES.get(outcome, outcome))
