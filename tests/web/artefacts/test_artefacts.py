"""The pages of a release's files: what they show, what is sent, who may, and what comes back for bad input."""

import io
import zipfile
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.audit.models import AuditEntry
from apps.registry.models import Release, TrustedSigner, Verification
from tests.registry.verification.signing import Key, a_folder, sign_with_key
from tests.web.conftest import ClientOf
from tests.web.world import KEY, World

SUM, OTHER = "a" * 64, "b" * 64


def file(content: bytes, name: str = "SHA256SUMS") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def address(world: World, below: str = "") -> str:
    return f"/releases/{world.shared['release_id']}/artefacts{below}"


def release(world: World) -> Release:
    return Release.objects.get(id=world.shared["release_id"])


class TestThePage:
    def test_shows_files_checks_and_whose_signature_counts(self, world: World, client_of: ClientOf) -> None:
        shown = client_of("owner").get(address(world)).content.decode()
        for text in (
            "config.json",
            "by its name",
            "Different",
            "Holder of the key",
            "verify_artefacts FOLDER",
            "Invalid",
        ):
            assert text in shown, text
        assert "/artefacts/sums" in shown
        assert "trusted-signers/new" not in shown

    def test_offers_no_change_to_who_may_not(self, world: World, client_of: ClientOf) -> None:
        for persona in ("auditor", "approver"):
            shown = client_of(persona).get(address(world)).content.decode()
            assert "/artefacts/sums" not in shown
            assert "config.json" in shown

    def test_is_linked_from_the_model(self, world: World, client_of: ClientOf) -> None:
        assert address(world) in client_of("owner").get(f"/models/{world.model.id}").content.decode()

    def test_escapes_what_files_are_called(self, world: World, client_of: ClientOf) -> None:
        text = f"{SUM}  <b>bold<\\b>.bin\n".replace("<\\b>", "")
        client_of("officer").post(address(world, "/sums"), {"file": file(text.encode()), "action": "record"})
        shown = client_of("officer").get(address(world)).content.decode()
        assert "&lt;b&gt;bold" in shown
        assert "<b>bold" not in shown


class TestACheck:
    def test_shows_reasons_signer_cover_and_files(self, world: World, client_of: ClientOf) -> None:
        shown = client_of("auditor").get(f"/verifications/{world.shared['verification_id']}").content.decode()
        for text in (
            "Signed by SHA-256",
            "Files that are not the signed ones (1): config.json",
            "Who signed",
            "Alpha Labs",
            "Differing",
        ):
            assert text in shown, text
        assert "the files were not read" in shown

    def test_gives_its_proof(self, world: World, client_of: ClientOf) -> None:
        answer = client_of("auditor").get(f"/verifications/{world.shared['verification_id']}/proof")
        assert answer["Content-Type"] == "application/zip"
        names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
        assert set(names) == {"model.sig", "public-key.pem", "result.json", "SHA256SUMS", "VERIFY.txt"}

    def test_speaks_german(self, world: World, client_of: ClientOf) -> None:
        answer = client_of("mate").get(f"/verifications/{world.shared['verification_id']}")
        assert answer.status_code == 200
        assert 'lang="de"' in answer.content.decode()


