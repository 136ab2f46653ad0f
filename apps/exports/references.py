"""Names for the elements of a document, made from what they say and not from the database. Pure."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.text import slugify

from apps.core.canonical import canonical_json, digest
from apps.imports.records import ModelRecord, UseRecord


class References:
    """Hands out a name per element: the same for the same content, another for every element."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def model(self, record: ModelRecord) -> str:
        """For one release of a model."""
        return self._name("model", record.name, [record.identifiers, record.developer, record.revision])

    def use(self, record: UseRecord) -> str:
        """For one use."""
        return self._name("use", record.use, [record.team, record.use_case, record.deployment, record.model.name])

    def other(self, kind: str, name: str, content: Any = "") -> str:
        """For anything else, such as a party or a licence."""
        return self._name(kind, name, content)

    def _name(self, kind: str, name: str, content: Any) -> str:
        short = hashlib.sha256(canonical_json([name, content])).hexdigest()[:12]
        made = f"{kind}:{slugify(name)[:60] or 'unnamed'}-{short}"
        count = self._taken[made] = self._taken.get(made, 0) + 1
        return made if count == 1 else f"{made}-{count}"


def serial_number(content: Any) -> UUID:
    """A UUID made from the whole content: the same register gives the same serial number."""
    return uuid5(NAMESPACE_URL, digest(content))


def stamp(moment: datetime) -> str:
    """A moment as both standards write it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
