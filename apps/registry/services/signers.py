"""Whose signatures count: declared by officers, with the material that signatures are then verified with."""

import datetime as dt
import hashlib
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from apps.accounts.actors import Actor
from apps.core.canonical import canonical_json
from apps.core.changes import change
from apps.core.clock import now, today
from apps.core.errors import Conflict, DuplicateFound, InvalidInput, NotPermitted
from apps.core.text import clean_as_of, clean_text, clean_url
from apps.facts.models import State
from apps.parties.models import HubOrganisation, Party
from apps.registry.models import TrustedSigner
from apps.registry.verification.bundles import strict_json

LARGEST_MATERIAL = 64 * 1024


def declare_signer(
    *,
    actor: Actor,
    party: Party,
    kind: str,
    material: str,
    source: str,
    source_url: str = "",
    hub_organisation: HubOrganisation | None = None,
    identity: str = "",
    issuer: str = "",
    since: dt.date | None = None,
    note: str = "",
) -> TrustedSigner:
    """Declare that a party signs with a key, under a certificate authority, or as an identity.

    `source` says where that is known from. A keyless signer needs identity, issuer and the trust configuration; one
    with a certificate needs its subject and the authority's certificate. Raises `DuplicateFound` for one that stands.
    """
    require_officer(actor)
    if kind not in TrustedSigner.Kind.values:
        raise InvalidInput(f"must be one of {', '.join(TrustedSigner.Kind.values)}", pointer="/kind")
    if hub_organisation is not None and hub_organisation.party_id != party.id:
        raise InvalidInput("belongs to another party", pointer="/hub_organisation")
    material = clean_material(kind, material)
    keyless = kind == TrustedSigner.Kind.KEYLESS
    row = TrustedSigner(
        party=party,
        hub_organisation=hub_organisation,
        kind=kind,
        fingerprint=fingerprint_of(kind, material),
        identity=_only_for(
            kind != TrustedSigner.Kind.KEY, clean_text(identity, pointer="/identity", max_length=500, required=False)
        ),
        issuer=_only_for(keyless, clean_text(issuer, pointer="/issuer", max_length=500, required=keyless)),
        material=material,
        since=clean_as_of(since or today()),
        state=State.VERIFIED,
        source_label=clean_text(source, pointer="/source", max_length=500),
        source_url=clean_url(source_url, pointer="/source_url", required=False),
        as_of=today(),
        note=clean_text(note, pointer="/note", max_length=5000, required=False),
    )
    if kind != TrustedSigner.Kind.KEY and not row.identity:
        raise InvalidInput("must not be empty: an authority vouches for many", pointer="/identity")
    same = TrustedSigner.objects.filter(
        party=party,
        kind=kind,
        fingerprint=row.fingerprint,
        identity=row.identity,
        issuer=row.issuer,
        withdrawn_at__isnull=True,
    ).first()
    if same:
        raise DuplicateFound("This signer is declared already.", existing=str(same.id), pointer="/material")
    with change(actor, "signer.declare"):
        row.save()
    return row


def _only_for(wanted: bool, text: str) -> str:
    return text if wanted else ""


def require_officer(actor: Actor) -> None:
    """Whose signatures count is for the whole register, so that it is decided by those who see all of it."""
    actor.require("register.change")
    if not actor.sees_all:
        raise NotPermitted("Trusted signers are declared by a compliance officer; send them what you know.")


def withdraw_signer(*, actor: Actor, signer: TrustedSigner, reason: str) -> TrustedSigner:
    """End the trust in a signer, for instance in a key that was lost. Earlier checks stay as they were."""
    require_officer(actor)
    reason = clean_text(reason, pointer="/reason", max_length=2000)
    if signer.withdrawn_at is not None:
        raise Conflict("This signer is withdrawn already.")
    with change(actor, "signer.withdraw", reason=reason):
        signer.withdrawn_at = now()
        signer.save(update_fields=["withdrawn_at"])
    return signer


def clean_material(kind: str, text: str, *, pointer: str = "/material") -> str:
    """What signatures of a kind are verified with, if it can serve. Raises `InvalidInput` at `pointer`.

    A private key is refused in plain words: it must not be here.
    """
    if not isinstance(text, str) or len(text) > LARGEST_MATERIAL or "\x00" in text:
        raise InvalidInput(f"must be text of at most {LARGEST_MATERIAL // 1024} KiB", pointer=pointer)
    if "PRIVATE KEY" in text:
        raise InvalidInput("is a private key; give the public one, and change this one now", pointer=pointer)
    try:
        fingerprint_of(kind, text)
    except InvalidInput as error:
        raise InvalidInput(error.message, pointer=pointer) from error
    except (ValueError, TypeError, KeyError, x509.InvalidVersion) as error:
        wanted = {"key": "an elliptic curve public key in PEM", "certificate": "certificates in PEM"}
        said = wanted.get(kind, "a Sigstore trust configuration in JSON")
        raise InvalidInput(f"must be {said}", pointer=pointer) from error
    return text.strip() + "\n"


def fingerprint_of(kind: str, text: str) -> str:
    """The SHA-256 by which material is known: of a key and of an authority's certificate over their DER form.

    Raises `ValueError` and the like for what is no such material.
    """
    if kind == TrustedSigner.Kind.KEY:
        key = load_pem_public_key(text.encode())
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise ValueError("no elliptic curve")
        return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
    if kind == TrustedSigner.Kind.CERTIFICATE:
        return x509.load_pem_x509_certificates(text.encode())[0].fingerprint(hashes.SHA256()).hex()
    found = strict_json(text.encode(), "the trust configuration")
    if not isinstance(found, dict) or not isinstance(found["trustedRoot"], dict):
        raise ValueError("no trust configuration")
    return hashlib.sha256(canonical_json(json.loads(json.dumps(found["trustedRoot"])))).hexdigest()
