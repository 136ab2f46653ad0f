"""What a source says, in our terms: the plain form between reading a file and writing to the register. Pure.

A reader (one folder per source) turns bytes into a `Reading`; `apps.imports.applying` turns a `Reading` into services'
calls. A reader knows no database, and the applying knows no format.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.errors import FieldError, WeighbridgeError
from apps.facts.models import State


class UnreadableFile(WeighbridgeError):
    """A file that cannot be read at all: the message says what is wrong and where, the pointer leads there."""

    status = 422
    code = "unreadable-file"
    title = gettext_noop("The file cannot be read")


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """Where a statement of a file itself comes from: set by our own exports, which carry the sources of others.

    Empty fields mean what the reading says as a whole: its source, its address, its day.
    """

    source: str = ""
    source_url: str = ""
    source_quality: str = ""
    as_of: dt.date | None = None
    valid_until: dt.date | None = None


HERE = Provenance()
"""The file itself is the source."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FactRecord:
    """One statement about the record's model, release, deployment or use case; `field` is one of the catalogue.

    In a file a party is written by its name and a person by the e-mail address. A statement whose state is `unknown`
    or `disputed` has no value.
    """

    subject: str
    """`model`, `release`, `deployment`, `use_case` or `party` (the developer)."""
    field: str
    value: Any
    state: str = State.CLAIMED_BY_PROVIDER
    note: str = ""
    pointer: str = ""
    """Where in the file it stands, as a JSON pointer or `row 7, column C`."""
    conflict: Sequence[Mapping[str, Any]] = ()
    """What other sources say instead, as `[{"value", "source"}]`."""
    provenance: Provenance = HERE


@dataclass(frozen=True, kw_only=True, slots=True)
class ParentRecord:
    """One parent that a source names. `relation` is one of `LineageEdge.Relation`."""

    name: str
    """As the source writes it."""
    relation: str
    namespace: str = ""
    """`huggingface` where the source names a repository of the hub; empty where it does not say."""
    revision: str = ""
    state: str = State.CLAIMED_BY_PROVIDER
    """`inferred` where the relation is not stated but concluded; `note` then says from what."""
    note: str = ""
    pointer: str = ""
    provenance: Provenance = HERE


@dataclass(frozen=True, kw_only=True)
class SuspectRecord:
    """A parent that nobody declares and that something speaks for: never a fact, a suggestion for a person to judge."""

    name: str
    reason: str
    """What speaks for it, for people."""
    strength: str
    """`strong`, `medium` or `weak`."""
    namespace: str = ""
    pointer: str = ""


@dataclass(frozen=True, kw_only=True)
class LicenceRecord:
    """The licence as the source declares it; nothing is concluded here."""

    declared: str
    """An SPDX identifier or expression, a tag of the hub such as `llama3.1`, or `other/<license_name>`."""
    link: str = ""
    text: str = ""
    """The full text where the source carries it."""
    pointer: str = ""
    state: str = State.CLAIMED_BY_PROVIDER
    """`inferred` where the source does not declare it but concluded it itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileRecord:
    """One file of a release."""

    path: str
    sha256: str = ""
    size: int | None = None
    format: str = ""
    pointer: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelRecord:
    """One model with one release of it, as a source describes them."""

    name: str
    identifiers: Sequence[tuple[str, str]] = ()
    """`(namespace, identifier)`, the most telling first: by them the model is found in the register."""
    developer: str = ""
    """The developer's name as the source writes it; never read off the name of the model."""
    revision: str = ""
    """A commit or a dated snapshot; empty for the floating release."""
    family: str = ""
    licences: Sequence[LicenceRecord] = ()
    parents: Sequence[ParentRecord] = ()
    files: Sequence[FileRecord] = ()
    facts: Sequence[FactRecord] = ()
    suspects: Sequence[SuspectRecord] = ()
    described: bool = True
    """False where the source only mentions the model (a component of something else)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UseRecord:
    """One row of a register: a use with its deployment and use case, on a model."""

    model: ModelRecord
    use: str = ""
    team: str = ""
    use_case: str = ""
    deployment: str = ""
    owner_email: str = ""
    facts: Sequence[FactRecord] = ()


@dataclass(frozen=True, kw_only=True)
class Said:
    """A statement about a party that is no fact of the catalogue: it has a state and a source like one."""

    state: str = State.CLAIMED_BY_PROVIDER
    note: str = ""
    provenance: Provenance = HERE


@dataclass(frozen=True, kw_only=True)
class NameRecord(Said):
    """Another name of a party; `kind` is one of `PartyName.Kind`."""

    name: str
    kind: str
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class DomainRecord(Said):
    """An internet domain of a party, or one that only looks like its own."""

    domain: str
    lookalike: bool = False


@dataclass(frozen=True, kw_only=True)
class NamespaceRecord(Said):
    """A party's namespace on a hub."""

    hub: str
    name: str


@dataclass(frozen=True, kw_only=True)
class StakeRecord(Said):
    """Who holds how much of the party; shares are percentages as text, empty where they are not known."""

    owner: str
    basis: str
    equity_pct: str = ""
    voting_pct: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    free_float: bool = False


@dataclass(frozen=True, kw_only=True)
class PartyRecord:
    """One legal entity or body. Other parties are written by their names."""

    name: str
    kind: str = "company"
    principal: str = ""
    """Of a group known by a brand: the entity that stands for it."""
    group: str = ""
    """Of an entity: the group that it belongs to."""
    names: Sequence[NameRecord] = ()
    domains: Sequence[DomainRecord] = ()
    namespaces: Sequence[NamespaceRecord] = ()
    stakes: Sequence[StakeRecord] = ()
    facts: Sequence[FactRecord] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """One entry of a file: what it says, or why it cannot be taken (`errors`); never both, never neither."""

    locator: str
    """`row 7`, `/components/0`: how a person finds it."""
    record: ModelRecord | UseRecord | PartyRecord | None = None
    errors: Sequence[FieldError] = ()
    notes: Sequence[str] = ()
    """What a person should know, such as a misspelt key that was not read as a licence."""
    raw: Mapping[str, Any] = field(default_factory=dict)
    """The entry as it stands in the file, for the report and for the quarantine."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A file, read: its format and version, its rows in order, and the whole of what it said."""

    kind: str
    format: str
    """For people: `CycloneDX 1.6`, `Hugging Face model card`."""
    source: str
    """The label under which its statements are recorded, such as `Model card of Qwen/Qwen2.5-7B-Instruct`."""
    rows: Sequence[Row]
    as_of: dt.date | None = None
    """The day that the file states about itself; None when it states none (the day of the import then counts)."""
    url: str = ""
    document: Mapping[str, Any] | None = None
    """The whole document as plain JSON: what has no field of ours is kept with it and exported again."""
    accounted: Mapping[str, str] = field(default_factory=dict)
    """JSON pointer of every known field that occurs -> where it went: a path of ours, or `kept`."""
    notes: Sequence[str] = ()
    """What a person should know of the file as a whole."""
