"""Whether a signature holds, decided by model-signing, and who made it. Runs in a process of its own: `isolated.py`.

Nothing here reads a network: trust in a keyless signature comes from a configuration that is given, never fetched.
The library trusts more than we do in three places, which are checked here besides: it takes the operating system's
certificate authorities when it is given none, it judges a certificate on the first day of its validity, and it prints.
"""

import base64
import contextlib
import datetime as dt
import io
import json
import resource
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

_ISSUER = (x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.8"), x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1"))
"""Extensions in which Fulcio writes who vouched for the identity: the newer one is DER, the older one plain text."""
MATERIAL, EXPIRED, CHAIN, IDENTITY, SIGNATURE = "material", "expired", "chain", "identity", "signature"
"""Why a signature does not hold."""
MEMORY = 2 * 1024**3
"""Bytes of address space that verifying may take."""


class DoesNotHold(Exception):
    """A signature that does not hold, with the reason's code and what the library said."""

    def __init__(self, code: str, detail: str = "", signer: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.code, self.detail, self.signer = code, detail, signer


def check(bundle: bytes, attempts: Sequence[Mapping[str, str]], now: dt.datetime) -> dict[str, Any]:
    """The outcome of every attempt: `{"holds", "code", "detail", "signer"}`, with the versions that decided."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.sig"
        path.write_bytes(bundle)
        results = [_attempt(path, one, Path(folder), now) for one in attempts]
    return {"results": results, "versions": {name: version(name) for name in ("model-signing", "sigstore")}}


def _attempt(bundle: Path, attempt: Mapping[str, str], folder: Path, now: dt.datetime) -> dict[str, Any]:
    material = folder / "material"
    material.write_text(attempt["material"])
    ways = {"key": _by_key, "certificate": _by_certificate, "keyless": _keyless}
    try:
        # What the library prints must not get between our answer and its reader.
        with contextlib.redirect_stdout(io.StringIO()):
            signer = ways[attempt["kind"]](bundle, material, attempt, now)
    except DoesNotHold as error:
        return {"holds": False, "code": error.code, "detail": error.detail[:1000], "signer": error.signer or {}}
    except Exception as error:  # noqa: BLE001 - the library names no errors; whatever it raises, nothing holds
        return {"holds": False, "code": SIGNATURE, "detail": _told(error), "signer": {}}
    return {"holds": True, "code": "", "detail": "", "signer": signer}


def _told(error: Exception) -> str:
    if isinstance(error, InvalidSignature):
        return ""
    return str(error)[:1000] or type(error).__name__


def _by_key(bundle: Path, material: Path, attempt: Mapping[str, str], now: dt.datetime) -> dict[str, Any]:
    from model_signing._signing import sign_ec_key, sign_sigstore_pb

    try:
        key = load_pem_public_key(material.read_bytes())
        verifier = sign_ec_key.Verifier(material)
    except Exception as error:
        raise DoesNotHold(MATERIAL, _told(error)) from error
    verifier.verify(sign_sigstore_pb.Signature.read(bundle))
    return {"kind": "key", "key_sha256": _key_sha256(key), "key_type": _key_type(key)}  # type: ignore[arg-type]


def _key_sha256(key: CertificatePublicKeyTypes) -> str:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return digest.finalize().hex()


def _key_type(key: Any) -> str:
    curve = getattr(key, "curve", None)
    return f"ECDSA {curve.name}" if curve is not None else type(key).__name__.strip("_")


def _by_certificate(bundle: Path, material: Path, attempt: Mapping[str, str], now: dt.datetime) -> dict[str, Any]:
    from model_signing._signing import sign_certificate, sign_sigstore_pb

    try:
        roots = x509.load_pem_x509_certificates(material.read_bytes())
        verifier = sign_certificate.Verifier([material])
    except Exception as error:
        raise DoesNotHold(MATERIAL, _told(error)) from error
    chain = _chain_of(bundle)
    signer = _certificate(chain[0])
    try:
        verified = _verified_chain(chain, roots, chain[0].not_valid_before_utc)
    except Exception as error:
        raise DoesNotHold(CHAIN, _told(error), signer) from error
    signer |= {"kind": "certificate", "root": _names(verified[-1]), "root_sha256": _certificate_sha256(verified[-1])}
    verifier.verify(sign_sigstore_pb.Signature.read(bundle))
    try:
        # Without a witness of the time nothing shows that the signature was made while the certificate was valid.
        _verified_chain(chain, roots, now)
    except Exception as error:
        raise DoesNotHold(EXPIRED, _told(error), signer) from error
    return signer


def _chain_of(bundle: Path) -> list[x509.Certificate]:
    certificates = json.loads(bundle.read_text())["verificationMaterial"]["x509CertificateChain"]["certificates"]
    return [x509.load_der_x509_certificate(base64.b64decode(one["rawBytes"])) for one in certificates[:10]]


def _verified_chain(
    chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], moment: dt.datetime
) -> list[x509.Certificate]:
    """The chain from the signing certificate to one of `roots`, all of it valid at `moment`."""
    from OpenSSL import crypto

    store = crypto.X509Store()
    for root in roots:
        store.add_cert(crypto.X509.from_cryptography(root))
    store.set_time(moment.astimezone(dt.UTC).replace(tzinfo=None))
    leaf, *between = (crypto.X509.from_cryptography(one) for one in chain)
    found = crypto.X509StoreContext(store, leaf, between).get_verified_chain()
    return [one.to_cryptography() for one in found]


def _names(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()


def _certificate_sha256(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def _certificate(leaf: x509.Certificate) -> dict[str, Any]:
    return {
        "subject": _names(leaf),
        "issuer": leaf.issuer.rfc4514_string(),
        "serial": f"{leaf.serial_number:x}",
        "valid_from": leaf.not_valid_before_utc.isoformat(),
        "valid_until": leaf.not_valid_after_utc.isoformat(),
        "certificate_sha256": _certificate_sha256(leaf),
        "key_sha256": _key_sha256(leaf.public_key()),
        "key_type": _key_type(leaf.public_key()),
    }


def _keyless(bundle: Path, material: Path, attempt: Mapping[str, str], now: dt.datetime) -> dict[str, Any]:
    from model_signing._signing import sign_sigstore
    from sigstore.verify import policy

    try:
        verifier = sign_sigstore.Verifier(
            identity=attempt["identity"], oidc_issuer=attempt["issuer"], trust_config=material
        )
    except Exception as error:
        raise DoesNotHold(MATERIAL, _told(error)) from error
    signature = sign_sigstore.Signature.read(bundle)
    signer = _identity(signature.bundle.signing_certificate)
    try:
        verifier.verify(signature)
    except Exception as error:
        # Once more without asking who: does the signature hold, and only the signer is another one?
        verifier._policy = policy.UnsafeNoOp()  # type: ignore[assignment]  # a policy like any other
        try:
            verifier.verify(signature)
        except Exception as deeper:
            raise DoesNotHold(SIGNATURE, _told(deeper)) from deeper
        raise DoesNotHold(IDENTITY, _told(error), signer) from error
    return signer


def _identity(leaf: x509.Certificate) -> dict[str, Any]:
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    said = [*names.get_values_for_type(x509.RFC822Name), *names.get_values_for_type(x509.UniformResourceIdentifier)]
    return {**_certificate(leaf), "kind": "keyless", "identity": said[0] if said else "", "oidc_issuer": _vouched(leaf)}


def _vouched(leaf: x509.Certificate) -> str:
    for oid in _ISSUER:
        with contextlib.suppress(x509.ExtensionNotFound):
            value = leaf.extensions.get_extension_for_oid(oid).value
            raw = value.value if isinstance(value, x509.UnrecognizedExtension) else b""
            # The newer extension holds a DER text: tag, length in one byte, the text itself.
            return (raw[2:] if oid == _ISSUER[0] else raw).decode(errors="replace")
    return ""


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "urllib.", "http.")):
        raise PermissionError(f"{event} is refused while a signature is verified")


def main() -> None:
    """Read a request from standard input, answer on standard output, and touch no network on the way."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_refuse)
    asked = json.loads(sys.stdin.buffer.read())
    moment = dt.datetime.fromisoformat(asked["now"])
    sys.stdout.write(json.dumps(check(asked["bundle"].encode(), asked["attempts"], moment)))


if __name__ == "__main__":
    main()
