"""Keeping a check: its row with the proof, and the fact that follows from it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import F

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import now, today
from apps.facts.models import State
from apps.facts.services import Statement, assert_facts, withdraw
from apps.facts.signals import facts_changed
from apps.facts.subjects import SourceRef, SubjectRef
from apps.registry.models import Artefact, Release, TrustedSigner, Verification
from apps.registry.verification import proofs
from apps.registry.verification.comparing import ADDITIONAL, DIFFERING, EQUAL, MISSING, Comparison

CHANNEL, CLAIMS = "verification", "verification-claim"
"""What a check shows, and what it takes over from whoever brought a list, a key or a signature of a stranger.

Two channels, so that a claim never replaces what was shown; where they disagree, both stay visible.
"""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The outcome of a check, before it is kept."""

    kind: str
    outcome: str
    compared: str
    reasons: Sequence[Mapping[str, Any]]
    comparison: Comparison
    expected: Mapping[str, str]
    """The recorded sums that were compared, for the proof."""
    signer: Mapping[str, Any] = field(default_factory=dict)
    covers: Mapping[str, Any] = field(default_factory=dict)
    trusted_signer: TrustedSigner | None = None
    tools: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    """What goes into the proof beside the result: the bundle and what it was checked with."""
    material: str = ""
    """The kind of signature, for the words on how to check again."""
    expected_signer: tuple[str, str] = ("", "")


@dataclass(frozen=True, kw_only=True)
class Said:
    """The fact that follows from a check. `by_us` where the check itself shows it, so that nobody only claims it."""

    field: str
    value: Any
    by_us: bool
    source: str
    note: str = ""


def keep(actor: Actor, release: Release, checked: Checked, said: Said | None) -> Verification:
    """Store a check with its proof, and state what follows. The caller has checked the permission."""
    tool = ", ".join((f"Weighbridge {settings.VERSION}", *(f"{name} {one}" for name, one in checked.tools.items())))
    proof = proofs.proof_of(_proof_files(actor, release, checked, tool))
    row = Verification(
        release=release,
        kind=checked.kind,
        outcome=checked.outcome,
        compared=checked.compared,
        reasons=list(checked.reasons),
        signer=dict(checked.signer),
        covers=dict(checked.covers),
        trusted_signer=checked.trusted_signer,
        equal=checked.comparison.count(EQUAL),
        differing=checked.comparison.count(DIFFERING),
        missing=checked.comparison.count(MISSING),
        additional=checked.comparison.count(ADDITIONAL),
        files=[one.as_json() for one in checked.comparison.files],
        tool=tool,
        performed_by=actor.label,
        user_id=actor.user_id,
        proof=proof,
        proof_sha256=hashlib.sha256(proof).hexdigest(),
        proof_size=len(proof),
    )
    with change(actor, "artefact.verify"):
        row.save()
        if said is not None:
            _state(actor, row, said)
        facts_changed.send(sender=Verification, subjects={SubjectRef("release", release.id)})
    return row


def _proof_files(actor: Actor, release: Release, checked: Checked, tool: str) -> dict[str, bytes]:
    result = {
        "release": {"id": str(release.id), "model": release.model.name, "revision": release.revision},
        "kind": checked.kind,
        "outcome": checked.outcome,
        "compared": checked.compared,
        "reasons": [one["message"] for one in checked.reasons],
        "signer": dict(checked.signer),
        "checked_for": dict(zip(("identity", "issuer"), checked.expected_signer, strict=True)),
        "signer_trusted_as": str(checked.trusted_signer or ""),
        "covers": dict(checked.covers),
        "files": [one.as_json() for one in checked.comparison.files],
        "performed_by": actor.label,
        "performed_at": now().isoformat(timespec="seconds"),
        "tool": tool,
    }
    return {
        **checked.files,
        proofs.RESULT: proofs.result_file(result),
        proofs.SUMS: proofs.sums_file(checked.expected),
        proofs.HOWTO: proofs.howto(checked.material, *checked.expected_signer),
    }


def _state(actor: Actor, row: Verification, said: Said) -> None:
    known = said.value is not None
    shown = known and said.by_us
    statement = Statement(
        subject=SubjectRef("release", row.release_id),
        field=said.field,
        value=said.value,
        state=State.VERIFIED if shown else State.CLAIMED_BY_OWNER if known else State.UNKNOWN,
        source=SourceRef(said.source),
        as_of=today(),
        evidence=f"/releases/{row.release_id}/artefacts#v-{row.id} sha256:{row.proof_sha256}",
        note=said.note,
    )
    if shown:
        assert_facts(actor=Actor.system("verification of files"), statements=[statement], channel=CHANNEL)
        withdraw(
            actor=Actor.system("verification of files"),
            subjects=[("release", row.release_id, said.field)],
            channel=CLAIMS,
        )
    else:
        assert_facts(actor=actor, statements=[statement], channel=CLAIMS)


def mark_signatures(release: Release, paths: Iterable[str], signature: str) -> None:
    """Note on recorded files what a signature over them came to. Inside of a `change`."""
    rows = Artefact.objects.filter(release=release, path__in=list(paths)).exclude(signature=signature)
    rows.update(signature=signature, row_version=F("row_version") + 1, updated_at=now())
