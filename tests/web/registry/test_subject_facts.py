"""Facts of shared subjects are stated from their own pages: by whom, with what came of it."""

import pytest
from django.test import Client

from apps.accounts.roles import Role
from apps.audit.models import AuditEntry
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.policy.models import DueUse
from tests.making import a_model, a_party, a_release, a_team, a_use, a_user

pytestmark = pytest.mark.django_db


def signed_in(*roles: str, team: object = None) -> Client:
    client = Client()
    client.force_login(a_user(*roles, team=team))
    return client


FORM = {
    "value": "DE",
    "state": "claimed_by_owner",
    "source": "Commercial register",
    "source_url": "",
    "as_of": "2026-11-01",
    "valid_until": "",
    "reason": "Read today",
}


def test_an_officer_states_a_fact_of_a_party_and_its_uses_are_marked() -> None:
    party = a_party()
    use = a_use(release=a_release(a_model(developer=party)))
    DueUse.objects.all().delete()
    client = signed_in(Role.OFFICER)
    page = client.get(f"/parties/{party.id}").content.decode()
    assert f"/facts/party/{party.id}/hq_country" in page
    answer = client.post(f"/facts/party/{party.id}/hq_country", FORM)
    assert answer.status_code == 302
    assert answer["Location"] == f"/parties/{party.id}"
    subject = SubjectRef("party", party.id)
    fact = current_facts([subject])[subject]["hq_country"]
    assert (fact.value, fact.source, fact.as_of.isoformat()) == ("DE", "Commercial register", "2026-11-01")
    assert DueUse.objects.filter(use=use).exists() or use.verdict
    assert AuditEntry.objects.filter(action="party.state_facts", reason="Read today").exists()


def test_a_wrong_value_is_said_at_the_field_and_nothing_is_written() -> None:
    party = a_party()
    before = AuditEntry.objects.count()
    answer = signed_in(Role.OFFICER).post(f"/facts/party/{party.id}/ownership_resolved_pct", {**FORM, "value": "101"})
    assert answer.status_code == 200
    assert "must lie between 0 and 100" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="party.state_facts").exists()
    assert AuditEntry.objects.count() == before + 2  # the person and the role of the officer


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.APPROVER])
def test_who_may_not_state_facts_is_told_so(role: str) -> None:
    party = a_party()
    client = signed_in(role)
    assert "/facts/party/" not in client.get(f"/parties/{party.id}").content.decode()
    assert client.post(f"/facts/party/{party.id}/hq_country", FORM).status_code == 403


def test_an_owner_states_facts_of_the_own_deployment_and_none_that_all_share() -> None:
    team = a_team()
    use = a_use(team=team)
    client = signed_in(Role.OWNER, team=team)
    own = client.post(f"/facts/deployment/{use.deployment_id}/region", {**FORM, "value": "Frankfurt"})
    assert own.status_code == 302
    assert client.post(f"/facts/party/{a_party().id}/hq_country", FORM).status_code == 403
    stranger = signed_in(Role.OWNER, team=a_team())
    assert stranger.post(f"/facts/deployment/{use.deployment_id}/region", FORM).status_code == 404


@pytest.mark.parametrize("address", ["/facts/party/{}/nonsense", "/facts/nonsense/{}/name", "/facts/release/{}/status"])
def test_what_is_no_fact_of_a_page_is_not_found(address: str) -> None:
    answer = signed_in(Role.OFFICER).get(address.format(a_party().id))
    assert answer.status_code in (404, 422)
