"""Whether an address and a hub namespace belong to whom they should."""

from urllib.parse import urlsplit
from uuid import UUID

from apps.policy.sheets.entries import KNOWN, Entry, derived, is_known
from apps.policy.sheets.surroundings import Surroundings
from apps.registry.models import Release

_PURL = "pkg:huggingface/"


def endpoint_known(facts: dict[str, Entry], operator: UUID | None, around: Surroundings) -> dict[str, Entry]:
    """`deployment.endpoint_known`: true on a domain known as the operator's, false elsewhere; absent while none is."""
    endpoint = facts.get("deployment.endpoint_domain")
    if not is_known(endpoint) or endpoint is None or operator is None:
        return {}
    rows = [row for member in around.family(operator) for row in around.domains.get(member, ()) if row.state in KNOWN]
    host = _host(str(endpoint["value"]))
    matching = [row for row in rows if host == row.domain.lower() or host.endswith("." + row.domain.lower())]
    known = [row for row in rows if not row.lookalike]
    if any(row.lookalike for row in matching):
        value = False
    elif matching:
        value = True
    elif known:
        value = False
    else:
        return {}
    sources = [row.source_label for row in matching or known]
    return {"deployment.endpoint_known": derived(value, [endpoint], sources)}


def _host(endpoint: str) -> str:
    """The host name in what people enter as one: an address with scheme, port and path, or just the name."""
    try:
        parts = urlsplit(endpoint if "//" in endpoint else f"//{endpoint}")
    except ValueError:
        return ""
    return (parts.hostname or "").rstrip(".")


def namespace_official(release: Release, around: Surroundings) -> dict[str, Entry]:
    """`version.source_namespace_official`: whether the hub repository lies in a namespace of the developer.

    A release with a package URL says itself where it comes from. Else all identifiers of the model on the hub must
    agree; with some inside and some outside nobody can tell.
    """
    model = release.model
    aliases = around.aliases.get(model.id, ())
    spaces = {alias.identifier_folded.partition("/")[0] for alias in aliases}
    if release.purl.startswith(_PURL):
        spaces = {release.purl.removeprefix(_PURL).partition("/")[0].casefold()}
    if not spaces or model.developer_id is None:
        return {}
    members = around.family(model.developer_id)
    rows = [row for member in members for row in around.hub_organisations.get(member, ()) if row.state in KNOWN]
    official = {row.name.casefold() for row in rows if row.hub == "huggingface"}
    if not official or (spaces & official and spaces - official):
        return {}
    sources = [row.source_label for row in rows] + [alias.source_label for alias in aliases]
    return {"version.source_namespace_official": derived(bool(spaces & official), [], sources)}
