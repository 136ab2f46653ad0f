"""What the register holds about the parties that a file speaks of, read in batches: no query per entry."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.functions import Upper

from apps.core.models import BaseModel
from apps.facts.catalogue import FIELDS
from apps.facts.models import State
from apps.imports.folding import by_upper, folded
from apps.imports.records import FactRecord, ModelRecord, PartyRecord, UseRecord
from apps.parties.models import Domain, HubOrganisation, Party, PartyName, Stake

Record = ModelRecord | UseRecord | PartyRecord
_SILENT = (State.UNKNOWN, State.DISPUTED)
Held = tuple[str, ...]
"""What kind of row of a party, and what tells it from the others of that kind."""


def keys_of(row: BaseModel) -> set[Held]:
    """What tells a row of a party from its others. An owner, of the register or not, holds one stake on one basis."""
    if isinstance(row, PartyName):
        return {("name", row.kind, row.name)}
    if isinstance(row, Domain):
        return {("domain", row.domain)}
    if isinstance(row, HubOrganisation):
        return {("namespace", row.hub, row.name)}
    assert isinstance(row, Stake)
    return {("stake", owner, row.basis) for owner in (str(row.owner_id or ""), folded(row.owner_name)) if owner}


class KnownParties:
    """Parties by name and namespace, and what is known of those that the file describes."""

    def __init__(self) -> None:
        self.names: dict[UUID, str] = {}
        self.hubs: dict[tuple[str, str], UUID] = {}
        """Namespaces that are known for sure, and whose they are."""
        self.namespaces: dict[tuple[str, str], UUID] = {}
        self.held: dict[UUID, set[Held]] = {}
        """The names, domains, namespaces and stakes of the parties that the file describes."""
        self._called: dict[str, set[UUID]] = defaultdict(set)
        self._other: dict[str, set[UUID]] = defaultdict(set)

    def called(self, name: str) -> set[UUID]:
        """The parties of a name; those of which it is another name only where it is nobody's first."""
        key = folded(name)
        return self._called.get(key) or self._other.get(key) or set()

    # Reading --------------------------------------------------------------------------------------------------------

    def load(self, records: Sequence[Record], described: Mapping[str, PartyRecord]) -> None:
        """Read the parties that `records` name; `described` are those of which the file says more, by folded name."""
        named = set(chain.from_iterable(_names(record) for record in records))
        waiting = named
        while waiting:
            more = (described[folded(name)] for name in waiting if folded(name) in described)
            waiting = set(chain.from_iterable(_names(record) for record in more)) - named
            named |= waiting
        self._load_names({name.upper() for name in named})
        self._load_hubs({pair for record in records for pair in _namespaces(record)})
        parties = [record for record in records if isinstance(record, PartyRecord)]
        if parties:
            self._load_held({key for record in parties for key in self.called(record.name)})

    def _load_names(self, wanted: set[str]) -> None:
        if not wanted:
            return
        for name, party_id in by_upper(Party.objects.all(), wanted).values_list("name", "id"):
            self._called[folded(name)].add(party_id)
        if not wanted:
            return
        for name, party_id in by_upper(PartyName.objects.all(), wanted).values_list("name", "party_id"):
            self._other[folded(name)].add(party_id)
        ids = {key for found in (*self._called.values(), *self._other.values()) for key in found}
        self.names |= dict(Party.objects.filter(id__in=ids - self.names.keys()).order_by().values_list("id", "name"))

    def _load_hubs(self, wanted: set[tuple[str, str]]) -> None:
        missing = wanted - self.namespaces.keys()
        if not missing:
            return
        rows = HubOrganisation.objects.annotate(upper=Upper(F("name"))).filter(
            hub__in={hub for hub, _ in missing}, upper__in={name.upper() for _, name in missing}
        )
        for one in rows.select_related("party").order_by():
            self.names[one.party_id] = one.party.name
            self._add_namespace(one)

    def _load_held(self, ids: Iterable[UUID]) -> None:
        missing = set(ids) - self.held.keys()
        self.held |= {key: set() for key in missing}
        for kind in (PartyName, Domain, HubOrganisation, Stake):
            column = "owned_id" if kind is Stake else "party_id"
            rows: QuerySet[BaseModel] = kind._default_manager.filter(**{f"{column}__in": missing})
            for row in rows.order_by():
                self.held[getattr(row, column)] |= keys_of(row)

    # What entries put there -----------------------------------------------------------------------------------------

    def add(self, row: BaseModel) -> None:
        """A row that an entry makes."""
        if isinstance(row, Party):
            self.names[row.id] = row.name
            self._called[folded(row.name)].add(row.id)
        elif isinstance(row, PartyName):
            self._other[folded(row.name)].add(row.party_id)
        elif isinstance(row, HubOrganisation):
            self._add_namespace(row)

    def _add_namespace(self, row: HubOrganisation) -> None:
        key = (row.hub, folded(row.name))
        self.namespaces[key] = row.party_id
        if row.state not in _SILENT:
            self.hubs[key] = row.party_id


def _names(record: Record) -> set[str]:
    """The parties that a record names."""
    found = {fact.value for fact in record.facts if _is_party(fact)}
    if isinstance(record, PartyRecord):
        found |= {record.name, record.principal, record.group, *(stake.owner for stake in record.stakes)}
    elif isinstance(record, UseRecord):
        found |= _names(record.model)
    else:
        found.add(record.developer)
    return {name.strip() for name in found} - {""}


def _is_party(fact: FactRecord) -> bool:
    spec = FIELDS.get(fact.subject, {}).get(fact.field)
    return spec is not None and spec.type == "party" and isinstance(fact.value, str)


def _namespaces(record: Record) -> set[tuple[str, str]]:
    if isinstance(record, PartyRecord):
        return {(one.hub.lower(), folded(one.name)) for one in record.namespaces}
    model = record.model if isinstance(record, UseRecord) else record
    return {
        (namespace.lower(), folded(identifier.partition("/")[0]))
        for namespace, identifier in model.identifiers
        if "/" in identifier
    }
