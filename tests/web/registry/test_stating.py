"""Completing the record of a use, and correcting one fact."""

import datetime as dt
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Team
from apps.accounts.services import set_up_organisation
from apps.audit.models import AuditEntry
from apps.facts.models import Assertion
from apps.facts.resolution import Fact
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.policy.evaluation import judge_uses
from apps.registry.models import Use
from tests.making import SETUP, a_model, a_party, a_policy, a_release, a_rule, a_use, state

pytestmark = pytest.mark.django_db


def text(response: HttpResponse) -> str:
    return response.content.decode()


def fact(use: Use, path: str) -> Fact | None:
    prefix, _, name = path.partition(".")
    ids = {
        "deployment": ("deployment", use.deployment_id),
        "use_case": ("use_case", use.use_case_id),
        "model": ("model", use.deployment.release.model_id),
        "version": ("release", use.deployment.release_id),
    }
    ref = SubjectRef(*ids[prefix])
    return current_facts([ref])[ref].get(name)


def send(client: Client, use: Use, **entered: Any) -> Any:
    data = {"state": "claimed_by_owner", **{name.replace("__", "."): value for name, value in entered.items()}}
    return client.post(f"/uses/{use.id}/facts", data)


@pytest.fixture
def use(team: Team) -> Use:
    """A use whose rules wait for facts of its deployment, use case, release, model and operator."""
    a_policy(
        a_rule("T-1", "deployment.retention_days > 30 || use_case.risk_tier == 'tier1'"),
        a_rule("T-2", "deployment.retention_days > 90"),
        a_rule("T-3", "model.lineage_complete"),
        a_rule("T-4", "version.needs_remote_code"),
        a_rule("T-5", "operator.hq_country == 'DE'"),
        a_rule("T-6", "deployment.endpoint_known"),
        a_rule("T-7", "deployment.approved_data_class == 'public'"),
    )
    made = a_use(team, name="Claims triage", release=a_release(a_model(developer=a_party())))
    judge_uses(actor=SETUP, use_ids=[made.id])
    return made


class TestForm:
    def test_asks_for_what_rules_wait_for_and_says_which(self, owner: Client, use: Use) -> None:
        page = text(owner.get(f"/uses/{use.id}/facts"))
        asked = page[page.index('id="deployment.retention_days"') :]
        assert "Retention (days)" in asked
        assert "Longest time for which the operator keeps" in asked
        assert "/policy/rules/T-1" in asked
        assert "/policy/rules/T-2" in asked
        assert "Nobody has stated anything about it yet" in asked
        for name in ("use_case.risk_tier", "version.needs_remote_code"):
            assert f'id="{name}"' in page

    def test_what_others_state_is_named_and_not_asked(self, owner: Client, officer: Client, use: Use) -> None:
        page = text(owner.get(f"/uses/{use.id}/facts"))
        elsewhere = page[page.index("Also missing, not stated here") :]
        for shown in ("Lineage is complete", "Is stated by: Compliance officer.", "Follows from other facts"):
            assert shown in elsewhere
        assert 'id="model.lineage_complete"' not in page
        whole = text(officer.get(f"/uses/{use.id}/facts"))
        assert 'id="model.lineage_complete"' in whole
        assert "shared by all its uses" in whole
        assert "Can be stated once it is known whom" in whole  # the operator is not known yet

    def test_what_is_said_already_stands_beside_the_field(self, owner: Client, use: Use) -> None:
        state("deployment", use.deployment_id, retention_days=7)
        state("deployment", use.deployment_id, channel="import", retention_days=90)
        judge_uses(actor=SETUP, use_ids=[use.id])
        page = text(owner.get(f"/uses/{use.id}/facts")).replace("\u202f", " ")
        asked = page[page.index('id="deployment.retention_days"') :]
        asked = asked[: asked.index('id="use_case') if 'id="use_case' in asked else None]
        assert "7 days" in asked
        assert "90 days" in asked
        assert "command tests" in asked

    def test_a_complete_record_says_so(self, owner: Client, team: Team) -> None:
        a_policy(a_rule("T-1", "deployment.retention_days > 30"))
        made = a_use(team)
        state("deployment", made.deployment_id, retention_days=7)
        judge_uses(actor=SETUP, use_ids=[made.id])
        assert "No rule waits for a fact" in text(owner.get(f"/uses/{made.id}/facts"))


