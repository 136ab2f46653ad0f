"""Checksums and signatures of the files in a folder, checked where the files are."""

import uuid
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.actors import Actor
from apps.core.clock import now
from apps.core.errors import NotFound, WeighbridgeError
from apps.registry.models import Release, Verification
from apps.registry.selectors import release_by_reference
from apps.registry.services.signatures import Given, verify_signature
from apps.registry.services.sums import record_folder, verify_folder
from apps.registry.verification.again import check_again
from apps.registry.verification.comparing import EQUAL

GOOD = (Verification.Outcome.EQUAL, Verification.Outcome.VERIFIED)
_GIVEN = {"public_key": "--public-key", "certificates": "--certificates", "trust_config": "--trust-config"}


class Command(BaseCommand):
    help = (
        "Reads the files below PATH and compares their SHA-256 with those recorded for a release (or records them with "
        "--record); with --signature verifies a model signature over them, without a network. Ends with 1 when "
        "anything differs. With --proof checks a downloaded proof again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments."""
        parser.add_argument("path", nargs="?", type=Path, help="folder with the files of the release")
        parser.add_argument(
            "--release", help="its identifier, or model@revision as in Qwen/Qwen2.5-7B-Instruct@<commit>"
        )
        parser.add_argument("--record", action="store_true", help="record the checksums instead of comparing them")
        parser.add_argument("--partial", action="store_true", help="recorded files may be missing")
        parser.add_argument("--ignore", action="append", default=[], metavar="PATH", help="leave out; may be repeated")
        parser.add_argument("--signature", type=Path, help="the bundle, usually model.sig")
        for name, option in _GIVEN.items():
            parser.add_argument(option, dest=name, type=Path, help="what it is verified with")
        parser.add_argument("--identity", default="", help="keyless: who is expected to have signed")
        parser.add_argument("--issuer", default="", help="keyless: who vouches for the identity")
        parser.add_argument("--proof", type=Path, help="check a downloaded proof again")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; whatever is wrong is said in one line."""
        try:
            good = self._again(_read(options["proof"])) if options["proof"] else self._check(options)
        except WeighbridgeError as error:
            said = "; ".join(f"{one.pointer.strip('/')}: {one.message}" for one in error.errors)
            raise CommandError(said or error.message) from error
        if not good:
            raise CommandError("Not all is as it should be.")

    def _check(self, options: dict[str, Any]) -> bool:
        if not options["path"] or not options["release"]:
            raise CommandError("Say which folder, and which release with --release.")
        actor = Actor.command("verify_artefacts")
        release = _release(options["release"])
        if options["record"]:
            recorded = record_folder(actor=actor, release=release, root=options["path"], ignored=options["ignore"])
            self.stdout.write(f"Recorded: {recorded.created} new, {recorded.unchanged} unchanged.")
        elif not options["signature"] or release.artefacts.exists():
            checked = verify_folder(
                actor=actor,
                release=release,
                root=options["path"],
                ignored=options["ignore"],
                partial=options["partial"],
            )
            self._tell(checked)
            if not options["signature"]:
                return checked.outcome in GOOD
            return self._signature(actor, release, options) and checked.outcome in GOOD
        return self._signature(actor, release, options) if options["signature"] else True

    def _signature(self, actor: Actor, release: Release, options: dict[str, Any]) -> bool:
        texts = {name: _read(options[name]).decode(errors="replace") for name in _GIVEN if options[name]}
        checked = verify_signature(
            actor=actor,
            release=release,
            bundle=_read(options["signature"]),
            given=Given(**texts, identity=options["identity"], issuer=options["issuer"]),
            root=options["path"],
            ignored=options["ignore"],
        )
        self._tell(checked)
        return checked.outcome in GOOD

    def _tell(self, checked: Verification) -> None:
        self.stdout.write(f"{checked.get_kind_display()}: {checked.get_outcome_display()}")
        for one in checked.reasons:
            self.stdout.write(f"  {one['message']}")
        for one in checked.files:
            if one["result"] != EQUAL:
                self.stdout.write(f"  {one['result']:<10} {one['path']}")
        self.stdout.write(f"  kept as {checked.id}, proof sha256:{checked.proof_sha256}")

    def _again(self, content: bytes) -> bool:
        found = check_again(content, now())
        release = found.result.get("release", {})
        self.stdout.write(f"Proof sha256:{found.sha256}")
        self.stdout.write(f"  about {release.get('model', '?')}@{release.get('revision', '')}")
        self.stdout.write(f"  found on {found.result.get('performed_at', '?')}: {found.result.get('outcome', '?')}")
        if found.signature is None:
            self.stdout.write("  holds no signature; compare its SHA256SUMS with the files")
            return True
        said = "holds" if found.signature.holds else f"does not hold: {found.signature.detail or found.signature.code}"
        self.stdout.write(f"  the signature {said}")
        return found.signature.holds


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error


def _release(text: str) -> Release:
    try:
        return Release.objects.select_related("model").get(id=uuid.UUID(text))
    except (ValueError, Release.DoesNotExist):
        found = release_by_reference(text)
    if found is None:
        raise NotFound(f"“{text}” is no release of the register, or names several.")
    return found
