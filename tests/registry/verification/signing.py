"""Keys, certificates and signed folders for tests, made on the spot with the tool that publishers use."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from model_signing import hashing, signing

SAMPLES = Path(__file__).parents[4] / "shared/data/signatures"
IDENTITY, ISSUER = "stefanb@us.ibm.com", "https://sigstore.verify.ibm.com/oauth2"
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="needs the signed sample models of the shared data")
FILES = {
    "config.json": b'{"model_type": "llama"}',
    "weights/model.safetensors": b"\x10" + bytes(7) + b'{"a":{}}       ',
}


@dataclass
class Key:
    """A pair of keys."""

    private: ec.EllipticCurvePrivateKey

    @classmethod
    def new(cls) -> "Key":
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_pem(self) -> str:
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def private_pem(self) -> bytes:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@dataclass
class Authority:
    """A certificate authority that vouches for anybody."""

    key: Key
    certificate: x509.Certificate

    @classmethod
    def new(cls, name: str = "Test root") -> "Authority":
        key = Key.new()
        return cls(key, _certificate(name, key, name, key, days=(-3650, 3650), ca=True))

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def certify(self, name: str, key: Key, days: tuple[int, int] = (-1, 365)) -> x509.Certificate:
        """A certificate for signing, valid from and to some days from now."""
        issuer = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        return _certificate(name, key, str(issuer), self.key, days=days, ca=False)


def _certificate(name: str, key: Key, issuer: str, by: Key, *, days: tuple[int, int], ca: bool) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
    )
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=days[0]))
        .not_valid_after(now + dt.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, decipher_only=False, **usage),
            critical=True,
        )
        .sign(by.private, hashes.SHA256())
    )


def a_folder(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    """A folder with the files of a small model."""
    for name, content in (files or FILES).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def sign_with_key(folder: Path, key: Key, *, how: hashing.Config | None = None) -> bytes:
    """The bundle of a folder signed with a key; nothing is left in the folder."""
    private, bundle = folder.parent / "private.pem", folder.parent / "made.sig"
    private.write_bytes(key.private_pem)
    config = signing.Config().use_elliptic_key_signer(private_key=private)
    config.set_hashing_config(how or hashing.Config()).sign(folder, bundle)
    return bundle.read_bytes()


def sign_with_certificate(folder: Path, key: Key, certificate: x509.Certificate, authority: Authority) -> bytes:
    """The bundle of a folder signed with a certificate."""
    private, chain, own = (folder.parent / name for name in ("private.pem", "chain.pem", "own.pem"))
    private.write_bytes(key.private_pem)
    chain.write_text(authority.pem)
    own.write_bytes(certificate.public_bytes(Encoding.PEM))
    bundle = folder.parent / "made.sig"
    config = signing.Config().use_certificate_signer(
        private_key=private, signing_certificate=own, certificate_chain=[chain]
    )
    config.sign(folder, bundle)
    return bundle.read_bytes()


def sample(kind: str) -> tuple[Path, bytes]:
    """The folder and the bundle of a real signed model."""
    folder = SAMPLES / f"v1.0.1-{kind}"
    return folder, (folder / "model.sig").read_bytes()


def material(name: str) -> str:
    """A key or a trust configuration of the samples."""
    return (SAMPLES / name).read_text()
