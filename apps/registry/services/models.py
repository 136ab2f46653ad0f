"""Writes of models, releases, identifiers and files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import today
from apps.core.errors import DuplicateFound, InvalidInput, filled
from apps.core.text import clean_text
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.licences.models import Licence
from apps.parties.models import Party
from apps.registry.licensing import CONCLUDED, DECLARED
from apps.registry.models import Artefact, Model, ModelAlias, Release
from apps.registry.services.artefact_facts import state_artefact_facts
from apps.registry.services.facts import MAX_DECLARED, FactInput, require_shared, subject_for_change, write_facts
from apps.registry.services.lineage import resolve_open_edges
from apps.registry.verification.paths import BadPath, clean_path

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NAMESPACE = re.compile(r"[a-z][a-z0-9_.-]{1,39}")


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
        rows = [
            _add_alias(model, alias, pointer=f"/aliases/{index}", source=source) for index, alias in enumerate(aliases)
        ]
        Release(
            model=model, revision="", pinned=False, state="claimed_by_owner", source_label=source, as_of=today()
        ).save()
        touched = resolve_open_edges(rows) if rows else set()
        facts_changed.send(sender=Model, subjects={SubjectRef("model", model.id), *touched})
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


def add_alias(*, actor: Actor, model: Model, namespace: str, identifier: str) -> ModelAlias:
    """Give a model another identifier. Raises `DuplicateFound` when it names a model already."""
    require_shared(actor)
    with change(actor, "model.add_alias"):
        alias = _add_alias(model, AliasInput(namespace, identifier), pointer="", source=f"Stated by {actor.label}")
        touched = resolve_open_edges([alias])
        facts_changed.send(sender=ModelAlias, subjects={SubjectRef("model", model.id), *touched})
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
    try:
        path = clean_path(path)
    except BadPath as error:
        raise InvalidInput(str(error), pointer="/path") from error
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
        state_artefact_facts(release)
    return artefact
