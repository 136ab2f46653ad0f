"""The evidence of a dossier: complete, sourced, frozen, and nothing beyond what its reader may see."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.actors import Actor
from apps.accounts.models import Team
from apps.accounts.roles import Role
from apps.core.canonical import canonical_json
from apps.core.errors import NotFound, NotPermitted
from apps.facts.models import State
from apps.licences.models import Licence
from apps.policy.evaluation import judge_uses
from apps.registry.services import FactInput, add_lineage_edge, state_facts
from apps.reports.dossier import gather_evidence
from tests.making import SETUP, a_model, an_actor, officer
from tests.reports.conftest import a_report
from tests.reports.world import NATIVE, a_world, many_uses, stored

pytestmark = pytest.mark.django_db


def owner_of(team: Team) -> Actor:
    return an_actor(Role.OWNER, team=team)


def every_object(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from every_object(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from every_object(inner)


def every_statement(evidence: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in every_object(evidence) if row.get("state") in State.values]


class TestContent:
    def test_every_statement_has_state_source_and_date(self, evidence: dict[str, Any]) -> None:
        statements = every_statement(evidence)
        assert len(statements) > 100
        assert all({"state", "source", "as_of"} <= set(row) for row in statements)
        known = [row for row in statements if row.get("value") is not None]
        assert all(row["source"] for row in known)

    def test_sources_are_numbered_and_all_that_is_cited_is_listed(self, evidence: dict[str, Any]) -> None:
        numbers = [row["number"] for row in evidence["sources"]]
        cited = {row["source"] for row in every_statement(evidence) if row["source"]}
        assert numbers == list(range(1, len(numbers) + 1))
        assert cited <= set(numbers)
        card = next(row for row in evidence["sources"] if row["label"] == "Model card of Green Hill" and row["url"])
        assert (card["url"], card["from"]) == ("https://hub.example.test/greenhill/qingshan-7b", "2026-09-02")

    def test_it_is_plain_json_without_fractions(self, evidence: dict[str, Any]) -> None:
        assert not [row for row in every_object(evidence) for value in row.values() if isinstance(value, float)]
        assert canonical_json(evidence)

    def test_parties_stand_with_roles_native_names_and_owners(self, evidence: dict[str, Any]) -> None:
        developer = evidence["parties"][0]
        assert [role["role"] for role in developer["roles"]] == ["developer", "operator"]
        assert NATIVE in {name["name"] for name in developer["names"]}
        (stake,) = developer["stakes"]
        assert (stake["equity_pct"], stake["basis"], stake["valid_from"]) == ("62.5", "equity", "2021-04-01")
        owner = next(row for row in evidence["parties"] if row["number"] == stake["owner_number"])
        assert owner["roles"][0]["role"] == "owner"

    def test_lineage_shows_who_claims_it_and_what_is_not_resolved(self, evidence: dict[str, Any]) -> None:
        edges = {(row["relation"], row["parent"]): row for row in evidence["lineage"]["ancestors"]}
        assert edges["finetune", "Qingshan-7B"]["resolved"]
        hidden = edges["synthetic_data_from", "teacher-large-2 <not disclosed>"]
        assert (hidden["resolved"], hidden["weights_pass"], hidden["state"]) == (False, False, "claimed_by_provider")
        assert [row["child"] for row in evidence["lineage"]["descendants"]] == ["Qingshan-7B-Instruct-GPTQ"]
        assert "Qingshan-3B" in {row["parent"] for row in evidence["unknowns"]["unresolved_ancestors"]}

    def test_the_licence_stands_with_reference_terms_duties_and_clauses(self, evidence: dict[str, Any]) -> None:
        declared = evidence["licences"]["declared"][0]
        (licence,) = evidence["licences"]["licences"]
        assert (declared["said"], declared["reference"]["value"]) == ("licence_concluded", "qingshan-licence-1")
        assert declared["reference"]["text"] == licence["name"] == "Qingshan Licence Agreement 1.0"
        assert declared["licence"] == licence["number"]
        assert {"mau_threshold", "commercial_use"} <= {row["field"] for row in licence["facts"]["stated"]}
        assert {duty["clause"] for duty in licence["duties"]} == {"§ 3(a)", "§ 3(b)"}

    def test_an_entry_on_a_list_never_stands_without_its_legal_effect(self, evidence: dict[str, Any]) -> None:
        listed = next(row for row in evidence["listings"] if row["list"] == "example-export-list")
        assert listed["effect"]["effect_class"] == "export-restriction"
        assert "does not forbid buying" in listed["effect"]["meaning"]["en"]
        (measure,) = evidence["measures"]
        assert (measure["effect_class"], measure["status"], measure["parties"]) == ("data", "in_force", [1])

    def test_a_dispute_keeps_both_sides(self, evidence: dict[str, Any]) -> None:
        disputed = next(row for row in evidence["unknowns"]["disputed"] if row["path"] == "deployment.trains_on_inputs")
        assert {side["value"] for side in disputed["conflicts"]} == {"yes", "no"}
        assert disputed["value"] is None

    def test_decisions_findings_and_gaps_fit_together(self, evidence: dict[str, Any]) -> None:
        for use in evidence["uses"]:
            assert use["verdict"]["policy_digest"] == evidence["policy"]["digest"]
            found = [row["rule"] for row in evidence["verdicts"] if use["number"] in row["finding"]]
            assert len(found) == use["verdict"]["finding"] > 0
        kept = {row["rule"] for row in evidence["findings"]}
        assert {row["rule"] for row in evidence["verdicts"] if row["finding"]} <= kept
        assert kept <= set(evidence["rules"])
        missing = {row["path"]: row for row in evidence["unknowns"]["missing"]}
        assert missing["use_case.data_categories"]["uses"] == [1, 2]
        assert missing["use_case.data_categories"]["rules"]

    def test_waivers_and_reviews_stand_with_people_and_days(self, evidence: dict[str, Any]) -> None:
        (waiver,) = evidence["waivers"]
        assert (waiver["state"], waiver["in_effect"], waiver["use"]) == ("approved", True, 1)
        assert waiver["requested_by"] != waiver["decided_by"]
        (review,) = evidence["reviews"]["done"]
        assert (review["use"], review["conclusion"]) == (1, "changes_needed")
        assert evidence["reviews"]["due"][1]["next_review"] is None


class TestSight:
    def test_an_owner_sees_the_uses_of_the_own_team_and_no_other(self) -> None:
        world = a_world()
        owner = owner_of(world.team)
        found = gather_evidence(a_report(owner, "model", world.model.id), owner)
        assert [use["name"] for use in found["uses"]] == ["Claims triage"]
        assert [row["name"] for row in found["deployments"]] == ["Claims triage"]
        assert found["sight"] == {"reader": owner.label, "whole_register": False, "teams": [world.team.name]}
        assert b"Newsletter" not in canonical_json(found)
        assert world.other_team.name.encode() not in canonical_json(found)

    def test_an_officer_sees_all(self, evidence: dict[str, Any]) -> None:
        assert [use["name"] for use in evidence["uses"]] == ["Claims triage", "Newsletter drafts"]
        assert evidence["sight"]["whole_register"] is True

    def test_a_dossier_of_one_use_has_that_use_and_its_deployment_only(self) -> None:
        world = a_world()
        reader = officer()
        found = gather_evidence(a_report(reader, "use", world.other_use.id), reader)
        assert [use["name"] for use in found["uses"]] == ["Newsletter drafts"]
        assert len(found["deployments"]) == len(found["use_cases"]) == 1
        assert found["identity"]["name"] == world.model.name

    def test_a_use_of_another_team_is_not_found(self) -> None:
        world = a_world()
        with pytest.raises(NotFound):
            a_report(owner_of(world.team), "use", world.other_use.id)

    def test_whoever_may_not_make_reports_is_told(self) -> None:
        world = a_world()
        with pytest.raises(NotPermitted):
            a_report(an_actor(Role.CI, team=world.team), "model", world.model.id)

    def test_a_model_without_any_use_has_a_dossier_too(self) -> None:
        reader = officer()
        found = gather_evidence(a_report(reader, "model", a_model("Lonely-1B").id), reader)
        assert (found["uses"], found["findings"], found["policy"]) == ([], [], None)


class TestMoment:
    def test_what_was_recorded_later_is_not_in_it(self) -> None:
        world = a_world()
        reader = officer()
        report = a_report(reader, "use", world.use.id)
        state_facts(
            actor=SETUP,
            subject_type="deployment",
            subject_id=world.use.deployment_id,
            facts=[FactInput(field="retention_days", value=999)],
        )
        judge_uses(actor=SETUP)
        found = gather_evidence(report, reader)
        stated = {row["field"]: row["value"] for row in found["deployments"][0]["facts"]["stated"]}
        assert stated["retention_days"] == 30
        judged = dt.datetime.fromisoformat(found["uses"][0]["verdict"]["judged_at"])
        assert judged <= report.as_of

    def test_a_licence_that_was_said_or_a_parent_that_was_named_later_is_not_in_it(self) -> None:
        world = a_world()
        reader = officer()
        report = a_report(reader, "model", world.model.id)
        before = gather_evidence(report, reader)
        stored(Licence(key="another-key", ref="LicenseRef-another", name="Another licence"))
        for release in world.model.releases.all():
            said = [FactInput(field="licence_declared", value="mit", source="Card of today")]
            said += [FactInput(field="licence_concluded", value="another-key", source="Card of today")]
            state_facts(actor=SETUP, subject_type="release", subject_id=release.id, facts=said)
        add_lineage_edge(
            actor=SETUP, child=world.model, parent_name="late/parent", relation="merge", source="Card of today"
        )
        add_lineage_edge(
            actor=SETUP, child=a_model("Late-GGUF"), parent=world.model, relation="quantized", source="Card of today"
        )
        after = gather_evidence(report, reader)
        for part in ("licences", "lineage"):
            assert after[part] == before[part]
        fresh = gather_evidence(a_report(reader, "model", world.model.id), reader)
        rows = [
            (row["said"], row["reference"]["value"]) for row in fresh["licences"]["declared"] if not row["ancestor"]
        ]
        assert ("licence_declared", "mit") in rows
        assert "late/parent" in {row["parent"] for row in fresh["lineage"]["ancestors"]}
        assert "Late-GGUF" in {row["child"] for row in fresh["lineage"]["descendants"]}

    def test_a_use_whose_facts_changed_since_says_so(self) -> None:
        world = a_world()
        judge_uses(actor=SETUP, force=True)
        reader = officer()
        before = gather_evidence(a_report(reader, "use", world.use.id), reader)
        state_facts(
            actor=SETUP,
            subject_type="deployment",
            subject_id=world.use.deployment_id,
            facts=[FactInput(field="retention_days", value=31)],
        )
        after = gather_evidence(a_report(reader, "use", world.use.id), reader)
        assert [found["uses"][0]["facts_changed_since"] for found in (before, after)] == [False, True]

    def test_a_use_that_was_not_judged_is_named(self) -> None:
        world = a_world()
        many_uses(world, 0)
        reader = officer()
        report = a_report(reader, "model", world.model.id)
        report.as_of -= dt.timedelta(days=1)
        found = gather_evidence(report, reader)
        assert found["unknowns"]["not_judged"] == [1, 2]
        assert [use["verdict"] for use in found["uses"]] == [None, None]


def test_the_number_of_queries_does_not_grow_with_the_uses() -> None:
    world = a_world()
    reader = officer()
    counts = []
    for more in (0, 10):
        many_uses(world, more)
        report = a_report(reader, "model", world.model.id)
        with CaptureQueriesContext(connection) as queries:
            found = gather_evidence(report, reader)
        counts.append(len(queries))
    assert len(found["uses"]) == 12
    assert counts[0] == counts[1] <= 65
