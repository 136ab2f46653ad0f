"""What the tests of the pages look at: two teams, each with everything a page can show, and what all teams share."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from apps.accounts import services as accounts
from apps.accounts.models import RoleGrant, Team, User
from apps.accounts.roles import Role, Scope
from apps.accounts.selectors import actor_for
from apps.core.changes import change
from apps.core.clock import now, today
from apps.exports.services import request_export
from apps.facts.models import State
from apps.findings.models import Finding
from apps.findings.services import propose_waiver
from apps.gate.services import create_project, decide
from apps.imports.models import Import
from apps.imports.services import receive_import
from apps.licences.models import Duty, Licence
from apps.licences.services import store_text
from apps.notices.models import OutboxMessage
from apps.notices.services import write_review_digests
from apps.parties.models import Party
from apps.parties.services import add_domain, add_name, record_stake
from apps.policy.evaluation import judge_uses
from apps.registry import services as registry
from apps.registry.models import LineageSuggestion, Model, Release, TrustedSigner, Use, Verification
from apps.registry.services import FactInput
from apps.registry.services.models import AliasInput
from apps.registry.services.signatures import verify_signature
from apps.registry.services.signers import declare_signer
from apps.reports.services import request_report
from apps.reviews.models import Change
from apps.reviews.noticing import note_changes
from apps.reviews.services import complete_review
from apps.reviews.settling import approve_again
from apps.sanctions.models import EventParty, EventStep, Listing, RestrictedPartyList, RestrictionEvent
from tests.making import PASSWORD, SETUP, a_model, a_party, a_policy, a_rule, a_team, a_use, a_user, state
from tests.registry.verification.signing import Key, a_folder, sign_with_key
from tests.web.published import a_published_list
from tests.web.screened import a_screened_party

KEY = Key.new()
NATIVE = "青山人工智能科技有限公司"
NASTY = "<script>alert(1)</script><b>bold</b> & “quoted”"
FORMULA = "=HYPERLINK(1)"
HUB = "Alpha/Alpha-7B"
RULES = ("WB-T-001", "WB-T-002", "WB-T-003", "WB-T-004")
PERSONAS = ("officer", "administrator", "approver", "auditor", "owner", "mate", "stranger", "nobody")
SOURCE: dict[str, Any] = {
    "state": State.CLAIMED_BY_PROVIDER,
    "source_label": "Model card of Alpha Labs",
    "source_url": "https://hub.example.test/alpha",
    "as_of": dt.date(2026, 9, 2),
}


@dataclass
class Side:
    """One team with a use on which rules found something, and what hangs on it."""

    team: Team
    owner: User
    use: Use
    rows: dict[str, Any] = field(default_factory=dict)
    """Name of an argument of an address -> the row's identifier."""


@dataclass
class World:
    """What the tests hold on to."""

    people: dict[str, User]
    ours: Side
    theirs: Side
    model: Model
    developer: Party
    licence: Licence
    shared: dict[str, Any] = field(default_factory=dict)
    """Name of an argument of an address -> the identifier of a row that all teams share."""

    @property
    def arguments(self) -> dict[str, Any]:
        """An example for every argument of an address."""
        return {**self.shared, **self.ours.rows}


def a_world() -> World:
    """Everything once, some of it twice."""
    accounts.set_up_organisation(actor=SETUP, name="Musterhafen AG")
    a_policy(
        a_rule(RULES[0], 'use_case.data_class == "restricted"', severity="critical"),
        a_rule(RULES[1], "deployment.retention_days > 30", gate="review", severity="medium"),
        a_rule(RULES[2], "has(use_case.purpose)", gate="warn", waivable=False, severity="low"),
        a_rule(RULES[3], '"US" in deployment.storage_countries'),
        data_classes=["public", "restricted"],
    )
    developer = a_party("Alpha Labs", native_name=NATIVE)
    model = a_model(
        "Alpha-7B", developer=developer, access="open_weights", family="Alpha", aliases=[AliasInput("huggingface", HUB)]
    )
    licence = _licence(model)
    ours, theirs = (_a_side(model, developer, name) for name in ("Claims", "Marketing"))
    world = World(_people(ours, theirs), ours, theirs, model, developer, licence)
    _shared(world)
    _mail(world)
    return world


def _people(ours: Side, theirs: Side) -> dict[str, User]:
    people = {role: a_user(role, name=f"The {role}", password=PASSWORD) for role in PERSONAS[:4]}
    people |= {"owner": ours.owner, "stranger": theirs.owner}
    people["mate"] = a_user(Role.OWNER, team=ours.team, name="The mate", password=PASSWORD, language="de")
    people["nobody"] = a_user(name="Nobody yet", password=PASSWORD)
    people["ci"] = a_user(Role.CI, team=ours.team, name="The job", kind="service", password=PASSWORD)
    return people


