"""The licences that bind models: their own and those of what they were made from, each with the path to it."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from apps.facts.models import State
from apps.facts.resolution import Fact
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.licences.effective import Bound, Via
from apps.licences.expressions import alternatives
from apps.licences.meanings import Meanings
from apps.licences.models import Licence
from apps.licences.terms import Terms, UnknownTerms, read_terms
from apps.parties.models import Party
from apps.registry.inheritance import SELF, Reached
from apps.registry.licensing import Licensing, licensing
from apps.registry.models import Model, Release
from apps.registry.selectors import Lineage

Choices = list[list[list[Bound]]]
"""For every model its alternatives, each the bounds that apply together: what `judging.judge_choices` takes."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A model, or a parent that is not in the register, whose licence comes down along `path`."""

    name: str
    model_id: UUID | None
    how: str
    path: tuple[Via, ...]
    release_id: UUID | None = None
    """The release that the last step names, if any."""


def licences_named(known: Iterable[Licensing], meanings: Meanings) -> set[UUID]:
    """The licences that releases bear, those that an expression names among them."""
    found: set[UUID | None] = set()
    for one in known:
        if one.licence:
            found.add(one.licence)
        elif one.expression:
            found |= {meanings.declared(word) for choice in alternatives(one.expression) for word in choice}
    return {licence for licence in found if licence}


@dataclass
class Binding:
    """What is needed to say which licences bind some models."""

    lineage: Lineage
    meanings: Meanings
    licences: Mapping[UUID, Licence]
    licensing_of: Callable[[UUID, UUID | None], Licensing | None]
    """By model and, where an edge names one, release: what is known of the licence."""
    facts_of: Callable[[UUID], Mapping[str, Fact]]
    """By licence: its facts, for the permissions that are on file."""

    def __post_init__(self) -> None:
        self._terms: dict[UUID, Terms | None] = {}
        edges = [edge for found in self.lineage.parents.values() for edge in found]
        self._names = {edge.parent_id: edge.parent.name for edge in edges if edge.parent_id and edge.parent}
        self._pinned = {(edge.child_id, edge.parent_id): edge.parent_release_id for edge in edges}
        self._licensors: dict[UUID | None, UUID | None] = {
            edge.parent_id: _licensor(edge.parent.developer) for edge in edges if edge.parent_id and edge.parent
        }

    def choices(self, model: Model, release: Release | None = None) -> Choices:
        """The bounds of a model, itself first; those of `release` where it is given."""
        own = release.id if release else None
        licensors = {**self._licensors, model.id: _licensor(model.developer)}
        found = []
        for reached in self.lineage.reach(model.id):
            holder = self._holder(reached, model.id, model.name)
            bounds = self._of(holder, own if holder.how == SELF else holder.release_id)
            if self._released(reached, model.id, own, licensors):
                bounds = [[replace(bound, released=True) for bound in choice] for choice in bounds]
            found.append(bounds)
        return found

    def _released(
        self, reached: Reached, model_id: UUID, own: UUID | None, licensors: Mapping[UUID | None, UUID | None]
    ) -> bool:
        """Whether every way from the model to an ancestor leads through one that the ancestor's developer licensed."""
        licensor = licensors.get(reached.model_id)
        if licensor is None or not any(licensors.get(step.child) == licensor for step in reached.path):
            return False

        def licensed_anew(key: UUID) -> bool:
            if key == reached.model_id or licensors.get(key) != licensor:
                return False
            known = self.licensing_of(key, own if key == model_id else None)
            return bool(known and known.licence and self.terms(self.licences[known.licence]))

        return not self.lineage.leads(model_id, reached.model_id, avoiding=licensed_anew)

    def _holder(self, reached: Reached, model_id: UUID, name: str) -> Holder:
        def called(key: UUID | None, otherwise: str) -> str:
            return name if key == model_id else self._names.get(key, otherwise) if key else otherwise

        steps = [
            Via(called(step.child, ""), step.relation, called(step.parent, step.parent_name), step.state)
            for step in reached.path
        ]
        last = reached.path[-1] if reached.path else None
        release = self._pinned.get((last.child, last.parent)) if last else None
        return Holder(called(reached.model_id, reached.name), reached.model_id, reached.how, tuple(steps), release)

    def _of(self, holder: Holder, release_id: UUID | None) -> list[list[Bound]]:
        if holder.model_id is None:
            return [[self._gap(holder, "unresolved")]]
        known = self.licensing_of(holder.model_id, release_id)
        if known is None or not known.said:
            return [[self._gap(holder, "missing")]]
        if known.fact.state == State.DISPUTED:
            return [[self._gap(holder, "disputed", known.expression)]]
        if known.licence:
            return [[self._bound(holder, known.licence, known.expression)]]
        words = known.expression or str(known.fact.value)
        return [[self._named(holder, word) for word in choice] for choice in alternatives(words)]

    def _named(self, holder: Holder, word: str) -> Bound:
        licence = self.meanings.declared(word)
        if licence:
            return self._bound(holder, licence, word)
        nameless = word.partition("/")[0].casefold() in ("other", "unknown", "license", "openrail", "")
        return self._gap(holder, "unnamed" if nameless else "unread", word)

    def _gap(self, holder: Holder, gap: str, declared: str = "") -> Bound:
        key = str(holder.model_id or "")
        return Bound(holder.name, holder.how, declared=declared, via=holder.path, gap=gap, model_id=key)

    def _bound(self, holder: Holder, licence_id: UUID, declared: str) -> Bound:
        licence, facts = self.licences[licence_id], self.facts_of(licence_id)
        return Bound(
            holder_name=holder.name,
            how=holder.how,
            terms=self.terms(licence),
            licence_key=licence.key,
            licence_name=licence.name,
            declared=declared,
            via=holder.path,
            gap="unread",
            authorised=_true(facts, "commercial_authorisation_on_file"),
            separately_licensed=_true(facts, "separate_licence_on_file"),
            licence_id=str(licence.id),
            model_id=str(holder.model_id or ""),
        )

    def terms(self, licence: Licence) -> Terms | None:
        """The typed terms of a licence; None where nobody read it, or where this version cannot read what is stored."""
        if licence.id not in self._terms:
            try:
                self._terms[licence.id] = read_terms(licence.terms) if licence.terms else None
            except UnknownTerms:
                self._terms[licence.id] = None
        return self._terms[licence.id]


