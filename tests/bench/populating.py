"""A register of any size, quickly: bulk inserts of what the services would write, fact by fact.

The shape is that of a company with many teams: a few hundred models, a third of them made from others; most facts
known, some unknown, a few disputed; parties with owners. The same number always gives the same register.
"""

import datetime as dt
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from apps.accounts.actors import Actor
from apps.accounts.models import Team, User
from apps.accounts.selectors import organisation
from apps.accounts.services import create_team, create_user, set_up_organisation
from apps.core.changes import change
from apps.core.clock import now, today
from apps.core.errors import NotFound
from apps.facts.models import Assertion
from apps.imports.knowledge.licences import read_licences
from apps.licences.models import Licence
from apps.parties.models import Domain, HubOrganisation, Party, Stake
from apps.registry.models import Deployment, LineageEdge, Model, ModelAlias, Release, Use, UseCase

BATCH = 1000
SETUP = Actor.command("populate")
COUNTRIES = ("US", "DE", "FR", "CN", "GB", "KR", "CA", "JP", "IL", "SE")
SOURCED = {"state": "claimed_by_provider", "source_label": "Generated for measuring"}


@dataclass(frozen=True)
class Population:
    """What was made."""

    teams: Sequence[Team]
    models: Sequence[Model]
    uses: Sequence[Use]


