"""`licence-texts` and `changes` over the API."""

import base64

import pytest

from apps.accounts.roles import Role
from apps.licences.models import LicenceText
from apps.registry.models import Release
from tests.api.calling import a_caller
from tests.api.register import a_register
from tests.making import a_team
from tests.reviews.changing import TEXT, a_licence, a_policy_in_force, an_approved_use, bring, compared

pytestmark = pytest.mark.django_db


class TestTexts:
    def test_bytes_are_kept_as_they_come_and_a_known_text_concludes_the_licence_of_its_release(self) -> None:
        register = a_register()
        officer = a_caller(Role.OFFICER)
        content = "\ufeffA licence.\r\n".encode()
        release = register.model.releases.get(revision="")
        licence = a_licence("own-1")
        body = {"content": base64.b64encode(content).decode(), "source": "LICENSE", "release": str(release.id)}
        made = officer.post("licence-texts", body)
        assert (made["state"], made["licence"]) == ("unknown", None)
        assert bytes(LicenceText.objects.get(id=made["id"]).content) == content
        assert [one["release"] for one in made["sightings"]] == [str(release.id)]
        done = officer.post(f"licence-texts/{made['id']}/confirm", {"licence": str(licence.id)}, status=200)
        assert (done["state"], done["how"], done["licence"]) == ("confirmed", "person", str(licence.id))
        assert Release.objects.get(id=release.id).licence == licence
        again = officer.post("licence-texts", body)
        assert again["id"] == made["id"]

    def test_wrong_bodies(self) -> None:
        officer = a_caller(Role.OFFICER)
        for body, pointer in (
            ({"source": "LICENSE"}, "/text"),
            ({"source": "LICENSE", "text": "a", "content": "YQ=="}, "/text"),
            ({"source": "LICENSE", "content": "no base64!"}, "/content"),
            ({"source": "LICENSE", "text": "%PDF-1.7"}, "/content"),
            ({"source": "LICENSE", "text": " "}, "/content"),
            ({"source": "LICENSE", "text": "a", "url": "ftp://x"}, "/url"),
        ):
            found = officer.refused("POST", "licence-texts", body, status=422)
            assert pointer in [one["pointer"] for one in found["errors"]], (body, found)


class TestChanges:
    def test_a_change_is_listed_with_its_uses_and_settled(self) -> None:
        a_policy_in_force()
        team = a_team()
        use = an_approved_use(team=team)
        bring(use, TEXT.replace("100", "50"))
        compared()
        officer, mate, stranger = (
            a_caller(Role.OFFICER),
            a_caller(Role.OWNER, team=team),
            a_caller(Role.OWNER, team=a_team()),
        )
        (found,) = officer.get("changes")["results"]
        assert (found["kind"], found["waiting"]) == ("licence-text", 1)
        assert [(one["use"], one["state"]) for one in found["uses"]] == [(str(use.id), "open")]
        assert stranger.get("changes")["results"] == []
        stranger.refused("GET", f"changes/{found['id']}", status=404)
        mate.post(f"changes/{found['id']}/propose", {"reason": "A typing error."}, status=200)
        mate.refused("POST", f"changes/{found['id']}/agree", {"reason": "Mine."}, status=403)
        done = officer.post(f"changes/{found['id']}/agree", {"reason": "So it is.", "uses": [str(use.id)]}, status=200)
        assert (done["waiting"], done["uses"][0]["state"]) == (0, "not_material")
        officer.refused("POST", f"changes/{found['id']}/approve", {"reason": "Again."}, status=409)
