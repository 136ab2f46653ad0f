"""Pages of models: what is recorded there, by whom."""

import pytest
from django.test import Client

from apps.accounts.roles import Role
from apps.core.errors import NotPermitted
from apps.registry import services
from apps.registry.models import Artefact, LineageEdge, Release
from tests.making import a_model, a_release, a_team, a_use, a_user, an_actor

pytestmark = pytest.mark.django_db
SHA = "0123456789abcdef" * 4


def signed_in(*roles: str, team: object = None) -> Client:
    client = Client()
    client.force_login(a_user(*roles, team=team))
    return client


def test_a_file_is_recorded_by_its_checksum_and_shown() -> None:
    release = a_release()
    client = signed_in(Role.OFFICER)
    answer = client.post(f"/releases/{release.id}/files/new", {"path": "model.safetensors", "sha256": SHA.upper()})
    assert answer["Location"] == f"/models/{release.model_id}"
    assert Artefact.objects.get(release=release).sha256 == SHA
    assert SHA in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(("sha256", "said"), [("abc", "64 hexadecimal digits"), ("", "required")])
def test_a_wrong_checksum_is_said_at_the_field(sha256: str, said: str) -> None:
    release = a_release()
    answer = signed_in(Role.OFFICER).post(f"/releases/{release.id}/files/new", {"path": "a.bin", "sha256": sha256})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Artefact.objects.exists()


def test_a_team_records_files_of_releases_it_runs_only() -> None:
    team = a_team()
    use = a_use(team=team)
    client = signed_in(Role.OWNER, team=team)
    body = {"path": "model.safetensors", "sha256": SHA}
    assert client.post(f"/releases/{use.deployment.release_id}/files/new", body).status_code == 302
    assert client.post(f"/releases/{a_release().id}/files/new", body).status_code == 404


def test_a_revision_is_entered_and_one_that_moves_is_refused() -> None:
    model = a_model()
    client = signed_in(Role.OFFICER)
    assert client.post(f"/models/{model.id}/releases/new", {"revision": "2026-10-01"}).status_code == 302
    moving = client.post(f"/models/{model.id}/releases/new", {"revision": "main"})
    assert "moves" in moving.content.decode()
    assert set(Release.objects.filter(model=model).values_list("revision", flat=True)) == {"", "2026-10-01"}


def test_lineage_and_identifiers_are_changed_by_those_who_see_everything() -> None:
    model = a_model()
    owner = an_actor(Role.OWNER, team=a_team())
    with pytest.raises(NotPermitted):
        services.add_lineage_edge(actor=owner, child=model, relation="finetune", parent_name="X", source="Card")
    with pytest.raises(NotPermitted):
        services.add_alias(actor=owner, model=model, namespace="api", identifier="x")
    officer = signed_in(Role.OFFICER)
    form = {"relation": "finetune", "parent": "Nobody knows it", "source": "Model card"}
    assert officer.post(f"/models/{model.id}/parents/new", form).status_code == 302
    edge = LineageEdge.objects.get(child=model)
    assert (edge.parent, edge.parent_name) == (None, "Nobody knows it")
    assert "not in the register" in officer.get(f"/models/{model.id}").content.decode()
