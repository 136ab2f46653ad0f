"""The three layers of a licence (declared, concluded, effective) with the judgement for our profile, for readers."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.accounts.models import Organisation
from apps.facts.models import Assertion
from apps.facts.resolution import UNKNOWN, Fact
from apps.facts.selectors import assertions_at, current_facts
from apps.facts.subjects import SubjectRef
from apps.licences.effective import Effective
from apps.licences.judging import Circumstances, Judgement, LicenseeProfile, judge_choices
from apps.policy.sheets import gather_sheets
from apps.policy.sheets.entries import Entry, from_fact
from apps.policy.sheets.licences import circumstances_of, profile_of
from apps.registry.binding import load_binding
from apps.registry.licensing import CONCLUDED, DECLARED
from apps.registry.models import Release, Use


@dataclass(frozen=True)
class LicenceView:
    """One release's licence in its layers. `statements` are all that is said of it, newest first."""

    release: Release
    declared: Fact
    concluded: Fact
    statements: Sequence[Assertion]
    effective: Effective
    judgement: Judgement
    profile: LicenseeProfile
    circumstances: Circumstances


def licence_of_release(release: Release, *, recorded: dt.datetime | None = None) -> LicenceView:
    """The licence of a release as such: a business use at our principal place of business is assumed."""
    facts = _entries("model", release.model_id, recorded) | _organisation(recorded)
    profile, use = profile_of(facts), circumstances_of(facts)
    home = frozenset({profile.country}) if profile.country else None
    assumed = Circumstances(countries=home, modalities=use.modalities, commercial=True)
    return _view(release, profile, assumed, recorded)


def licence_of_use(use: Use, *, recorded: dt.datetime | None = None) -> LicenceView:
    """The licence of the release that a use runs, judged in the circumstances of the use."""
    facts = gather_sheets([use.id], recorded_at=recorded)[0].facts
    return _view(use.deployment.release, profile_of(facts), circumstances_of(facts), recorded)


def licensee_facts(recorded: dt.datetime | None = None) -> Mapping[str, Entry]:
    """The facts of the organisation that make the licensee profile."""
    return _organisation(recorded)


def _entries(subject_type: str, subject_id: Any, recorded: dt.datetime | None) -> dict[str, Entry]:
    subject = SubjectRef(subject_type, subject_id)
    found = current_facts([subject], recorded=recorded)[subject]
    return {f"{subject_type}.{field}": from_fact(fact) for field, fact in found.items()}


def _organisation(recorded: dt.datetime | None) -> dict[str, Entry]:
    found = Organisation.objects.first()
    return _entries("org", found.id, recorded) if found else {}


def _view(release: Release, profile: LicenseeProfile, use: Circumstances, recorded: dt.datetime | None) -> LicenceView:
    binding = load_binding([release.model_id], releases=[release.id], recorded=recorded)
    choices = binding.choices(release.model, release)
    effective, judgement = judge_choices(choices, profile, use)
    bearer = _bearer(release, recorded)
    facts = current_facts([bearer], recorded=recorded)[bearer]
    said = assertions_at([bearer], recorded).filter(field__in=(DECLARED, CONCLUDED)).order_by("-as_of", "-recorded_at")
    return LicenceView(
        release=release,
        declared=facts.get(DECLARED, UNKNOWN),
        concluded=facts.get(CONCLUDED, UNKNOWN),
        statements=list(said),
        effective=effective,
        judgement=judgement,
        profile=profile,
        circumstances=use,
    )


def _bearer(release: Release, recorded: dt.datetime | None) -> SubjectRef:
    """Whose statements count: those about the release where there are any, else about the floating one."""
    own = SubjectRef("release", release.id)
    if assertions_at([own], recorded).filter(field__in=(DECLARED, CONCLUDED)).exists():
        return own
    floating = Release.objects.filter(model_id=release.model_id, revision="").values_list("id", flat=True).first()
    return SubjectRef("release", floating) if floating else own
