"""Whether an address and a hub namespace belong to whom they should."""

from apps.policy.sheets.entries import Entry, derived, is_known
from apps.policy.sheets.surroundings import Surroundings
from apps.registry.models import Deployment, Model


def endpoint_known(facts: dict[str, Entry], deployment: Deployment, around: Surroundings) -> dict[str, Entry]:
    """`deployment.endpoint_known`: true on a known domain of the operator, false beside them, absent while none is known."""
    endpoint = facts.get("deployment.endpoint_domain")
    if not is_known(endpoint) or endpoint is None or deployment.operator_id is None:
        return {}
    rows = [row for member in around.family(deployment.operator_id) for row in around.domains.get(member, ())]
    host = str(endpoint["value"]).lower()
    matching = [row for row in rows if host == row.domain or host.endswith("." + row.domain)]
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


def namespace_official(model: Model, around: Surroundings) -> dict[str, Entry]:
    """`version.source_namespace_official`: whether the hub repository lies in a namespace of the developer."""
    aliases = around.aliases.get(model.id, ())
    if not aliases or model.developer_id is None:
        return {}
    rows = [row for member in around.family(model.developer_id) for row in around.hub_organisations.get(member, ())]
    official = {row.name.casefold() for row in rows if row.hub == "huggingface"}
    if not official:
        return {}
    spaces = {alias.identifier_folded.partition("/")[0] for alias in aliases}
    sources = [row.source_label for row in rows] + [alias.source_label for alias in aliases]
    return {"version.source_namespace_official": derived(bool(spaces & official), [], sources)}
