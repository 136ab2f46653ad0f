"""Why a check came out as it did: a code for programs, a message for people, kept so that pages can translate it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

PATTERNS: Mapping[str, str] = {
    "same": gettext_noop("All files have the recorded checksums."),
    "differing": gettext_noop("Files with other checksums (%(count)d): %(names)s."),
    "missing": gettext_noop("Files that are missing (%(count)d): %(names)s."),
    "additional": gettext_noop("Files that are not in the record (%(count)d): %(names)s."),
    "partial": gettext_noop("Only a part of the files is here; that others are missing was allowed."),
    "unsummed": gettext_noop("Files listed without a SHA-256, not compared: %(count)d."),
    "holds": gettext_noop("The signature holds."),
    "trusted": gettext_noop("Signed by %(signer)s, a trusted signer of %(party)s."),
    "not_trusted": gettext_noop("Signed by %(signer)s, who is not trusted here."),
    "identity": gettext_noop("Signed by %(signer)s, not by %(expected)s."),
    "signature": gettext_noop("The signature does not hold: the bundle was changed, or another key made it."),
    "material": gettext_noop("The signature cannot be checked: what was given to check it with cannot be used."),
    "chain": gettext_noop("The signing certificate does not lead to a trusted authority."),
    "expired": gettext_noop("A certificate is not valid today, and nothing shows that the signature is older."),
    "detail": gettext_noop("The verifier says: %(detail)s"),
    "not_signed": gettext_noop("Recorded files that the signature does not cover (%(count)d): %(names)s."),
    "signed_missing": gettext_noop("Signed files that are missing (%(count)d): %(names)s."),
    "signed_differing": gettext_noop("Files that are not the signed ones (%(count)d): %(names)s."),
    "other_record": gettext_noop("What is signed are not the recorded files of this release: %(names)s."),
    "not_recorded": gettext_noop("Signed files without a recorded checksum: %(count)d."),
    "recorded": gettext_noop("Checksums recorded from the signed list: %(count)d."),
    "not_comparable": gettext_noop("Signed files hashed in another way than by SHA-256 of the whole: %(count)d."),
    "files_read": gettext_noop("The files themselves were read and compared with the signed list."),
    "sums_read": gettext_noop("The signed list was compared with the recorded checksums; the files were not read."),
    "nothing_read": gettext_noop("Nothing was compared with the signed list: no checksum of its files is recorded."),
    "leaves_out": gettext_noop("By its own word the signature leaves out: %(names)s."),
}
_NAMED = 5


def reason(code: str, **values: Any) -> dict[str, Any]:
    """A reason as it is kept."""
    pattern = PATTERNS[code]
    return {"code": code, "message": pattern % values, "pattern": pattern, "values": values}


def about_files(code: str, paths: list[str]) -> dict[str, Any]:
    """A reason about some files, of which the first are named."""
    more = f" … (+{len(paths) - _NAMED})" if len(paths) > _NAMED else ""
    return reason(code, count=len(paths), names=", ".join(paths[:_NAMED]) + more)