class TestSums:
    def test_are_recorded_compared_and_kept(self, world: World, client_of: ClientOf) -> None:
        client = client_of("owner")
        lines = f"{SUM}  model.bin\n".encode()
        answer = client.post(address(world, "/sums"), {"file": file(lines), "action": "record"}, follow=True)
        assert "1 checksum recorded, 0 unchanged, 0 replaced." in answer.content.decode()
        answer = client.post(address(world, "/sums"), {"file": file(lines), "action": "compare_in_use"}, follow=True)
        assert "Files that are missing" in answer.content.decode()
        assert AuditEntry.objects.filter(action="artefact.verify", subject_type="registry.verification").count() >= 1

    def test_that_are_wrong_are_told_at_the_field_and_nothing_is_written(
        self, world: World, client_of: ClientOf
    ) -> None:
        before = release(world).artefacts.count()
        for content, said in (
            (b"xyz  a.bin\n", "line 1: must be 64 hexadecimal digits"),
            (f"{SUM}  ../a\n".encode(), "must not lead out of the folder"),
            (f"{SUM}  a\n{SUM}  ./a\n".encode(), "stands there twice"),
            (b"\xff\xfe", "is no UTF-8 text at byte 0"),
            (f"{OTHER}  config.json\n".encode(), "is recorded with another checksum"),
        ):
            answer = client_of("owner").post(address(world, "/sums"), {"file": file(content), "action": "record"})
            assert answer.status_code == 200
            assert said in answer.content.decode(), content
        assert release(world).artefacts.count() == before

    def test_of_a_strangers_release_are_not_in_sight(self, world: World, client_of: ClientOf) -> None:
        from tests.making import a_release

        other = a_release()
        for below in ("sums", "signature"):
            assert client_of("owner").get(f"/releases/{other.id}/artefacts/{below}").status_code == 404
            assert client_of("officer").get(f"/releases/{other.id}/artefacts/{below}").status_code == 200


class TestSignatures:
    def test_are_verified_with_the_declared_signer(self, world: World, client_of: ClientOf, tmp_path: Path) -> None:
        bundle = sign_with_key(a_folder(tmp_path / "m", {"new.bin": b"1"}), KEY)
        answer = client_of("owner").post(
            address(world, "/signature"), {"bundle": file(bundle, "model.sig"), "record": "on"}, follow=True
        )
        check = Verification.objects.latest("created_at")
        assert check.performed_by == world.people["owner"].name or check.performed_by
        assert "a trusted signer of Alpha Labs" in answer.content.decode()

    def test_of_others_are_shown_as_not_trusted(self, world: World, client_of: ClientOf, tmp_path: Path) -> None:
        key = Key.new()
        bundle = sign_with_key(a_folder(tmp_path / "m", {"other.bin": b"1"}), key)
        data: dict[str, Any] = {"bundle": file(bundle), "public_key": file(key.public_pem.encode())}
        answer = client_of("owner").post(address(world, "/signature"), data, follow=True)
        assert "who is not trusted here" in answer.content.decode()

    def test_that_cannot_be_read_are_told_at_the_field(self, world: World, client_of: ClientOf) -> None:
        before = Verification.objects.count()
        answer = client_of("owner").post(address(world, "/signature"), {"bundle": file(b"nothing")})
        assert "the bundle is no JSON" in answer.content.decode()
        assert Verification.objects.count() == before


class TestSigners:
    def test_are_declared_and_withdrawn_by_officers(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        data = {
            "party": str(world.developer.id),
            "kind": "key",
            "material": Key.new().public_pem,
            "source": "Letter of 2026-11-02",
        }
        answer = client.post("/trusted-signers/new", data, follow=True)
        assert "The signer is declared" in answer.content.decode()
        assert "Letter of 2026-11-02" in answer.content.decode()
        signer = TrustedSigner.objects.latest("created_at")
        answer = client.post(f"/trusted-signers/{signer.id}/withdraw", {"reason": "Lost"}, follow=True)
        assert "Withdrawn" in answer.content.decode()
        assert AuditEntry.objects.get(action="signer.withdraw").reason == "Lost"

    def test_that_cannot_serve_are_told_at_the_field(self, world: World, client_of: ClientOf) -> None:
        before = TrustedSigner.objects.count()
        for material, said in (
            (Key.new().private_pem.decode(), "is a private key"),
            ("x", "must be an elliptic curve public key"),
            (KEY.public_pem, "declared already"),
        ):
            data = {"party": str(world.developer.id), "kind": "key", "material": material, "source": "x"}
            assert said in client_of("officer").post("/trusted-signers/new", data).content.decode()
        data = {"party": str(world.developer.id), "kind": "key", "material": "x", "source": "x", "namespace": "nope"}
        assert (
            "is no namespace of this party" in client_of("officer").post("/trusted-signers/new", data).content.decode()
        )
        assert TrustedSigner.objects.count() == before
