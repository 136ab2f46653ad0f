"""Reads of imports."""

from uuid import UUID

from django.db.models import QuerySet

from apps.accounts.actors import Actor
from apps.core.errors import NotFound
from apps.imports.models import Import, ImportRow, SourceDocument


def imports(actor: Actor) -> QuerySet[Import]:
    """All imports, for those who run them and for those who see the whole register."""
    actor.require("register.read")
    found = Import.objects.select_related("requested_by")
    return found if actor.sees_all else found.none()


def import_by_id(actor: Actor, import_id: UUID) -> Import:
    """One import. Raises `NotFound`, also for whoever sees only a team's part of the register."""
    found = imports(actor).filter(id=import_id).first()
    if found is None:
        raise NotFound("There is no such import, or it is not for you to see.")
    return found


def rows_of(actor: Actor, import_id: UUID) -> QuerySet[ImportRow]:
    """What became of every entry of an import, in the order of the file."""
    return ImportRow.objects.filter(of=import_by_id(actor, import_id)).order_by("number", "id")


def same_content(one: Import) -> Import | None:
    """The last import of the same bytes whose statements stand in the register."""
    done = Import.objects.filter(sha256=one.sha256, kind=one.kind, state=Import.State.DONE).exclude(id=one.id)
    return done.order_by("-created_at").first()


def documents_of(release_id: UUID) -> list[SourceDocument]:
    """What sources said about a release as a whole, the current document of each kind."""
    return list(SourceDocument.objects.filter(release_id=release_id, superseded_at__isnull=True).order_by("kind"))
