"""`verify_artefacts`: recording, comparing, verifying and checking a proof again, where the files are."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.registry.models import Release, Verification
from apps.registry.services.models import AliasInput
from apps.registry.services.signers import declare_signer
from tests.making import SETUP, a_model, a_party, a_release
from tests.registry.verification.signing import Key, a_folder, sign_with_key

pytestmark = pytest.mark.django_db
FILES = {
    "config.json": b'{"auto_map": {"AutoModel": "modeling.X"}}',
    "model.safetensors": b"\x08" + bytes(7) + b'{"a":{}}',
    "old.bin": b"\x80\x02}q\x00.",
}


@pytest.fixture
def release() -> Release:
    aliases = [AliasInput("huggingface", "Alpha/Alpha-7B")]
    return a_release(a_model("Alpha-7B", developer=a_party("Alpha Labs"), aliases=aliases))


def run(*arguments: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command("verify_artefacts", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def values(release: Release) -> dict[str, tuple[Any, str]]:
    subject = SubjectRef("release", release.id)
    return {name: (fact.value, fact.state) for name, fact in current_facts([subject])[subject].items()}


def test_records_then_compares_and_states_what_was_read(release: Release, tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "m", FILES)
    assert "Recorded: 3 new, 0 unchanged." in run(folder, "--release", "Alpha/Alpha-7B", "--record")
    assert "Recorded: 0 new, 3 unchanged." in run(folder, "--release", release.id, "--record")
    said = run(folder, "--release", release.id)
    assert "Files read and compared: Equal" in said
    assert values(release) == {
        "artifact_sha256_matches": (True, "verified"),
        "file_formats": (["pickle", "safetensors"], "verified"),
        "needs_remote_code": (True, "verified"),
        "signature_state": ("absent", "inferred"),
    }


def test_ends_badly_when_anything_differs_and_keeps_the_result(release: Release, tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "m", FILES)
    run(folder, "--release", release.id, "--record")
    (folder / "old.bin").write_bytes(b"other")
    (folder / "added.py").write_bytes(b"pass")
    (folder / "config.json").unlink()
    out = io.StringIO()
    with pytest.raises(CommandError, match="Not all is as it should be"):
        call_command("verify_artefacts", str(folder), "--release", str(release.id), stdout=out)
    for line in ("differing  old.bin", "missing    config.json", "additional added.py"):
        assert line in out.getvalue()
    kept = Verification.objects.get()
    assert (kept.equal, kept.differing, kept.missing, kept.additional) == (1, 1, 1, 1)
    assert kept.performed_by == "command verify_artefacts"
    assert values(release)["artifact_sha256_matches"] == (False, "verified")


def test_takes_a_part_where_that_is_said(release: Release, tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "m", FILES)
    run(folder, "--release", release.id, "--record")
    (folder / "old.bin").unlink()
    with pytest.raises(CommandError):
        run(folder, "--release", release.id)
    assert "old.bin" in run(folder, "--release", release.id, "--partial")
    assert values(release)["artifact_sha256_matches"] == (True, "verified")


def test_verifies_a_signature_and_later_its_proof(release: Release, tmp_path: Path) -> None:
    folder, key = a_folder(tmp_path / "m", FILES), Key.new()
    (folder / "model.sig").write_bytes(sign_with_key(folder, key))
    assert release.model.developer
    declare_signer(actor=SETUP, party=release.model.developer, kind="key", material=key.public_pem, source="Site")
    run(folder, "--release", release.id, "--record", "--ignore", "model.sig")
    said = run(folder, "--release", release.id, "--signature", folder / "model.sig", "--ignore", "model.sig")
    assert "Signature checked: Verified" in said
    assert values(release)["signature_state"] == ("verified", "verified")
    proof = tmp_path / "proof.zip"
    proof.write_bytes(bytes(Verification.objects.get(kind="signature").proof))
    assert "the signature holds" in run("--proof", proof)
    content = proof.read_bytes()
    proof.write_bytes(content[:-10])
    with pytest.raises(CommandError, match="is no proof"):
        run("--proof", proof)


def test_says_what_is_missing(release: Release, tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "m", FILES)
    for arguments, said in (
        ((folder,), "which release"),
        ((folder, "--release", "nobody/knows"), "is no release"),
        ((folder, "--release", release.id), "No checksum of this release is recorded yet"),
        ((tmp_path / "nowhere", "--release", release.id, "--record"), "path: must be a folder"),
    ):
        with pytest.raises(CommandError, match=said):
            run(*arguments)
