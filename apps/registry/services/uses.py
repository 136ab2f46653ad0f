"""Writes of uses: a use case on a deployment."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from apps.accounts.actors import Actor
from apps.accounts.models import Team
from apps.core.changes import change
from apps.core.clock import today
from apps.core.errors import DuplicateFound, InvalidInput, NotPermitted, filled
from apps.core.text import clean_text
from apps.facts.selectors import assertions_at
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.registry.models import Deployment, Environment, HostingMode, HostingOffer, Release, Use, UseCase
from apps.registry.services.facts import FactInput, write_facts


def register_use(
    *,
    actor: Actor,
    name: str,
    release: Release,
    team: Team | None,
    environment: str = Environment.UNKNOWN,
    hosting_mode: str = HostingMode.UNKNOWN,
    operator_id: UUID | None = None,
    offer: HostingOffer | None = None,
    deployment_name: str = "",
    use_case: UseCase | None = None,
    use_case_name: str = "",
    deployment_facts: Sequence[FactInput] = (),
    use_case_facts: Sequence[FactInput] = (),
    observed_only: bool = False,
    status: str = Use.Status.ACTIVE,
) -> Use:
    """Register a use: its deployment, its use case (a new one, or one there is) and what is known of both.

    What the terms of `offer` say becomes claims of the knowledge about the deployment, which the team's own statements
    stand beside. What nobody states stays unknown. Raises `DuplicateFound` when the team has this release in the same
    environment for a use case of the same name.
    """
    actor.require("register.change", team_id=team.id if team else None)
    if team is None and not actor.sees_all:
        raise InvalidInput("choose the team that answers for it", pointer="/team")
    if team is not None:
        _require_in_sight(actor, team.id, "You are not in this team.")
    if use_case is not None:
        _require_in_sight(actor, use_case.team_id, "This use case belongs to another team.")
    name = clean_text(name, pointer="/name")
    _check_choice(environment, Environment.values, "/environment")
    _check_choice(hosting_mode, HostingMode.values, "/hosting_mode")
    _check_choice(status, Use.Status.values, "/status")
    use_case_name = use_case.name if use_case else clean_text(use_case_name or name, pointer="/use_case/name")
    _refuse_duplicate(team, release, environment, use_case_name)
    with change(actor, "use.register"):
        deployment = Deployment(name=clean_text(deployment_name or name, pointer="/deployment/name"), release=release)
        deployment.team, deployment.offer = team, offer
        deployment.save()
        if use_case is None:
            use_case = UseCase(name=use_case_name, team=team)
            use_case.save()
        if offer is not None:
            _state_offer(deployment, offer)
        stated = [
            FactInput(field=field, value=value)
            for field, value in (
                ("environment", environment),
                ("hosting_mode", hosting_mode if hosting_mode != HostingMode.UNKNOWN or not offer else "unknown"),
                ("operator", str(operator_id) if operator_id else None),
            )
            if value not in (None, "unknown") and field not in {fact.field for fact in deployment_facts}
        ]
        if observed_only:
            stated.append(
                FactInput(field="observed_only", value=True, state="inferred", source="Observed by a connector")
            )
        write_facts(actor, SubjectRef("deployment", deployment.id), deployment, [*stated, *deployment_facts])
        write_facts(actor, SubjectRef("use_case", use_case.id), use_case, list(use_case_facts))
        use = Use(name=name, use_case=use_case, deployment=deployment, team=team, status=status)
        use.save()
        facts_changed.send(sender=Use, subjects={SubjectRef("deployment", deployment.id)})
    return use


def _require_in_sight(actor: Actor, team_id: UUID | None, message: str) -> None:
    """What no team answers for yet is for those who see the whole register."""
    if not actor.sees_all and team_id not in actor.team_ids:
        raise NotPermitted(message)


def _check_choice(value: str, allowed: Sequence[str], pointer: str) -> None:
    if value not in allowed:
        raise InvalidInput(f"must be one of {', '.join(allowed)}", pointer=pointer)


def _refuse_duplicate(team: Team | None, release: Release, environment: str, use_case_name: str) -> None:
    same = Use.objects.filter(
        team=team,
        deployment__release=release,
        deployment__environment=environment,
        use_case__name__iexact=use_case_name,
    ).exclude(status=Use.Status.RETIRED)
    found = same.first()
    if found:
        message = filled(
            "“%(name)s” is this use already: same team, release, environment and use case.", name=found.name
        )
        raise DuplicateFound(message, existing=str(found.id), pointer="/name")


def offer_claims(offer: HostingOffer) -> list[FactInput]:
    """What the terms of an offer say about every deployment that rests on it."""
    claims = [
        FactInput(
            field=fact["field"],
            value=fact.get("value"),
            state=fact["state"],
            source=fact["source"],
            source_url=fact.get("url") or "",
            source_quality=fact.get("quality") or "primary",
            as_of=dt.date.fromisoformat(fact["as_of"]) if fact.get("as_of") else None,
            note=fact.get("note") or "",
            conflict=fact.get("conflict"),
        )
        for fact in offer.facts
    ]
    return claims + _offer_columns(offer, {claim.field for claim in claims})


def _state_offer(deployment: Deployment, offer: HostingOffer) -> None:
    write_facts(
        Actor.system(f"hosting offer {offer.key}"),
        SubjectRef("deployment", deployment.id),
        deployment,
        offer_claims(offer),
        channel="knowledge",
    )


def _offer_columns(offer: HostingOffer, stated: set[str]) -> list[FactInput]:
    columns: list[tuple[str, Any]] = [
        ("hosting_mode", offer.hosting_mode),
        ("operator", str(offer.operator_id) if offer.operator_id else None),
        ("endpoint_domain", offer.endpoint_domain or None),
        ("region", offer.region or None),
    ]
    return [
        FactInput(
            field=field,
            value=value,
            state=offer.state if offer.state not in ("unknown", "disputed") else "inferred",
            source=offer.source_label or offer.title_en,
            source_url=offer.source_url,
            as_of=offer.as_of or today(),
        )
        for field, value in columns
        if value not in (None, "unknown") and field not in stated
    ]


def claim_use(*, actor: Actor, use: Use, team: Team, reason: str) -> Use:
    """Make a team answer for a use that nobody registered."""
    actor.require("register.change", team_id=team.id)
    if use.team_id is not None and not actor.sees_all:
        raise NotPermitted("Another team answers for this use; ask a compliance officer.")
    reason = clean_text(reason, pointer="/reason", max_length=2000)
    with change(actor, "use.claim", reason=reason):
        for row in (use, use.deployment, use.use_case):
            row.team = team
            row.save(update_fields=["team"])
        deployment = SubjectRef("deployment", use.deployment_id)
        claimed = FactInput(field="observed_only", value=False, source=f"Claimed by the team {team.name}")
        observed = assertions_at([deployment]).filter(field="observed_only").values_list("channel", flat=True)
        for channel in sorted({"person", *observed}):  # an import that saw it does not go on contradicting
            write_facts(actor, deployment, use.deployment, [claimed], channel=channel)
    return use


def retire_use(*, actor: Actor, use: Use, reason: str) -> Use:
    """End a use; it stays in the register with its history and is judged no more."""
    actor.require("register.change", team_id=use.team_id)
    _require_in_sight(actor, use.team_id, "Another team answers for this use, or none yet; ask a compliance officer.")
    reason = clean_text(reason, pointer="/reason", max_length=2000)
    with change(actor, "use.retire", reason=reason):
        use.status = Use.Status.RETIRED
        use.save(update_fields=["status"])
        facts_changed.send(sender=Use, subjects={SubjectRef("deployment", use.deployment_id)})
    return use
