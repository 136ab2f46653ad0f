"""The register of uses and the page of one use."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Team
from apps.accounts.roles import Role
from apps.audit.models import AuditEntry
from apps.core.changes import change
from apps.findings.models import Finding
from apps.findings.services import approve_waiver, propose_waiver
from apps.parties.services import record_stake
from apps.policy.engine.packs import load_packs
from apps.policy.evaluation import judge_uses
from apps.policy.models import Evaluation
from apps.policy.publishing import publish
from apps.registry.models import Use
from apps.registry.services import add_lineage_edge, retire_use
from apps.sanctions.models import Listing, RestrictedPartyList
from tests.making import (
    SETUP,
    a_model,
    a_party,
    a_policy,
    a_release,
    a_rule,
    a_team,
    a_use,
    a_user,
    an_actor,
    state,
)

pytestmark = pytest.mark.django_db
PARTS = ("data", "model", "parties", "licence", "hosting", "screening", "findings", "reviews", "history")


def text(response: HttpResponse) -> str:
    return response.content.decode()


def judged(*uses: Use) -> None:
    judge_uses(actor=SETUP, use_ids=[use.id for use in uses])


def the_policy() -> None:
    a_policy(
        a_rule("T-BLOCK-1", "use_case.data_class == 'restricted'"),
        a_rule("T-REVIEW-1", "deployment.environment == 'production'", gate="review", severity="medium"),
        a_rule("T-WAIT-1", "deployment.retention_days > 30"),
        a_rule("T-WAIT-2", "deployment.retention_days > 90 && deployment.egress_blocked"),
    )


class TestRegister:
    def test_a_line_shows_use_model_place_people_verdict_and_review(self, officer: Client, team: Team) -> None:
        the_policy()
        maker, host = a_party("Maker Ltd"), a_party("Host Inc")
        use = a_use(
            team,
            name="Letters",
            use_case_name="Letter drafting",
            release=a_release(a_model("Writer-7B", developer=maker)),
            environment="production",
            hosting_mode="third_party_cloud",
            operator_id=host.id,
        )
        owner = a_user(Role.OWNER, team=team, name="Olaf")
        state("use_case", use.use_case_id, owner=str(owner.id), next_review="2027-03-01", data_class="restricted")
        judged(use)
        page = text(officer.get("/uses"))
        for shown in ("Letters", "Letter drafting", "Writer-7B", "Maker Ltd", "Host Inc", "Production", "Claims"):
            assert shown in page
        assert "Third-party cloud" in page
        assert "Olaf" in page
        assert "2027-03-01" in page
        assert "2 findings, 2 unknown" in page
        assert f"/uses/{use.id}" in page

    def test_what_nobody_knows_is_called_unknown(self, officer: Client, team: Team) -> None:
        a_use(team, name="Bare")
        page = text(officer.get("/uses"))
        for shown in ("Developer unknown", "Environment unknown", "Hosting unknown", "No owner", "Not judged yet"):
            assert shown in page

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("q=alp", {"Alpha"}),
            ("q=GAMMAMODEL", {"Gamma"}),
            ("decision=block", {"Alpha"}),
            ("decision=none", {"Gamma"}),
            ("environment=production", {"Alpha"}),
            ("hosting_mode=on_premises", {"Beta"}),
            ("status=planned", {"Beta"}),
            ("observed_only=true", {"Gamma"}),
            ("observed_only=false", {"Alpha", "Beta"}),
            ("team=none", {"Gamma"}),
        ],
    )
    def test_filters_and_search_narrow_the_list(self, officer: Client, team: Team, query: str, shown: set[str]) -> None:
        the_policy()
        alpha = a_use(team, name="Alpha", environment="production")
        state("use_case", alpha.use_case_id, data_class="restricted")
        beta = a_use(team, name="Beta", hosting_mode="on_premises", status="planned")
        a_use(None, name="Gamma", release=a_release(a_model("GammaModel")), observed_only=True)
        judged(alpha, beta)
        page = text(officer.get(f"/uses?{query}"))
        assert {name for name in ("Alpha", "Beta", "Gamma") if f">{name}</a>" in page} == shown

    def test_team_filter_takes_only_a_team_in_sight(self, officer: Client, owner: Client, team: Team) -> None:
        other = a_team()
        a_use(team, name="Ours")
        a_use(other, name="Theirs")
        assert "Theirs" not in text(officer.get(f"/uses?team={team.id}"))
        assert owner.get(f"/uses?team={other.id}").status_code == 422

    def test_a_shadow_entry_is_marked_and_seen_by_those_who_see_all(
        self, officer: Client, owner: Client, team: Team
    ) -> None:
        a_use(None, name="Out there", observed_only=True)
        assert "Shadow entry" in text(officer.get("/uses"))
        assert "Out there" not in text(owner.get("/uses"))

    def test_sorts_by_name_and_by_change(self, officer: Client, team: Team) -> None:
        first, second = a_use(team, name="B"), a_use(team, name="A")
        assert text(officer.get("/uses")).index(str(second.id)) < text(officer.get("/uses")).index(str(first.id))
        retire_use(actor=SETUP, use=first, reason="Over")
        newest = text(officer.get("/uses?order=changed"))
        assert newest.index(str(first.id)) < newest.index(str(second.id))

    def test_everybody_sees_what_is_theirs(
        self, owner: Client, teammate: Client, stranger: Client, auditor: Client, anonymous: Client, team: Team
    ) -> None:
        a_use(team, name="Ours")
        assert "Ours" in text(owner.get("/uses"))
        assert "Ours" in text(teammate.get("/uses"))
        assert "Ours" not in text(stranger.get("/uses"))
        audited = text(auditor.get("/uses"))
        assert "Ours" in audited
        assert "Register a use" not in audited
        assert "Register a use" in text(owner.get("/uses"))
        assert anonymous.get("/uses").headers["Location"] == "/sign-in?next=%2Fuses"

    def test_an_empty_register_says_what_belongs_there(self, officer: Client) -> None:
        assert "No use is registered yet" in text(officer.get("/uses"))

    def test_names_are_text_and_nothing_else(self, officer: Client, team: Team) -> None:
        use = a_use(team, name="<script>alert(1)</script>", release=a_release(a_model("<b>Model</b>")))
        for address in ("/uses", f"/uses/{use.id}?part=all", f"/uses/{use.id}/retire"):
            page = text(officer.get(address))
            assert "<script>alert" not in page
            assert "<b>Model</b>" not in page
            assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page

    def test_the_number_of_queries_does_not_grow_with_the_rows(self, officer: Client, team: Team) -> None:
        the_policy()
        _many(team, 5)
        few = _queries(officer, "/uses")
        _many(team, 55)
        assert _queries(officer, "/uses") == few
        # session, user, grants, teams for the filter, count, rows, organisation
        assert few <= 8


def _many(team: Team, number: int) -> None:
    made = [a_use(team, release=a_release(a_model(developer=a_party()))) for _ in range(number)]
    judged(*made)


def _queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.fixture
def use(team: Team) -> Use:
    """A judged use: one rule blocks, one asks for a review, two wait for facts."""
    the_policy()
    made = a_use(team, name="Claims triage", environment="production", hosting_mode="self_hosted_cloud")
    state("use_case", made.use_case_id, data_class="restricted")
    judged(made)
    return made


class TestVerdict:
    def test_findings_come_first_with_sentence_facts_and_remedy(self, owner: Client, use: Use) -> None:
        page = text(owner.get(f"/uses/{use.id}"))
        finding = Finding.objects.get(use=use, rule_code="T-BLOCK-1")
        card = page[page.index('id="T-BLOCK-1"') : page.index('id="T-REVIEW-1"')]
        for shown in ("Block", "High", "Text of T-BLOCK-1", "Because", "Restricted", "Claimed by owner", "Mend it"):
            assert shown in card
        assert "Stated by command tests" in card
        assert f"/findings/{finding.id}" in card
        assert "/policy/rules/T-BLOCK-1" in card
        assert page.index('id="T-REVIEW-1"') < page.index('id="complete"')

    def test_unknowns_are_one_item_that_names_facts_and_rules(self, owner: Client, use: Use) -> None:
        page = text(owner.get(f"/uses/{use.id}"))
        card = page[page.index('id="complete"') :]
        assert page.count('id="complete"') == 1
        assert "2 facts are missing." in card
        assert "2 rules wait" in card
        assert "Retention" in card
        assert f"/uses/{use.id}/facts?field=deployment.retention_days" in card
        assert 'id="T-WAIT-1"' in card
        assert 'href="#T-WAIT-2"' in card

    def test_the_head_counts_by_effect(self, owner: Client, use: Use) -> None:
        page = " ".join(text(owner.get(f"/uses/{use.id}")).split())
        for shown in ("Block <b>1</b>", "Review <b>1</b>", "Unknown <b>2</b>", "Pass <b>0</b>", "Policy v"):
            assert shown in page

    def test_what_passed_can_be_unfolded(self, owner: Client, use: Use) -> None:
        state("deployment", use.deployment_id, retention_days=7, egress_blocked=True)
        judged(use)
        page = text(owner.get(f"/uses/{use.id}"))
        assert "2 rules passed" in page
        assert "Retention: 7" in page
        assert 'id="complete"' not in page

    def test_a_waived_finding_says_until_when(self, owner: Client, use: Use) -> None:
        finding = Finding.objects.get(use=use, rule_code="T-BLOCK-1")
        until = timezone.localdate() + dt.timedelta(days=30)
        waiver = propose_waiver(
            actor=an_actor(Role.OFFICER),
            finding=finding,
            reason="Pilot",
            compensating_controls=["Four eyes"],
            expires_on=until,
        )
        assert "nobody has decided on it yet" in text(owner.get(f"/uses/{use.id}"))
        approve_waiver(actor=an_actor(Role.APPROVER), waiver=waiver, reason="Fine")
        judged(use)
        page = text(owner.get(f"/uses/{use.id}"))
        assert f'Accepted until <time datetime="{until}">' in page
        assert "Block <b>0</b>" in page
        assert "Waived <b>1</b>" in page

    def test_a_dispute_shows_both_sides(self, owner: Client, use: Use) -> None:
        state("deployment", use.deployment_id, retention_days=7)
        state("deployment", use.deployment_id, channel="import", retention_days=90)
        judged(use)
        page = text(owner.get(f"/uses/{use.id}?part=hosting"))
        assert "Sources disagree" in page
        assert "7 days" in page.replace("\u202f", " ")
        assert "90 days" in page.replace("\u202f", " ")

    def test_a_use_that_was_not_judged_says_so_and_shows_its_facts(self, owner: Client, team: Team) -> None:
        made = a_use(team, environment="staging")
        page = text(owner.get(f"/uses/{made.id}?part=hosting"))
        assert "has not been judged yet" in page
        assert "Staging" in page

    def test_complete_record_without_findings_is_said_plainly(self, owner: Client, team: Team) -> None:
        a_policy(a_rule("T-1", "use_case.data_class == 'restricted'"))
        made = a_use(team)
        state("use_case", made.use_case_id, data_class="public")
        judged(made)
        assert "No rule found anything" in text(owner.get(f"/uses/{made.id}"))


class TestParts:
    @pytest.mark.parametrize("part", [*PARTS, "all"])
    def test_every_part_is_reached_by_an_address(self, owner: Client, use: Use, part: str) -> None:
        page = text(owner.get(f"/uses/{use.id}?part={part}"))
        for key in PARTS if part == "all" else (part,):
            assert f'<section class="part" id="{key}"' in page
        assert page.count('aria-current="page"') >= 2

    def test_an_unknown_part_shows_the_first(self, owner: Client, use: Use) -> None:
        assert '<section class="part" id="data"' in text(owner.get(f"/uses/{use.id}?part=nonsense"))

    def test_lineage_names_relation_parent_source_and_what_is_open(self, owner: Client, team: Team) -> None:
        base, child = a_model("Base-1", developer=a_party("Basemaker")), a_model("Tuned-1")
        add_lineage_edge(actor=SETUP, child=child, relation="finetune", parent=base, source="Model card")
        add_lineage_edge(actor=SETUP, child=base, relation="merge", parent_name="Mystery-0", source="Forum")
        made = a_use(team, release=a_release(child))
        page = text(owner.get(f"/uses/{made.id}?part=model"))
        for shown in ("fine-tuned from", "Base-1", "Basemaker", "Model card", "Mystery-0", "Not in the register"):
            assert shown in page
        assert "<svg" in page[page.index('id="model"') :]

    def test_parties_show_owners_lists_and_what_being_on_them_means(self, owner: Client, team: Team) -> None:
        maker, parent = a_party("Maker Ltd"), a_party("Parent Plc")
        record_stake(
            actor=SETUP,
            owned=maker,
            owner=parent,
            basis="equity",
            equity_pct=None,
            source="Annual report",
            as_of=dt.date(2026, 1, 1),
        )
        _on_a_list(parent)
        made = a_use(team, release=a_release(a_model(developer=maker)))
        page = text(owner.get(f"/uses/{made.id}?part=parties"))
        for shown in ("Maker Ltd", "Parent Plc", "Annual report", "Export restriction to the party", "Buying is free"):
            assert shown in page
        assert "sanctioned" not in page.lower()

    def test_not_found_on_a_list_shows_no_effect(self, owner: Client, team: Team) -> None:
        maker = a_party("Maker Ltd")
        _on_a_list(maker, status="not_found")
        made = a_use(team, release=a_release(a_model(developer=maker)))
        page = text(owner.get(f"/uses/{made.id}?part=parties"))
        assert "Looked for and not found" in page
        assert "never a clearance" in page
        assert "Export restriction" not in page

    def test_history_has_statements_and_journal(self, owner: Client, use: Use) -> None:
        page = text(owner.get(f"/uses/{use.id}?part=history"))
        assert "use.register" in page
        assert "command tests" in page
        assert "Class of data" in page

    def test_a_fact_is_corrected_by_those_who_may_state_it(self, owner: Client, auditor: Client, use: Use) -> None:
        link = f"/uses/{use.id}/facts?field="
        mine = text(owner.get(f"/uses/{use.id}?part=all"))
        assert f"{link}deployment.retention_days" in mine
        assert f"{link}model.kind" not in mine  # shared by all teams: an officer's
        assert link not in text(auditor.get(f"/uses/{use.id}?part=all"))

    def test_the_number_of_queries_is_constant_and_small(self, officer: Client, team: Team) -> None:
        publish(actor=SETUP, content=load_packs())
        maker = a_party()
        add_model = a_model("M", developer=maker)
        add_lineage_edge(actor=SETUP, child=add_model, relation="finetune", parent=a_model(), source="Card")
        made = a_use(team, release=a_release(add_model), operator_id=maker.id, environment="production")
        state("deployment", made.deployment_id, sub_processors=["A"])
        judged(made)
        few = _queries(officer, f"/uses/{made.id}?part=all")
        _many(team, 30)
        for _ in range(5):
            add_lineage_edge(
                actor=SETUP, child=add_model, relation="merge", parent=a_model(developer=a_party()), source="Card"
            )
        state("deployment", made.deployment_id, retention_days=9, sub_processors=["A", "B"], region="x")
        _on_a_list(maker)
        judged(made)
        assert _queries(officer, f"/uses/{made.id}?part=all") == few
        assert few < 45


def _on_a_list(party: Any, status: str = "listed") -> None:
    with change(SETUP, "test.list"):
        RestrictedPartyList.objects.get_or_create(
            key="X-1",
            defaults={
                "title": "List X",
                "authority_en": "Authority",
                "authority_de": "Behörde",
                "effect_class": "export-restriction",
                "meaning_en": "Buying is free; exports need a licence.",
                "meaning_de": "Einkauf ist frei.",
            },
        )
        Listing(party=party, list_key="X-1", status=status, state="claimed_by_provider", source_label="Gazette").save()


class TestPast:
    def test_the_page_turns_to_the_verdict_in_force_then(self, owner: Client, use: Use) -> None:
        before = timezone.now()
        state("use_case", use.use_case_id, data_class="public")
        judged(use)
        assert "Block <b>0</b>" in text(owner.get(f"/uses/{use.id}"))
        page = text(owner.get(f"/uses/{use.id}", {"as_of": before.isoformat(), "part": "data"}))
        assert "You are looking at the past" in page
        assert "Block <b>1</b>" in page
        assert "Back to the present" in page
        assert "Evaluate" not in page
        assert "as_of=" in page  # the tabs stay in the past

    @pytest.mark.parametrize("written", ["2019-01-01T12:00Z", "2019-01-01T12:00", "2019-01-01T12:00+02:00"])
    def test_before_the_first_verdict_there_is_nothing_to_show(self, owner: Client, use: Use, written: str) -> None:
        response = owner.get(f"/uses/{use.id}", {"as_of": written})
        assert response.status_code == 200
        assert "had not been judged yet" in text(response)
        assert "You are looking at the past" not in text(response)

    @pytest.mark.parametrize("written", ["2999-01-01T00:00Z", "yesterday", "", "2026-13-45T00:00", "0001-01-01T00:00Z"])
    def test_what_is_no_past_moment_is_refused_at_the_field(self, owner: Client, use: Use, written: str) -> None:
        response = owner.get(f"/uses/{use.id}", {"as_of": written})
        assert response.status_code == 200
        assert 'class="field-error"' in text(response)


class TestActing:
    def test_evaluate_judges_again_and_says_what_came_out(self, owner: Client, use: Use) -> None:
        state("use_case", use.use_case_id, data_class="public")
        response = owner.post(f"/uses/{use.id}/evaluate", follow=True)
        assert "Judged by policy" in text(response)
        assert Evaluation.objects.filter(use=use).count() == 2

    def test_evaluating_needs_the_permission(self, auditor: Client, stranger: Client, owner: Client, use: Use) -> None:
        assert auditor.post(f"/uses/{use.id}/evaluate").status_code == 403
        assert stranger.post(f"/uses/{use.id}/evaluate").status_code == 404
        assert owner.get(f"/uses/{use.id}/evaluate").status_code == 405
        retire_use(actor=SETUP, use=use, reason="Over")
        assert owner.post(f"/uses/{use.id}/evaluate").status_code == 409

    def test_retiring_takes_a_reason_and_is_in_the_journal(self, owner: Client, use: Use) -> None:
        assert "Retire this use?" in text(owner.get(f"/uses/{use.id}/retire"))
        refused = owner.post(f"/uses/{use.id}/retire", {"reason": " "})
        assert 'id="id_reason_error"' in text(refused)
        use.refresh_from_db()
        assert use.status == Use.Status.ACTIVE
        done = owner.post(f"/uses/{use.id}/retire", {"reason": "Replaced by Letters 2"})
        assert done.headers["Location"] == f"/uses/{use.id}"
        use.refresh_from_db()
        assert use.status == Use.Status.RETIRED
        assert AuditEntry.objects.get(action="use.retire", subject_id=use.id).reason == "Replaced by Letters 2"
        assert Finding.objects.filter(use=use, status="open").count() == 0
        assert "Evaluate" not in text(owner.get(f"/uses/{use.id}"))
        assert owner.get(f"/uses/{use.id}/retire").status_code == 409

    def test_a_reason_with_control_characters_is_refused_at_the_field(self, owner: Client, use: Use) -> None:
        page = text(owner.post(f"/uses/{use.id}/retire", {"reason": "Over\u202e and out"}))
        assert "must not contain control characters" in page
        assert "and out" in page

    def test_a_shadow_entry_is_claimed_for_a_team(self, officer: Client, owner: Client, team: Team) -> None:
        shadow = a_use(None, name="Seen in logs", observed_only=True)
        assert f"/uses/{shadow.id}/claim" in text(officer.get(f"/uses/{shadow.id}"))
        assert owner.get(f"/uses/{shadow.id}/claim").status_code == 404
        refused = officer.post(f"/uses/{shadow.id}/claim", {"team": "", "reason": "Ours"})
        assert 'id="id_team_error"' in text(refused)
        assert "Ours" in text(refused)
        officer.post(f"/uses/{shadow.id}/claim", {"team": str(team.id), "reason": "Found in their repository"})
        shadow.refresh_from_db()
        assert shadow.team == team
        assert "Seen in logs" in text(owner.get("/uses"))
        assert AuditEntry.objects.filter(action="use.claim", subject_id=shadow.id).count() == 1

    def test_who_sees_and_may_what(
        self, use: Use, owner: Client, teammate: Client, stranger: Client, auditor: Client, anonymous: Client
    ) -> None:
        address = f"/uses/{use.id}"
        for client in (owner, teammate):
            assert "Evaluate" in text(client.get(address))
        seen = text(auditor.get(address))
        for button in ("Evaluate", "/retire", "/claim", "Ask for a waiver", "/facts"):
            assert button not in seen
        assert "Report" in seen
        for end in ("", "/facts", "/claim", "/retire"):
            assert stranger.get(address + end).status_code == 404
            assert anonymous.get(address + end).status_code == 302
        for end in ("/facts", "/claim", "/retire"):
            assert auditor.get(address + end).status_code == 403
        assert auditor.post(f"{address}/retire", {"reason": "x"}).status_code == 403
        use.refresh_from_db()
        assert use.status == Use.Status.ACTIVE

    def test_the_report_form_asks_for_a_dossier_of_this_use(self, owner: Client, use: Use) -> None:
        page = text(owner.get(f"/uses/{use.id}"))
        assert 'action="/reports"' in page
        for pair in (
            'name="kind" value="dossier"',
            'name="subject_type" value="use"',
            f'name="subject_id" value="{use.id}"',
        ):
            assert pair in page

    def test_in_german_the_facts_are_in_german(self, use: Use, sign_in: Any, team: Team) -> None:
        client = sign_in(a_user(Role.OWNER, team=team, language="de"))
        page = text(client.get(f"/uses/{use.id}?part=data"))
        assert "Zweck" in page
        assert "Text zu T-BLOCK-1" in page
