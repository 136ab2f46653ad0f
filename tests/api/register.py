"""A register with two of everything that the API shows, some of it one team's and some another's."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from apps.accounts.models import Team
from apps.accounts.roles import Role
from apps.accounts.selectors import actor_for
from apps.core.changes import change
from apps.core.clock import today
from apps.exports.services import request_export
from apps.findings.models import Finding
from apps.findings.services import propose_waiver
from apps.gate.services import create_project, decide
from apps.imports.services import receive_import
from apps.licences.models import Licence
from apps.licences.services import store_text
from apps.parties.services import record_stake
from apps.policy.evaluation import judge_uses
from apps.registry import services as registry
from apps.registry.models import HostingOffer, Model, Use
from apps.registry.services.models import AliasInput
from apps.registry.services.signers import declare_signer
from apps.registry.services.suggestions import Suggestion
from apps.registry.services.sums import compare_sums
from apps.registry.verification.sums import FileSum, SumList
from apps.reports.services import request_report
from apps.reviews.models import Change
from apps.reviews.noticing import note_changes
from apps.reviews.services import complete_review
from apps.reviews.settling import approve_again
from apps.sanctions.models import RestrictedPartyList, RestrictionEvent
from apps.sanctions.screening.running import screen
from tests.api.calling import Holder, with_token
from tests.making import SETUP, a_model, a_party, a_policy, a_rule, a_team, a_use, a_user, officer, state
from tests.registry.verification.signing import Key
from tests.sanctions.lists.making import a_source, in_use, listed

COMMIT = "a" * 40


@dataclass
class Side:
    """One team with a use that found something, and everything that hangs on it."""

    team: Team
    owner: Holder
    use: Use
    rows: dict[str, Any] = field(default_factory=dict)
    """Noun -> the identifier of one row that belongs to this side."""


@dataclass
class Register:
    """Two teams, and what all teams share."""

    ours: Side
    theirs: Side
    model: Model


TEAM_NOUNS = (
    "deployments",
    "exports",
    "findings",
    "gate/decisions",
    "projects",
    "reports",
    "reviews",
    "tasks",
    "use-cases",
    "uses",
    "waivers",
)
"""Nouns whose rows belong to a team."""


def a_register() -> Register:
    """Two of everything."""
    a_policy(
        a_rule("WB-T-001", 'use_case.data_class == "restricted"'),
        a_rule("WB-T-002", "deployment.retention_days > 30", gate="review"),
    )
    model = a_model("Alpha-7B", developer=a_party("Alpha Labs"), aliases=[AliasInput("huggingface", "Alpha/Alpha-7B")])
    ours, theirs = (_a_side(model, number) for number in (1, 2))
    _shared(model)
    _changed(model, [ours.use.id, theirs.use.id])
    return Register(ours, theirs, model)


def _a_side(model: Model, number: int) -> Side:
    team = a_team(f"Team of side {number}")
    owner = a_user(Role.OWNER, team=team, name=f"Owner {number}")
    use = a_use(team, release=model.releases.get(revision=""), name=f"Letters {number}", environment="production")
    state("use_case", use.use_case_id, data_class="restricted")
    judge_uses(actor=SETUP, use_ids=[use.id])
    actor, finding = actor_for(owner), Finding.objects.get(use=use)
    project = create_project(actor=SETUP, name=f"payments-{number}", team=team)
    waiver = propose_waiver(
        actor=actor,
        finding=finding,
        reason="A pilot.",
        compensating_controls=["Reviewed by people"],
        expires_on=today() + dt.timedelta(days=30 * number),
    )
    review = complete_review(
        actor=actor, use=use, conclusion="confirmed", next_review=today() + dt.timedelta(days=90 * number)
    )
    report = request_report(actor=actor, kind="dossier", subject_type="use", subject_id=use.id, language="en")
    export = request_export(actor=actor, format="cyclonedx", subject_type="use", subject_id=use.id)
    decision = decide(actor=SETUP, body={"project": project.name, "models": [{"id": "Alpha/Alpha-7B"}]})
    rows = {
        "deployments": use.deployment_id,
        "exports": export.id,
        "findings": finding.id,
        "gate/decisions": decision.id,
        "projects": project.id,
        "reports": report.id,
        "reviews": review.id,
        "tasks": use.task.id,
        "use-cases": use.use_case_id,
        "uses": use.id,
        "waivers": waiver.id,
    }
    return Side(team, with_token(owner), use, {noun: str(key) for noun, key in rows.items()})


def _shared(model: Model) -> None:
    child = a_model("Beta-7B", kind="fine_tune")
    other = a_model("Gamma-1B", access="open_weights", family="Gamma")
    for parent in (model, other):
        registry.add_lineage_edge(actor=SETUP, child=child, parent=parent, relation="merge", source="Card")
    holding, founder = a_party("Holding AG", native_name="控股"), a_party("Ada Founder", kind="person")
    for owner, share in ((holding, 60), (founder, 10)):
        record_stake(
            actor=SETUP,
            owned=model.developer or holding,
            owner=owner,
            basis="equity",
            equity_pct=Decimal(share),
            source="Annual report",
            as_of=dt.date(2026, 3, 31),
        )
    suspects = [Suggestion(name=f"Delta/Delta-{size}B", reason="The card names it.") for size in (1, 2)]
    registry.suggest_parents(actor=SETUP, child=child, suggestions=suspects, channel="hf-card")
    release = registry.add_release(actor=SETUP, model=model, revision=COMMIT)
    for path in ("a.safetensors", "b.safetensors"):
        registry.add_artefact(actor=SETUP, release=release, path=path, sha256="0" * 64, size=10)
    for name, dry_run in (("Imported-2B", False), ("Imported-3B", True)):
        content = f"model.name\n{name}\n".encode()
        receive_import(actor=SETUP, content=content, file_name="register.csv", dry_run=dry_run, at_once=True)
    for number in (1, 2):
        checked = SumList("sha256sums", (FileSum(f"{number}.bin", "1" * 64),))
        compare_sums(actor=SETUP, release=release, sums=checked)
        if model.developer:
            text = Key.new().public_pem
            declare_signer(actor=SETUP, party=model.developer, kind="key", material=text, source=f"Site {number}")
    with change(SETUP, "tests.fill"):
        _knowledge(holding)
    _screened(a_party("Quandrexo Maritime Ltd"))


def _screened(party: Any) -> None:
    """Two entries that are near a party, compared twice."""
    entries = [listed(str(number), "Quandrexo Maritime Ltd", f"Other name {number}") for number in (1, 2)]
    in_use(a_source("", "TEST"), entries)
    for reason in ("request", "change"):
        screen(actor=SETUP, party_ids=[party.id], reason=reason)


def _changed(model: Model, use_ids: list[Any]) -> None:
    """Two licence texts that came after the approvals, one after the other; both changes are settled."""
    release = model.releases.get(revision="")
    for text in (b"A first licence text.", b"A second licence text."):
        store_text(actor=SETUP, content=text, source="LICENSE of the repository", release=release)
        note_changes(use_ids)
        for change_row in Change.objects.filter(reopenings__state="open").distinct():
            approve_again(actor=officer(), change_=change_row, reason="Read.")


def _knowledge(holding: Any) -> None:
    for number in (1, 2):
        licence = Licence(
            key=f"licence-{number}",
            ref=f"LicenseRef-{number}",
            name=f"Licence {number}",
            category="permissive" if number == 1 else "unknown",
        )
        licence.save()
        HostingOffer(
            key=f"offer-{number}",
            operator=holding,
            title_en=f"Offer {number}",
            title_de=f"Angebot {number}",
            hosting_mode="first_party_api",
        ).save()
        RestrictedPartyList(
            key=f"list-{number}",
            title=f"List {number}",
            authority_en="An authority",
            authority_de="Eine Behörde",
            effect_class="blocking" if number == 1 else "procurement",
            meaning_en="What it means.",
            meaning_de="Was es bedeutet.",
        ).save()
        event = RestrictionEvent(
            key=f"event-{number}",
            authority=f"Authority {number}",
            jurisdiction="AU",
            effect="ban",
            status="in_force" if number == 1 else "pending",
            valid_from=dt.date(2025, 2, 4) if number == 1 else None,
        )
        event.save()
        event.parties.add(holding)
