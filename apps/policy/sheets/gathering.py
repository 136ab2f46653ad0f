"""Fact sheets of many uses at once."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.accounts.models import User
from apps.core.canonical import digest
from apps.core.clock import today
from apps.facts.catalogue import FIELDS
from apps.facts.resolution import Fact
from apps.policy.sheets import contributions
from apps.policy.sheets.entries import Entry, from_columns, from_fact, is_known, next_expiry, recorded
from apps.policy.sheets.freshness import freshness
from apps.policy.sheets.licences import licence_facts
from apps.policy.sheets.origin import origin
from apps.policy.sheets.places import endpoint_known, namespace_official
from apps.policy.sheets.screening import screening
from apps.policy.sheets.surroundings import Surroundings, surroundings
from apps.registry.models import Release, Use

FORMAT = 1


@dataclass(frozen=True)
class Sheet:
    """The frozen facts of one use: `facts` maps paths such as `deployment.retention_days` to entries."""

    use_id: UUID
    facts: Mapping[str, Entry]
    turns_on: dt.date | None
    """The first day on which the sheet may read differently though nobody states anything: a statement has expired."""

    @cached_property
    def content(self) -> dict[str, Any]:
        """What is stored and digested."""
        return {"format": FORMAT, "use": str(self.use_id), "facts": self.facts}

    @cached_property
    def digest(self) -> str:
        """`sha256:…` of the canonical JSON of `content`."""
        return digest(self.content)

    @cached_property
    def known(self) -> dict[str, dict[str, Any]]:
        """Subject -> field -> value of what rules may read; unknown and disputed facts are absent."""
        return known_values(self.facts)


def known_values(facts: Mapping[str, Entry]) -> dict[str, dict[str, Any]]:
    """Subject -> field -> value of the entries that rules may read."""
    found: dict[str, dict[str, Any]] = {}
    for path, entry in facts.items():
        if is_known(entry):
            subject, _, field = path.partition(".")
            found.setdefault(subject, {})[field] = entry["value"]
    return found


USE_PARTS = (
    "use_case",
    "deployment__release",
    "deployment__release__model__developer",
)


def gather_sheets(
    use_ids: Iterable[UUID], *, on: dt.date | None = None, recorded_at: dt.datetime | None = None
) -> list[Sheet]:
    """The fact sheets of uses as of now, or of the facts that were recorded at a past moment.

    Constant number of queries. `on` is the day on which a statement's validity is judged: by default today, for a past
    moment that moment's day. What the past cannot be asked for is said at `Surroundings`.
    """
    uses = list(Use.objects.select_related(*USE_PARTS).filter(id__in=list(use_ids)).order_by("id"))
    if not uses:
        return []
    day = on or (timezone.localdate(recorded_at) if recorded_at else today())
    around = surroundings(uses, on=day, recorded=recorded_at)
    people = _people(uses, around)
    from_above = contributions.gather([use.id for use in uses], on=day, recorded=recorded_at)
    return [_sheet(use, around, people, from_above.get(use.id, {})) for use in uses]


def _people(uses: Sequence[Use], around: Surroundings) -> Mapping[str, str]:
    wanted = {
        fact.value
        for use in uses
        for field in ("owner", "deputy", "approver")
        if (fact := around.facts_of("use_case", use.use_case_id).get(field)) and fact.known
    }
    return {str(user.id): user.name for user in User.objects.filter(id__in=wanted).only("id", "name")}


def _sheet(use: Use, around: Surroundings, people: Mapping[str, str], extra: Mapping[str, Entry]) -> Sheet:
    release, deployment = use.deployment.release, use.deployment
    facts: dict[str, Entry] = {}
    operator = around.operators.get(deployment.id)
    host = around.parties.get(operator) if operator else None
    names = {**people, str(host.id): host.name} if host else people
    if around.organisation:
        _state(facts, "org", around.facts_of("org", around.organisation.id))
    _state(facts, "deployment", around.facts_of("deployment", deployment.id), names)
    _state(facts, "use_case", around.facts_of("use_case", use.use_case_id), names)
    facts["use_case.name"] = recorded(use.use_case.name, "Register", use.use_case.created_at.date())
    _state_party(facts, "provider", release.model.developer_id, around)
    _state_party(facts, "operator", operator, around)
    _state_model(facts, release, operator, around)
    _state_release(facts, release, around)
    facts.update(licence_facts(facts, release, around))
    facts.update(endpoint_known(facts, operator, around))
    facts.update(screening(facts, use, around))
    facts.update(extra)
    facts.update(freshness(facts))
    last = next_expiry(facts.values(), around.on)
    return Sheet(use.id, facts, last + dt.timedelta(days=1) if last else None)


def _state(
    facts: dict[str, Entry], path: str, stated: Mapping[str, Fact], names: Mapping[str, str] | None = None
) -> None:
    for field, fact in stated.items():
        label = names.get(fact.value, "") if names and isinstance(fact.value, str) else ""
        facts[f"{path}.{field}"] = from_fact(fact, label)


def _state_party(facts: dict[str, Entry], path: str, party_id: UUID | None, around: Surroundings) -> None:
    """What is known of a party, or else of the entity or group that stands for it."""
    if party_id is None:
        return
    for member in around.family(party_id):
        for field, fact in around.facts_of("party", member).items():
            if not is_known(facts.get(f"{path}.{field}")):
                facts[f"{path}.{field}"] = from_fact(fact)


def _state_model(facts: dict[str, Entry], release: Release, operator: UUID | None, around: Surroundings) -> None:
    model = release.model
    facts["model.name"] = from_columns(model.name, model)
    facts["model.family"] = from_columns(model.family, model)
    facts["model.kind"] = from_columns(model.kind, model)
    facts["model.access"] = from_columns(model.access, model)
    developer = model.developer
    facts["model.developer"] = from_columns(str(developer.id) if developer else None, model, str(developer or ""))
    _state(facts, "model", around.facts_of("model", model.id))
    facts.update(origin(facts, model, operator, around))


def _state_release(facts: dict[str, Entry], release: Release, around: Surroundings) -> None:
    entered = release.created_at.date()
    if release.revision:
        facts["version.id"] = from_columns(release.revision, release)
    facts["version.pinned"] = recorded(release.pinned, "Register: the release of the deployment", entered)
    has_files = release.id in around.releases_with_files
    facts["version.artifact_sha256_recorded"] = recorded(has_files, "Register: recorded files of the release", entered)
    _state(facts, "version", around.facts_of("release", release.id))
    facts.update(namespace_official(release, around))


def paths_of(subject: str) -> list[str]:
    """Every path that a fact sheet may hold for a subject of the catalogue."""
    prefixes = {"release": ("version",), "party": ("provider", "operator")}.get(subject, (subject,))
    return [f"{prefix}.{field}" for prefix in prefixes for field in FIELDS.get(subject, {})]
