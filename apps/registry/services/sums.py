"""Recording checksums of a release's files, and comparing files or lists with what is recorded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from apps.accounts.actors import Actor
from apps.core.changes import change, one_at_a_time
from apps.core.clock import today
from apps.core.errors import Conflict, FieldError, InvalidInput, WeighbridgeError, filled
from apps.core.text import clean_text, clean_url
from apps.facts.models import Assertion, State
from apps.facts.services import Statement, assert_facts, withdraw
from apps.facts.signals import facts_changed
from apps.facts.subjects import SourceRef, SubjectRef
from apps.registry import formats
from apps.registry.models import Artefact, Release, Verification
from apps.registry.services.artefact_facts import CHANNEL, state_artefact_facts
from apps.registry.services.facts import subject_for_change
from apps.registry.services.verifications import Checked, Said, keep
from apps.registry.verification.comparing import ADDITIONAL, DIFFERING, MISSING, Comparison, compare
from apps.registry.verification.folders import ALWAYS_IGNORED, Folder, HashedFile, hash_folder
from apps.registry.verification.reasons import about_files, reason
from apps.registry.verification.sums import MOST_ERRORS, FileSum, SumList

_SIGNATURES = (".sig", ".sigstore", ".sigstore.json", ".asc", ".p7s")


@dataclass(frozen=True)
class Recorded:
    """What became of a list of checksums. `unsummed` files are named in it without a SHA-256."""

    created: int
    unchanged: int
    replaced: int = 0
    unsummed: int = 0


def record_sums(
    *,
    actor: Actor,
    release: Release,
    sums: SumList,
    source: str = "",
    source_url: str = "",
    replace: bool = False,
    reason: str = "",
    state: str = State.CLAIMED_BY_OWNER,
) -> Recorded:
    """Record the checksums of a list; the same list again changes nothing.

    Raises `Conflict` that names the files whose recorded checksum is another one, unless they are to be replaced, for
    which a reason is asked: a checksum that changes is what checksums are there to show. Raises `InvalidInput` for a
    hub's listing of another commit than the release's.
    """
    require_change(actor, release)
    _same_revision(release, sums)
    source = clean_text(source, pointer="/source", max_length=500, required=False) or f"Stated by {actor.label}"
    source_url = clean_url(source_url, pointer="/source_url", required=False)
    reason = clean_text(reason, pointer="/reason", max_length=2000, required=replace)
    with change(actor, "artefact.record_sums", reason=reason):
        one_at_a_time(f"artefacts {release.id}")
        held = {row.path: row for row in Artefact.objects.filter(release=release)}
        others = [one for one in sums.files if one.path in held and held[one.path].sha256 != one.sha256]
        if others and not replace:
            raise _other_sums(others)
        stated = {"state": state, "source_label": source, "source_url": source_url, "as_of": today()}
        new = [_artefact(release, one, stated) for one in sums.files if one.path not in held]
        Artefact.objects.bulk_create(new, batch_size=500)
        for one in others:
            _replace(held[one.path], one, stated)
        if new or others:
            facts_changed.send(sender=Artefact, subjects={SubjectRef("release", release.id)})
        state_artefact_facts(release)
        if sums.complete:
            _state_absence(release, [*(one.path for one in sums.files), *sums.unsummed], "The hub's listing")
    return Recorded(len(new), len(sums.files) - len(new) - len(others), len(others), len(sums.unsummed))


def require_change(actor: Actor, release: Release) -> None:
    """A team records and checks the files of the releases it runs, an officer those of all."""
    actor.require("register.change")
    subject_for_change(actor, "release", release.id)


def may_change(actor: Actor, release: Release) -> bool:
    """Whether a page offers `actor` to record and check files of a release; the services decide again."""
    try:
        require_change(actor, release)
    except WeighbridgeError:
        return False
    return True


def recorded_sums(release: Release) -> dict[str, str]:
    """SHA-256 by path, as recorded."""
    return dict(Artefact.objects.filter(release=release).values_list("path", "sha256"))


def _same_revision(release: Release, sums: SumList) -> None:
    if sums.revision and release.revision and sums.revision.lower() != release.revision.lower():
        raise InvalidInput(
            filled(
                "lists the files of commit %(theirs)s, not of this release (%(ours)s)",
                theirs=sums.revision[:64],
                ours=release.revision,
            ),
            pointer="/file",
        )


def _other_sums(others: Sequence[FileSum]) -> Conflict:
    said = [FieldError("/file", f"“{one.path}” is recorded with another checksum") for one in others[:MOST_ERRORS]]
    found = Conflict(
        filled("%(count)d files are recorded with other checksums. Nothing was written.", count=len(others))
    )
    found.errors = tuple(said)
    return found


def _artefact(release: Release, one: FileSum, stated: dict[str, object]) -> Artefact:
    told = formats.by_name(one.path)
    return Artefact(
        release=release, path=one.path, sha256=one.sha256, size=one.size, format=told, row_version=1, **stated
    )


def _replace(row: Artefact, one: FileSum, stated: dict[str, object]) -> None:
    row.sha256, row.size, row.signature = one.sha256, one.size, Artefact.Signature.UNKNOWN
    row.format, row.format_by_content = formats.by_name(one.path), False
    for name, value in stated.items():
        setattr(row, name, value)
    row.save()


def _state_absence(release: Release, paths: Iterable[str], what: str) -> None:
    """That a complete list of files holds no signature is a fact, as long as none was checked."""
    if any(path.lower().endswith(_SIGNATURES) for path in paths):
        return
    if Verification.objects.filter(release=release, kind=Verification.Kind.SIGNATURE).exists():
        return
    said = Assertion.objects.filter(
        subject_type="release", subject_id=release.id, channel=CHANNEL, field="signature_state", superseded_at=None
    )
    if said.exists():
        return
    statement = Statement(
        subject=SubjectRef("release", release.id),
        field="signature_state",
        value="absent",
        state=State.INFERRED,
        source=SourceRef(f"{what} names no signature"),
        as_of=today(),
    )
    assert_facts(actor=Actor.system("recorded files"), statements=[statement], channel=CHANNEL)


def withdraw_absence(release: Release) -> None:
    """Take back that there is no signature, once there is one. Inside of a `change`."""
    withdraw(
        actor=Actor.system("recorded files"), subjects=[("release", release.id, "signature_state")], channel=CHANNEL
    )


def compare_sums(*, actor: Actor, release: Release, sums: SumList, in_use: bool = False) -> Verification:
    """Compare a list with the recorded checksums and keep the result.

    `in_use` says that the list is of the files that run; only then does it say something about them, and it stays a
    claim of whoever brought it. Raises `Conflict` when nothing is recorded.
    """
    require_change(actor, release)
    _same_revision(release, sums)
    expected = _expected(release)
    unsummed = set(sums.unsummed)
    comparable = {path: sha256 for path, sha256 in expected.items() if path not in unsummed}
    comparison = compare(comparable, {one.path: one.sha256 for one in sums.files})
    reasons = _reasons(comparison)
    if unsummed:
        reasons.append(reason("unsummed", count=len(unsummed)))
    checked = Checked(
        kind=Verification.Kind.SUMS,
        outcome=Verification.Outcome.EQUAL if comparison.same else Verification.Outcome.DIFFERS,
        compared=Verification.Compared.SUMS,
        reasons=reasons,
        comparison=comparison,
        expected=expected,
    )
    said = Said(
        field="artifact_sha256_matches",
        value=comparison.same,
        by_us=False,
        source="List of checksums of the files in use, compared with the recorded ones",
    )
    return keep(actor, release, checked, said if in_use else None)


def _expected(release: Release) -> dict[str, str]:
    expected = recorded_sums(release)
    if not expected:
        raise Conflict("No checksum of this release is recorded yet. Record them first; then compare.")
    return expected


def _reasons(comparison: Comparison, *, partial: bool = False) -> list[dict[str, object]]:
    if comparison.same:
        return [reason("same")]
    found = []
    for result in (DIFFERING, ADDITIONAL, MISSING):
        paths = [one.path for one in comparison.files if one.result == result]
        if paths:
            found.append(about_files(result, paths))
    return [*found, reason("partial")] if partial else found


def verify_folder(
    *, actor: Actor, release: Release, root: Path, ignored: Sequence[str] = (), partial: bool = False
) -> Verification:
    """Read the files below a folder, compare them with the recorded checksums, and keep what came out.

    With `partial`, recorded files that are not there are named and do not count against the rest. For whoever may run
    commands on the machine that holds the files.
    """
    require_change(actor, release)
    expected = _expected(release)
    folder = hash_folder(root, ignored=ignored)
    comparison = compare(expected, folder.sums, ignored=ALWAYS_IGNORED)
    fits = comparison.same or (
        partial and bool(comparison.files) and not comparison.count(DIFFERING) and not comparison.count(ADDITIONAL)
    )
    checked = Checked(
        kind=Verification.Kind.FOLDER,
        outcome=Verification.Outcome.EQUAL if fits else Verification.Outcome.DIFFERS,
        compared=Verification.Compared.FILES,
        reasons=_reasons(comparison, partial=partial),
        comparison=comparison,
        expected=expected,
    )
    said = Said(
        field="artifact_sha256_matches",
        value=fits,
        by_us=True,
        source="Files read and compared with the recorded checksums",
    )
    with change(actor, "artefact.verify"):
        note_contents(release, folder)
        return keep(actor, release, checked, said)


def record_folder(*, actor: Actor, release: Release, root: Path, ignored: Sequence[str] = ()) -> Recorded:
    """Record the checksums of the files below a folder. See `record_sums` for what is refused."""
    require_change(actor, release)
    folder = hash_folder(root, ignored=ignored)
    files = tuple(FileSum(one.path, one.sha256, one.size) for one in folder.files)
    if not files:
        raise InvalidInput("holds no files", pointer="/path")
    with change(actor, "artefact.record_sums"):
        recorded = record_sums(
            actor=actor,
            release=release,
            sums=SumList("folder", files),
            source="Files read on the server",
            state=State.VERIFIED,
        )
        note_contents(release, folder)
    return recorded


def note_contents(release: Release, folder: Folder, *, signed: bool = False) -> None:
    """Note on the recorded files what their bytes showed, and state the facts that follow. Inside of a `change`.

    `signed` says that there is a signature, wherever it lies.
    """
    read = {one.path: one for one in folder.files}
    for row in Artefact.objects.filter(release=release, path__in=list(read)):
        if _noted(row, read[row.path]):
            row.save(update_fields=["size", "format", "format_by_content"])
    state_artefact_facts(release, names_code=folder.names_code)
    if not signed:
        _state_absence(release, read, "The folder that was read")


def _noted(row: Artefact, one: HashedFile) -> bool:
    """Take over what was read of a file that is the recorded one; whether that changed anything."""
    if row.sha256 != one.sha256:
        return False
    told = one.recognised
    before = (row.size, row.format, row.format_by_content)
    row.size = one.size
    if told.format and (told.by_content or not row.format):
        row.format, row.format_by_content = told.format, told.by_content
    return before != (row.size, row.format, row.format_by_content)
