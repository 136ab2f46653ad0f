"""Approved uses, and things that change under them, for tests."""

import datetime as dt
from typing import Any

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import today
from apps.licences.models import Licence, LicenceText
from apps.licences.services import store_text
from apps.policy.evaluation import judge_due
from apps.policy.models import PolicyVersion
from apps.registry.models import Release, Use
from apps.reviews.models import Change, Reopening, Review
from apps.reviews.services import complete_review
from tests.making import SETUP, a_policy, a_rule, a_use, officer, state

TEXT = (
    "THE LICENCE\n\nYou may use the model with up to 100 users and a revenue of USD 20 million.\n\n"
    "Not in Korea after 1 May 2026. All notices stay.\n"
)
UNCHANGED = a_rule("WB-T-006", "licence.text_sha256 != licence.text_sha256_at_approval", gate="review")


def a_licence(key: str, **more: Any) -> Licence:
    with change(SETUP, "tests.fill"):
        licence = Licence(key=key, ref=f"LicenseRef-{key}", name=f"Licence {key}", **more)
        licence.save()
    return licence


def under(release: Release, licence: Licence) -> None:
    state("release", release.id, licence_concluded=licence.key)


def a_policy_in_force() -> PolicyVersion:
    return a_policy(UNCHANGED)


def approve(use: Use, actor: Actor | None = None, **more: Any) -> Review:
    said = {"conclusion": "confirmed", "next_review": today() + dt.timedelta(days=180), **more}
    return complete_review(actor=actor or officer(), use=use, **said)


def an_approved_use(text: str = TEXT, **more: Any) -> Use:
    """A use with a licence text, approved."""
    use = a_use(**more)
    if text:
        bring(use, text)
    approve(use)
    judge_due(actor=SETUP)
    return use


def bring(use: Use, text: str, **more: Any) -> LicenceText:
    """The text that comes with the release of a use."""
    said = {"actor": SETUP, "source": "LICENSE of the repository", "release": use.deployment.release, **more}
    return store_text(content=text.encode(), **said)


def compared() -> list[Change]:
    """Have everything compared that was marked; all changes there are."""
    while judge_due(actor=SETUP):
        pass
    return list(Change.objects.order_by("kind", "created_at"))


def waiting(use: Use) -> list[Reopening]:
    return list(Reopening.objects.filter(use=use, state__in=("open", "proposed")).order_by("created_at"))
