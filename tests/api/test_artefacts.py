"""Checksums, signatures, checks and trusted signers over the API."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from apps.accounts.roles import Role
from apps.registry.models import Release, Verification
from tests.api.calling import Form, Holder, a_caller, pointers
from tests.making import a_model, a_party, a_release, a_team, a_use
from tests.registry.verification.signing import FILES, Key, a_folder, sign_with_key

pytestmark = pytest.mark.django_db
SUM, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def release() -> Release:
    return a_release(a_model("Alpha-7B", developer=a_party("Alpha Labs")))


@pytest.fixture
def officer() -> Holder:
    return a_caller(Role.OFFICER)


class TestSums:
    def test_of_a_file_are_recorded_once_and_compared(self, officer: Holder, release: Release) -> None:
        address = f"releases/{release.id}/sums"
        text = f"{SUM}  model.safetensors\n{OTHER} *README.md\n".encode()
        found = officer.post(address, Form(text, name="SHA256SUMS"), status=200)
        assert (found["created"], found["unchanged"], found["verification"]) == (2, 0, None)
        assert officer.post(address, Form(text), status=200)["unchanged"] == 2
        listed = officer.get(f"artefacts?release={release.id}")["results"]
        assert {one["path"]: one["sha256"] for one in listed} == {"model.safetensors": SUM, "README.md": OTHER}
        found = officer.post(
            address,
            {"action": "compare_in_use", "files": [{"path": "model.safetensors", "sha256": OTHER}]},
            status=200,
        )["verification"]
        assert (found["outcome"], found["differing"], found["missing"]) == ("differs", 1, 1)
        assert [one["code"] for one in found["reasons"]] == ["differing", "missing"]
        assert officer.get(f"verifications/{found['id']}/files")["files"][0] == {
            "path": "model.safetensors",
            "result": "differing",
            "expected": SUM,
            "found": OTHER,
        }

    def test_that_differ_are_not_overwritten_without_a_word(self, officer: Holder, release: Release) -> None:
        address = f"releases/{release.id}/sums"
        officer.post(address, {"files": [{"path": "a.bin", "sha256": SUM}]}, status=200)
        changed = {"files": [{"path": "a.bin", "sha256": OTHER}]}
        found = officer.refused("POST", address, changed, status=409)
        assert "“a.bin” is recorded with another checksum" in json.dumps(found["errors"], ensure_ascii=False)
        assert pointers(officer.refused("POST", address, {**changed, "action": "replace"}, status=422)) == ["/reason"]
        found = officer.post(address, {**changed, "action": "replace", "reason": "New upload"}, status=200)
        assert found["replaced"] == 1

    @pytest.mark.parametrize(
        ("path", "said"), [("../x", "must not lead out"), ("/etc/passwd", "must be relative"), ("C:/x", "relative")]
    )
    def test_of_paths_that_lead_elsewhere_are_refused(
        self, officer: Holder, release: Release, path: str, said: str
    ) -> None:
        address = f"releases/{release.id}/sums"
        found = officer.refused("POST", address, {"files": [{"path": path, "sha256": SUM}]}, status=422)
        assert pointers(found) == ["/files/0/path"]
        assert said in found["errors"][0]["message"]
        found = officer.refused("POST", address, Form(f"{SUM}  {path}\n".encode()), status=422)
        assert found["errors"][0]["message"].startswith("line 1: the path must")

    def test_compared_with_nothing_is_a_conflict(self, officer: Holder, release: Release) -> None:
        body = {"action": "compare", "files": [{"path": "a.bin", "sha256": SUM}]}
        officer.refused("POST", f"releases/{release.id}/sums", body, status=409)


class TestSignatures:
    def test_are_verified_shown_and_kept(self, officer: Holder, release: Release, tmp_path: Path) -> None:
        key = Key.new()
        bundle = sign_with_key(a_folder(tmp_path / "m"), key)
        signer = officer.post(
            "trusted-signers",
            {
                "party": str(release.model.developer_id),
                "kind": "key",
                "material": key.public_pem,
                "source": "Their site",
            },
        )
        address = f"releases/{release.id}/signature"
        found = officer.post(address, Form(bundle, part="bundle", fields={"unrecorded": "record"}))
        assert (found["outcome"], found["compared"], found["trusted_signer"]) == ("verified", "sums", signer["id"])
        assert found["signer"]["key_sha256"] == signer["fingerprint"]
        assert found["covers"]["files"] == len(FILES)
        answer = officer.call("GET", f"verifications/{found['id']}/proof", headers={"Accept": "application/zip"})
        assert answer["Content-Type"] == "application/zip"
        assert zipfile.ZipFile(io.BytesIO(answer.content)).read("model.sig") == bundle
        listed = officer.get(f"verifications?release={release.id}&kind=signature&outcome=verified")["results"]
        assert [one["id"] for one in listed] == [found["id"]]
        signer = officer.post(f"trusted-signers/{signer['id']}/withdraw", {"reason": "Lost"}, status=200)
        assert signer["withdrawn_at"]
        found = officer.refused("POST", address, Form(bundle, part="bundle"), status=422)
        assert pointers(found) == ["/public_key"]

    @pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"mediaType": 1}', b"[" * 100_000])
    def test_that_cannot_be_read_are_refused_with_words(
        self, officer: Holder, release: Release, content: bytes
    ) -> None:
        found = officer.refused("POST", f"releases/{release.id}/signature", Form(content, part="bundle"), status=422)
        assert pointers(found) == ["/bundle"]
        assert not Verification.objects.exists()

    def test_are_for_owners_of_the_release_and_officers(self, release: Release, tmp_path: Path) -> None:
        ours, key = a_team(), Key.new()
        a_use(ours, release=release)
        bundle = sign_with_key(a_folder(tmp_path / "m"), key)
        a_caller(Role.OFFICER).post(
            "trusted-signers",
            {"party": str(release.model.developer_id), "kind": "key", "material": key.public_pem, "source": "x"},
        )
        address, form = f"releases/{release.id}/signature", Form(bundle, part="bundle")
        a_caller(Role.OWNER, team=ours).post(address, form)
        a_caller(Role.OWNER, team=a_team()).refused("POST", address, form, status=404)
        a_caller(Role.AUDITOR).refused("POST", address, form, status=403)


def test_a_namespace_of_another_party_is_refused(officer: Holder, release: Release) -> None:
    body: dict[str, Any] = {
        "party": str(release.model.developer_id),
        "namespace": "nobody",
        "kind": "key",
        "material": Key.new().public_pem,
        "source": "x",
    }
    assert pointers(officer.refused("POST", "trusted-signers", body, status=422)) == ["/namespace"]
