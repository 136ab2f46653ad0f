"""The licences of a CycloneDX component. Pure."""

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from apps.facts.models import State
from apps.imports.cyclonedx.schema import spdx_ids
from apps.imports.pointers import join
from apps.imports.records import LicenceRecord

if TYPE_CHECKING:
    from apps.imports.cyclonedx.models import Told


def licences_of(pointer: str, component: Mapping[str, Any], told: "Told") -> list[LicenceRecord]:
    """Each licence as declared: expression, SPDX identifier, or `other/` and the name where only a name stands."""
    return [
        _licence(join(pointer, "licenses", index), choice, told)
        for index, choice in enumerate(component.get("licenses", ()))
    ]


def _licence(where: str, choice: Mapping[str, Any], told: "Told") -> LicenceRecord:
    expression = choice.get("expression")
    one = choice if expression else choice["license"]
    below = where if expression else join(where, "license")
    for key in ("expression", "id", "name"):
        if key in one:
            told[join(below, key)] = "release.licence_declared"
    if one.get("url"):
        told[join(below, "url")] = "licence.link"
    concluded = one.get("acknowledgement", choice.get("acknowledgement")) == "concluded"
    return LicenceRecord(
        declared=expression or one.get("id") or _by_name(one.get("name", "")),
        link=one.get("url", ""),
        text=_text(below, one.get("text", {}), told),
        pointer=where,
        state=State.INFERRED if concluded else State.CLAIMED_BY_PROVIDER,
    )


def _by_name(name: str) -> str:
    """A name is no identifier, unless it is written exactly like one."""
    return name if name in spdx_ids() else f"other/{name}"


def _text(below: str, attachment: Mapping[str, Any], told: "Told") -> str:
    content: str = attachment.get("content", "")
    if attachment.get("encoding") == "base64":
        try:
            content = base64.b64decode(content, validate=True).decode("utf-8-sig")
        except (binascii.Error, UnicodeDecodeError):
            return ""
    elif not attachment.get("contentType", "text/plain").startswith("text/"):
        return ""
    if "\x00" in content:
        return ""
    if content:
        told[join(below, "text", "content")] = "licence.text"
    return content
