"""What a source tree or a job calls a model, and which models of the register that may be."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Upper

from apps.registry.models import Model, ModelAlias

_HUB = "huggingface"
_PREFIXES = ("hf://", "hf:", "huggingface/", "pkg:huggingface/", "https://huggingface.co/", "https://hf.co/")
_IN_TREE = re.compile(r"/(?:tree|resolve|blob)/([^/]+)(?:/.*)?$", re.IGNORECASE)
MOVING = frozenset({"main", "master", "latest", "head"})
"""Revisions that name no fixed state: they mean the floating release."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference taken apart: `namespace` is empty where the text names no hub, `revision` where it names none."""

    identifier: str
    namespace: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """The models a reference may mean (one, none, or several that share a name) and the revision inside of it."""

    models: Sequence[Model]
    revision: str = ""

    @property
    def model(self) -> Model | None:
        """The one model; None when none or more than one is meant."""
        return self.models[0] if len(self.models) == 1 else None


def split_reference(text: str) -> Reference:
    """Take a prefix of the hub, a package URL or an address, and a revision off an identifier. Case is kept."""
    rest, namespace = text.strip(), ""
    for prefix in _PREFIXES:
        if rest.casefold().startswith(prefix):
            rest, namespace = rest[len(prefix) :], _HUB
            if prefix.startswith("pkg:"):
                rest = unquote(rest.partition("#")[0].partition("?")[0])
            break
    tree = _IN_TREE.search(rest) if namespace else None
    if tree:
        return Reference(rest[: tree.start()], namespace, tree.group(1))
    identifier, _, revision = rest.partition("@")
    return Reference(identifier, namespace, revision)


def models_by_reference(texts: Iterable[str]) -> dict[str, Named]:
    """The models that references name exactly, case aside. At most three queries, whatever the number of references.

    An identifier that holds an `@` itself goes before one with a revision, an identifier before the name of a model.
    """
    split = {text: split_reference(text) for text in texts}
    aliases = _aliases({key for text, one in split.items() for key in (_folded(text), _folded(one.identifier))})
    found = {text: _by_alias(text, one, aliases) for text, one in split.items()}
    nameless = {text for text, (ids, _) in found.items() if not ids}
    by_name = _by_name({text.strip().upper() for text in nameless})
    found |= {text: (by_name.get(text.strip().upper(), set()), "") for text in nameless}
    models = Model.objects.select_related("developer").in_bulk({key for ids, _ in found.values() for key in ids})
    return {
        text: Named(sorted((models[key] for key in ids), key=lambda model: str(model.id)), revision)
        for text, (ids, revision) in found.items()
    }


def _folded(text: str) -> str:
    return text.strip().casefold()


def _aliases(identifiers: set[str]) -> dict[str, list[tuple[str, UUID]]]:
    found: dict[str, list[tuple[str, UUID]]] = defaultdict(list)
    rows = ModelAlias.objects.filter(identifier_folded__in=identifiers).order_by()
    for identifier, namespace, model_id in rows.values_list("identifier_folded", "namespace", "model_id"):
        found[identifier].append((namespace, model_id))
    return found


def _by_alias(text: str, one: Reference, aliases: dict[str, list[tuple[str, UUID]]]) -> tuple[set[UUID], str]:
    exact = {model_id for _, model_id in aliases.get(_folded(text), ())}
    if exact:
        return exact, ""
    rows = aliases.get(_folded(one.identifier), ())
    return {model_id for namespace, model_id in rows if one.namespace in ("", namespace)}, one.revision


def _by_name(names: set[str]) -> dict[str, set[UUID]]:
    found: dict[str, set[UUID]] = defaultdict(set)
    if names:
        rows = Model.objects.annotate(upper=Upper(F("name"))).filter(upper__in=names)
        for name, model_id in rows.values_list("upper", "id"):
            found[name].add(model_id)
    return found