def populate(number: int, *, seed: int = 1) -> Population:
    """Fill the database with so many uses and what they stand in."""
    chance = random.Random(seed)
    with change(SETUP, "bench.populate"):
        parties = _parties(chance, max(20, min(2000, number // 25)))
        licences = _licences()
        models = _models(chance, max(20, min(2000, number // 10)), parties)
        releases = _releases(models, licences)
        teams = [
            create_team(actor=SETUP, name=f"Bench team {index}") for index in range(max(2, min(50, number // 100)))
        ]
        people = [
            create_user(actor=SETUP, email=f"bench{index}@example.test", name=f"Person {index}") for index in range(40)
        ]
        uses = _uses(chance, number, releases, parties, teams, people)
        _about_us()
    return Population(teams, models, uses)


def _save(rows: Iterable[Any]) -> list[Any]:
    made = list(rows)
    if made:
        type(made[0])._default_manager.bulk_create(made, batch_size=BATCH)
    return made


def _said(subject_type: str, subject_id: Any, facts: dict[str, Any], **more: Any) -> Iterator[Assertion]:
    """Statements about one subject; a value of None says that it is not known."""
    for field, value in facts.items():
        yield Assertion(
            subject_type=subject_type,
            subject_id=subject_id,
            field=field,
            value=value,
            state="unknown" if value is None else "claimed_by_owner",
            source_label="Generated for measuring",
            as_of=today() - dt.timedelta(days=len(field)),
            asserted_by=SETUP.label,
            recorded_at=now(),
            row_version=1,
            **more,
        )


def _parties(chance: random.Random, number: int) -> list[Party]:
    parties = _save(
        Party(name=f"Bench company {index} Ltd", key=f"bench-{index}" if index % 4 == 0 else None)
        for index in range(number)
    )
    _save(HubOrganisation(party=party, name=f"bench-{index}", **SOURCED) for index, party in enumerate(parties))
    _save(Domain(party=party, domain=f"bench-{index}.example", **SOURCED) for index, party in enumerate(parties))
    _save(
        Stake(
            owner=parties[index // 3],
            owner_name=parties[index // 3].name,
            owned=parties[index],
            basis="equity",
            equity_pct=60,
            **SOURCED,
        )
        for index in range(number // 2, number, 2)
    )
    _save(
        said
        for index, party in enumerate(parties)
        for said in _said(
            "party",
            party.id,
            {
                "legal_name": party.name,
                "hq_country": chance.choice(COUNTRIES) if index % 10 else None,
                "id_code": f"HRB {index}",
                "ownership_resolved_pct": chance.randint(60, 100),
            },
        )
    )
    return parties


def _licences() -> list[Licence]:
    terms = {entry.key: entry.columns["terms"] for entry in read_licences()}
    like = {
        "Apache-2.0": "apache-2.0",
        "MIT": "mit",
        "LicenseRef-Community": "llama-3.1-community",
        "LicenseRef-Research": "qwen-research-2024",
    }
    licences = _save(
        Licence(key=f"bench-{ref.lower()}", ref=ref, name=ref, text_sha256="ab" * 32, terms=terms[key])
        for ref, key in like.items()
    )
    allowed = ("allowed", "allowed", "needs_authorisation", "prohibited")
    _save(
        said
        for licence, use in zip(licences, allowed, strict=True)
        for said in _said("licence", licence.id, {"commercial_use": use, "mau_threshold": 700_000_000})
    )
    return licences


def _models(chance: random.Random, number: int, parties: Sequence[Party]) -> list[Model]:
    bases = number * 2 // 3
    models = _save(
        Model(
            name=f"Bench-{index}-Instruct",
            family=f"Bench {index % 20}",
            key=f"bench-model-{index}" if index % 2 == 0 else None,
            developer=parties[index % len(parties)],
            kind="base" if index < bases else "fine_tune",
            access="open_weights",
            as_of=today(),
            **SOURCED,
        )
        for index in range(number)
    )
    _save(
        ModelAlias(
            model=model,
            namespace="huggingface",
            identifier=f"bench-{index}/{model.name}",
            identifier_folded=f"bench-{index}/{model.name}".casefold(),
            **SOURCED,
        )
        for index, model in enumerate(models)
    )
    _save(
        LineageEdge(child=model, parent=parent, parent_name=parent.name, relation="finetune", as_of=today(), **SOURCED)
        for model in models[bases:]
        for parent in chance.sample(models[:bases], 2 if chance.random() < 0.2 else 1)
    )
    return models


def _releases(models: Sequence[Model], licences: Sequence[Licence]) -> list[Release]:
    def release(index: int, model: Model, revision: str) -> Release:
        return Release(
            model=model,
            revision=revision,
            pinned=bool(revision),
            licence=licences[index % len(licences)],
            licence_state="claimed_by_provider",
            licence_source="Model card",
            licence_as_of=today(),
            **SOURCED,
        )

    releases = _save(
        release(index, model, revision) for index, model in enumerate(models) for revision in ("", f"{index:040x}")
    )
    _save(
        said
        for index, one in enumerate(releases)
        for said in _said(
            "release",
            one.id,
            {
                "licence_concluded": licences[index // 2 % len(licences)].key,
                "signature_state": "absent",
                "file_formats": ["safetensors"] if index % 9 else ["pickle"],
                "needs_remote_code": index % 11 == 0,
                "scan_state": "clean",
                "scanned_on": (today() - dt.timedelta(days=index % 120)).isoformat(),
                "sec_eval_on_file": index % 3 > 0,
            },
        )
    )
    return releases


def _uses(
    chance: random.Random,
    number: int,
    releases: Sequence[Release],
    parties: Sequence[Party],
    teams: Sequence[Team],
    people: Sequence[User],
) -> list[Use]:
    plain = {"environment": "production", "hosting_mode": "third_party_cloud"}
    deployments, cases = [], []
    for index in range(number):
        release, team = releases[chance.randrange(len(releases))], teams[index % len(teams)]
        operator = parties[chance.randrange(len(parties))] if index % 20 else None
        deployments.append(Deployment(name=f"Service {index}", release=release, team=team, operator=operator, **plain))
        owner, deputy, approver = chance.sample(people, 3)
        review = today() + dt.timedelta(days=index % 400 - 40)
        cases.append(
            UseCase(name=f"Case {index}", team=team, owner=owner, deputy=deputy, approver=approver, next_review=review)
        )
    _save(deployments)
    _save(cases)
    _save(said for index, one in enumerate(deployments) for said in _deployment_facts(chance, index, one))
    _save(said for index, one in enumerate(cases) for said in _case_facts(chance, index, one))
    return _save(
        Use(name=f"Bench use {index}", use_case=case, deployment=deployment, team=case.team)
        for index, (case, deployment) in enumerate(zip(cases, deployments, strict=True))
    )


def _deployment_facts(chance: random.Random, index: int, one: Deployment) -> Iterator[Assertion]:
    operator = str(one.operator_id) if one.operator_id else None
    facts = {
        "environment": one.environment,
        "hosting_mode": one.hosting_mode,
        "operator": operator,
        "endpoint_domain": f"api.bench-{index % 400}.example",
        "region": chance.choice(("eu-central-1", "us-east-1")),
        "processing_countries": chance.sample(COUNTRIES, 2) if index % 7 else None,
        "retention_days": chance.choice((0, 0, 30, 30, 90, None)),
        "trains_on_inputs": chance.choice(("never", "never", "opt_out_done", "by_default")),
        "approved_data_class": chance.choice(("internal", "confidential", "restricted")),
        "observed_only": False,
        "agentic": index % 5 == 0,
        "dpa_signed": index % 6 > 0,
    }
    yield from _said("deployment", one.id, facts)
    if index % 25 == 0:
        yield from _said("deployment", one.id, {"trains_on_inputs": "opt_in_only"}, channel="knowledge")


def _case_facts(chance: random.Random, index: int, one: UseCase) -> Iterator[Assertion]:
    facts = {
        "owner": str(one.owner_id),
        "deputy": str(one.deputy_id) if index % 8 else None,
        "approver": str(one.approver_id),
        "purpose": f"Answer letters of kind {index}",
        "risk_tier": chance.choice(("tier1", "tier2", "tier3")),
        "countries": ["DE"],
        "data_class": chance.choice(("public", "internal", "confidential", "restricted", None)),
        "data_categories": ["personal"] if index % 3 else [],
        "customer_facing": index % 4 == 0,
        "commercial": True,
        "next_review": one.next_review.isoformat() if one.next_review else None,
    }
    yield from _said("use_case", one.id, facts)


def _about_us() -> None:
    try:
        us = organisation()
    except NotFound:
        us = set_up_organisation(actor=SETUP, name="Bench Corporation")
    facts = {"country": "DE", "is_us_person": False, "monthly_active_users": 2_000_000, "public_body_of": []}
    _save(_said("org", us.id, facts))