class TestStating:
    def test_several_facts_are_recorded_at_once_and_judged(self, owner: Client, use: Use) -> None:
        response = owner.post(
            f"/uses/{use.id}/facts",
            {
                "state": "claimed_by_owner",
                "source": "Contract 17",
                "source_url": "https://example.test/contract",
                "as_of": "2026-10-01",
                "deployment.retention_days-value": "0",
                "use_case.risk_tier-value": "tier1",
                "version.needs_remote_code-value": "no",
                "version.needs_remote_code-source": "Repository",
                "version.needs_remote_code-state": "claimed_by_provider",
            },
            follow=True,
        )
        page = text(response)
        assert "3 facts are recorded." in page
        assert "Judged by policy" in page
        kept = fact(use, "deployment.retention_days")
        assert kept is not None
        assert (kept.value, kept.source, kept.as_of) == (0, "Contract 17", dt.date(2026, 10, 1))
        assert kept.source_url == "https://example.test/contract"
        own = fact(use, "version.needs_remote_code")
        assert own is not None
        assert (own.value, own.source, own.source_url, own.state) == (False, "Repository", "", "claimed_by_provider")
        use.refresh_from_db()
        assert use.verdict.evaluation.outcomes["T-1"]["outcome"] == "finding"
        assert use.verdict.evaluation.outcomes["T-2"]["outcome"] == "pass"
        actions = set(AuditEntry.objects.values_list("action", flat=True))
        assert {"deployment.state_facts", "use_case.state_facts", "release.state_facts"} <= actions

    def test_what_is_left_empty_stays_unknown(self, owner: Client, use: Use) -> None:
        send(owner, use, **{"deployment.retention_days-value": "7"})
        assert fact(use, "use_case.risk_tier") is None
        assert Assertion.objects.count() == 1
        assert Assertion.objects.get().source_label.startswith("Stated by Otto Owner")

    def test_nothing_entered_is_said(self, owner: Client, use: Use) -> None:
        page = text(send(owner, use))
        assert "Nothing was entered." in page
        assert not Assertion.objects.exists()

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("deployment.retention_days-value", "many", "Enter a number"),
            ("deployment.retention_days-value", "-3", "must not be negative"),
            ("use_case.risk_tier-value", "tier9", "Select a valid choice"),
            ("deployment.retention_days-as_of", "1850-01-01", "between 1990 and today"),
            ("deployment.retention_days-as_of", "2999-01-01", "between 1990 and today"),
            ("deployment.retention_days-valid_until", "2001-01-01", "must not lie before"),
            ("deployment.retention_days-source_url", "javascript:alert(1)", "must be an address"),
            ("deployment.retention_days-state", "verified", "Select a valid choice"),
            ("as_of", "tomorrow", "Enter a valid date"),
            ("source", "x" * 501, "at most 500"),
            ("state", "verified", "Select a valid choice"),
        ],
    )
    def test_what_is_wrong_is_said_at_the_field_and_nothing_is_written(
        self, owner: Client, use: Use, name: str, value: str, message: str
    ) -> None:
        entered = {
            "state": "claimed_by_owner",
            "deployment.retention_days-value": "7",
            "use_case.risk_tier-value": "tier2",
            name: value,
        }
        page = text(owner.post(f"/uses/{use.id}/facts", entered))
        errors = page[page.index(f'id="id_{name}_error"') :]
        assert message in errors[: errors.index("</div>")]
        assert "nothing has been stored yet" in page
        assert not Assertion.objects.exists()

    def test_a_source_without_a_value_is_a_slip(self, owner: Client, use: Use) -> None:
        page = text(send(owner, use, **{"deployment.retention_days-source": "DPA"}))
        assert 'id="id_deployment.retention_days-value_error"' in page
        assert 'value="DPA"' in page

    def test_an_officer_verifies_and_states_what_is_shared(self, officer: Client, use: Use) -> None:
        officer.post(
            f"/uses/{use.id}/facts",
            {"state": "verified", "source": "Own test", "model.lineage_complete-value": "yes"},
        )
        found = fact(use, "model.lineage_complete")
        assert found is not None
        assert (found.value, found.state) == (True, "verified")

    def test_an_owner_cannot_slip_in_what_is_not_theirs(self, owner: Client, use: Use) -> None:
        send(owner, use, **{"model.lineage_complete-value": "yes", "deployment.retention_days-value": "1"})
        assert list(Assertion.objects.values_list("field", flat=True)) == ["retention_days"]

    def test_facts_of_the_organisation_are_the_officers(self, officer: Client, owner: Client, team: Team) -> None:
        set_up_organisation(actor=SETUP, name="Nordlicht AG")
        a_policy(a_rule("T-1", "org.country == 'DE'"))
        made = a_use(team)
        judge_uses(actor=SETUP, use_ids=[made.id])
        assert "org.country-value" not in text(owner.get(f"/uses/{made.id}/facts"))
        send(officer, made, **{"org.country-value": "DE"})
        assert Assertion.objects.get(subject_type="org").value == "DE"

    def test_only_those_who_may(
        self, use: Use, teammate: Client, stranger: Client, auditor: Client, approver: Client, anonymous: Client
    ) -> None:
        entered = {"deployment.retention_days-value": "7"}
        assert send(stranger, use, **entered).status_code == 404
        assert send(auditor, use, **entered).status_code == 403
        assert send(approver, use, **entered).status_code == 403
        assert send(anonymous, use, **entered).status_code == 302
        assert not Assertion.objects.exists()
        assert send(teammate, use, **entered).status_code == 302
        assert Assertion.objects.count() == 1