def _licence(model: Model) -> Licence:
    licence = Licence(
        key="alpha-1",
        ref="LicenseRef-Alpha-1.0",
        name="Alpha Licence 1.0",
        category="community-restricted",
        text_sha256="5a1c5b656198d54ed7b8f42129149e26f4e688dd9ba6698ae87947e44b0459c3",
        text_source="LICENSE file of the repository",
        text_date=dt.date(2026, 9, 2),
    )
    duty = Duty(
        licence=licence,
        term="attribution",
        clause="§ 3(b)",
        text_en="Show the name.",
        text_de="Den Namen zeigen.",
        **SOURCE,
    )
    with change(SETUP, "tests.fill"):
        licence.save()
        duty.save()
        for release in Release.objects.filter(model=model):
            said = FactInput(
                field="licence_concluded", value="alpha-1", state=State.CLAIMED_BY_PROVIDER, source="Model card"
            )
            registry.state_facts(actor=SETUP, subject_type="release", subject_id=release.id, facts=[said])
    return licence


def _a_side(model: Model, developer: Party, name: str) -> Side:
    team = a_team(name)
    owner = a_user(Role.OWNER, team=team, name=f"Owner of {name}", password=PASSWORD)
    use = a_use_of(team, owner, model, developer, f"Letters of {name}")
    state("deployment", use.deployment_id, retention_days=90)
    judge_uses(actor=SETUP, use_ids=[use.id])
    actor = actor_for(owner)
    finding = Finding.objects.get(use=use, rule_code=RULES[0])
    project = create_project(actor=SETUP, name=f"payments-{team.slug}", team=team, description=f"Payments of {name}")
    waiver = propose_waiver(
        actor=actor,
        finding=finding,
        reason="A pilot.",
        compensating_controls=["Read by people", "Ends in spring"],
        expires_on=today() + dt.timedelta(days=30),
    )
    complete_review(actor=actor, use=use, conclusion="confirmed", next_review=today() + dt.timedelta(days=5))
    export = request_export(actor=actor, format="cyclonedx", subject_type="use", subject_id=use.id)
    report = request_report(actor=actor, kind="dossier", subject_type="use", subject_id=use.id, language="en")
    job = a_user(Role.CI, team=team, name=f"Job of {name}", kind="service")
    decision = decide(
        actor=actor_for(job),
        body={
            "project": project.name,
            "ref": "refs/heads/main",
            "commit": "a" * 40,
            "environment": "production",
            "models": [{"id": HUB, "locations": [{"path": "app/llm.py", "line": 14}]}, {"id": "Nobody/Knows-1B"}],
        },
    )
    rows = {
        "use_id": use.id,
        "deployment_id": use.deployment_id,
        "use_case_id": use.use_case_id,
        "finding_id": finding.id,
        "waiver_id": waiver.id,
        "decision_id": decision.id,
        "report_id": report.id,
        "export_id": export.id,
        "subject_id": use.deployment_id,
    }
    return Side(team, owner, use, {**rows, "project_id": project.id})


def a_use_of(team: Team, owner: User, model: Model, operator: Party, name: str) -> Use:
    """A use with an owner, a review that comes up, and data that the first rule minds."""
    return a_use(
        team,
        release=model.releases.get(revision=""),
        name=name,
        environment="production",
        hosting_mode="first_party_api",
        operator_id=operator.id,
        use_case_facts=[
            FactInput(field="owner", value=str(owner.id)),
            FactInput(field="data_class", value="restricted", source="Intake form"),
            FactInput(field="next_review", value=(today() + dt.timedelta(days=3)).isoformat()),
        ],
    )


def _shared(world: World) -> None:
    model, developer = world.model, world.developer
    child = a_model("Beta-7B", kind="fine_tune", aliases=[AliasInput("huggingface", "Beta/Beta-7B")])
    registry.add_lineage_edge(actor=SETUP, child=child, parent=model, relation="finetune", source="Card")
    registry.add_lineage_edge(
        actor=SETUP, child=model, parent=None, parent_name="Base-7B", relation="finetune", source="C"
    )
    owner = a_party("Holding AG")
    for owned in (developer, a_party("Subsidiary Ltd")):
        record_stake(
            actor=SETUP,
            owned=owned,
            owner=owner if owned == developer else developer,
            basis="equity",
            equity_pct=Decimal(60),
            source="Annual report",
            as_of=dt.date(2026, 3, 31),
        )
    state("party", developer.id, hq_country="CN")
    admin = world.people["administrator"]
    token, _secret = accounts.issue_token(
        actor=SETUP, user=admin, name="Script", scopes=[Scope.READ], expires_at=now() + dt.timedelta(days=30)
    )
    with change(SETUP, "tests.fill"):
        event = _knowledge(developer)
        published = a_published_list(NASTY)
    journal = registry.state_facts(
        actor=SETUP,
        subject_type="party",
        subject_id=owner.id,
        facts=[FactInput(field="hq_country", value="DE", state="verified", source="Register")],
        reason="Read in the register",
    )
    from apps.audit.models import AuditEntry

    entry = AuditEntry.objects.filter(subject_id=journal[0].id).latest("seq")
    grant = RoleGrant.objects.get(user=world.people["auditor"])
    change_id, text_id, other_id = _changed(world)
    check, signer = _checked(model)
    world.shared |= {
        "change_id": change_id,
        "text_id": text_id,
        "other_id": other_id,
        "verification_id": check.id,
        "signer_id": signer.id,
        "suggestion_id": suspect(model).id,
        "model_id": model.id,
        "release_id": model.releases.get(revision="").id,
        "party_id": developer.id,
        "stake_id": developer.stakes.get().id,
        **_named(developer),
        "licence_id": world.licence.id,
        "event_id": event.id,
        "step_id": event.steps.get().id,
        **published,
        **a_screened_party(developer, NASTY),
        "code": RULES[0],
        "subject_type": "deployment",
        "name": "retention_days",
        "entry_id": entry.id,
        "import_id": an_import().id,
        "user_id": grant.user_id,
        "grant_id": grant.id,
        "token_id": token.id,
    }


