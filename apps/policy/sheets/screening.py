"""What lists and authorities' measures are known to say about the parties around a use."""

from collections.abc import Sequence
from uuid import UUID

from apps.policy.sheets.entries import KNOWN, Entry, derived, from_fact, is_known
from apps.policy.sheets.ownership import ownership
from apps.policy.sheets.screened import Chain, confirmed_lists, screened
from apps.policy.sheets.surroundings import Surroundings
from apps.registry.models import Use
from apps.sanctions.models import RestrictionEvent

SERVICE_SCOPES = frozenset({"app", "api", "data", "web", "service"})
BODY_SCOPES = frozenset({"devices", "procurement", "device", "government"})


def screening(facts: dict[str, Entry], use: Use, around: Surroundings) -> dict[str, Entry]:
    """What comparing the parties of the use with the lists gave, and what the knowledge adds to it.

    What people recorded of a screening by hand counts only where nothing was compared. `confirmed_lists` holds the
    lists on which a party of the chain is known to be; it is absent when none is, because nothing found in a few
    extracts is no clearance. Measures are those of the knowledge base as of its date.
    """
    found: dict[str, Entry] = {
        f"screening.{field}": from_fact(fact) for field, fact in around.facts_of("screening", use.id).items()
    }
    seats = _seats(use, around)
    lineage = facts.get("model.lineage_complete")
    whole = lineage is not None and lineage["value"] is True
    near = [*seats.values(), *(() if whole else (None,))]
    gaps = [said for said, party in seats.items() if party is None]
    chain = Chain(around.chain(near), gaps, whole, around)
    computed = screened(chain)
    # Where nothing was compared, a screening that people recorded covers everybody who was to be looked for.
    by_hand = not computed and is_known(found.get("screening.direct_lists"))
    found.update(computed)
    if confirmed := confirmed_lists(chain):
        found["screening.confirmed_lists"] = confirmed
    for path, entry in ownership(near, by_hand, around).items():
        if not is_known(found.get(path)):
            found[path] = entry
    curated = any(party and (known := around.parties.get(party)) and known.key for party in near)
    found.update(_measures(facts, chain.parties, around, found, curated and around.knowledge_date is not None))
    return found


def _seats(use: Use, around: Surroundings) -> dict[str, UUID | None]:
    """Makers of the model and of what its weights come from, operator, sub-processors; None for one not known."""
    model = use.deployment.release.model
    found = {f"the maker of {model.name}": model.developer_id, "the operator": around.operators.get(use.deployment_id)}
    for edge in around.lineage.weight_ancestors(model.id):
        name = edge.parent.name if edge.parent else edge.parent_name
        found[f"the maker of {name}"] = edge.parent.developer_id if edge.parent else None
    for name, party in around.sub_processors.get(use.deployment_id, {}).items():
        found[f"the sub-processor {name}"] = party
    return found


def _measures(
    facts: dict[str, Entry], chain: Sequence[UUID], around: Surroundings, stated: dict[str, Entry], curated: bool
) -> dict[str, Entry]:
    """Measures that name a party of the chain; that there is none is known of curated parties alone."""
    bodies = facts.get("org.public_body_of")
    public_body_of = set(bodies["value"]) if is_known(bodies) and bodies else set()
    events: dict[UUID, RestrictionEvent] = {
        event.id: event for party in chain for event in around.events.get(party, ()) if event.state in KNOWN
    }
    in_force = [event for event in events.values() if _binds_service(event, public_body_of)]
    pending = [event for event in events.values() if event.status == RestrictionEvent.Status.PENDING]
    found: dict[str, Entry] = {}
    for field, rows, value in (
        ("authority_measures", in_force, sorted({event.jurisdiction for event in in_force})),
        (
            "pending_measures",
            pending,
            sorted(f"{event.authority}: {event.instrument or event.effect}" for event in pending),
        ),
    ):
        if is_known(stated.get(f"screening.{field}")) or not (rows or curated):
            continue
        entry = derived(value, [], [event.source_label for event in rows] or ["Measures in the knowledge base"])
        dates = [event.as_of for event in rows if event.as_of]
        seen = around.knowledge_date or max(dates, default=None)
        entry["as_of"] = seen.isoformat() if seen else None
        found[f"screening.{field}"] = entry
    return found


def _binds_service(event: RestrictionEvent, public_body_of: set[str]) -> bool:
    if event.status != RestrictionEvent.Status.IN_FORCE or not event.jurisdiction:
        return False
    scope = set(event.scope)
    return bool(scope & SERVICE_SCOPES and not scope & BODY_SCOPES) or event.jurisdiction in public_body_of
