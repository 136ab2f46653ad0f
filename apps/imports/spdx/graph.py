"""The elements of an SPDX 3 document and what stands between them. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.imports.pointers import join


@dataclass(frozen=True)
class Relation:
    """One relationship, from one element to one other."""

    kind: str
    source: str
    target: str
    pointer: str
    """Of the relationship; its target stands below it."""
    position: int


@dataclass
class Graph:
    """Elements by identifier, relationships by either end."""

    elements: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    outgoing: dict[str, list[Relation]] = field(default_factory=lambda: defaultdict(list))
    incoming: dict[str, list[Relation]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, elements: Iterator[tuple[str, Mapping[str, Any]]]) -> "Graph":
        """The graph of elements with their pointers. What has not the form of an element is left out."""
        found = cls()
        for pointer, element in elements:
            key = _identifier(element)
            if key:
                found.elements.setdefault(key, (pointer, element))
            if str(element.get("type")).endswith("Relationship"):
                found._relate(pointer, element)
        return found

    def _relate(self, pointer: str, element: Mapping[str, Any]) -> None:
        source = reference(element.get("from"))
        targets = listed(element.get("to"))
        for position, target in enumerate(targets):
            one = Relation(
                str(element.get("relationshipType")).rpartition("/")[2], source, reference(target), pointer, position
            )
            self.outgoing[source].append(one)
            self.incoming[one.target].append(one)

    def of_type(self, *kinds: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Identifier, pointer and element of every element of some classes, in the order of the document."""
        return ((key, where, one) for key, (where, one) in self.elements.items() if one.get("type") in kinds)

    def find(self, value: Any) -> tuple[str, Mapping[str, Any]] | None:
        """The element that a property refers to by identifier, or holds itself."""
        if isinstance(value, dict):
            return "", value
        return self.elements.get(str(value))

    def name(self, value: Any) -> str:
        """The name of the agent or element that a property refers to; empty where the document does not give one."""
        found = self.find(value)
        name = found[1].get("name") if found else ""
        return name if isinstance(name, str) else ""


def target_pointer(relation: Relation) -> str:
    """Where a relation's target is written."""
    return join(relation.pointer, "to", relation.position)


def listed(value: Any) -> Sequence[Any]:
    """A property's values; a single one may stand without brackets."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def reference(value: Any) -> str:
    """The identifier that a property's value is or carries."""
    return _identifier(value) if isinstance(value, dict) else str(value or "")


def _identifier(element: Mapping[str, Any]) -> str:
    return str(element.get("spdxId") or element.get("@id") or "")
