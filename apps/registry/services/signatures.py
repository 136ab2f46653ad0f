"""Verifying a model signature for a release: does it hold, whose is it, do we trust them, and do the files agree."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import now
from apps.core.errors import InvalidInput
from apps.core.text import clean_text
from apps.facts.services import may_verify
from apps.registry.file_selectors import signers_for
from apps.registry.models import Artefact, Release, TrustedSigner, Verification
from apps.registry.services.signers import clean_material
from apps.registry.services.sums import note_contents, record_sums, recorded_sums, require_change, withdraw_absence
from apps.registry.services.verifications import Checked, Said, keep, mark_signatures
from apps.registry.verification import bundles, proofs
from apps.registry.verification.comparing import ADDITIONAL, DIFFERING, EQUAL, MISSING, Comparison, compare
from apps.registry.verification.folders import ALWAYS_IGNORED, Folder, HashedFile, hash_folder
from apps.registry.verification.isolated import MOST_ATTEMPTS, Attempt, Outcome, verify
from apps.registry.verification.reasons import about_files, reason
from apps.registry.verification.sums import FileSum, SumList

_FIELD = {bundles.KEY: "public_key", bundles.CERTIFICATE: "certificates", bundles.KEYLESS: "trust_config"}
_SOURCE = "OpenSSF model signature, verified without a network"


@dataclass(frozen=True, kw_only=True)
class Given:
    """What somebody hands in to verify with, beside the trusted signers that are declared."""

    public_key: str = ""
    certificates: str = ""
    trust_config: str = ""
    identity: str = ""
    issuer: str = ""


@dataclass(frozen=True)
class _Judged:
    """The attempt that decided, with its outcome and the declared signer, if it was one."""

    attempt: Attempt
    outcome: Outcome
    trusted: TrustedSigner | None

    @property
    def holds(self) -> bool:
        """Whether the signature itself is good, whoever made it."""
        return self.outcome.holds or self.outcome.code == "identity"


def verify_signature(
    *,
    actor: Actor,
    release: Release,
    bundle: bytes,
    given: Given | None = None,
    root: Path | None = None,
    ignored: Sequence[str] = (),
    record: bool = False,
) -> Verification:
    """Verify a bundle (`model.sig`), compare what it covers, and keep the result with its proof.

    It is verified with the declared signers of the release's parties first, then with what is `given`; only the former
    are trusted. With `root` the files below that folder are read and compared with the signed list, otherwise the
    recorded checksums are; with `record`, signed files that have none get theirs from a list whose signature holds.
    Raises `InvalidInput` for a bundle that cannot be read, or when there is nothing to verify it with.
    """
    require_change(actor, release)
    read = bundles.read_bundle(bundle)
    signers = signers_for(release, read.kind)[: MOST_ATTEMPTS - 1]
    own = _own_attempt(read.kind, given or Given())
    attempts = [_declared_attempt(signer) for signer in signers] + ([own] if own else [])
    if not attempts:
        raise InvalidInput(
            "give what the signature is verified with; no trusted signer of its developer or namespace is declared",
            pointer=f"/{_FIELD[read.kind]}",
        )
    folder = hash_folder(root, ignored=(*ignored, *read.manifest.ignored), manifest=read.manifest) if root else None
    outcomes, tools = verify(bundle, attempts, now())
    judged = _judge(attempts, outcomes, signers)
    with change(actor, "artefact.verify"):
        added = _record_signed(actor, release, read, judged) if record and judged.holds else 0
        comparison = _compare(release, read, bundle, folder) if judged.holds else Comparison(())
        checked = _checked(release, read, bundle, judged, comparison, folder, tools, added)
        _mark(release, read, checked)
        if folder is not None:
            note_contents(release, folder, signed=True)
        withdraw_absence(release)
        return keep(actor, release, checked, _said(actor, checked))


def _own_attempt(kind: str, given: Given) -> Attempt | None:
    name = _FIELD[kind]
    text = getattr(given, name)
    if not text:
        return None
    material = clean_material(kind, text, pointer=f"/{name}")
    if kind != bundles.KEYLESS:
        return Attempt(kind=kind, material=material)
    identity = clean_text(given.identity, pointer="/identity", max_length=500)
    issuer = clean_text(given.issuer, pointer="/issuer", max_length=500)
    return Attempt(kind=kind, material=material, identity=identity, issuer=issuer)


def _declared_attempt(signer: TrustedSigner) -> Attempt:
    return Attempt(kind=signer.kind, material=signer.material, identity=signer.identity, issuer=signer.issuer)


def _judge(attempts: Sequence[Attempt], outcomes: Sequence[Outcome], signers: Sequence[TrustedSigner]) -> _Judged:
    """The attempt that says most: a declared signer for whom it holds, else the one that got furthest."""
    found = []
    for index, (attempt, outcome) in enumerate(zip(attempts, outcomes, strict=True)):
        signer = signers[index] if index < len(signers) else None
        if signer and outcome.holds and signer.kind == bundles.CERTIFICATE:
            outcome = _only_of(outcome, signer)
        found.append(_Judged(attempt, outcome, signer if outcome.holds else None))
    ranks = [(one.trusted is not None, one.outcome.holds, one.holds, index) for index, one in enumerate(found)]
    return found[max(ranks)[-1]]


def _only_of(outcome: Outcome, signer: TrustedSigner) -> Outcome:
    """An authority vouches for many; of those only the declared subject is trusted."""
    if outcome.signer.get("subject") == signer.identity:
        return outcome
    return Outcome(holds=False, code="identity", signer=outcome.signer)


def signer_name(signer: Mapping[str, Any]) -> str:
    """Who signed, in a few words."""
    if signer.get("identity"):
        return f"{signer['identity']} ({signer.get('oidc_issuer', '')})"
    return str(signer.get("subject") or f"SHA-256 {str(signer.get('key_sha256', ''))[:16]}…")


def _record_signed(actor: Actor, release: Release, read: bundles.Bundle, judged: _Judged) -> int:
    held = recorded_sums(release)
    new = tuple(FileSum(path, sum_) for path, sum_ in sorted(read.manifest.sums().items()) if path not in held)
    if not new:
        return 0
    source = f"List of files signed by {signer_name(judged.outcome.signer)}"[:500]
    return record_sums(actor=actor, release=release, sums=SumList("signature", new), source=source).created


def _compare(release: Release, read: bundles.Bundle, bundle: bytes, folder: Folder | None) -> Comparison:
    own = hashlib.sha256(bundle).hexdigest()
    if folder is not None:
        return _compare_files(read.manifest, {one.path: one for one in folder.files if one.sha256 != own})
    signed = read.manifest.sums()
    held = {path: sha256 for path, sha256 in recorded_sums(release).items() if sha256 != own}
    for path in read.manifest.paths:
        if path not in signed:
            held.pop(path, None)
    return compare(signed, held, ignored=(*ALWAYS_IGNORED, "model.sig", *read.manifest.ignored))


def _compare_files(manifest: bundles.Manifest, read: Mapping[str, HashedFile]) -> Comparison:
    """The files themselves against the signed list, part by part where it is of parts."""
    parts: dict[str, list[bundles.Signed]] = {}
    for item in manifest.items:
        parts.setdefault(item.path, []).append(item)
    expected = {path: _shown([one.digest for one in held]) for path, held in parts.items()}
    found = {}
    for path, file in read.items():
        if path in parts:
            found[path] = _shown(_found(parts[path], file))
        elif file.size or manifest.method == "files":
            # A signature over parts says nothing about an empty file: it has none.
            found[path] = file.sha256
    return compare(expected, found)


def _found(parts: Sequence[bundles.Signed], file: HashedFile) -> list[str]:
    digests = [file.parts.get((one.start, one.end), "") for one in parts]
    covered = all(before.end == one.start for before, one in pairwise(parts))
    whole = parts[-1].end in (None, file.size) and parts[0].start == 0 and covered
    return digests if whole else [*digests, "…"]


def _shown(digests: Sequence[str]) -> str:
    return "+".join(digests)


def _checked(
    release: Release,
    read: bundles.Bundle,
    bundle: bytes,
    judged: _Judged,
    comparison: Comparison,
    folder: Folder | None,
    tools: Mapping[str, str],
    added: int,
) -> Checked:
    compared = _what_was_compared(comparison, folder)
    others = _other_record(release, read, bundle) if folder is not None and judged.holds else []
    outcome = Verification.Outcome.DIFFERS if others else _outcome(judged, comparison, compared)
    signer = dict(judged.outcome.signer)
    if judged.holds and read.log:
        signer["log"] = dict(read.log)
    return Checked(
        kind=Verification.Kind.SIGNATURE,
        outcome=outcome,
        compared=compared,
        reasons=[
            *_reasons(read, judged, comparison, compared, added),
            *([about_files("other_record", others)] if others else []),
        ],
        comparison=comparison,
        expected=recorded_sums(release),
        signer=signer,
        covers={
            "model": read.manifest.name,
            "files": len(read.manifest.paths),
            "method": read.manifest.method,
            "algorithm": read.manifest.algorithm,
            "leaves_out": _left_out(read.manifest)[:100],
            "bundle_sha256": hashlib.sha256(bundle).hexdigest(),
        },
        trusted_signer=judged.trusted,
        tools=tools,
        files={proofs.BUNDLE: bundle, proofs.MATERIAL[read.kind]: judged.attempt.material.encode()},
        material=read.kind,
        expected_signer=(judged.attempt.identity, judged.attempt.issuer),
    )


def _other_record(release: Release, read: bundles.Bundle, bundle: bytes) -> list[str]:
    """Recorded files that are not as the signed list has them: good files of another release would verify, too."""
    against = _compare(release, read, bundle, None)
    return [one.path for one in against.files if one.result in (DIFFERING, ADDITIONAL)]


def _what_was_compared(comparison: Comparison, folder: Folder | None) -> Verification.Compared:
    if folder is not None and comparison.files:
        return Verification.Compared.FILES
    if comparison.count(EQUAL) or comparison.count(DIFFERING):
        return Verification.Compared.SUMS
    return Verification.Compared.NOTHING


def _outcome(judged: _Judged, comparison: Comparison, compared: str) -> Verification.Outcome:
    if not judged.holds:
        return Verification.Outcome.INVALID
    missing = comparison.count(MISSING) if compared == Verification.Compared.FILES else 0
    if comparison.count(DIFFERING) or missing or (comparison.count(ADDITIONAL) and compared != "nothing"):
        return Verification.Outcome.DIFFERS
    if judged.trusted is None:
        return Verification.Outcome.NOT_TRUSTED
    if compared == Verification.Compared.NOTHING:
        return Verification.Outcome.NOT_COMPARED
    return Verification.Outcome.VERIFIED


def _reasons(
    read: bundles.Bundle, judged: _Judged, comparison: Comparison, compared: str, added: int
) -> list[dict[str, Any]]:
    if not judged.holds:
        code = judged.outcome.code or "signature"
        detail = [reason("detail", detail=judged.outcome.detail)] if judged.outcome.detail else []
        return [reason(code if code in ("material", "chain", "expired") else "signature"), *detail]
    found = [_about_signer(judged)]
    on_files = compared == Verification.Compared.FILES
    for result, code in ((DIFFERING, "signed_differing"), (ADDITIONAL, "not_signed"), (MISSING, "signed_missing")):
        paths = [one.path for one in comparison.files if one.result == result]
        if paths and (on_files or result != MISSING):
            found.append(about_files(code, paths))
        elif paths:
            found.append(reason("not_recorded", count=len(paths)))
    found.append(reason({"files": "files_read", "sums": "sums_read"}.get(compared, "nothing_read")))
    if added:
        found.append(reason("recorded", count=added))
    if not on_files and (others := len(read.manifest.paths) - len(read.manifest.sums())):
        found.append(reason("not_comparable", count=others))
    if left_out := _left_out(read.manifest):
        found.append(reason("leaves_out", names=", ".join(left_out[:10])))
    return found


def _left_out(manifest: bundles.Manifest) -> list[str]:
    """What a signer left out beyond what everybody leaves out and what lies outside of the folder."""
    usual = (*ALWAYS_IGNORED, *(f"{path}/" for path in ALWAYS_IGNORED), "model.sig")
    return [path for path in manifest.ignored if path not in usual and not path.startswith(("..", "/"))]


def _about_signer(judged: _Judged) -> dict[str, Any]:
    name = signer_name(judged.outcome.signer)
    if judged.trusted is not None:
        return reason("trusted", signer=name, party=judged.trusted.party.name)
    if judged.outcome.code == "identity":
        expected = f"{judged.attempt.identity} ({judged.attempt.issuer})" if judged.attempt.issuer else ""
        return reason("identity", signer=name, expected=expected or judged.attempt.identity)
    return reason("not_trusted", signer=name)


def _mark(release: Release, read: bundles.Bundle, checked: Checked) -> None:
    """Note on the recorded files what the signature came to for each of them."""
    if checked.outcome == Verification.Outcome.INVALID:
        mark_signatures(release, read.manifest.paths, Artefact.Signature.INVALID)
        return
    by_result: dict[str, list[str]] = {}
    for one in checked.comparison.files:
        by_result.setdefault(one.result, []).append(one.path)
    mark_signatures(release, by_result.get(DIFFERING, ()), Artefact.Signature.INVALID)
    if checked.trusted_signer is not None:
        held = checked.expected
        same = [one.path for one in checked.comparison.files if one.result == EQUAL and held.get(one.path) == one.found]
        mark_signatures(release, same, Artefact.Signature.VERIFIED)


def _said(actor: Actor, checked: Checked) -> Said:
    """The fact about the release. A signature of somebody not trusted says nothing: the fact is unknown."""
    values = {
        Verification.Outcome.VERIFIED: "verified",
        Verification.Outcome.DIFFERS: "invalid",
        Verification.Outcome.INVALID: "invalid",
    }
    return Said(
        field="signature_state",
        value=values.get(Verification.Outcome(checked.outcome)),
        by_us=checked.trusted_signer is not None or may_verify(actor),
        source=_SOURCE,
        note="\n".join(str(one["message"]) for one in checked.reasons)[:5000],
    )
