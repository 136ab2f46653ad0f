"""What a batch of uses stands in: parties, lineage, lists, measures and facts, read in a constant number of queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model as StoredModel
from django.db.models import QuerySet

from apps.accounts.models import Organisation
from apps.facts.resolution import Fact
from apps.facts.selectors import FactsBySubject, current_facts
from apps.facts.subjects import SubjectRef
from apps.licences.meanings import Meanings
from apps.licences.models import Licence
from apps.parties.models import Domain, HubOrganisation, Party
from apps.parties.selectors import ownership_of, parties_named
from apps.policy.publishing import parameters_at
from apps.policy.standing import Standing, with_standing
from apps.registry.binding import Binding, licences_named
from apps.registry.licensing import Licensing, licensing
from apps.registry.models import Artefact, Model, ModelAlias, Release, Use
from apps.registry.selectors import Lineage
from apps.sanctions.models import Listing, RestrictionEvent
from apps.sanctions.screening.standings import Standings
from apps.sanctions.selectors import events_of, listings_of

T = TypeVar("T")
Row = TypeVar("Row")
Stored = TypeVar("Stored", bound=StoredModel)


@dataclass(frozen=True)
class Surroundings:
    """Everything that derivations read.

    Facts are those recorded at the moment asked for. Of relations (lineage, stakes, lists, measures, domains, files)
    those count that were entered by then; one changed or removed since is read as it is now. How parties stand against
    the lists is known of the present only: for a past moment nothing is computed from it; what people stated counts.
    """

    on: dt.date
    organisation: Organisation | None
    lineage: Lineage
    facts: FactsBySubject
    operators: Mapping[UUID, UUID]
    """By deployment: the party that is known to operate it."""
    sub_processors: Mapping[UUID, Mapping[str, UUID | None]]
    """By deployment: its sub-processors by name; None for one that is no party of the register."""
    parties: Mapping[UUID, Party]
    owners: Mapping[UUID, Set[UUID]]
    """By party: who holds half or more of it or controls it, directly or through others."""
    standing: Standing
    """What the share tests read: every stake above the parties around the uses."""
    domains: Mapping[UUID, Sequence[Domain]]
    hub_organisations: Mapping[UUID, Sequence[HubOrganisation]]
    aliases: Mapping[UUID, Sequence[ModelAlias]]
    floating: Mapping[UUID, Release]
    """By model, ancestors included: its release without a fixed revision."""
    licensing: Mapping[UUID, Licensing]
    """By release: what its facts say of its licence."""
    licences: Mapping[UUID, Licence]
    meanings: Meanings
    releases_with_files: frozenset[UUID]
    listings: Mapping[UUID, Sequence[Listing]]
    events: Mapping[UUID, Sequence[RestrictionEvent]]
    knowledge_date: dt.date | None
    shared: dict[Hashable, Any] = field(default_factory=dict)
    """What was derived for one use of this batch and holds for others: see `once`."""

    def once(self, key: Hashable, derive: Callable[[], T]) -> T:
        """What `derive` gives, made once in this batch for all that ask with an equal key. Nobody changes it."""
        if key not in self.shared:
            self.shared[key] = derive()
        found: T = self.shared[key]
        return found

    @cached_property
    def binding(self) -> Binding:
        """Which licences bind the models of the batch."""
        return Binding(
            lineage=self.lineage,
            meanings=self.meanings,
            licences=self.licences,
            licensing_of=self._licensing_at,
            facts_of=lambda licence: self.facts_of("licence", licence),
        )

    def _licensing_at(self, model_id: UUID, release_id: UUID | None) -> Licensing | None:
        own = self.licensing.get(release_id) if release_id else None
        floating = self.floating.get(model_id)
        return own if (own and own.said) or floating is None else self.licensing.get(floating.id)

    def facts_of(self, subject_type: str, subject_id: UUID | None) -> Mapping[str, Fact]:
        """The current facts of a subject by field."""
        if subject_id is None:
            return {}
        return self.facts.get(SubjectRef(subject_type, subject_id), {})

    def licensing_of(self, release: Release) -> Licensing:
        """The licence that counts: that of the release where somebody names one, else that of the floating release."""
        own = self.licensing[release.id]
        floating = self.floating.get(release.model_id)
        return own if own.said or floating is None else self.licensing[floating.id]

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
                found.update(dict.fromkeys(sorted(self.owners.get(member, ()))))
        return list(found)


def _by_then(rows: QuerySet[Stored], recorded: dt.datetime | None) -> QuerySet[Stored]:
    """The rows that were there at the moment `recorded`; all of them for the present."""
    return rows.filter(created_at__lte=recorded) if recorded else rows


def _grouped(rows: Iterable[Row], attribute: str) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[getattr(row, attribute)].append(row)
    return found


def _first_facts(
    uses: Sequence[Use], releases: Iterable[UUID], *, on: dt.date, recorded: dt.datetime | None
) -> FactsBySubject:
    """Those that name further subjects: whom a deployment knows as operator, which licence a release bears."""
    subjects = {SubjectRef("deployment", use.deployment_id) for use in uses}
    subjects |= {SubjectRef("release", release) for release in releases}
    return current_facts(subjects, recorded=recorded, on=on)


def _operators(facts: FactsBySubject) -> dict[UUID, UUID]:
    """By deployment, as of then: the column knows the present only."""
    stated = {subject.id: found["operator"] for subject, found in facts.items() if "operator" in found}
    return {deployment: UUID(fact.value) for deployment, fact in stated.items() if fact.known}


def _sub_processors(facts: FactsBySubject) -> dict[UUID, dict[str, UUID | None]]:
    """By deployment: whom the names of its sub-processors mean, as far as exactly one party bears the name."""
    stated = {
        subject.id: fact.value
        for subject, found in facts.items()
        if (fact := found.get("sub_processors")) and fact.known and fact.value
    }
    named = parties_named({name for names in stated.values() for name in names})
    return {deployment: {name: named.get(name) for name in names} for deployment, names in stated.items()}


def _licensing(facts: FactsBySubject, meanings: Meanings) -> dict[UUID, Licensing]:
    return {subject.id: licensing(found, meanings) for subject, found in facts.items() if subject.type == "release"}


def _around_models(models: Iterable[Model], lineage: Lineage) -> set[UUID]:
    """The developers of models and of all their ancestors."""
    found: set[UUID | None] = set()
    for model in models:
        found.add(model.developer_id)
        found |= {edge.parent.developer_id for edge in lineage.ancestors(model.id) if edge.parent}
    return {party for party in found if party}


def surroundings(uses: Sequence[Use], *, on: dt.date, recorded: dt.datetime | None = None) -> Surroundings:
    """Read what `uses` stand in. Some 25 queries, whatever the number of uses."""
    organisation = Organisation.objects.first()
    releases = {use.deployment.release_id: use.deployment.release for use in uses}
    models = {release.model_id: release.model for release in releases.values()}
    lineage = Lineage.load(recorded, of=models)
    edges = [edge for found in lineage.parents.values() for edge in found]
    made_from = {edge.parent_id for edge in edges if edge.parent_id}
    floating = {row.model_id: row for row in Release.objects.filter(model_id__in={*models, *made_from}, revision="")}
    bearing = {*releases, *(row.id for row in floating.values())}
    bearing |= {edge.parent_release_id for edge in edges if edge.parent_release_id}
    first = _first_facts(uses, bearing, on=on, recorded=recorded)
    meanings = Meanings.load()
    operators, licensed = _operators(first), _licensing(first, meanings)
    further = _sub_processors(first)
    named = {party for found in further.values() for party in found.values() if party}
    near = with_standing({*operators.values(), *named, *_around_models(models.values(), lineage)})
    ownership = ownership_of(near, on=on, recorded=recorded)
    everybody = near | with_standing(ownership.parties - set(near))
    subjects = {SubjectRef("org", organisation.id)} if organisation else set()
    subjects |= {SubjectRef("party", party) for party in everybody}
    subjects |= {SubjectRef("model", model) for model in models}
    licences = licences_named(licensed.values(), meanings)
    subjects |= {SubjectRef("licence", licence) for licence in licences}
    for use in uses:
        subjects |= {SubjectRef("use_case", use.use_case_id), SubjectRef("screening", use.id)}
    newest = RestrictionEvent.objects.order_by("-as_of").filter(as_of__isnull=False)
    aliases = ModelAlias.objects.filter(model_id__in=models, namespace="huggingface")
    files = _by_then(Artefact.objects.filter(release_id__in=releases), recorded)
    facts = current_facts(subjects, recorded=recorded, on=on) | first
    listings = listings_of(everybody, recorded)
    return Surroundings(
        on=on,
        organisation=organisation,
        lineage=lineage,
        facts=facts,
        operators=operators,
        sub_processors=further,
        parties=everybody,
        owners=ownership.half_or_more(),
        standing=Standing(
            ownership,
            everybody,
            listings,
            facts,
            parameters_at(recorded),
            Standings() if recorded else Standings.of(everybody),
        ),
        domains=_grouped(_by_then(Domain.objects.filter(party_id__in=near), recorded), "party_id"),
        hub_organisations=_grouped(_by_then(HubOrganisation.objects.filter(party_id__in=near), recorded), "party_id"),
        aliases=_grouped(_by_then(aliases, recorded), "model_id"),
        floating=floating,
        licensing=licensed,
        licences=Licence.objects.in_bulk(licences),
        meanings=meanings,
        releases_with_files=frozenset(files.values_list("release_id", flat=True).distinct()),
        listings=listings,
        events=events_of(everybody, recorded),
        knowledge_date=_by_then(newest, recorded).values_list("as_of", flat=True).first(),
    )
