"""From an export that was asked for to the bytes of its file, checked against the official schema."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO

from django.conf import settings

from apps.accounts.actors import Actor
from apps.accounts.models import Organisation
from apps.audit.selectors import entries
from apps.core.canonical import canonical_json
from apps.core.errors import FieldError, InvalidInput
from apps.exports import cyclonedx, journal, register, spdx
from apps.exports.gathering import Gathered, gather_model, gather_register, gather_use
from apps.exports.kept import kept_for
from apps.exports.models import Export
from apps.imports.cyclonedx.schema import Knowledge
from apps.imports.cyclonedx.schema import violations as cyclonedx_violations
from apps.imports.spdx.schema import strangers as spdx_strangers
from apps.imports.spdx.schema import violations as spdx_violations
from apps.licences.models import Licence

NAME = "Weighbridge"


def write_file(one: Export, actor: Actor, file: BinaryIO) -> None:
    """Write what an export asks for, as `actor` sees it. Raises `InvalidInput` for what breaks the schema."""
    match one.format:
        case Export.Format.JOURNAL:
            journal.write(entries(actor), f"{NAME} {settings.VERSION}", file)
        case Export.Format.REGISTER:
            file.write(register.write(gather_register(actor), actor, one.table, _language(one)))
        case _:
            file.write(canonical_json(document(one.format, _gathered(one, actor))))


def _language(one: Export) -> str:
    return one.requested_by.language if one.requested_by else "en"


def _gathered(one: Export, actor: Actor) -> Gathered:
    if one.subject_type == Export.Subject.REGISTER:
        return gather_register(actor)
    assert one.subject_id is not None
    if one.subject_type == Export.Subject.USE:
        return gather_use(actor, one.subject_id)
    return gather_model(one.subject_id)


def document(format: str, gathered: Gathered) -> dict[str, Any]:  # noqa: A002 - the field's name everywhere
    """A bill of materials. Raises `InvalidInput` with the places where it breaks the official schema."""
    releases = [entry.release_id for entry in gathered.models]
    other = {Export.Format.CYCLONEDX: Export.Format.SPDX, Export.Format.SPDX: Export.Format.CYCLONEDX}[
        Export.Format(format)
    ]
    write: Callable[..., dict[str, Any]] = cyclonedx.write if format == Export.Format.CYCLONEDX else spdx.write
    organisation = Organisation.objects.first()
    made = write(
        gathered,
        product=(NAME, settings.VERSION),
        author=organisation.name if organisation else "",
        licences=dict(Licence.objects.order_by().values_list("key", "ref")),
        kept=kept_for(releases, format),
        foreign=kept_for(releases, other),
    )
    errors = complaints(format, made)
    if errors:
        raise InvalidInput("The export would break the schema of the standard; nothing was handed out.", errors=errors)
    return made


def complaints(format: str, made: Mapping[str, Any]) -> Sequence[FieldError]:  # noqa: A002
    """Where a document breaks the official schema of its format; unknown fields count, too."""
    if format == Export.Format.CYCLONEDX:
        unknown = Knowledge(cyclonedx.SPEC).strangers(made)
        errors = cyclonedx_violations(made, cyclonedx.SPEC)
    else:
        unknown = spdx_strangers(made)
        errors = spdx_violations(made, together=True)
    return [*errors, *(FieldError(pointer, "is not known to the schema") for pointer in unknown[:20])]
