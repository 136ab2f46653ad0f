"""Writes of models, releases, identifiers, lineage and files."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from apps.accounts.actors import Actor
from apps.core.changes import change, one_at_a_time
from apps.core.clock import today
from apps.core.errors import DuplicateFound, InvalidInput, NotPermitted, filled
from apps.core.text import clean_as_of, clean_text, clean_url
from apps.facts.models import State
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.licences.models import Licence
from apps.parties.models import Party
from apps.registry.licensing import CONCLUDED, DECLARED
from apps.registry.models import Artefact, LineageEdge, Model, ModelAlias, Release
from apps.registry.services.facts import MAX_DECLARED, FactInput, subject_for_change, write_facts

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NAMESPACE = re.compile(r"[a-z][a-z0-9_.-]{1,39}")
_ABOVE = """
WITH RECURSIVE above(id) AS (
    SELECT %s::uuid
    UNION
    SELECT edge.parent_id FROM registry_lineageedge edge JOIN above ON edge.child_id = above.id
    WHERE edge.parent_id IS NOT NULL
)
SELECT EXISTS (SELECT FROM above WHERE id = %s)
"""


@dataclass(frozen=True)
class AliasInput:
    """An identifier in a namespace, such as `huggingface` and `Qwen/Qwen2.5-7B-Instruct`."""

    namespace: str
    identifier: str


def register_model(
    *,
    actor: Actor,
    name: str,
    developer: Party | None = None,
    kind: str = Model.Kind.UNKNOWN,
    access: str = Model.Access.UNKNOWN,
    family: str = "",
    aliases: Sequence[AliasInput] = (),
    source: str = "",
) -> Model:
    """Enter a model with its floating release. What is not given stays unknown; nothing is read off the name.

    Raises `DuplicateFound` when an identifier, or the same name of the same developer, is in the register.
    """
    actor.require("register.change")
    name = clean_text(name, pointer="/name")
    family = clean_text(family, pointer="/family", max_length=200, required=False)
    if kind not in Model.Kind.values:
        raise InvalidInput(f"must be one of {', '.join(Model.Kind.values)}", pointer="/kind")
    if access not in Model.Access.values:
        raise InvalidInput(f"must be one of {', '.join(Model.Access.values)}", pointer="/access")
    same = Model.objects.filter(name__iexact=name, developer=developer).first()
    if same:
        message = filled("“%(name)s” is in the register already.", name=same.name)
        raise DuplicateFound(message, existing=str(same.id), pointer="/name")
    source = clean_text(source, pointer="/source", max_length=500, required=False) or f"Stated by {actor.label}"
    with change(actor, "model.register"):
        model = Model(
            name=name,
            developer=developer,
            kind=kind,
            access=access,
            family=family,
            state="claimed_by_owner",
            source_label=source,
            as_of=today(),
        )
        model.save()
        for index, alias in enumerate(aliases):
            _add_alias(model, alias, pointer=f"/aliases/{index}", source=source)
        Release(
            model=model, revision="", pinned=False, state="claimed_by_owner", source_label=source, as_of=today()
        ).save()
    return model


def _add_alias(model: Model, alias: AliasInput, *, pointer: str, source: str) -> ModelAlias:
    namespace = clean_text(alias.namespace, pointer=f"{pointer}/namespace", max_length=40).lower()
    if not _NAMESPACE.fullmatch(namespace):
        raise InvalidInput("must be a word such as huggingface, api or openrouter", pointer=f"{pointer}/namespace")
    identifier = clean_text(alias.identifier, pointer=f"{pointer}/identifier")
    if any(character.isspace() for character in identifier):
        raise InvalidInput("must not contain spaces", pointer=f"{pointer}/identifier")
    folded = identifier.casefold()
    same = ModelAlias.objects.select_related("model").filter(namespace=namespace, identifier_folded=folded).first()
    if same:
        raise DuplicateFound(
            f"{namespace}:{identifier} is “{same.model.name}” in the register.",
            existing=str(same.model_id),
            pointer=f"{pointer}/identifier",
        )
    row = ModelAlias(
        model=model,
        namespace=namespace,
        identifier=identifier,
        identifier_folded=folded,
        state="claimed_by_owner",
        source_label=source,
        as_of=today(),
    )
    row.save()
    return row


def require_shared(actor: Actor) -> None:
    """What all teams share is changed by those who see the whole register, as its facts are."""
    actor.require("register.change")
    if not actor.sees_all:
        raise NotPermitted("What all teams share is changed by a compliance officer; send them what you know.")


def add_alias(*, actor: Actor, model: Model, namespace: str, identifier: str) -> ModelAlias:
    """Give a model another identifier. Raises `DuplicateFound` when it names a model already."""
    require_shared(actor)
    with change(actor, "model.add_alias"):
        alias = _add_alias(model, AliasInput(namespace, identifier), pointer="", source=f"Stated by {actor.label}")
        facts_changed.send(sender=ModelAlias, subjects={SubjectRef("model", model.id)})
    return alias


def add_release(
    *,
    actor: Actor,
    model: Model,
    revision: str,
    licence: Licence | None = None,
    licence_expression: str = "",
    source: str = "",
) -> Release:
    """Enter a fixed revision: a weights commit or a dated snapshot. The same revision again gives the one there is.

    Its licence is that of the floating release unless told otherwise; a licence hangs on a revision, not on a name.
    `licence` is the one the actor concludes, `licence_expression` what is declared: both become facts.
    """
    actor.require("register.change")
    revision = clean_text(revision, pointer="/revision", max_length=120)
    if revision.casefold() in {"main", "master", "latest", "head"}:
        message = filled("“%(revision)s” moves; give a commit or a dated snapshot", revision=revision)
        raise InvalidInput(message, pointer="/revision")
    if _COMMIT.fullmatch(revision.lower()):
        revision = revision.lower()
    existing = Release.objects.filter(model=model, revision=revision).first()
    if existing:
        return existing
    source = clean_text(source, pointer="/source", max_length=500, required=False) or f"Stated by {actor.label}"
    declared = clean_text(licence_expression, pointer="/licence_expression", max_length=MAX_DECLARED, required=False)
    hub = model.aliases.filter(namespace="huggingface").first()
    with change(actor, "release.add"):
        release = Release(
            model=model,
            revision=revision,
            pinned=True,
            purl=f"pkg:huggingface/{hub.identifier}@{revision}" if hub and _COMMIT.fullmatch(revision) else "",
            state="claimed_by_owner",
            source_label=source,
            as_of=today(),
        )
        release.save()
        _state_licence(actor, release, licence, declared, source)
    return release


def _state_licence(actor: Actor, release: Release, licence: Licence | None, declared: str, source: str) -> None:
    stated = {CONCLUDED: licence.key if licence else None, DECLARED: declared or None}
    facts = [FactInput(field=field, value=value, source=source) for field, value in stated.items() if value]
    write_facts(actor, SubjectRef("release", release.id), release, facts)


def add_lineage_edge(
    *,
    actor: Actor,
    child: Model,
    relation: str,
    parent: Model | None = None,
    parent_name: str = "",
    state: str = "claimed_by_owner",
    source: str,
    source_url: str = "",
    as_of: dt.date | None = None,
    note: str = "",
) -> LineageEdge:
    """Record what a model was made from; a parent that is not in the register stays visible by its name.

    Raises `InvalidInput` for a circle: nothing is made from what was made from it.
    """
    require_shared(actor)
    if relation not in LineageEdge.Relation.values:
        raise InvalidInput(f"must be one of {', '.join(LineageEdge.Relation.values)}", pointer="/relation")
    if parent is None and not parent_name:
        raise InvalidInput("name the parent, or choose it from the register", pointer="/parent")
    parent_name = clean_text(parent.name if parent else parent_name, pointer="/parent_name")
    source = clean_text(source, pointer="/source", max_length=500)
    source_url = clean_url(source_url, pointer="/source_url", required=False)
    note = clean_text(note, pointer="/note", max_length=5000, required=False)
    as_of = clean_as_of(as_of or today())
    if state not in State.values:
        raise InvalidInput(f"must be one of {', '.join(State.values)}", pointer="/state")
    with change(actor, "lineage.add"):
        one_at_a_time("lineage")
        if parent is not None and (parent.id == child.id or _descends(parent.id, child.id)):
            message = filled("“%(parent)s” was itself made from “%(child)s”", parent=parent.name, child=child.name)
            raise InvalidInput(message, pointer="/parent")
        if LineageEdge.objects.filter(child=child, relation=relation, parent_name=parent_name).exists():
            raise DuplicateFound("This edge is in the register already.", existing=str(child.id), pointer="/parent")
        edge = LineageEdge(
            child=child,
            parent=parent,
            parent_name=parent_name,
            relation=relation,
            state=state,
            source_label=source,
            source_url=source_url,
            as_of=as_of,
            note=note,
        )
        edge.save()
        facts_changed.send(sender=LineageEdge, subjects={SubjectRef("model", child.id)})
    return edge


def remove_lineage_edge(*, actor: Actor, edge: LineageEdge, reason: str) -> None:
    """Take back an edge that was wrong; the journal keeps it."""
    require_shared(actor)
    reason = clean_text(reason, pointer="/reason", max_length=2000)
    child_id = edge.child_id
    with change(actor, "lineage.remove", reason=reason):
        edge.delete()
        facts_changed.send(sender=LineageEdge, subjects={SubjectRef("model", child_id)})


def _descends(descendant: UUID, ancestor: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [descendant, ancestor])
        row = cursor.fetchone()
    return bool(row and row[0])


def add_artefact(
    *,
    actor: Actor,
    release: Release,
    path: str,
    sha256: str,
    size: int | None = None,
    format: str = "",  # noqa: A002 - the field's name everywhere
) -> Artefact:
    """Record a file of a release by its SHA-256; a team does so for the releases it runs."""
    actor.require("register.change")
    subject_for_change(actor, "release", release.id)
    path = clean_text(path, pointer="/path", max_length=500)
    if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256 or ""):
        raise InvalidInput("must be 64 hexadecimal digits", pointer="/sha256")
    if size is not None and not 0 <= size < 2**62:
        raise InvalidInput("must be a number of bytes", pointer="/size")
    if Artefact.objects.filter(release=release, path=path).exists():
        raise DuplicateFound("This file of the release is recorded.", existing=str(release.id), pointer="/path")
    with change(actor, "artefact.add"):
        artefact = Artefact(
            release=release,
            path=path,
            sha256=sha256.lower(),
            size=size,
            format=clean_text(format, pointer="/format", max_length=40, required=False),
            state="claimed_by_owner",
            source_label=f"Stated by {actor.label}",
            as_of=today(),
        )
        artefact.save()
        facts_changed.send(sender=Artefact, subjects={SubjectRef("release", release.id)})
    return artefact
