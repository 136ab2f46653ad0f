"""Facts of a release that follow from its recorded files: their formats, and whether code comes with them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import today
from apps.facts.models import Assertion, State
from apps.facts.services import Statement, assert_facts
from apps.facts.subjects import SourceRef, SubjectRef
from apps.registry import formats
from apps.registry.models import Artefact, Release

CHANNEL = "artefacts"
_BY_NAME = "Recorded files of the release, by their names"
_BY_CONTENT = "Recorded files of the release, by their first bytes"
_BY_CONFIGURATION = "Files of the release and what their configuration names"


def state_artefact_facts(release: Release, *, names_code: bool | None = None) -> list[Assertion]:
    """State what the recorded files show; what they do not show is left unsaid.

    `names_code` is what the configuration files say, where they were read. That no code comes along is only stated
    then: a list of names cannot show that none is fetched from elsewhere. Writes only what is new.
    """
    return _state([release.id], names_code)


def state_artefact_facts_of(releases: Collection[UUID]) -> list[Assertion]:
    """Like `state_artefact_facts` for many releases whose configuration nobody read: a few queries for all."""
    return _state(releases, None) if releases else []


def _state(releases: Collection[UUID], names_code: bool | None) -> list[Assertion]:
    files: dict[UUID, list[Artefact]] = {release: [] for release in releases}
    recorded = Artefact.objects.filter(release_id__in=releases)
    for file in recorded.only("release_id", "path", "format", "format_by_content"):
        files[file.release_id].append(file)
    current = {
        (row.subject_id, row.field): (row.value, row.state)
        for row in Assertion.objects.filter(
            subject_type="release", subject_id__in=releases, channel=CHANNEL, superseded_at__isnull=True
        )
    }
    found = [
        one for release, its in files.items() for one in (*_formats(release, its), *_code(release, its, names_code))
    ]
    new = [one for one in found if current.get((one.subject.id, one.field)) != (one.value, one.state)]
    system = Actor.system("recorded files")
    with change(system, "artefact.state"):
        return assert_facts(actor=system, statements=new, channel=CHANNEL)


def recognised(file: Artefact) -> formats.Recognised:
    """The format of a recorded file: by content where it was read, else by name, else as it was stated."""
    if file.format_by_content:
        return formats.Recognised(file.format, by_content=True)
    return formats.Recognised(formats.by_name(file.path) or (file.format if file.format in formats.KNOWN else ""))


def _formats(release: UUID, files: list[Artefact]) -> list[Statement]:
    found, by_content = formats.formats_of(recognised(file) for file in files)
    if not found:
        return []
    state = State.VERIFIED if by_content else State.INFERRED
    return [_statement(release, "file_formats", found, state, _BY_CONTENT if by_content else _BY_NAME)]


def _code(release: UUID, files: list[Artefact], names_code: bool | None) -> list[Statement]:
    if names_code:
        return [_statement(release, "needs_remote_code", True, State.VERIFIED, _BY_CONFIGURATION)]
    code = sorted(file.path for file in files if formats.is_code(file.path))
    if code:
        note = f"Code among the files: {', '.join(code[:5])}"
        return [_statement(release, "needs_remote_code", True, State.INFERRED, _BY_NAME, note)]
    if names_code is False:
        return [_statement(release, "needs_remote_code", False, State.VERIFIED, _BY_CONFIGURATION)]
    return []


def _statement(release: UUID, field: str, value: Any, state: str, source: str, note: str = "") -> Statement:
    return Statement(
        subject=SubjectRef("release", release),
        field=field,
        value=value,
        state=state,
        source=SourceRef(source),
        as_of=today(),
        note=note,
    )