def suspect(model: Model) -> LineageSuggestion:
    """A parent that something speaks for."""
    rows = [registry.Suggestion(name="Gamma/Base", reason="The text of the card names it", strength="medium")]
    return registry.suggest_parents(actor=SETUP, child=model, suggestions=rows, channel="hf-card")[0]


def an_import() -> Import:
    """A register of which one row is taken, one changes something and one is in quarantine; not applied yet."""
    rows = (
        "model.name,model.gpai,version.scan_state",
        "Imported-1B,no,clean",
        "Alpha-7B,gpai,",
        f"{FORMULA},perhaps,",
        f"{NASTY.replace(',', '')},,",
    )
    content = "\n".join(rows).encode()
    return receive_import(actor=SETUP, content=content, file_name=f"{NASTY}.csv", at_once=True)


def _checked(model: Model) -> tuple[Verification, TrustedSigner]:
    """A signature over two files, by a signer whom the developer is trusted to sign with; one file is another one."""
    release = model.releases.get(revision="")
    signer = declare_signer(
        actor=SETUP, party=model.developer, kind="key", material=KEY.public_pem, source="Site of Alpha Labs"
    )
    registry.add_artefact(actor=SETUP, release=release, path="config.json", sha256="0" * 64, size=22)
    return verify_signature(actor=SETUP, release=release, bundle=_bundle(), record=True), signer


@cache
def _bundle() -> bytes:
    with TemporaryDirectory() as folder:
        return sign_with_key(a_folder(Path(folder) / "Alpha-7B"), KEY)


def _named(developer: Party) -> dict[str, Any]:
    """A further name and a domain that people entered, and may remove."""
    said = {"actor": SETUP, "party": developer, "source": "Site of Alpha Labs", "as_of": dt.date(2026, 9, 2)}
    name = add_name(name="Alpha", kind="brand", **said)
    return {"name_id": name.id, "domain_id": add_domain(domain="alpha.example.test", **said).id}


def _knowledge(developer: Party) -> RestrictionEvent:
    RestrictedPartyList(
        key="example-list",
        title="Export Control List",
        authority_en="An authority",
        authority_de="Eine Behörde",
        effect_class="export-restriction",
        meaning_en="It does not forbid buying from the party.",
        meaning_de="Es verbietet nicht, von der Partei zu kaufen.",
    ).save()
    for number, key in enumerate(("example-list", "another-list")):
        Listing(
            party=developer, list_key=key, status=("listed", "not_found")[number], key=f"l-{number}", **SOURCE
        ).save()
    event = RestrictionEvent(
        key="event-1",
        authority="Data Protection Authority",
        jurisdiction="IT",
        effect="data_rule",
        effect_class="data",
        scope=["app"],
        status="in_force",
        valid_from=dt.date(2026, 3, 3),
        **SOURCE,
    )
    event.save()
    EventParty(event=event, party=developer).save()
    EventStep(event=event, status="in_force", on=event.valid_from, **SOURCE).save()
    return event


def _changed(world: World) -> tuple[Any, Any, Any]:
    """A licence text that changes under both approved uses: the change, the new text and the one approved."""
    before = "The licence.\n\nAbove 100 million users of your product ask us for another licence."
    old, new = (
        store_text(
            actor=SETUP, content=text.encode(), source="LICENSE of the licensor", licence=world.licence, as_of=day
        )
        for text, day in ((before, today() - dt.timedelta(days=2)), (before.replace("100", "50"), today()))
    )
    note_changes([world.ours.use.id, world.theirs.use.id])
    change_row = Change.objects.filter(kind="licence-text").latest("seen_at")
    for one in Change.objects.filter(reopenings__state="open").distinct():
        approve_again(actor=actor_for(world.people["officer"]), change_=one, reason="Counsel has read it.")
    return change_row.id, new.id, old.id


def _mail(world: World) -> None:
    write_review_digests(actor=SETUP)
    message = OutboxMessage.objects.get(recipient=world.ours.owner)
    with change(SETUP, "tests.fill"):
        message.state, message.last_error = OutboxMessage.State.FAILED, "The mail server refused: 550 no such box"
        message.save()
    world.shared["message_id"] = message.id
