"""Changed facts mark the uses whose sheets read them: through lineage, ownership, groups and hosting."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from apps.accounts.services import set_up_organisation
from apps.core.changes import change
from apps.core.clock import today
from apps.core.errors import InvalidInput
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.findings.models import Finding
from apps.findings.services import approve_waiver, propose_waiver
from apps.licences.models import Licence
from apps.parties.models import Party
from apps.parties.services import record_stake
from apps.policy import marking
from apps.policy.evaluation import judge_uses
from apps.policy.models import DueUse
from apps.policy.sheets import gather_sheets
from apps.policy.tasks import judge_marked_uses
from apps.registry import services as registry
from apps.registry.models import Model, Use
from tests.making import SETUP, a_model, a_party, a_policy, a_release, a_rule, a_team, a_use, an_actor, state

pytestmark = pytest.mark.django_db
COMMIT = "a09a35458c702b33eeacc393d103063234e8bc28"


def marked() -> set[UUID]:
    return set(DueUse.objects.values_list("use_id", flat=True))


def own(owner: Party, owned: Party) -> None:
    record_stake(actor=SETUP, owner=owner, owned=owned, basis="equity", source="R", as_of=dt.date(2026, 1, 1))


def edge(child: Model, parent: Model, relation: str = "finetune") -> Any:
    return registry.add_lineage_edge(actor=SETUP, child=child, parent=parent, relation=relation, source="Card")


class World:
    """A fine-tune of a base, a student of a teacher, hosts, owners, a group: each use reads a part of it."""

    def __init__(self) -> None:
        self.maker, self.owner, self.grand_owner, self.group = a_party(), a_party(), a_party(), a_party(kind="group")
        self.entity, self.tuner, self.host, self.teacher_maker = a_party(), a_party(), a_party(), a_party()
        with change(SETUP, "test.enter"):
            self.maker.principal, self.maker.group = self.entity, self.group
            self.maker.save()
        own(self.owner, self.entity)
        own(self.grand_owner, self.owner)
        self.base = a_model(developer=self.maker, kind="base")
        self.tune = a_model(developer=self.tuner, kind="fine_tune")
        self.student = a_model(developer=self.tuner, kind="base")
        self.teacher = a_model(developer=self.teacher_maker, kind="base")
        edge(self.tune, self.base)
        edge(self.student, self.teacher, "distilled_from")
        self.direct = a_use(release=a_release(self.base))
        self.derived = a_use(release=a_release(self.tune))
        self.taught = a_use(release=a_release(self.student))
        self.hosted = a_use(operator_id=self.host.id)
        self.by_owner = a_use(operator_id=self.owner.id)
        self.unrelated = a_use()
        DueUse.objects.all().delete()
        connection.run_on_commit.clear()  # what making the world asked for is done with


PARTIES: dict[str, set[str]] = {
    "maker": {"direct", "derived"},
    "entity": {"direct", "derived"},
    "group": {"direct", "derived"},
    "owner": {"direct", "derived", "by_owner"},
    "grand_owner": {"direct", "derived", "by_owner"},
    "tuner": {"derived", "taught"},
    "teacher_maker": {"taught"},
    "host": {"hosted"},
}


@pytest.mark.parametrize("who", PARTIES)
def test_a_party_is_read_by_every_use_in_whose_chain_it_stands(who: str) -> None:
    world = World()
    state("party", getattr(world, who).id, hq_country="CN")
    assert marked() == {getattr(world, name).id for name in PARTIES[who]}


@pytest.mark.parametrize("who", PARTIES)
def test_a_new_owner_of_any_party_in_the_chain_is_heard_of(who: str) -> None:
    world = World()
    own(a_party(), getattr(world, who))
    assert marked() == {getattr(world, name).id for name in PARTIES[who]}


CHANGES: dict[str, tuple[Callable[[World], Any], set[str]]] = {
    "a fact of a base": (lambda w: state("model", w.base.id, lineage_complete=True), {"direct", "derived"}),
    "a fact of a teacher": (lambda w: state("model", w.teacher.id, lineage_complete=True), {"taught"}),
    "a parent more": (lambda w: edge(w.base, w.teacher, "merge"), {"direct", "derived"}),
    "a parent less": (
        lambda w: registry.remove_lineage_edge(actor=SETUP, edge=w.tune.parents.get(), reason="wrong"),
        {"derived"},
    ),
    "another identifier": (
        lambda w: registry.add_alias(actor=SETUP, model=w.tune, namespace="huggingface", identifier="a/b"),
        {"derived"},
    ),
    "a fact of a release": (
        lambda w: state("release", w.hosted.deployment.release_id, scan_state="clean"),
        {"hosted"},
    ),
    "a file of a release": (
        lambda w: registry.add_artefact(
            actor=SETUP, release=w.hosted.deployment.release, path="a.safetensors", sha256="ab" * 32
        ),
        {"hosted"},
    ),
    "a fact of a deployment": (
        lambda w: state("deployment", w.hosted.deployment_id, retention_days=1),
        {"hosted"},
    ),
    "a fact of a use case": (lambda w: state("use_case", w.hosted.use_case_id, purpose="Letters"), {"hosted"}),
    "a screening": (lambda w: state("screening", w.hosted.id, direct_lists=[]), {"hosted"}),
    "the operator": (
        lambda w: state("deployment", w.unrelated.deployment_id, operator=str(w.host.id)),
        {"unrelated"},
    ),
    "the end of a use": (
        lambda w: registry.retire_use(actor=SETUP, use=w.hosted, reason="off"),
        {"hosted"},
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_changes_of_the_register_mark_what_reads_them(what: str) -> None:
    world = World()
    make, expected = CHANGES[what]
    make(world)
    assert marked() == {getattr(world, name).id for name in expected}


def test_the_organisation_is_read_by_all() -> None:
    world = World()
    organisation = set_up_organisation(actor=SETUP, name="Example")
    state("org", organisation.id, country="DE")
    assert marked() == set(Use.objects.values_list("id", flat=True))
    assert world.unrelated.id in marked()


def test_a_licence_and_a_floating_release_are_read_by_the_pinned_releases_without_their_own() -> None:
    model = a_model()
    floating = a_release(model)
    with change(SETUP, "test.enter"):
        licence = Licence(key="x", ref="LicenseRef-x", name="X")
        licence.save()
        floating.licence, floating.licence_state = licence, "claimed_by_provider"
        floating.save()
    pinned = a_use(release=registry.add_release(actor=SETUP, model=model, revision=COMMIT))
    other = a_use()
    DueUse.objects.all().delete()
    state("licence", licence.id, commercial_use="prohibited")
    assert marked() == {pinned.id}
    DueUse.objects.all().delete()
    facts_changed.send(sender=None, subjects={SubjectRef("release", floating.id)})
    assert marked() == {pinned.id}
    assert other.id not in marked()


def test_whatever_changes_a_sheet_has_marked_its_use() -> None:
    """The promise behind all of the above: compare every sheet before and after, and look for the mark."""
    world = World()
    for party in PARTIES:
        before = {sheet.use_id: sheet.digest for sheet in gather_sheets(Use.objects.values_list("id", flat=True))}
        DueUse.objects.all().delete()
        state("party", getattr(world, party).id, hq_country="FR", legal_name=f"Name of {party}")
        after = {sheet.use_id: sheet.digest for sheet in gather_sheets(Use.objects.values_list("id", flat=True))}
        assert {use_id for use_id in before if before[use_id] != after[use_id]} <= marked()


def test_a_waiver_marks_its_use() -> None:
    a_policy(a_rule("T-1", "deployment.retention_days > 30"))
    team = a_team()
    use = a_use(team)
    state("deployment", use.deployment_id, retention_days=99)
    judge_uses(actor=SETUP)
    assert not marked()
    waiver = propose_waiver(
        actor=an_actor("owner", team=team),
        finding=Finding.objects.get(),
        reason="Contract ends soon",
        compensating_controls=["Inputs are masked"],
        expires_on=today() + dt.timedelta(days=20),
    )
    assert not marked()
    approve_waiver(actor=an_actor("approver"), waiver=waiver, reason="Accepted")
    assert marked() == {use.id}


def test_a_change_that_fails_leaves_no_mark() -> None:
    world = World()
    with pytest.raises(InvalidInput):
        state("deployment", world.hosted.deployment_id, retention_days=-1)
    assert not marked()


def test_a_queue_that_is_down_does_not_stop_the_change(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()

    def refuse() -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(judge_marked_uses, "delay", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        state("deployment", world.hosted.deployment_id, retention_days=1)
    assert marked() == {world.hosted.id}
    assert "the queue did not take" in caplog.text


def test_one_request_to_judge_per_transaction(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    world = World()
    asked: list[int] = []
    monkeypatch.setattr(marking, "_ask", lambda: asked.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        for days in (1, 2, 3):
            state("deployment", world.hosted.deployment_id, retention_days=days)
    assert asked == [1]