class TestOneFact:
    address = "/uses/{}/facts?field={}"

    def test_any_fact_is_corrected_with_a_reason(self, owner: Client, use: Use) -> None:
        state("deployment", use.deployment_id, region="Frankfurt")
        address = self.address.format(use.id, "deployment.region")
        page = text(owner.get(address))
        assert "Frankfurt</textarea>" in page
        assert "command tests" in page
        done = owner.post(
            address, {"value": "Paris", "state": "claimed_by_owner", "source": "Console", "reason": "It was moved"}
        )
        assert done.headers["Location"] == f"/uses/{use.id}"
        found = fact(use, "deployment.region")
        assert found is not None
        assert (found.value, found.source) == ("Paris", "Console")
        assert AuditEntry.objects.filter(action="deployment.state_facts", reason="It was moved").exists()
        assert Assertion.objects.filter(field="region").count() == 2

    def test_a_fact_is_withdrawn_to_unknown(self, owner: Client, use: Use) -> None:
        state("deployment", use.deployment_id, retention_days=7)
        address = self.address.format(use.id, "deployment.retention_days")
        owner.post(address, {"value": "7", "state": "unknown", "reason": "The contract does not say so"})
        found = fact(use, "deployment.retention_days")
        assert found is not None
        assert (found.value, found.state) == (None, "unknown")

    @pytest.mark.parametrize(
        ("path", "stored", "control"),
        [
            ("deployment.sub_processors", ["A Ltd", "B Ltd"], ">\nA Ltd\nB Ltd</textarea>"),
            ("deployment.sub_processors", [], ">\n-</textarea>"),
            ("deployment.processing_countries", ["CA-QC", "DE"], '<option value="CA-QC" selected>CA-QC</option>'),
            ("deployment.egress_blocked", False, '<option value="no" selected>No</option>'),
            ("deployment.governing_law_country", "DE", '<option value="DE" selected>Germany</option>'),
            ("deployment.retention_days", 30, 'value="30"'),
            ("use_case.next_review", "2027-01-02", 'value="2027-01-02"'),
            ("use_case.us_person_counts", {"health": 1200}, "health: 1200</textarea>"),
            ("use_case.data_categories", [], 'value="-"'),
        ],
    )
    def test_every_kind_of_field_shows_and_keeps_what_is_stored(
        self, owner: Client, use: Use, path: str, stored: Any, control: str
    ) -> None:
        prefix, _, name = path.partition(".")
        state(prefix, use.deployment_id if prefix == "deployment" else use.use_case_id, **{name: stored})
        address = self.address.format(use.id, path)
        page = text(owner.get(address))
        assert control in page
        owner.post(address, {"value": _as_sent(stored), "state": "claimed_by_owner", "reason": "Looked again"})
        found = fact(use, path)
        assert found is not None
        assert found.value == stored
        assert Assertion.objects.filter(field=name).count() == 2

    def test_a_party_is_named_not_numbered(self, owner: Client, use: Use) -> None:
        first, second = a_party("First Host"), a_party("Second Host")
        state("deployment", use.deployment_id, operator=str(first.id))
        address = self.address.format(use.id, "deployment.operator")
        page = text(owner.get(address))
        assert 'value="First Host"' in page
        assert '<option value="Second Host">' in page
        owner.post(address, {"value": "second host", "state": "claimed_by_owner", "reason": "Moved"})
        use.deployment.refresh_from_db()
        assert use.deployment.operator == second

    def test_reason_and_value_are_needed(self, owner: Client, use: Use) -> None:
        address = self.address.format(use.id, "deployment.region")
        page = text(owner.post(address, {"value": "", "state": "claimed_by_owner", "source": "Console"}))
        assert 'id="id_value_error"' in page
        assert 'id="id_reason_error"' in page
        assert 'value="Console"' in page
        assert not Assertion.objects.exists()

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("deployment.nonsense", 404),
            ("nonsense", 404),
            ("operator.hq_country", 404),
            ("deployment.endpoint_known", 403),
            ("deployment.approved_data_class", 403),
            ("model.kind", 403),
            ("exception.reason", 404),
        ],
    )
    def test_only_facts_that_there_are_and_that_are_theirs(
        self, owner: Client, use: Use, path: str, status: int
    ) -> None:
        address = self.address.format(use.id, path)
        assert owner.get(address).status_code == status
        assert owner.post(address, {"value": "x", "state": "claimed_by_owner", "reason": "y"}).status_code == status

    def test_a_statement_may_end(self, owner: Client, use: Use) -> None:
        address = self.address.format(use.id, "deployment.retention_days")
        tomorrow = timezone.localdate() + dt.timedelta(days=1)
        entered = {
            "value": "7",
            "state": "claimed_by_owner",
            "reason": "Until then",
            "valid_until": tomorrow.isoformat(),
        }
        owner.post(address, entered)
        assert Assertion.objects.get().valid_until == tomorrow


def _as_sent(stored: Any) -> Any:
    """What a browser sends for a value as it is shown."""
    if isinstance(stored, bool):
        return "yes" if stored else "no"
    if isinstance(stored, dict):
        return "\n".join(f"{key}: {value}" for key, value in stored.items())
    if stored == []:
        return "-"
    if isinstance(stored, list) and stored[0].endswith("Ltd"):
        return "\n".join(stored)
    return stored