def _licensor(developer: Party | None) -> UUID | None:
    """Who holds the rights: the developer, or the entity that stands for a brand."""
    return (developer.principal_id or developer.id) if developer else None


def _true(facts: Mapping[str, Fact], field: str) -> bool:
    fact = facts.get(field)
    return bool(fact and fact.known and fact.value is True)


def load_binding(
    model_ids: Iterable[UUID],
    *,
    releases: Iterable[UUID] = (),
    recorded: dt.datetime | None = None,
    on: dt.date | None = None,
) -> Binding:
    """What binds some models, for a page about them; as it was known at a past moment where told so. Few queries."""
    models = set(model_ids)
    lineage = Lineage.load(recorded, of=models)
    edges = [edge for found in lineage.parents.values() for edge in found]
    reached = {*models, *(edge.parent_id for edge in edges if edge.parent_id)}
    floating = dict(Release.objects.filter(model_id__in=reached, revision="").values_list("model_id", "id"))
    named = {edge.parent_release_id for edge in edges if edge.parent_release_id}
    subjects = {SubjectRef("release", key) for key in (*floating.values(), *releases, *named)}
    meanings = Meanings.load()
    said = current_facts(subjects, recorded=recorded, on=on)
    known = {subject.id: licensing(facts, meanings) for subject, facts in said.items()}
    licences = licences_named(known.values(), meanings)
    facts = current_facts({SubjectRef("licence", key) for key in licences}, recorded=recorded, on=on)

    def licensing_of(model_id: UUID, release_id: UUID | None) -> Licensing | None:
        own = known.get(release_id) if release_id else None
        return own if own and own.said else known.get(floating.get(model_id, model_id))

    return Binding(
        lineage=lineage,
        meanings=meanings,
        licences=Licence.objects.in_bulk(licences),
        licensing_of=licensing_of,
        facts_of=lambda licence: facts.get(SubjectRef("licence", licence), {}),
    )
