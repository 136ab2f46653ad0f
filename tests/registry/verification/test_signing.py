"""Verifying for a release: whose signature, trusted or not, what was compared, and what is stated and kept."""

import io
import socket
import zipfile
from pathlib import Path
from typing import Any

import pytest
from model_signing import hashing, verifying

from apps.accounts.roles import Role
from apps.core.errors import InvalidInput, NotFound, NotPermitted
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.parties.models import Party
from apps.registry import services as registry
from apps.registry.models import Release, Verification
from apps.registry.services.models import AliasInput
from apps.registry.services.signatures import Given, verify_signature
from apps.registry.services.signers import declare_signer, withdraw_signer
from apps.registry.verification import proofs
from tests.making import SETUP, a_model, a_party, a_release, a_team, a_use, an_actor, officer
from tests.registry.verification.signing import (
    FILES,
    IDENTITY,
    ISSUER,
    Authority,
    Key,
    a_folder,
    material,
    needs_samples,
    sample,
    sign_with_certificate,
    sign_with_key,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def developer() -> Party:
    return a_party("Alpha Labs")


@pytest.fixture
def release(developer: Party) -> Release:
    return a_release(a_model("Alpha-7B", developer=developer))


def facts(release: Release) -> dict[str, Any]:
    return current_facts([SubjectRef("release", release.id)])[SubjectRef("release", release.id)]


def codes(check: Verification) -> list[str]:
    return [one["code"] for one in check.reasons]


def trust(party: Party, kind: str, text: str, **more: Any) -> Any:
    return declare_signer(actor=SETUP, party=party, kind=kind, material=text, source="Their site", **more)


class TestARealSample:
    @needs_samples
    @pytest.mark.parametrize(
        ("kind", "name", "text", "more"),
        [
            ("elliptic-key", "key", "keys/signing-key-pub.pem", {}),
            ("certificate", "certificate", "keys/ca-cert.pem", {"identity": "CN=intermediate-ca"}),
            ("sigstore", "keyless", "sigstore_trust_config.json", {"identity": IDENTITY, "issuer": ISSUER}),
        ],
    )
    def test_verifies_by_a_declared_signer_with_the_files_read(
        self, release: Release, developer: Party, kind: str, name: str, text: str, more: dict[str, str]
    ) -> None:
        folder, bundle = sample(kind)
        signer = trust(developer, name, material(text), **more)
        check = verify_signature(actor=SETUP, release=release, bundle=bundle, root=folder, ignored=["ignore-me"])
        assert (check.outcome, check.compared, check.equal) == ("verified", "files", 2), check.reasons
        assert check.trusted_signer == signer
        fact = facts(release)["signature_state"]
        assert (fact.value, fact.state) == ("verified", "verified")
        assert check.covers["files"] == 2

    @needs_samples
    @pytest.mark.parametrize("kind", ["elliptic-key", "certificate", "sigstore"])
    def test_agrees_with_the_publishers_tool(self, release: Release, developer: Party, kind: str) -> None:
        folder, bundle = sample(kind)
        config = {
            "elliptic-key": lambda one: one.use_elliptic_key_verifier(public_key=_path("keys/signing-key-pub.pem")),
            "certificate": lambda one: one.use_certificate_verifier(certificate_chain=[_path("keys/ca-cert.pem")]),
            "sigstore": lambda one: one.use_sigstore_verifier(
                identity=IDENTITY, oidc_issuer=ISSUER, trust_config=_path("sigstore_trust_config.json")
            ),
        }[kind](verifying.Config())
        config.set_hashing_config(
            hashing.Config().set_ignored_paths(paths=[folder / "model.sig", folder / "ignore-me"])
        )
        config.verify(folder, folder / "model.sig")
        with pytest.raises(ValueError, match="Extra files"):
            config.set_hashing_config(hashing.Config().set_ignored_paths(paths=[folder / "model.sig"])).verify(
                folder, folder / "model.sig"
            )
        given = Given(
            public_key=material("keys/signing-key-pub.pem"),
            certificates=material("keys/ca-cert.pem"),
            trust_config=material("sigstore_trust_config.json"),
            identity=IDENTITY,
            issuer=ISSUER,
        )
        check = verify_signature(actor=SETUP, release=release, bundle=bundle, root=folder, given=given)
        assert (check.outcome, codes(check)[:2]) == ("differs", ["not_trusted", "not_signed"])
        assert [one["path"] for one in check.files if one["result"] == "additional"] == ["ignore-me"]

    @needs_samples
    def test_keyless_shows_who_signed_and_when_it_was_logged(self, release: Release) -> None:
        _, bundle = sample("sigstore")
        given = Given(trust_config=material("sigstore_trust_config.json"), identity=IDENTITY, issuer=ISSUER)
        check = verify_signature(actor=SETUP, release=release, bundle=bundle, given=given)
        assert check.outcome == "not_trusted"
        assert check.signer["identity"] == IDENTITY
        assert check.signer["oidc_issuer"] == ISSUER
        assert check.signer["log"] == {
            "index": "588939812",
            "log_id": "wNI9atQGlz+VWfO6LRygH4QUfY/8W4RFwiT5i5WRgB0=",
            "time": "1759851228",
        }

    @needs_samples
    def test_by_another_identity_is_said_with_both_names(self, release: Release, developer: Party) -> None:
        _, bundle = sample("sigstore")
        trust(
            developer, "keyless", material("sigstore_trust_config.json"), identity="somebody@else.test", issuer=ISSUER
        )
        check = verify_signature(actor=SETUP, release=release, bundle=bundle)
        assert (check.outcome, check.trusted_signer) == ("not_trusted", None)
        assert check.reasons[0]["message"] == (
            f"Signed by {IDENTITY} ({ISSUER}), not by somebody@else.test ({ISSUER})."
        )
        assert not facts(release)["signature_state"].known

    @needs_samples
    def test_under_other_roots_does_not_hold(self, release: Release) -> None:
        _, bundle = sample("certificate")
        check = verify_signature(
            actor=SETUP, release=release, bundle=bundle, given=Given(certificates=Authority.new().pem)
        )
        assert (check.outcome, codes(check)[0], check.compared) == ("invalid", "chain", "nothing")
        assert facts(release)["signature_state"].value == "invalid"


def _path(name: str) -> Path:
    from tests.registry.verification.signing import SAMPLES

    return SAMPLES / name


class TestTampering:
    @pytest.mark.parametrize(
        ("harm", "code", "path"),
        [
            (lambda root: (root / "config.json").write_bytes(b"{}"), "signed_differing", "config.json"),
            (lambda root: (root / "config.json").unlink(), "signed_missing", "config.json"),
            (lambda root: (root / "extra.py").write_bytes(b"import os"), "not_signed", "extra.py"),
        ],
    )
    @pytest.mark.parametrize("how", [None, hashing.Config().use_shard_serialization(shard_size=8)])
    def test_of_a_file_is_refused_by_its_name(
        self, tmp_path: Path, release: Release, developer: Party, harm: Any, code: str, path: str, how: Any
    ) -> None:
        folder, key = a_folder(tmp_path / "m"), Key.new()
        bundle = sign_with_key(folder, key, how=how)
        trust(developer, "key", key.public_pem)
        assert verify_signature(actor=SETUP, release=release, bundle=bundle, root=folder).outcome == "verified"
        harm(folder)
        check = verify_signature(actor=SETUP, release=release, bundle=bundle, root=folder)
        assert (check.outcome, codes(check)[1]) == ("differs", code)
        assert path in check.reasons[1]["message"]
        assert facts(release)["signature_state"].value == "invalid"

    def test_a_file_that_grew_behind_its_last_signed_part_differs(
        self, tmp_path: Path, release: Release, developer: Party
    ) -> None:
        folder, key = a_folder(tmp_path / "m", {"w.bin": b"12345678"}), Key.new()
        bundle = sign_with_key(folder, key, how=hashing.Config().use_shard_serialization(shard_size=4))
        trust(developer, "key", key.public_pem)
        (folder / "w.bin").write_bytes(b"12345678more")
        check = verify_signature(actor=SETUP, release=release, bundle=bundle, root=folder)
        assert (check.outcome, check.differing) == ("differs", 1)

    def test_of_the_bundle_is_refused(self, tmp_path: Path, release: Release) -> None:
        folder, key = a_folder(tmp_path / "m"), Key.new()
        bundle = sign_with_key(folder, key)
        other = a_folder(tmp_path / "o", {**FILES, "config.json": b"{}"})
        from json import dumps, loads

        mixed = loads(bundle)
        mixed["dsseEnvelope"]["payload"] = loads(sign_with_key(other, Key.new()))["dsseEnvelope"]["payload"]
        check = verify_signature(
            actor=SETUP, release=release, bundle=dumps(mixed).encode(), given=Given(public_key=key.public_pem)
        )
        assert (check.outcome, codes(check)[0]) == ("invalid", "signature")

    def test_another_key_is_refused(self, tmp_path: Path, release: Release) -> None:
        bundle = sign_with_key(a_folder(tmp_path / "m"), Key.new())
        check = verify_signature(
            actor=SETUP, release=release, bundle=bundle, given=Given(public_key=Key.new().public_pem)
        )
        assert (check.outcome, codes(check)[0]) == ("invalid", "signature")
        assert "Key mismatch" in check.reasons[1]["message"]

    @pytest.mark.parametrize("days", [(-30, -1), (1, 30)])
    def test_a_certificate_that_is_not_valid_today_is_refused_though_the_tool_takes_it(
        self, tmp_path: Path, release: Release, developer: Party, days: tuple[int, int]
    ) -> None:
        folder, key, authority = a_folder(tmp_path / "m"), Key.new(), Authority.new()
        bundle = sign_with_certificate(folder, key, authority.certify("Alpha", key, days), authority)
        (tmp_path / "root.pem").write_text(authority.pem)
        (tmp_path / "model.sig").write_bytes(bundle)
        verifying.Config().use_certificate_verifier(certificate_chain=[tmp_path / "root.pem"]).verify(
            folder, tmp_path / "model.sig"
        )
        trust(developer, "certificate", authority.pem, identity="CN=Alpha")
        check = verify_signature(actor=SETUP, release=release, bundle=bundle)
        assert (check.outcome, codes(check)[0]) == ("invalid", "expired")
        assert check.signer["subject"] == "CN=Alpha"

    def test_good_files_of_another_release_do_not_verify_this_one(
        self, tmp_path: Path, release: Release, developer: Party
    ) -> None:
        folder, key = a_folder(tmp_path / "m"), Key.new()
        trust(developer, "key", key.public_pem)
        registry.add_artefact(actor=SETUP, release=release, path="other.safetensors", sha256="1" * 64)
        check = verify_signature(actor=SETUP, release=release, bundle=sign_with_key(folder, key), root=folder)
        assert (check.outcome, codes(check)[-1]) == ("differs", "other_record")
        assert facts(release)["signature_state"].value == "invalid"


class TestTrust:
    def test_a_signature_of_somebody_not_declared_is_no_verified_one(self, tmp_path: Path, release: Release) -> None:
        key = Key.new()
        bundle = sign_with_key(a_folder(tmp_path / "m"), key)
        check = verify_signature(
            actor=SETUP, release=release, bundle=bundle, given=Given(public_key=key.public_pem), record=True
        )
        assert (check.outcome, codes(check)[0]) == ("not_trusted", "not_trusted")
        assert not facts(release)["signature_state"].known
        assert {row.signature for row in release.artefacts.all()} == {"unknown"}

    def test_of_a_certificate_hangs_on_authority_and_subject(
        self, tmp_path: Path, release: Release, developer: Party
    ) -> None:
        authority, key = Authority.new(), Key.new()
        trust(developer, "certificate", authority.pem, identity="CN=Alpha")
        folder = a_folder(tmp_path / "m")
        for name, outcome in (("Alpha", "verified"), ("Mallory", "not_trusted")):
            bundle = sign_with_certificate(folder, key, authority.certify(name, key), authority)
            assert verify_signature(actor=SETUP, release=release, bundle=bundle, root=folder).outcome == outcome
        forged = Authority.new()
        bundle = sign_with_certificate(folder, key, forged.certify("Alpha", key), forged)
        check = verify_signature(
            actor=SETUP, release=release, bundle=bundle, root=folder, given=Given(certificates=forged.pem)
        )
        assert (check.outcome, codes(check)[0]) == ("not_trusted", "not_trusted")

    def test_a_strangers_signature_replaces_no_verified_one(
        self, tmp_path: Path, developer: Party, release: Release
    ) -> None:
        team, folder = a_team(), a_folder(tmp_path / "m")
        a_use(team, release=release)
        own, strange = Key.new(), Key.new()
        trust(developer, "key", own.public_pem)
        verify_signature(actor=SETUP, release=release, bundle=sign_with_key(folder, own), root=folder)
        owner = an_actor(Role.OWNER, team=team)
        bundle = sign_with_key(folder, strange)
        for public, outcome in ((strange, "not_trusted"), (Key.new(), "invalid")):
            check = verify_signature(
                actor=owner, release=release, bundle=bundle, root=folder, given=Given(public_key=public.public_pem)
            )
            assert check.outcome == outcome
            assert facts(release)["signature_state"].value == "verified"
        assert [side.value for side in facts(release)["signature_state"].conflicts] == ["invalid"]

    def test_of_a_namespace_counts_for_its_models_only(self, tmp_path: Path) -> None:
        from apps.core.changes import change
        from apps.parties.models import HubOrganisation

        mirror, key = a_party("Mirror"), Key.new()
        with change(SETUP, "tests.fill"):
            spaces = [HubOrganisation(party=mirror, name=name) for name in ("mirror", "mirror-two")]
            for space in spaces:
                space.save()
        trust(mirror, "key", key.public_pem, hub_organisation=spaces[0])
        folder = a_folder(tmp_path / "m")
        bundle = sign_with_key(folder, key)
        releases = [
            a_release(a_model(name, aliases=[AliasInput("huggingface", f"{name}/Alpha")]))
            for name in ("Mirror", "mirror-two")
        ]
        assert verify_signature(actor=SETUP, release=releases[0], bundle=bundle, root=folder).outcome == "verified"
        with pytest.raises(InvalidInput, match="no trusted signer"):
            verify_signature(actor=SETUP, release=releases[1], bundle=bundle, root=folder)

    def test_ends_with_its_withdrawal(self, tmp_path: Path, release: Release, developer: Party) -> None:
        key = Key.new()
        signer = trust(developer, "key", key.public_pem)
        withdraw_signer(actor=officer(), signer=signer, reason="The key was lost.")
        with pytest.raises(InvalidInput) as error:
            verify_signature(actor=SETUP, release=release, bundle=sign_with_key(a_folder(tmp_path / "m"), key))
        assert error.value.errors[0].pointer == "/public_key"


class TestWithoutTheFiles:
    def test_the_signed_list_is_compared_with_the_recorded_sums(
        self, tmp_path: Path, release: Release, developer: Party
    ) -> None:
        key = Key.new()
        bundle = sign_with_key(a_folder(tmp_path / "m"), key)
        trust(developer, "key", key.public_pem)
        check = verify_signature(actor=SETUP, release=release, bundle=bundle)
        assert (check.outcome, check.compared, codes(check)[-1]) == ("not_compared", "nothing", "nothing_read")
        check = verify_signature(actor=SETUP, release=release, bundle=bundle, record=True)
        assert (check.outcome, check.compared, check.equal) == ("verified", "sums", 2)
        assert {row.path: row.signature for row in release.artefacts.all()} == dict.fromkeys(FILES, "verified")

    def test_a_recorded_file_that_differs_or_is_not_covered_is_named(
        self, tmp_path: Path, release: Release, developer: Party
    ) -> None:
        key = Key.new()
        bundle = sign_with_key(a_folder(tmp_path / "m"), key)
        trust(developer, "key", key.public_pem)
        for path in ("config.json", "payload.pkl"):
            registry.add_artefact(actor=SETUP, release=release, path=path, sha256="0" * 64)
        check = verify_signature(actor=SETUP, release=release, bundle=bundle)
        assert check.outcome == "differs"
        assert [(one["path"], one["result"]) for one in check.files] == [
            ("config.json", "differing"),
            ("weights/model.safetensors", "missing"),
            ("payload.pkl", "additional"),
        ]
        assert release.artefacts.get(path="config.json").signature == "invalid"

    def test_parts_and_other_hash_functions_are_not_taken_for_sums_of_files(
        self, tmp_path: Path, release: Release, developer: Party
    ) -> None:
        key, folder = Key.new(), a_folder(tmp_path / "m")
        trust(developer, "key", key.public_pem)
        for how in (
            hashing.Config().use_shard_serialization(shard_size=8),
            hashing.Config().use_file_serialization(hashing_algorithm="blake2"),
            hashing.Config().use_file_serialization(hashing_algorithm="blake3"),
        ):
            bundle = sign_with_key(folder, key, how=how)
            check = verify_signature(actor=SETUP, release=release, bundle=bundle, record=True)
            assert check.outcome == "not_compared"
            assert "not_comparable" in codes(check)
            check = verify_signature(actor=SETUP, release=release, bundle=bundle, root=folder)
            assert (check.outcome, check.compared) == ("verified", "files")


class TestTheProof:
    def test_is_all_that_somebody_else_needs(self, tmp_path: Path, release: Release, developer: Party) -> None:
        key, folder = Key.new(), a_folder(tmp_path / "m")
        bundle = sign_with_key(folder, key)
        trust(developer, "key", key.public_pem)
        check = verify_signature(actor=SETUP, release=release, bundle=bundle, root=folder, record=True)
        kept = proofs.read_proof(bytes(check.proof))
        assert set(kept) == {"model.sig", "public-key.pem", "result.json", "SHA256SUMS", "VERIFY.txt"}
        assert kept["model.sig"] == bundle
        for name, content in kept.items():
            (tmp_path / name).write_bytes(content)
        verifying.Config().use_elliptic_key_verifier(public_key=tmp_path / "public-key.pem").verify(
            folder, tmp_path / "model.sig"
        )
        assert check.proof_sha256 in facts_evidence(release)

    def test_is_the_same_file_for_the_same_content(self) -> None:
        made = proofs.proof_of({"b": b"2", "a": b"1"})
        assert made == proofs.proof_of({"a": b"1", "b": b"2"})
        assert zipfile.ZipFile(io.BytesIO(made)).namelist() == ["a", "b"]


def facts_evidence(release: Release) -> str:
    from apps.facts.models import Assertion

    return Assertion.objects.get(subject_id=release.id, field="signature_state", superseded_at=None).evidence


class TestNobodyIsAskedOverANetwork:
    @needs_samples
    def test_all_three_verify_with_every_socket_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """In this process, where the test can refuse them; the process of the product refuses them by itself."""
        import datetime as dt

        from apps.registry.verification.signatures import check

        def refuse(*args: Any, **kwargs: Any) -> Any:
            raise AssertionError("a network was asked")

        monkeypatch.setattr(socket, "socket", refuse)
        monkeypatch.setattr(socket, "getaddrinfo", refuse)
        monkeypatch.setattr(socket, "create_connection", refuse)
        for kind, way, text in (
            ("elliptic-key", "key", "keys/signing-key-pub.pem"),
            ("certificate", "certificate", "keys/ca-cert.pem"),
            ("sigstore", "keyless", "sigstore_trust_config.json"),
        ):
            attempt = {"kind": way, "material": material(text), "identity": IDENTITY, "issuer": ISSUER}
            found = check(sample(kind)[1], [attempt], dt.datetime.now(dt.UTC))
            assert found["results"][0]["holds"], found

    def test_the_process_that_verifies_refuses_sockets_by_itself(self) -> None:
        import subprocess
        import sys

        code = (
            "import sys; from apps.registry.verification import signatures as s; sys.addaudithook(s._refuse)\n"
            "import socket\n"
            "for ask in (lambda: socket.create_connection(('127.0.0.1', 9)), lambda: socket.getaddrinfo('a', 1)):\n"
            "    try: ask()\n"
            "    except PermissionError: print('refused')\n"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout == "refused\nrefused\n"


class TestWhoMay:
    def test_owners_for_the_releases_they_run_officers_for_all_others_not(
        self, tmp_path: Path, release: Release
    ) -> None:
        key = Key.new()
        bundle, given = sign_with_key(a_folder(tmp_path / "m"), key), Given(public_key=key.public_pem)
        team = a_team()
        a_use(team, release=release)
        for actor in (officer(), an_actor(Role.OWNER, team=team)):
            assert verify_signature(actor=actor, release=release, bundle=bundle, given=given).performed_by
        with pytest.raises(NotFound):
            verify_signature(actor=an_actor(Role.OWNER, team=a_team()), release=release, bundle=bundle, given=given)
        with pytest.raises(NotPermitted):
            verify_signature(actor=an_actor(Role.AUDITOR), release=release, bundle=bundle, given=given)

    def test_only_officers_declare_and_withdraw_signers(self, developer: Party) -> None:
        owner, text = an_actor(Role.OWNER, team=a_team()), Key.new().public_pem
        with pytest.raises(NotPermitted):
            declare_signer(actor=owner, party=developer, kind="key", material=text, source="x")
        signer = declare_signer(actor=officer(), party=developer, kind="key", material=text, source="x")
        with pytest.raises(NotPermitted):
            withdraw_signer(actor=owner, signer=signer, reason="x")

    @pytest.mark.parametrize(
        ("kind", "text", "said"),
        [
            ("key", "nonsense", "must be an elliptic curve public key in PEM"),
            ("key", Key.new().private_pem.decode(), "is a private key; give the public one, and change this one now"),
            ("certificate", Key.new().public_pem, "must be certificates in PEM"),
            ("keyless", '{"trustedRoot": 1}', "must be a Sigstore trust configuration in JSON"),
            ("keyless", '{"a": 1, "a": 2}', "the trust configuration has a key that stands twice in one object"),
        ],
    )
    def test_material_that_cannot_serve_is_refused(self, developer: Party, kind: str, text: str, said: str) -> None:
        with pytest.raises(InvalidInput, match=said) as error:
            trust(developer, kind, text, identity="a", issuer="b")
        assert error.value.errors[0].pointer == "/material"


def test_the_library_is_not_loaded_with_the_product() -> None:
    """It takes 50 MiB and a quarter of a second: for the process that verifies, not for every worker."""
    import os
    import subprocess
    import sys

    code = (
        "import sys, django; django.setup(); import apps.config.urls\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'model_signing', 'sigstore', 'tuf', 'blake3'}))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "apps.config.settings"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "[]\n"
