"""Sixty more of everything, to see whether a page minds."""

import datetime as dt

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.accounts.roles import Role, Scope
from apps.accounts.selectors import actor_for
from apps.core.changes import change
from apps.core.clock import now, today
from apps.core.ids import uuid7
from apps.exports.models import Export
from apps.findings.models import Finding
from apps.findings.services import propose_waiver
from apps.gate.models import GateDecision
from apps.gate.services import create_project
from apps.imports.models import Import, ImportRow
from apps.licences.models import Licence, LicenceText
from apps.notices.models import OutboxMessage
from apps.parties.models import Domain, Party, PartyName
from apps.parties.services import record_stake
from apps.policy.evaluation import judge_uses
from apps.policy.models import Parameter, PolicyVersion
from apps.registry import services as registry
from apps.registry.services.models import AliasInput
from apps.registry.services.signers import declare_signer
from apps.registry.services.sums import compare_sums, record_sums
from apps.registry.verification.sums import FileSum, SumList
from apps.reports.models import Report
from apps.reviews.models import Change
from apps.reviews.services import complete_review
from apps.sanctions.models import EventParty, EventStep, Listing, RestrictedPartyList, RestrictionEvent
from tests.making import SETUP, a_model, a_party, a_team, a_user, state
from tests.registry.verification.signing import Key
from tests.web.published import many_published
from tests.web.screened import many_screened
from tests.web.world import SOURCE, World, a_use_of

MANY = 60


def many_more(world: World) -> None:
    """Sixty more of everything that a list shows or a page gathers."""
    _shared(world)
    for number in range(MANY):
        owner = a_user(Role.OWNER, team=world.ours.team)
        use = a_use_of(world.ours.team, owner, world.model, world.developer, f"Another use {number}")
        state("deployment", use.deployment_id, retention_days=31 + number)
        a_team()
        create_project(actor=SETUP, name=f"project-{number}", team=world.ours.team)
    judge_uses(actor=SETUP)
    _decided(world)
    _files(world)
    _around(world)
    _texts(world)


def _shared(world: World) -> None:
    for number in range(MANY):
        party = a_party(f"Party of the sixty {number}")
        model = a_model(
            f"Model of the sixty {number}",
            developer=world.developer,
            aliases=[AliasInput("huggingface", f"Sixty/Model-{number}")],
        )
        registry.add_lineage_edge(actor=SETUP, child=model, parent=world.model, relation="finetune", source="Card")
        record_stake(
            actor=SETUP,
            owned=world.developer,
            owner=party,
            basis="votes",
            source="Register",
            as_of=today(),
            voting_pct=None,
        )
    with change(SETUP, "tests.fill"):
        for number in range(MANY):
            _knowledge(world.developer, number)
        many_published(world.shared["list_version_id"])
    many_screened(MANY, world.shared["run_id"])


def _files(world: World) -> None:
    release = world.model.releases.get(revision="")
    listed = [FileSum(f"part-{number}.safetensors", "1" * 64) for number in range(MANY)]
    record_sums(actor=SETUP, release=release, sums=SumList("sha256sums", tuple(listed)))
    for number in range(MANY):
        compare_sums(actor=SETUP, release=release, sums=SumList("sha256sums", tuple(listed[: number + 1])))
        text = Key.new().public_pem
        declare_signer(actor=SETUP, party=world.developer, kind="key", material=text, source=f"Site {number}")


def _knowledge(developer: Party, number: int) -> None:
    Licence(key=f"licence-{number}", ref=f"LicenseRef-{number}", name=f"Licence {number}", category="permissive").save()
    text = {"authority_en": "A", "authority_de": "A", "meaning_en": "M", "meaning_de": "M"}
    RestrictedPartyList(key=f"list-{number}", title=f"List {number}", effect_class="procurement", **text).save()
    Listing(party=developer, list_key=f"list-{number}", status="listed", key=f"sixty-{number}", **SOURCE).save()
    event = RestrictionEvent(
        key=f"event-of-sixty-{number}", authority=f"Authority {number}", effect="ban", status="pending", **SOURCE
    )
    event.save()
    EventParty(event=event, party=developer).save()
    EventStep(event=event, status="pending", **SOURCE).save()
    PartyName(party=developer, name=f"Brand {number}", kind="brand", **SOURCE).save()
    Domain(party=developer, domain=f"alpha-{number}.example", **SOURCE).save()
    Parameter(
        name=f"parameter_{number}",
        value=number,
        content={"meaning": {"en": "M", "de": "B"}, "source": "S", "as_of": "2026-11"},
    ).save()


def _decided(world: World) -> None:
    actor = actor_for(world.people["owner"])
    template = GateDecision.objects.get(id=world.ours.rows["decision_id"])
    report = Report.objects.get(id=world.ours.rows["report_id"])
    export = Export.objects.get(id=world.ours.rows["export_id"])
    message = OutboxMessage.objects.get(id=world.shared["message_id"])
    for finding in Finding.objects.filter(use__name__startswith="Another use", rule_code="WB-T-001"):
        propose_waiver(
            actor=actor, finding=finding, reason="R", compensating_controls=["C"], expires_on=finding.due_on or today()
        )
        complete_review(actor=actor, use=finding.use, conclusion="confirmed", next_review=finding.due_on or today())
    with change(SETUP, "tests.fill"):
        for number, user in enumerate(User.objects.filter(kind="person").order_by("id")[:MANY]):
            for row in (template, report, export, message):
                row.pk = uuid7()
                row._state.adding = True
            message.recipient, message.period, message.message_id = user, f"2027-W{number:02d}", f"<{number}@x>"
            for row in (template, report, export, message):
                row.save()


def _imported(world: World) -> None:
    one = Import.objects.get(id=world.shared["import_id"])
    row = ImportRow.objects.filter(of=one, outcome="created").order_by("number")[0]
    for number in range(MANY):
        row.pk, row.number, row._state.adding = uuid7(), 100 + number, True
        row.save()
        one.pk, one._state.adding = uuid7(), True
        one.save()


def _texts(world: World) -> None:
    """Texts seen as those of one licence, and changes that touch one use."""
    text = LicenceText.objects.get(id=world.shared["text_id"])
    seen = text.sightings.all()[0]
    found = Change.objects.get(id=world.shared["change_id"])
    touch = found.reopenings.filter(use=world.ours.use).get()
    with change(SETUP, "tests.fill"):
        for number in range(MANY):
            for row in (text, seen, found, touch):
                row.pk, row._state.adding = uuid7(), True
            text.sha256, found.identity = f"{number:064x}", f"sha256:{number}"
            text.save()
            seen.text, seen.source_label = text, f"LICENSE {number}"
            seen.save()
            found.save()
            touch.change = found
            touch.save()


def _around(world: World) -> None:
    with change(SETUP, "tests.fill"):
        _imported(world)
    administrator = world.people["administrator"]
    for number in range(MANY):
        accounts.issue_token(
            actor=SETUP,
            user=administrator,
            name=f"Token {number}",
            scopes=[Scope.READ],
            expires_at=now() + dt.timedelta(days=30),
        )
    in_force = PolicyVersion.objects.latest("number")
    with change(SETUP, "tests.fill"):
        for _ in range(MANY):
            in_force.number += 1
            in_force.pk, in_force._state.adding = uuid7(), True
            in_force.save()
