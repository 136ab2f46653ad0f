"""Exposure: which lists and measures name somebody behind a use, a model or a party, and what that means for us."""

from apps.policy.exposure.binding import Answer, Bound, Us
from apps.policy.exposure.exposures import Exposure, Kind, Stand, Way
from apps.policy.exposure.gathering import Exposed, exposed_parties, of_model, of_party, of_use

__all__ = [
    "Answer",
    "Bound",
    "Exposed",
    "Exposure",
    "Kind",
    "Stand",
    "Us",
    "Way",
    "exposed_parties",
    "of_model",
    "of_party",
    "of_use",
]
