"""How much of the G7's “SBOM for AI” is known of a model.

The list: seven clusters with fifty elements, as in “Software Bill of Materials (SBOM) for Artificial Intelligence -
Minimum Elements” of the G7 Cybersecurity Working Group, published by the BSI on 2026-05-12, which follows the “Shared
G7 Vision on SBOM for AI” of June 2025. The names of clusters and elements were taken from descriptions of the paper by
others, which agree with each other; the paper itself was not read here. `VERIFIED` says so, and so does the page.
Which fact of ours answers an element is our own reading.

The nine elements about the system as a whole belong to a use and its deployment and are not counted for a model. Of the
cluster about the bill of materials itself, what our own export says counts. An element counts only with a known fact:
unknown and disputed ones are missing, and a source's document counts for what it says, as a claim of that source.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Organisation
from apps.exports.gathering import ModelEntry, gather_one_model
from apps.exports.kept import Kept, kept_for
from apps.facts.models import State
from apps.imports.pointers import walk

SOURCE = "G7 Cybersecurity Working Group, SBOM for AI - Minimum Elements, 2026-05-12"
VERIFIED = False
"""Whether the list was checked against the paper itself."""


@dataclass(frozen=True)
class Picture:
    """What is known of one model: its entries, the documents kept about it, and who exports."""

    entries: Sequence[ModelEntry]
    cyclonedx: Sequence[Kept] = ()
    spdx: Sequence[Kept] = ()
    author: str = ""
    facts: Mapping[tuple[str, str], Any] = field(init=False)
    """Known values only, by subject and field, of any release."""

    def __post_init__(self) -> None:
        known = {
            (fact.subject, fact.field): fact.value
            for entry in self.entries
            for fact in entry.record.facts
            if fact.value is not None and fact.state not in (State.UNKNOWN, State.DISPUTED)
        }
        object.__setattr__(self, "facts", known)

    def fact(self, *names: str) -> bool:
        """Whether all of some facts (`model.parameters`) are known."""
        return all(tuple(name.split(".", 1)) in self.facts for name in names)

    def kept(self, *paths: str) -> bool:
        """Whether a document says something at one of some paths of its part about the model."""
        return any(_at(one.part, path) for one in (*self.cyclonedx, *self.spdx) for path in paths)

    def datasets(self, *keys: str) -> bool:
        """Whether a document says something of these keys about a dataset; without keys, whether it names one."""
        return any(
            not keys or any(one.get(key) for key in keys)
            for kept in (*self.cyclonedx, *self.spdx)
            for one in _datasets(kept)
        )

    def around(self, *types: str) -> bool:
        """Whether a document holds other components or elements of some types."""
        return any(one.get("type") in types for kept in (*self.cyclonedx, *self.spdx) for one in _others(kept))


@dataclass(frozen=True)
class Element:
    """One element of the list, and whether it is known."""

    cluster: str
    key: str
    label: Any
    known: bool


@dataclass(frozen=True)
class Completeness:
    """The elements of the list in its order."""

    elements: Sequence[Element]

    @property
    def known(self) -> int:
        """How many are known."""
        return sum(one.known for one in self.elements)

    @property
    def share(self) -> float:
        """Known ones of all, from 0 to 1."""
        return self.known / len(self.elements)

    @property
    def missing(self) -> list[Element]:
        """Those that are not known."""
        return [one for one in self.elements if not one.known]

    def clusters(self) -> Iterator[tuple[Any, int, int, list[Element]]]:
        """Each cluster: its name, how many of its elements are known, how many there are, which are missing."""
        for key, label in CLUSTERS.items():
            inside = [one for one in self.elements if one.cluster == key]
            yield label, sum(one.known for one in inside), len(inside), [one for one in inside if not one.known]


CLUSTERS: Mapping[str, Any] = {
    "metadata": _("Metadata of the bill of materials"),
    "models": _("Model"),
    "datasets": _("Datasets"),
    "infrastructure": _("Infrastructure"),
    "security": _("Security"),
    "kpi": _("Performance figures"),
}
NOT_COUNTED = _("Properties of the system as a whole")
_Test = Callable[[Picture], bool]


def _always(_picture: Picture) -> bool:
    return True


def _never(_picture: Picture) -> bool:
    return False


def _files(picture: Picture) -> bool:
    return any(file.sha256 for entry in picture.entries for file in entry.record.files)


def _main(picture: Picture, name: str) -> bool:
    return any(bool(getattr(entry.record, name)) for entry in picture.entries)


_ELEMENTS: Mapping[str, Sequence[tuple[str, Any, _Test]]] = {
    "metadata": (
        ("author", _("Author of the bill of materials"), lambda p: bool(p.author)),
        ("version", _("Version of the bill of materials"), _always),
        ("format_name", _("Name of the data format"), _always),
        ("format_version", _("Version of the data format"), _always),
        ("signature", _("Signature of the author"), _never),
        ("tool_name", _("Name of the tool"), _always),
        ("tool_version", _("Version of the tool"), _always),
        ("context", _("Context of generation"), _always),
        ("timestamp", _("Time of the bill of materials"), _always),
        (
            "dependencies",
            _("Dependencies"),
            lambda p: _main(p, "parents") or p.fact("model.lineage_complete"),
        ),
    ),
    "models": (
        ("name", _("Name"), _always),
        ("identifier", _("Identifier"), lambda p: _main(p, "identifiers")),
        ("version", _("Version"), lambda p: _main(p, "revision")),
        ("timestamp", _("Time of release"), lambda p: p.fact("model.release_date")),
        ("producer", _("Producer"), lambda p: _main(p, "developer")),
        ("description", _("Description"), lambda p: p.kept("description", "summary", "comment")),
        ("hash", _("Hash value"), _files),
        ("hash_algorithm", _("Hash algorithm"), _files),
        (
            "properties",
            _("Properties of the model"),
            lambda p: (
                p.fact("model.parameters")
                or p.kept("modelCard/modelParameters/modelArchitecture", "ai_typeOfModel", "ai_hyperparameter")
            ),
        ),
        (
            "inputs_outputs",
            _("Inputs and outputs"),
            lambda p: p.fact("model.modalities_in", "model.modalities_out"),
        ),
        (
            "training",
            _("Training"),
            lambda p: (
                p.fact("model.training_compute_flop")
                or p.kept("modelCard/modelParameters/approach", "ai_informationAboutTraining")
            ),
        ),
        (
            "licence",
            _("Licence"),
            lambda p: p.fact("release.licence_declared") or p.fact("release.licence_concluded"),
        ),
        (
            "references",
            _("External references"),
            lambda p: p.kept("externalReferences", "externalRef", "software_downloadLocation") or _linked(p),
        ),
    ),
    "datasets": (
        ("name", _("Name of a dataset"), lambda p: p.datasets("name")),
        ("description", _("Description of a dataset"), lambda p: p.datasets("description", "summary", "comment")),
        (
            "content",
            _("Content of a dataset"),
            lambda p: p.datasets("contents", "dataset_datasetType") or p.fact("release.training_content_summary_url"),
        ),
        ("identifier", _("Identifier of a dataset"), lambda p: p.datasets("purl", "software_packageUrl")),
        ("hash", _("Hash value of a dataset"), lambda p: p.datasets("hashes", "verifiedUsing")),
        (
            "provenance",
            _("Provenance of a dataset"),
            lambda p: p.datasets("governance", "dataset_dataCollectionProcess", "originatedBy", "author", "supplier"),
        ),
        (
            "statistics",
            _("Statistical properties of a dataset"),
            lambda p: p.datasets("dataset_datasetSize", "graphics"),
        ),
        (
            "sensitivity",
            _("Sensitivity of a dataset"),
            lambda p: p.datasets(
                "sensitiveData",
                "classification",
                "dataset_confidentialityLevel",
                "dataset_hasSensitivePersonalInformation",
            ),
        ),
        ("dependencies", _("Dependencies of a dataset"), _never),
        ("licence", _("Licence of a dataset"), lambda p: p.datasets("licenses")),
    ),
    "infrastructure": (
        (
            "software",
            _("Software"),
            lambda p: p.around("library", "framework", "platform", "operating-system", "container", "software_Package"),
        ),
        ("hardware", _("Hardware"), lambda p: p.around("device", "firmware")),
    ),
    "security": (
        ("controls", _("Security controls"), lambda p: p.fact("release.signature_state")),
        (
            "compliance",
            _("Security compliance"),
            lambda p: p.kept("ai_standardCompliance") or p.fact("release.annex_xii_pack"),
        ),
        ("policy", _("Information on the security policy"), _never),
        ("vulnerabilities", _("References to vulnerabilities"), lambda p: p.fact("release.scan_state")),
    ),
    "kpi": (
        ("security", _("Security metrics"), lambda p: p.facts.get(("release", "sec_eval_on_file")) is True),
        (
            "operation",
            _("Metrics of operation"),
            lambda p: p.kept("modelCard/quantitativeAnalysis", "ai_metric"),
        ),
    ),
}


def _linked(picture: Picture) -> bool:
    """Whether a statement about the model, or its identifier on the hub, leads to a page of the source."""
    return any(
        any(fact.provenance.source_url for fact in entry.record.facts)
        or any(namespace == "huggingface" for namespace, _identifier in entry.record.identifiers)
        for entry in picture.entries
    )


def assess(picture: Picture) -> Completeness:
    """Which elements are known of a model. Pure."""
    return Completeness(
        [
            Element(cluster, key, label, test(picture))
            for cluster, elements in _ELEMENTS.items()
            for key, label, test in elements
        ]
    )


def completeness_of(model_id: UUID) -> Completeness:
    """The same for a model that is in the register."""
    entries = gather_one_model(model_id)
    releases = [entry.release_id for entry in entries]
    organisation = Organisation.objects.first()
    return assess(
        Picture(
            entries,
            list(kept_for(releases, "cyclonedx").values()),
            list(kept_for(releases, "spdx").values()),
            organisation.name if organisation else "",
        )
    )


def _at(part: Mapping[str, Any], path: str) -> Any:
    found: Any = part
    for step in path.split("/"):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _others(kept: Kept) -> Iterable[Mapping[str, Any]]:
    listed = kept.document.get("components") or kept.document.get("@graph") or ()
    return [one for one in listed if isinstance(one, dict) and one != kept.part]


def _datasets(kept: Kept) -> Iterator[Mapping[str, Any]]:
    """The datasets that a document names for the model: written in its card, or referred to from it."""
    named = _at(kept.part, "modelCard/modelParameters/datasets") or ()
    refs = {one.get("ref") for one in named if isinstance(one, dict)}
    yield from (one for one in named if isinstance(one, dict) and "ref" not in one)
    for one in _others(kept):
        if one.get("type") == "data" and one.get("bom-ref") in refs:
            yield {**one, **{key: value for inner in one.get("data", ()) for key, value in inner.items() if value}}
    used = _trained_on(kept)
    yield from (one for one in _others(kept) if one.get("spdxId") in used)


def _trained_on(kept: Kept) -> set[Any]:
    key = kept.part.get("spdxId")
    return {
        target
        for one in _others(kept)
        if one.get("from") == key and str(one.get("relationshipType")).endswith(("trainedOn", "testedOn"))
        for _pointer, target in walk(one.get("to", []))
        if isinstance(target, str)
    }
