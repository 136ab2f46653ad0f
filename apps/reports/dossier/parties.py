"""Who stands behind the model and its deployments, who owns them, and what lists and authorities say about them."""

from collections import defaultdict
from functools import cached_property
from typing import Any
from uuid import UUID

from apps.accounts.models import User
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.parties.models import Party, Stake
from apps.parties.selectors import owners_above
from apps.reports.dossier.scope import Scope
from apps.reports.dossier.statements import Ledger, day, people_and_parties
from apps.sanctions.models import Listing, RestrictedPartyList, RestrictionEvent
from apps.sanctions.selectors import events_of, listings_of

ROLES = ("developer", "operator", "ancestor_developer", "entity", "group", "owner")
"""In this order a document names them; `entity` and `group` stand for a party that is named otherwise."""


class Parties:
    """The parties of one dossier: developers, operators, who stands for them, and everybody above them."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    @cached_property
    def roles(self) -> dict[UUID, list[dict[str, str]]]:
        """By party, those near the model first: in which roles it appears, and for whom or what."""
        found: dict[UUID, list[dict[str, str]]] = defaultdict(list)

        def note(key: UUID | None, role: str, of: str) -> None:
            row = {"role": role, "of": of}
            if key and row not in found[key]:
                found[key].append(row)

        note(self.scope.model.developer_id, "developer", self.scope.model.name)
        for deployment in self.scope.deployments:
            note(deployment.operator_id, "operator", f"D{self.scope.deployment_numbers[deployment.id]}")
        for edge in self.scope.ancestors:
            if edge.parent and edge.parent.developer_id != self.scope.model.developer_id:
                note(edge.parent.developer_id, "ancestor_developer", edge.parent.name)
        near = Party.objects.select_related("principal", "group").in_bulk(list(found))
        for party in [near[key] for key in list(found)]:
            note(party.principal_id, "entity", party.name)
            note(party.group_id, "group", party.name)
        for owner in owners_above(found, self.scope.as_of.date()):
            note(owner, "owner", "")
        return dict(found)

    @cached_property
    def parties(self) -> list[Party]:
        """The parties themselves, in the order of their roles."""
        rows = Party.objects.select_related("principal", "group").prefetch_related("names", "stakes__owner")
        found = rows.in_bulk(list(self.roles))
        return sorted(
            found.values(), key=lambda party: (ROLES.index(self.roles[party.id][0]["role"]), party.name, str(party.id))
        )

    @cached_property
    def numbers(self) -> dict[UUID, int]:
        """P1, P2, … in the document."""
        return {party.id: number for number, party in enumerate(self.parties, start=1)}

    def rows(self) -> list[dict[str, Any]]:
        """Every party with roles, names in every script, facts and stakes."""
        subjects = {party.id: SubjectRef("party", party.id) for party in self.parties}
        facts = current_facts(subjects.values(), recorded=self.scope.as_of)
        people, others = people_and_parties(facts.values(), "party")
        names = {str(key): name for key, name in Party.objects.filter(id__in=others).values_list("id", "name")}
        names |= {str(key): name for key, name in User.objects.filter(id__in=people).values_list("id", "name")}
        ledger = self.scope.ledger
        return [
            {
                "number": self.numbers[party.id],
                "id": str(party.id),
                "name": party.name,
                "kind": party.kind,
                "roles": self.roles[party.id],
                "stands_for_it": party.principal.name if party.principal else "",
                "group": party.group.name if party.group else "",
                "names": [
                    {"name": row.name, "kind": row.kind, "language": row.language, **ledger.row(row)}
                    for row in party.names.all()
                ],
                "facts": ledger.facts("party", facts[subjects[party.id]], names),
                "stakes": [self._stake(row) for row in party.stakes.all()],
            }
            for party in self.parties
        ]

    def _stake(self, row: Stake) -> dict[str, Any]:
        return {
            "owner": row.owner.name if row.owner else row.owner_name,
            "owner_number": self.numbers.get(row.owner_id) if row.owner_id else None,
            "basis": row.basis,
            "equity_pct": _share(row.equity_pct),
            "voting_pct": _share(row.voting_pct),
            "valid_from": day(row.valid_from),
            "valid_to": day(row.valid_to),
            **self.scope.ledger.row(row),
        }

    def listings(self) -> list[dict[str, Any]]:
        """What is known of these parties on lists, each with what being on the list means."""
        lists = {row.key: row for row in RestrictedPartyList.objects.all()}
        found = listings_of(self.numbers)
        return [
            self._listing(party, row, lists.get(row.list_key))
            for party in self.parties
            for row in sorted(found.get(party.id, ()), key=lambda row: (row.list_key, str(row.id)))
        ]

    def _listing(self, party: Party, row: Listing, published: RestrictedPartyList | None) -> dict[str, Any]:
        about = {"party": self.numbers[party.id], "party_name": party.name}
        return {**about, **listing_row(row, published, self.scope.ledger)}

    def measures(self) -> list[dict[str, Any]]:
        """Authorities' measures that name one of these parties, each once."""
        by_event: dict[UUID, tuple[RestrictionEvent, list[int]]] = {}
        for party, events in events_of(self.numbers).items():
            for event in events:
                by_event.setdefault(event.id, (event, []))[1].append(self.numbers[party])
        rows = sorted(by_event.values(), key=lambda pair: (min(pair[1]), pair[0].authority, str(pair[0].id)))
        return [self._measure(event, sorted(numbers)) for event, numbers in rows]

    def _measure(self, event: RestrictionEvent, numbers: list[int]) -> dict[str, Any]:
        return {"parties": numbers, **measure_row(event, self.scope.ledger)}


def listing_row(row: Listing, published: RestrictedPartyList | None, ledger: Ledger) -> dict[str, Any]:
    """What is known of a party on a list, with what being on it means."""
    effect = None
    if published:
        effect = {
            "title": published.title,
            "authority": {"en": published.authority_en, "de": published.authority_de},
            "effect_class": published.effect_class,
            "meaning": {"en": published.meaning_en, "de": published.meaning_de},
        }
    return {
        "list": row.list_key,
        "effect": effect,
        "status": row.status,
        "since": day(row.since),
        **ledger.row(row),
    }


def measure_row(event: RestrictionEvent, ledger: Ledger) -> dict[str, Any]:
    """An authority's measure with its effect, scope and dates."""
    return {
        "authority": event.authority,
        "jurisdiction": event.jurisdiction,
        "instrument": event.instrument,
        "effect": event.effect,
        "effect_class": event.effect_class,
        "binds": event.binds,
        "scope": list(event.scope),
        "models_named": list(event.models_named),
        "status": event.status,
        "status_note": event.status_note,
        "valid_from": day(event.valid_from),
        "valid_to": day(event.valid_to),
        "date_text": event.date_text,
        **ledger.row(event),
    }


def _share(value: Any) -> str | None:
    """A percentage as text without needless zeros: numbers with fractions would not survive every reader."""
    return None if value is None else f"{value.normalize():f}"
