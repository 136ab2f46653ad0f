"""What an entry says about a party: the rows that the register has not, and statements beside those of others."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop

from apps.core.errors import filled
from apps.core.models import BaseModel
from apps.core.text import clean_as_of, clean_text, clean_url
from apps.imports.folding import folded
from apps.imports.known_parties import keys_of
from apps.imports.planning.statements import Statements
from apps.imports.records import PartyRecord, Said, StakeRecord
from apps.parties.models import Domain, HubOrganisation, PartyName, Stake

_THOUSANDTH = Decimal("0.001")


class Parties(Statements):
    """An entry about a party. What the register has of it stays; what it lacks is added."""

    def _party(self, record: PartyRecord) -> UUID:
        """The party of the record's name, else a new one. Raises `InvalidInput` where it may mean several."""
        if len(self.known.parties.called(record.name)) > 1:
            raise self._refuse(filled("several parties are called “%(name)s”", name=record.name[:80]))
        party_id = self._party_called(record.name)
        assert party_id is not None
        for row in (*self._names(party_id, record), *self._stakes(party_id, record)):
            self._add(party_id, row)
        self._facts(record.facts, {"party": party_id})
        return party_id

    def _add(self, party_id: UUID, row: BaseModel) -> None:
        keys = keys_of(row)
        if keys & self.known.parties.held.get(party_id, set()):
            return
        self._make(row)
        kind = next(iter(keys))[0]
        self.planned.change("party", kind, None, str(row)[:300], str(getattr(row, "state", "")))

    def _names(self, party_id: UUID, record: PartyRecord) -> Iterator[BaseModel]:
        for name in record.names:
            yield PartyName(
                party_id=party_id,
                name=self._clean(name.name, 300),
                kind=name.kind,
                language=self._clean(name.language, 10, required=False),
                **self._origin(name),
            )
        for domain in record.domains:
            text = self._clean(domain.domain, 253)
            yield Domain(party_id=party_id, domain=text, lookalike=domain.lookalike, **self._origin(domain))
        for one in record.namespaces:
            hub, name_there = self._clean(one.hub, 40).lower(), self._clean(one.name, 120)
            whose = self.known.parties.namespaces.get((hub, folded(name_there)))
            if whose not in (None, party_id):
                message = gettext_noop("The namespace “%(name)s” belongs to another party in the register; it stays.")
                self.planned.notes.append(filled(message, name=f"{hub}/{name_there}"))
            elif whose is None:
                yield HubOrganisation(party_id=party_id, hub=hub, name=name_there, **self._origin(one))

    def _stakes(self, party_id: UUID, record: PartyRecord) -> Iterator[BaseModel]:
        for one in record.stakes:
            owner = self._party_called(one.owner) if one.owner and not one.free_float else None
            if owner == party_id:
                message = gettext_noop("The stake of “%(name)s” was left out: nobody holds themselves.")
                self.planned.notes.append(filled(message, name=one.owner[:80]))
            else:
                yield self._stake(party_id, owner, one)

    def _stake(self, party_id: UUID, owner: UUID | None, one: StakeRecord) -> Stake:
        return Stake(
            owned_id=party_id,
            owner_id=owner,
            owner_name=self._party_name(owner) if owner else self._clean(one.owner, 300),
            basis=one.basis,
            equity_pct=_share(one.equity_pct),
            voting_pct=_share(one.voting_pct),
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            free_float=one.free_float,
            **self._origin(one),
        )

    def _clean(self, text: str, most: int, *, required: bool = True) -> str:
        return clean_text(text, pointer=self.row.locator, max_length=most, required=required)

    def _origin(self, one: Said) -> dict[str, Any]:
        """State and source of a row; what names no source has the file itself as one."""
        said, state = one.provenance, {"state": one.state, "note": self._clean(one.note, 5000, required=False)}
        if not said.source:
            return {**self.sourced, **state}
        return {
            **state,
            "source_label": self._clean(said.source, 500),
            "source_url": clean_url(said.source_url, pointer=self.row.locator, required=False),
            "as_of": clean_as_of(said.as_of) if said.as_of else None,
            "channel": self.context.kind,
        }


def _share(text: str) -> Decimal | None:
    return Decimal(text).quantize(_THOUSANDTH) if text else None
