"""The proof of a check: one zip file with everything that somebody else needs to check again. Pure."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

BUNDLE, RESULT, SUMS, HOWTO = "model.sig", "result.json", "SHA256SUMS", "VERIFY.txt"
MATERIAL = {"key": "public-key.pem", "certificate": "trusted-certificates.pem", "keyless": "trust-config.json"}
LARGEST = 64 * 1024 * 1024
_COMMANDS = {
    "key": "model_signing verify key MODEL_FOLDER --signature model.sig --public_key public-key.pem",
    "certificate": (
        "model_signing verify certificate MODEL_FOLDER --signature model.sig"
        " --certificate_chain trusted-certificates.pem"
    ),
    "keyless": (
        "model_signing verify sigstore MODEL_FOLDER --signature model.sig --trust_config trust-config.json"
        " --identity '{identity}' --identity_provider '{issuer}'"
    ),
}


def proof_of(files: Mapping[str, bytes]) -> bytes:
    """The files in one zip, byte for byte the same for the same files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return target.getvalue()


def read_proof(content: bytes) -> dict[str, bytes]:
    """The files of a proof. Raises `ValueError` for what is none or is larger than a proof can be."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise ValueError("The file is larger than a proof can be.")
            return {entry.filename: archive.read(entry) for entry in archive.infolist()}
    except zipfile.BadZipFile as error:
        raise ValueError("The file is no proof: it is no zip file.") from error


def sums_file(sums: Mapping[str, str]) -> bytes:
    """Checksums as `sha256sum --check` reads them."""
    return "".join(f"{sums[path]}  {path}\n" for path in sorted(sums)).encode()


def result_file(result: Mapping[str, Any]) -> bytes:
    """What was found, for people and programs."""
    return json.dumps(result, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def howto(kind: str, identity: str = "", issuer: str = "") -> bytes:
    """How to check again, with tools that are not ours. `kind` is empty where there is no signature."""
    lines = ["How to check again, without a network and without Weighbridge.", ""]
    if kind:
        command = _COMMANDS[kind].format(identity=_quoted(identity), issuer=_quoted(issuer))
        lines += [
            "The signature, with the OpenSSF tool (pip install model-signing pyOpenSSL), in this folder:",
            f"    {command}",
            "Files that are not part of the model are named with --ignore-paths. Whether the file with which it is",
            "checked is the signer's own must be known from elsewhere: compare its SHA-256 in result.json.",
            "",
        ]
    lines += [
        "The files, with the tool of every Linux system, in the folder of the model:",
        "    sha256sum --check SHA256SUMS",
        "SHA256SUMS holds the checksums that were recorded at the time of the check; result.json says what was found.",
        "",
    ]
    return "\n".join(lines).encode()


def _quoted(text: str) -> str:
    return text.replace("'", "'\\''")
