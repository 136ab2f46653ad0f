"""What writers of both standards ask of a record. Pure."""

from typing import Any
from urllib.parse import quote

from apps.facts.models import State
from apps.imports.records import ModelRecord, ParentRecord, PartyRecord, UseRecord
from apps.registry.models import LineageEdge

HUB = "huggingface"


def repository(record: ModelRecord) -> str:
    """The model's repository on the hub; of several the first."""
    return next((identifier for namespace, identifier in record.identifiers if namespace == HUB), "")


def repository_url(record: ModelRecord) -> str:
    """The address of the model's repository on the hub; empty where it has none."""
    found = repository(record)
    return f"https://huggingface.co/{quote(found)}" if found else ""


def package_url(record: ModelRecord) -> str:
    """The package URL of a model of the hub; the version as written, since a tag may have capitals."""
    found = repository(record)
    version = f"@{quote(record.revision, safe='')}" if record.revision else ""
    return f"pkg:huggingface/{quote(found, safe='/')}{version}" if found else ""


def derives(parent: ParentRecord) -> bool:
    """Whether the child was made from the parent, by its weights or by its teaching."""
    return parent.relation in LineageEdge.WEIGHTS_TRANSFER | LineageEdge.TEACHES


def known_value(record: ModelRecord | UseRecord | PartyRecord, subject: str, field: str) -> Any:
    """The value of a fact that is neither unknown nor disputed; None otherwise."""
    for fact in record.facts:
        if (fact.subject, fact.field) == (subject, field) and fact.state not in (State.UNKNOWN, State.DISPUTED):
            return fact.value
    return None


def websites(record: PartyRecord) -> list[str]:
    """The addresses of a party's own domains, without those that are unsure or only look like its own."""
    silent = (State.UNKNOWN, State.DISPUTED)
    own = (one.domain for one in record.domains if not one.lookalike and one.state not in silent)
    return [f"https://{quote(domain)}" for domain in own]
