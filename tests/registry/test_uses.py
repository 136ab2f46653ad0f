"""Uses: registered once, seen by their team, judged by what is stated and not by what is assumed."""

import datetime as dt
from typing import Any

import pytest

from apps.accounts.actors import Actor
from apps.accounts.models import Team
from apps.accounts.roles import Role
from apps.accounts.selectors import actor_for
from apps.audit.selectors import history
from apps.core.clock import today
from apps.core.errors import DuplicateFound, InvalidInput, NotFound, NotPermitted
from apps.core.ids import uuid7
from apps.facts.models import Assertion
from apps.facts.resolution import Fact
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.registry import services
from apps.registry.models import Deployment, Use, UseCase
from apps.registry.selectors import (
    deployment_by_id,
    deployments,
    use_by_id,
    use_case_by_id,
    use_cases,
    use_ids_reading,
    uses,
)
from apps.registry.services import FactInput
from tests.making import SETUP, a_model, a_party, a_release, a_team, a_use, a_user, an_actor, officer

pytestmark = pytest.mark.django_db


def owner_of(team: Team) -> Actor:
    return an_actor(Role.OWNER, team=team)


def fact(subject_type: str, subject_id: Any, field: str) -> Fact | None:
    subject = SubjectRef(subject_type, subject_id)
    return current_facts([subject])[subject].get(field)


class TestRegistering:
    def test_an_owner_registers_a_use_and_states_what_they_know(self) -> None:
        team, operator = a_team(), a_party()
        owner = owner_of(team)
        use = a_use(
            team,
            actor=owner,
            environment="production",
            hosting_mode="first_party_api",
            operator_id=operator.id,
            deployment_facts=[FactInput(field="retention_days", value=30, source="Contract 17")],
            use_case_facts=[
                FactInput(field="owner", value=str(owner.user_id)),
                FactInput(field="data_class", value="internal"),
            ],
        )
        assert (use.deployment.environment, use.deployment.hosting_mode) == ("production", "first_party_api")
        assert use.deployment.operator == operator
        assert use.use_case.owner_id == owner.user_id
        stated = fact("deployment", use.deployment_id, "retention_days")
        assert stated is not None
        assert (stated.value, stated.state, stated.source) == (30, "claimed_by_owner", "Contract 17")
        assert fact("deployment", use.deployment_id, "trains_on_inputs") is None
        ids = [use.id, use.deployment_id, use.use_case_id, *Assertion.objects.values_list("id", flat=True)]
        assert {entry.action for entry in history(ids)} == {"use.register"}

    def test_what_is_not_given_stays_unknown(self) -> None:
        use = a_use(a_team())
        assert (use.deployment.environment, use.deployment.hosting_mode) == ("unknown", "unknown")
        assert not Assertion.objects.exists()

    def test_the_same_use_of_a_team_is_offered_instead(self) -> None:
        team, release = a_team(), a_release()
        first = a_use(team, release=release, name="Letters", environment="test")
        with pytest.raises(DuplicateFound) as refused:
            a_use(team, release=release, name="LETTERS", environment="test")
        assert refused.value.existing == str(first.id)
        a_use(team, release=release, name="Letters", environment="production")
        a_use(a_team(), release=release, name="Letters", environment="test")
        services.retire_use(actor=SETUP, use=first, reason="replaced")
        a_use(team, release=release, name="Letters", environment="test")

    @pytest.mark.parametrize(
        ("fields", "where"),
        [
            ({"name": ""}, "/name"),
            ({"environment": "moon"}, "/environment"),
            ({"hosting_mode": "cellar"}, "/hosting_mode"),
            ({"status": "maybe"}, "/status"),
            ({"operator_id": uuid7()}, "/operator"),
            ({"use_case_facts": [FactInput(field="owner", value="Jana")]}, "/owner"),
            ({"use_case_facts": [FactInput(field="colour", value="red")]}, "/field"),
            ({"deployment_facts": [FactInput(field="retention_days", value=-3)]}, "/value"),
        ],
    )
    def test_wrong_uses_are_refused_and_leave_nothing(self, fields: dict[str, Any], where: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            a_use(a_team(), **fields)
        assert refused.value.errors[0].pointer == where
        for model in (Use, UseCase, Deployment, Assertion):
            assert not model.objects.exists()

    def test_a_second_use_case_may_share_a_deployment_and_a_use_case_may_run_twice(self) -> None:
        team = a_team()
        first = a_use(team, environment="test")
        second = a_use(team, environment="production", use_case=first.use_case)
        assert second.use_case == first.use_case
        assert second.deployment != first.deployment

    @pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.CI])
    def test_who_may_not(self, role: str) -> None:
        team = a_team()
        with pytest.raises(NotPermitted):
            a_use(team, actor=an_actor(role, team=team))

    def test_an_owner_registers_for_their_own_team_and_its_use_cases_only(self) -> None:
        ours, theirs = a_team(), a_team()
        owner, foreign = owner_of(ours), a_use(theirs)
        with pytest.raises(NotPermitted):
            a_use(theirs, actor=owner)
        with pytest.raises(InvalidInput):
            a_use(None, actor=owner)
        with pytest.raises(NotPermitted):
            a_use(ours, actor=owner, use_case=foreign.use_case)


