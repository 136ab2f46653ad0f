"""What a batch of uses stands in: parties, lineage, lists, measures and facts, read in a constant number of queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from apps.accounts.models import Organisation
from apps.facts.resolution import Fact
from apps.facts.selectors import FactsBySubject, current_facts
from apps.facts.subjects import SubjectRef
from apps.parties.models import Domain, HubOrganisation, Party, Stake
from apps.registry.models import Artefact, ModelAlias, Release, Use
from apps.registry.selectors import Lineage
from apps.sanctions.models import Listing, RestrictionEvent
from apps.sanctions.selectors import events_of, listings_of

Row = TypeVar("Row")


@dataclass(frozen=True)
class Surroundings:
    """Everything that derivations read. Relations are those of now; facts are those recorded at `moment`."""

    on: dt.date
    organisation: Organisation | None
    lineage: Lineage
    facts: FactsBySubject
    parties: Mapping[UUID, Party]
    owners: Mapping[UUID, frozenset[UUID]]
    """By party: every party above it in the ownership graph."""
    domains: Mapping[UUID, Sequence[Domain]]
    hub_organisations: Mapping[UUID, Sequence[HubOrganisation]]
    aliases: Mapping[UUID, Sequence[ModelAlias]]
    floating: Mapping[UUID, Release]
    """By model: its release without a fixed revision."""
    releases_with_files: frozenset[UUID]
    listings: Mapping[UUID, Sequence[Listing]]
    events: Mapping[UUID, Sequence[RestrictionEvent]]
    knowledge_date: dt.date | None

    def facts_of(self, subject_type: str, subject_id: UUID | None) -> Mapping[str, Fact]:
        """The current facts of a subject by field."""
        if subject_id is None:
            return {}
        return self.facts.get(SubjectRef(subject_type, subject_id), {})

    def family(self, party_id: UUID) -> list[UUID]:
        """A party with the entity or group that stands for it: what is known of either is known of it."""
        party = self.parties.get(party_id)
        if party is None:
            return [party_id]
        return [key for key in dict.fromkeys((party_id, party.principal_id, party.group_id)) if key]

    def chain(self, party_ids: Iterable[UUID | None]) -> list[UUID]:
        """The parties to screen: those given, who stands for them, and everybody above them."""
        found: dict[UUID, None] = {}
        for party_id in party_ids:
            if party_id is None:
                continue
            for member in self.family(party_id):
                found[member] = None
                found.update(dict.fromkeys(sorted(self.owners.get(member, frozenset()))))
        return list(found)


def _owners() -> dict[UUID, frozenset[UUID]]:
    edges: dict[UUID, set[UUID]] = defaultdict(set)
    for owned, owner in Stake.objects.filter(owner__isnull=False, valid_to__isnull=True).values_list(
        "owned_id", "owner_id"
    ):
        edges[owned].add(owner)
    return {party: frozenset(_above(party, edges)) for party in list(edges)}


def _above(party: UUID, edges: Mapping[UUID, set[UUID]]) -> set[UUID]:
    found: set[UUID] = set()
    queue = [party]
    while queue:
        for owner in edges.get(queue.pop(), set()) - found:
            found.add(owner)
            queue.append(owner)
    return found


def _grouped(rows: Iterable[Row], attribute: str) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[getattr(row, attribute)].append(row)
    return found


def _party_ids(uses: Sequence[Use], lineage: Lineage, model_ids: Iterable[UUID]) -> set[UUID]:
    found: set[UUID | None] = set()
    for use in uses:
        found |= {use.deployment.operator_id, use.deployment.release.model.developer_id}
    for model_id in model_ids:
        found |= {edge.parent.developer_id for edge in lineage.ancestors(model_id) if edge.parent}
    return {party for party in found if party}


def surroundings(uses: Sequence[Use], *, on: dt.date, recorded: dt.datetime | None = None) -> Surroundings:
    """Read what `uses` stand in. About 15 queries, whatever the number of uses."""
    organisation = Organisation.objects.first()
    lineage = Lineage.load()
    model_ids = {use.deployment.release.model_id for use in uses}
    ancestors = {edge.parent_id for model_id in model_ids for edge in lineage.ancestors(model_id) if edge.parent_id}
    parties = Party.objects.in_bulk()
    owners = _owners()
    near = _party_ids(uses, lineage, model_ids)
    near |= {
        key
        for party in near
        if party in parties
        for key in (parties[party].principal_id, parties[party].group_id)
        if key
    }
    chain = near | {owner for party in near for owner in owners.get(party, frozenset())}
    floating = {
        release.model_id: release
        for release in Release.objects.select_related("licence").filter(model_id__in=model_ids, revision="")
    }
    licences = {use.deployment.release.licence_id for use in uses} | {found.licence_id for found in floating.values()}
    subjects = {SubjectRef("org", organisation.id)} if organisation else set()
    subjects |= {SubjectRef("party", party) for party in near}
    subjects |= {SubjectRef("model", model) for model in model_ids | ancestors}
    subjects |= {SubjectRef("licence", licence) for licence in licences if licence}
    for use in uses:
        subjects |= {
            SubjectRef("release", use.deployment.release_id),
            SubjectRef("deployment", use.deployment_id),
            SubjectRef("use_case", use.use_case_id),
            SubjectRef("screening", use.id),
        }
    newest = RestrictionEvent.objects.order_by("-as_of").filter(as_of__isnull=False).values_list("as_of", flat=True)
    return Surroundings(
        on=on,
        organisation=organisation,
        lineage=lineage,
        facts=current_facts(subjects, recorded=recorded, on=on),
        parties=parties,
        owners=owners,
        domains=_grouped(Domain.objects.filter(party_id__in=near), "party_id"),
        hub_organisations=_grouped(HubOrganisation.objects.filter(party_id__in=near), "party_id"),
        aliases=_grouped(ModelAlias.objects.filter(model_id__in=model_ids, namespace="huggingface"), "model_id"),
        floating=floating,
        releases_with_files=frozenset(
            Artefact.objects.filter(release_id__in={use.deployment.release_id for use in uses})
            .values_list("release_id", flat=True)
            .distinct()
        ),
        listings=listings_of(chain),
        events=events_of(chain),
        knowledge_date=newest.first(),
    )
