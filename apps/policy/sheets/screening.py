"""What lists and authorities' measures are known to say about the parties around a use."""

from uuid import UUID

from apps.policy.sheets.entries import KNOWN, Entry, derived, from_columns, from_fact, is_known
from apps.policy.sheets.ownership import ownership
from apps.policy.sheets.surroundings import Surroundings
from apps.policy.standing import counts
from apps.registry.models import Use
from apps.sanctions.models import Listing, RestrictionEvent

SERVICE_SCOPES = frozenset({"app", "api", "data", "web", "service"})
BODY_SCOPES = frozenset({"devices", "procurement", "device", "government"})


def screening(facts: dict[str, Entry], use: Use, around: Surroundings) -> dict[str, Entry]:
    """The recorded screening of the use, and what the knowledge adds to it.

    `confirmed_lists` holds the lists on which a party of the chain is known to be; it is absent when none is, because
    nothing found in a few extracts is no clearance. Measures are those of the knowledge base as of its date.
    """
    found: dict[str, Entry] = {
        f"screening.{field}": from_fact(fact) for field, fact in around.facts_of("screening", use.id).items()
    }
    model = use.deployment.release.model
    edges = around.lineage.weight_ancestors(model.id)
    near = [
        model.developer_id,
        around.operators.get(use.deployment_id),
        *(edge.parent.developer_id if edge.parent else None for edge in edges),
    ]
    chain = around.chain(near)
    listings = [row for party in chain for row in around.listings.get(party, ()) if counts(row)]
    if listings:
        found["screening.confirmed_lists"] = _confirmed(listings, around)
    screened = is_known(found.get("screening.direct_lists"))
    lineage = facts.get("model.lineage_complete")
    complete = is_known(lineage) and lineage is not None and lineage["value"] is True
    for path, entry in ownership(near if complete else [*near, None], screened, around).items():
        if not is_known(found.get(path)):
            found[path] = entry
    curated = any(party and (known := around.parties.get(party)) and known.key for party in near)
    found.update(_measures(facts, chain, around, found, curated and around.knowledge_date is not None))
    return found


def _confirmed(listings: list[Listing], around: Surroundings) -> Entry:
    basis = [from_columns(True, row) for row in listings]
    entry = derived(sorted({row.list_key for row in listings}), basis, [row.source_label for row in listings])
    names = sorted({(around.parties[row.party_id].name, row.list_key) for row in listings})
    entry["label"] = "; ".join(f"{name}: {key}" for name, key in names)
    return entry


def _measures(
    facts: dict[str, Entry], chain: list[UUID], around: Surroundings, stated: dict[str, Entry], curated: bool
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
