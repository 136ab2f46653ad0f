"""The exposure of a use, of a model, of a party, and of every party that has one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.parties.models import Party
from apps.parties.selectors import parties_named, parties_resting_on
from apps.policy.exposure.binding import Bound
from apps.policy.exposure.exposures import Exposure, Seat, Way
from apps.policy.exposure.ground import Ground, matches_that_count, ranked
from apps.registry.models import LineageEdge, Model, Use
from apps.registry.selectors import Lineage
from apps.sanctions.models import EventParty, Listing


@dataclass(frozen=True)
class Exposed:
    """What reaches a subject, and what of it is not known. No line is no clearance."""

    rows: Sequence[Exposure]
    not_compared: Sequence[Party]
    """Those behind it that were never compared with the lists, or only with lists that were too old."""
    nameless: Sequence[str]
    """Who stands behind it and is no party of the register: models without a known maker, named sub-processors."""

    @property
    def pressing(self) -> list[Exposure]:
        """What binds us, or may."""
        return [one for one in self.rows if one.answer.bound != Bound.NO]

    @property
    def others(self) -> list[Exposure]:
        """What binds nobody, or not us."""
        return [one for one in self.rows if one.answer.bound == Bound.NO]


def of_party(party: Party) -> Exposed:
    """What names a party, who stands for it, the entities of the group it is, and its owners. Some 20 queries."""
    entities = list(party.entities.all())
    seats = [Seat(Way.DIRECT, party.id), *(Seat(Way.DIRECT, entity.id, (party.name,)) for entity in entities)]
    return _exposed(seats, ())


def of_model(model: Model) -> Exposed:
    """What reaches a model through its maker, its weights and its teachers. Some 25 queries."""
    seats, nameless = _made_by(model)
    return _exposed(seats, nameless)


def of_use(use: Use) -> Exposed:
    """What reaches a use: as of its model, and through the operator and sub-processors. Some 25 queries."""
    seats, nameless = _made_by(use.deployment.release.model)
    subject = SubjectRef("deployment", use.deployment_id)
    facts = current_facts([subject], fields=("operator", "sub_processors"))[subject]
    operator = facts.get("operator")
    if operator and operator.known:
        seats.append(Seat(Way.HOSTING, UUID(operator.value)))
    further = facts.get("sub_processors")
    named = list(further.value) if further and further.known else []
    found = parties_named(named)
    seats += [Seat(Way.SUB_PROCESSOR, found[name]) for name in named if name in found]
    return _exposed(seats, [*nameless, *(name for name in named if name not in found)])


def exposed_parties() -> Mapping[UUID, Sequence[Exposure]]:
    """Every party of the register that a list, a match, a measure or a share test reaches, with all that does.

    What names a brand is told of the brand, not of each of its entities again.
    Some 25 queries, whatever the number of parties.
    """
    named = set(Listing.objects.exclude(status=Listing.Status.NOT_FOUND).order_by().values_list("party_id", flat=True))
    named |= set(EventParty.objects.order_by().values_list("party_id", flat=True))
    named |= set(matches_that_count().order_by().values_list("party_id", flat=True))
    resting = parties_resting_on(named)
    ground = Ground.of(resting)
    found = {
        party: [one for one in ranked(ground.exposures(Seat(Way.DIRECT, party))) if _of_its_own(one, party)]
        for party in resting
        if party in ground.parties
    }
    return {party: rows for party, rows in found.items() if rows}


def _of_its_own(one: Exposure, party: UUID) -> bool:
    """Whether it is not that of the brand or entity that stands for the party, which has a line of its own."""
    return one.party.id == party or one.way == Way.OWNERSHIP


def _made_by(model: Model) -> tuple[list[Seat], list[str]]:
    """The makers of a model, of its weights and of its teachers; and the models whose maker nobody knows."""
    lineage = Lineage.above(model.id)
    seats: list[Seat] = []
    nameless: list[str] = []
    _add(seats, nameless, Way.DIRECT, model, model.name, ())
    taught = {edge.id for edge in lineage.teachers(model.id)}
    along = {edge.id for edge in lineage.weight_ancestors(model.id)}
    for edge in lineage.ancestors(model.id):
        # What a teacher was made from reaches us through the teacher only: its weights do not pass.
        way = Way.LINEAGE if edge.id in along and edge.id not in taught else Way.TEACHER
        name = edge.parent.name if edge.parent else edge.parent_name
        _add(seats, nameless, way, edge.parent, name, _steps(edge, name))
    return seats, nameless


def _steps(edge: LineageEdge, name: str) -> tuple[str, ...]:
    return (edge.child.name, name)


def _add(
    seats: list[Seat], nameless: list[str], way: Way, model: Model | None, name: str, steps: tuple[str, ...]
) -> None:
    if model and model.developer_id:
        seats.append(Seat(way, model.developer_id, steps))
    elif name not in nameless:
        nameless.append(name)


def _exposed(seats: Sequence[Seat], nameless: Sequence[str]) -> Exposed:
    ground = Ground.of({seat.party for seat in seats})
    seats = [seat for seat in seats if seat.party in ground.parties]
    rows = ranked(one for seat in seats for one in ground.exposures(seat))
    return Exposed(rows, _not_compared(ground, seats), nameless)


def _not_compared(ground: Ground, seats: Iterable[Seat]) -> list[Party]:
    members = {member for seat in seats for member in ground.chain(seat.party)}
    open_ = [ground.parties[member] for member in members if ground.standing.standings.unknown(member)]
    return sorted(open_, key=lambda party: (party.name, party.id))
