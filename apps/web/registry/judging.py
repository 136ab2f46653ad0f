"""Judging a use at once after a change, so that whoever changed it sees what follows."""

from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.policy.evaluation import judge_uses
from apps.policy.models import CurrentVerdict
from apps.policy.selectors import policy_versions, verdict_of
from apps.registry.models import Use
from apps.web.badges import badge_for


def judge_again(use: Use) -> CurrentVerdict | None:
    """The verdict on what is known now; None while no policy is published and for a use that ended unjudged."""
    if not policy_versions().exists():
        return None
    judge_uses(actor=Actor.system("use.changed"), use_ids=[use.id])
    return verdict_of(use.id)


def in_words(verdict: CurrentVerdict) -> str:
    """A verdict in one sentence."""
    return _("Judged by policy %(policy)s: %(decision)s. Findings: %(findings)d, unknown: %(unknowns)d.") % {
        "policy": verdict.evaluation.policy_version.label,
        "decision": badge_for("decision", verdict.decision).label,
        "findings": verdict.findings,
        "unknowns": verdict.unknowns,
    }