class TestSight:
    def test_a_team_sees_its_own_and_a_stranger_is_told_there_is_none(self) -> None:
        ours, theirs = a_team(), a_team()
        mine, other = a_use(ours), a_use(theirs)
        owner = owner_of(ours)
        assert list(uses(owner)) == [mine]
        assert list(deployments(owner)) == [mine.deployment]
        assert list(use_cases(owner)) == [mine.use_case]
        for look, hidden in (
            (use_by_id, other.id),
            (deployment_by_id, other.deployment_id),
            (use_case_by_id, other.use_case_id),
        ):
            with pytest.raises(NotFound) as refused:
                look(owner, hidden)
            with pytest.raises(NotFound) as missing:
                look(owner, uuid7())
            assert str(refused.value) == str(missing.value)

    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OFFICER, Role.APPROVER, Role.AUDITOR])
    def test_the_other_roles_see_everything(self, role: str) -> None:
        made = {a_use(a_team()), a_use(None)}
        assert set(uses(an_actor(role))) == made

    def test_somebody_without_roles_sees_nothing(self) -> None:
        with pytest.raises(NotPermitted):
            uses(actor_for(a_user()))


class TestClaimingAndRetiring:
    def a_shadow(self) -> Use:
        return a_use(None, observed_only=True)

    def test_a_team_claims_what_nobody_registered(self) -> None:
        team, shadow = a_team(), self.a_shadow()
        owner = owner_of(team)
        assert shadow.deployment.observed_only
        with pytest.raises(NotFound):
            use_by_id(owner, shadow.id)
        services.claim_use(actor=owner, use=shadow, team=team, reason="It is our crawler.")
        claimed = use_by_id(owner, shadow.id)
        assert (claimed.team, claimed.use_case.team, claimed.deployment.team) == (team, team, team)
        known = fact("deployment", claimed.deployment_id, "observed_only")
        assert known is not None
        assert (known.value, claimed.deployment.observed_only) == (False, False)

    def test_nobody_claims_what_another_team_answers_for(self) -> None:
        use, mine = a_use(a_team()), a_team()
        with pytest.raises(NotPermitted):
            services.claim_use(actor=owner_of(mine), use=use, team=mine, reason="ours now")
        services.claim_use(actor=officer(), use=use, team=mine, reason="moved between teams")
        assert Use.objects.get(id=use.id).team == mine

    def test_a_claim_is_for_a_team_of_ones_own_and_has_a_reason(self) -> None:
        mine, theirs = a_team(), a_team()
        with pytest.raises(NotPermitted):
            services.claim_use(actor=owner_of(mine), use=self.a_shadow(), team=theirs, reason="theirs")
        with pytest.raises(InvalidInput):
            services.claim_use(actor=owner_of(mine), use=self.a_shadow(), team=mine, reason="")

    def test_a_retired_use_stays_with_its_history(self) -> None:
        team = a_team()
        use = a_use(team)
        services.retire_use(actor=owner_of(team), use=use, reason="switched off")
        assert Use.objects.get(id=use.id).status == "retired"
        entry = history([use.id]).first()
        assert entry is not None
        assert (entry.action, entry.reason, entry.after) == ("use.retire", "switched off", {"status": "retired"})

    def test_strangers_retire_nothing_and_nobody_makes_a_shadow_disappear(self) -> None:
        owner = owner_of(a_team())
        for use in (a_use(a_team()), self.a_shadow()):
            with pytest.raises(NotPermitted):
                services.retire_use(actor=owner, use=use, reason="away with it")


