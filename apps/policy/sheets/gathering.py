"""Fact sheets of many uses at once."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.accounts.models import User
from apps.core.canonical import canonical_json, digest_of
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
from apps.registry.models import Model, Release, Use

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
    def written(self) -> bytes:
        """The canonical JSON of `content`."""
        return canonical_json(self.content)

    @cached_property
    def digest(self) -> str:
        """`sha256:…` of the canonical JSON of `content`."""
        return digest_of(self.written)

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
_UNREAD = (
    *("created_at", "updated_at", "use_case__updated_at", "deployment__created_at", "deployment__updated_at"),
    *("deployment__release__updated_at", "deployment__release__model__created_at"),
    *("deployment__release__model__updated_at", "deployment__release__model__developer__created_at"),
    "deployment__release__model__developer__updated_at",
)
"""Times that no sheet shows; to read them takes as long as all else of a row."""


def gather_sheets(
    use_ids: Iterable[UUID], *, on: dt.date | None = None, recorded_at: dt.datetime | None = None
) -> list[Sheet]:
    """The fact sheets of uses as of now, or of the facts that were recorded at a past moment.

    Constant number of queries. `on` is the day on which a statement's validity is judged: by default today, for a past
    moment that moment's day. What the past cannot be asked for is said at `Surroundings`.
    """
    rows = Use.objects.select_related(*USE_PARTS).defer(*_UNREAD)
    uses = list(rows.filter(id__in=list(use_ids)).order_by("id"))
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
    model = release.model
    facts: dict[str, Entry] = {}
    operator = around.operators.get(deployment.id)
    host = around.parties.get(operator) if operator else None
    names = {**people, str(host.id): host.name} if host else people
    if us := around.organisation:
        facts.update(around.once("org", lambda: _stated("org", around.facts_of("org", us.id))))
    facts.update(_stated("deployment", around.facts_of("deployment", deployment.id), names))
    facts.update(_stated("use_case", around.facts_of("use_case", use.use_case_id), names))
    facts["use_case.name"] = recorded(use.use_case.name, "Register", use.use_case.created_at.date())
    facts.update(_of_party("provider", model.developer_id, around))
    facts.update(_of_party("operator", operator, around))
    facts.update(around.once(("model", model.id), lambda: _of_model(model, around)))
    facts.update(origin(facts, model, operator, around))
    facts.update(around.once(("release", release.id), lambda: _of_release(release, around)))
    facts.update(licence_facts(facts, release, around))
    facts.update(endpoint_known(facts, operator, around))
    facts.update(screening(facts, use, around))
    facts.update(extra)
    facts.update(freshness(facts))
    last = next_expiry(facts.values(), around.on)
    return Sheet(use.id, facts, last + dt.timedelta(days=1) if last else None)


def _stated(path: str, stated: Mapping[str, Fact], names: Mapping[str, str] | None = None) -> dict[str, Entry]:
    found = {}
    for field, fact in stated.items():
        label = names.get(fact.value, "") if names and isinstance(fact.value, str) else ""
        found[f"{path}.{field}"] = from_fact(fact, label)
    return found


def _of_party(path: str, party_id: UUID | None, around: Surroundings) -> Mapping[str, Entry]:
    """What is known of a party, or else of the entity or group that stands for it."""

    def gathered(party: UUID) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for member in around.family(party):
            for field, fact in around.facts_of("party", member).items():
                if not is_known(found.get(f"{path}.{field}")):
                    found[f"{path}.{field}"] = from_fact(fact)
        return found

    return around.once((path, party_id), lambda: gathered(party_id)) if party_id else {}


def _of_model(model: Model, around: Surroundings) -> dict[str, Entry]:
    developer = model.developer
    names = {str(developer.id): developer.name} if developer else None
    return {
        "model.name": from_columns(model.name, model),
        "model.family": from_columns(model.family, model),
        "model.kind": from_columns(model.kind, model),
        "model.access": from_columns(model.access, model),
        "model.developer": from_columns(str(developer.id) if developer else None, model, str(developer or "")),
        **_stated("model", around.facts_of("model", model.id), names),
    }


def _of_release(release: Release, around: Surroundings) -> dict[str, Entry]:
    entered = release.created_at.date()
    has_files = release.id in around.releases_with_files
    found = {
        "version.pinned": recorded(release.pinned, "Register: the release of the deployment", entered),
        "version.artifact_sha256_recorded": recorded(has_files, "Register: recorded files of the release", entered),
    }
    if release.revision:
        found["version.id"] = from_columns(release.revision, release)
    found |= _stated("version", around.facts_of("release", release.id))
    return found | namespace_official(release, around)


def paths_of(subject: str) -> list[str]:
    """Every path that a fact sheet may hold for a subject of the catalogue."""
    prefixes = {"release": ("version",), "party": ("provider", "operator")}.get(subject, (subject,))
    return [f"{prefix}.{field}" for prefix in prefixes for field in FIELDS.get(subject, {})]
