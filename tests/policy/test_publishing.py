"""Publishing: a policy in force is a numbered version that never changes, and the rows that pages list keep step."""

from dataclasses import replace

import pytest

from apps.accounts.roles import Role
from apps.audit.selectors import history
from apps.core.errors import NotFound, NotPermitted
from apps.policy.engine.canonical import digest
from apps.policy.engine.content import PolicyContent, content_from_json
from apps.policy.engine.judge import PolicyProblems
from apps.policy.engine.packs import load_packs
from apps.policy.models import Pack, Parameter, PolicyVersion, Rule
from apps.policy.publishing import compiled, content_of, policy_in_force, publish
from tests.making import SETUP, a_rule, a_team, an_actor, officer
from tests.policy.judging import a_content, a_pack

pytestmark = pytest.mark.django_db

FIRST = a_content(a_rule("WB-A-001", "use_case.supports_cif"), a_rule("WB-B-001", "params.most > 3"), most=4)


def published(content: PolicyContent) -> PolicyVersion:
    version, new = publish(actor=SETUP, content=content)
    assert new
    return version


def test_the_first_version_is_in_force_with_its_digest_and_its_author() -> None:
    actor = officer()
    version, new = publish(actor=actor, content=FIRST, note="The beginning")
    assert (new, version.number, version.label, version.note) == (True, 1, "v1", "The beginning")
    assert (version.digest, version.published_by) == (digest(FIRST), actor.label)
    assert policy_in_force() == version
    assert content_of(version) == FIRST
    assert [item.rule.code for item in compiled(version).rules] == ["WB-A-001", "WB-B-001"]


def test_before_the_first_version_there_is_none_in_force() -> None:
    with pytest.raises(NotFound, match="No policy is published yet"):
        policy_in_force()


def test_the_same_policy_again_is_no_new_version_and_writes_nothing() -> None:
    version = published(FIRST)
    rows = list(Rule.objects.values_list("id", "row_version"))
    entries = history([version.id]).count()
    turned = replace(FIRST, rules=FIRST.rules[::-1])
    assert publish(actor=SETUP, content=turned) == (version, False)
    assert (PolicyVersion.objects.count(), history([version.id]).count()) == (1, entries)
    assert list(Rule.objects.values_list("id", "row_version")) == rows


def test_a_changed_policy_is_a_new_version_and_leaves_the_old_one_as_it_was() -> None:
    old = published(FIRST)
    stored = PolicyVersion.objects.values().get(id=old.id)
    changed = replace(FIRST, rules=(replace(FIRST.rules[0], severity="low", version=2), FIRST.rules[1]))
    new = published(changed)
    assert (new.number, policy_in_force()) == (2, new)
    assert PolicyVersion.objects.values().get(id=old.id) == stored
    assert content_from_json(PolicyVersion.objects.get(id=old.id).content) == FIRST
    assert (content_of(old), content_of(new)) == (FIRST, changed)


def test_an_earlier_policy_can_be_published_again() -> None:
    first = published(FIRST)
    published(a_content(a_rule("WB-A-001", "true")))
    again = published(FIRST)
    assert (again.number, again.digest) == (3, first.digest)
    assert policy_in_force() == again


class TestRows:
    def test_packs_rules_and_parameters_stand_as_published(self) -> None:
        content = load_packs()
        published(content)
        assert list(Pack.objects.values_list("code", flat=True)) == [pack.code for pack in content.packs]
        assert dict(Rule.objects.values_list("code", "pack__code")) == {rule.code: rule.pack for rule in content.rules}
        assert dict(Parameter.objects.values_list("name", "value")) == content.param_values()
        rule = Rule.objects.get(code="WB-EXP-001")
        assert (rule.severity, rule.gate, rule.version) == ("critical", "block", 1)
        assert (rule.title_en, rule.title_de) == (
            "No blocked party in the chain",
            "Keine gesperrte Partei in der Kette",
        )
        assert rule.content["waivable"] is False

    def test_what_changed_is_written_and_the_rest_is_not_touched(self) -> None:
        published(FIRST)
        before = dict(Rule.objects.values_list("code", "row_version"))
        published(replace(FIRST, rules=(replace(FIRST.rules[0], gate="warn"), FIRST.rules[1])))
        after = dict(Rule.objects.values_list("code", "row_version"))
        assert after == {**before, "WB-A-001": before["WB-A-001"] + 1}
        assert Rule.objects.get(code="WB-A-001").gate == "warn"

    def test_what_is_no_longer_published_goes(self) -> None:
        packs = (a_pack("one"), a_pack("two"))
        both = (a_rule("WB-A-001", "true", pack="one"), a_rule("WB-B-001", "params.most > 3", pack="two"))
        published(a_content(*both, packs=packs, most=4))
        published(a_content(both[0], packs=packs[:1]))
        assert list(Pack.objects.values_list("code", flat=True)) == ["one"]
        assert list(Rule.objects.values_list("code", flat=True)) == ["WB-A-001"]
        assert not Parameter.objects.exists()

    def test_a_rule_may_move_to_another_pack(self) -> None:
        packs = (a_pack("one"), a_pack("two"))
        published(a_content(a_rule("WB-A-001", "true", pack="one"), packs=packs))
        published(a_content(a_rule("WB-A-001", "true", pack="two"), packs=packs[1:]))
        assert Rule.objects.get().pack.code == "two"

    def test_every_row_has_its_entry_in_the_journal(self) -> None:
        version = published(FIRST)
        rule = Rule.objects.get(code="WB-A-001")
        entries = history([version.id, rule.id, Pack.objects.get().id, Parameter.objects.get().id])
        assert {(entry.action, entry.operation) for entry in entries} == {("policy.publish", "insert")}
        assert entries.count() == 4


@pytest.mark.parametrize(
    "content",
    [
        a_content(a_rule("WB-A-001", "use_case.suports_cif")),
        a_content(a_rule("WB-A-001", "true", pack="nowhere")),
        a_content(a_rule("WB-A-001", "true"), a_rule("WB-A-001", "false")),
        a_content(a_rule("WB-A-001", "params.most > 1")),
    ],
    ids=["misspelt fact", "no such pack", "code twice", "no such parameter"],
)
def test_a_broken_policy_changes_nothing(content: PolicyContent) -> None:
    version = published(FIRST)
    with pytest.raises(PolicyProblems, match="WB-A-001"):
        publish(actor=SETUP, content=content)
    assert policy_in_force() == version
    assert list(Rule.objects.values_list("code", flat=True)) == ["WB-A-001", "WB-B-001"]


@pytest.mark.parametrize("role", [Role.APPROVER, Role.OWNER, Role.AUDITOR, Role.CI])
def test_who_may_not_publish(role: str) -> None:
    team = None if role in (Role.APPROVER, Role.AUDITOR) else a_team()
    with pytest.raises(NotPermitted, match=r"policy\.change"):
        publish(actor=an_actor(role, team=team), content=FIRST)
    assert not PolicyVersion.objects.exists()