class TestStating:
    def state(self, actor: Actor, subject_type: str, subject_id: Any, field: str, value: Any, **more: Any) -> Assertion:
        facts = [FactInput(field=field, value=value, **more)]
        return services.state_facts(actor=actor, subject_type=subject_type, subject_id=subject_id, facts=facts)[0]

    def test_a_statement_of_its_author_has_today_and_the_author_as_source(self) -> None:
        team = a_team()
        owner, use = owner_of(team), a_use(team)
        row = self.state(owner, "deployment", use.deployment_id, "dpa_signed", True)
        assert (row.as_of, row.source_label, row.state) == (today(), f"Stated by {owner.label}", "claimed_by_owner")

    @pytest.mark.parametrize(
        ("subject_type", "field", "value", "column", "otherwise"),
        [
            ("deployment", "environment", "staging", "environment", "unknown"),
            ("deployment", "hosting_mode", "on_device", "hosting_mode", "unknown"),
            ("deployment", "observed_only", True, "observed_only", False),
            ("use_case", "next_review", "2027-03-01", "next_review", None),
        ],
    )
    def test_columns_for_lists_follow_the_facts(
        self, subject_type: str, field: str, value: Any, column: str, otherwise: Any
    ) -> None:
        use = a_use(a_team())
        found = use.deployment if subject_type == "deployment" else use.use_case
        self.state(SETUP, subject_type, found.id, field, value)
        found.refresh_from_db()
        shown = getattr(found, column)
        assert (shown.isoformat() if isinstance(shown, dt.date) else shown) == value
        self.state(SETUP, subject_type, found.id, field, None, state="unknown")
        found.refresh_from_db()
        assert getattr(found, column) == otherwise

    def test_a_dispute_empties_the_column(self) -> None:
        use, first, second = a_use(a_team()), a_party(), a_party()
        self.state(SETUP, "deployment", use.deployment_id, "operator", str(first.id))
        services.state_facts(
            actor=SETUP,
            subject_type="deployment",
            subject_id=use.deployment_id,
            facts=[FactInput(field="operator", value=str(second.id))],
            channel="knowledge",
        )
        assert Deployment.objects.get(id=use.deployment_id).operator is None

    def test_a_team_speaks_of_what_is_its_own_and_of_releases_it_runs(self) -> None:
        team, release = a_team(), a_release()
        owner = owner_of(team)
        mine, other = a_use(team, release=release), a_use(a_team())
        self.state(owner, "deployment", mine.deployment_id, "retention_days", 0)
        self.state(owner, "use_case", mine.use_case_id, "data_class", "public")
        self.state(owner, "release", release.id, "scan_state", "clean")
        for subject_type, subject_id, field, value in (
            ("deployment", other.deployment_id, "retention_days", 0),
            ("use_case", other.use_case_id, "data_class", "public"),
            ("release", other.deployment.release_id, "scan_state", "clean"),
        ):
            with pytest.raises(NotFound):
                self.state(owner, subject_type, subject_id, field, value)

    def test_what_all_teams_share_is_stated_by_an_officer(self) -> None:
        party, model = a_party(), a_model()
        owner = owner_of(a_team())
        for subject_type, subject_id, field, value in (
            ("party", party.id, "hq_country", "DE"),
            ("model", model.id, "lineage_complete", True),
        ):
            with pytest.raises(NotPermitted):
                self.state(owner, subject_type, subject_id, field, value)
            assert self.state(officer(), subject_type, subject_id, field, value).value == value

    def test_the_record_of_a_screening_hangs_on_the_use(self) -> None:
        use = a_use(a_team())
        row = self.state(officer(), "screening", use.id, "direct_lists", [], source="Screening service, report 4711")
        assert row.value == []

    @pytest.mark.parametrize("subject_type", ["exception", "portfolio", "facts", "kettle"])
    def test_about_other_things_nothing_is_stated(self, subject_type: str) -> None:
        with pytest.raises(InvalidInput):
            self.state(officer(), subject_type, uuid7(), "reason", "because")


def test_a_changed_fact_reaches_every_use_whose_sheet_reads_it() -> None:
    developer, operator = a_party(), a_party()
    base = a_model(developer=developer)
    tune = a_model()
    services.add_lineage_edge(actor=SETUP, child=tune, parent=base, relation="finetune", source="Model card")
    direct, derived = a_use(None, release=a_release(base)), a_use(None, release=a_release(tune))
    hosted = a_use(None, operator_id=operator.id)
    unrelated = a_use(None)
    reads = {
        ("party", developer.id): {direct, derived},
        ("party", operator.id): {hosted},
        ("model", base.id): {direct, derived},
        ("model", tune.id): {derived},
        ("release", direct.deployment.release_id): {direct, derived},
        ("deployment", hosted.deployment_id): {hosted},
        ("use_case", unrelated.use_case_id): {unrelated},
        ("screening", unrelated.id): {unrelated},
        ("org", uuid7()): {direct, derived, hosted, unrelated},
    }
    for (subject_type, subject_id), expected in reads.items():
        assert set(use_ids_reading(subject_type, [subject_id])) == expected, subject_type


def test_an_owner_may_pass_on_what_a_connector_saw() -> None:
    team = a_team()
    use = a_use(team, actor=owner_of(team), observed_only=True)
    known = fact("deployment", use.deployment_id, "observed_only")
    assert known is not None
    assert (known.value, known.state, use.deployment.observed_only) == (True, "inferred", True)
