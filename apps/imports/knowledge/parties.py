"""Parties with their names, domains, hub namespaces and owners, from `parties.yaml`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from apps.accounts.actors import Actor
from apps.facts.models import State
from apps.facts.subjects import SubjectRef
from apps.imports.knowledge.reading import Entry, KnowledgeError, Sources, keyed
from apps.imports.knowledge.report import LoadReport
from apps.imports.knowledge.rows import Rows, by, subject
from apps.imports.knowledge.statements import fact_entries, settle, statement
from apps.parties.models import Domain, HubOrganisation, Party, PartyName, Stake

FILE = "parties.yaml"


@dataclass
class PartyEntry:
    """One party as its file describes it; what refers to other parties does so by key."""

    key: str
    name: str
    kind: str
    principal: str = ""
    group: str = ""
    names: list[dict[str, Any]] = field(default_factory=list)
    domains: list[dict[str, Any]] = field(default_factory=list)
    hubs: list[dict[str, Any]] = field(default_factory=list)
    stakes: list[dict[str, Any]] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)
    entities: list["PartyEntry"] = field(default_factory=list)


def read_parties(sources: Sources) -> list[PartyEntry]:
    """The file's parties, groups before the entities in them. Raises `KnowledgeError`."""
    found: list[PartyEntry] = []
    for entry in keyed(FILE):
        party = _party(entry, sources)
        found += [party, *party.entities]
    keys = [party.key for party in found]
    for party in found:
        if keys.count(party.key) > 1:
            raise KnowledgeError(f"{FILE}: {party.key}: stands twice")
        if party.principal and party.principal not in keys:
            raise KnowledgeError(f"{FILE}: {party.key}: the principal {party.principal} is no party of the file")
    return found


def _party(entry: Entry, sources: Sources, group: str = "") -> PartyEntry:
    with entry:
        key = entry.key(max_length=100)
        party = PartyEntry(
            key=key,
            name=entry.text("name"),
            kind=entry.choice("kind", Party.Kind.values, Party.Kind.COMPANY if group else Party.Kind.GROUP),
            principal=entry.text("principal", ""),
            group=group,
            names=[_name(row, sources) for row in entry.entries("names")],
            domains=[
                *(_domain(row, sources, lookalike=False) for row in entry.entries("domains")),
                *(_domain(row, sources, lookalike=True) for row in entry.entries("lookalikes")),
            ],
            hubs=[_hub(row, sources) for row in entry.entries("hubs")],
            stakes=[_stake(row, sources) for row in entry.entries("stakes")],
            facts=fact_entries(entry, "facts", "party", sources),
        )
        if not group:
            party.entities = [_party(row, sources, key) for row in entry.entries("entities")]
    return party


def _name(row: Entry, sources: Sources) -> dict[str, Any]:
    with row:
        return {
            "name": row.text("name"),
            "kind": row.choice("kind", PartyName.Kind.values),
            "language": row.text("language", "", max_length=10),
            **row.sourcing(sources).columns,
        }


def _domain(row: Entry, sources: Sources, *, lookalike: bool) -> dict[str, Any]:
    with row:
        name = row.text("domain", max_length=253)
        if name != name.lower() or "/" in name or "." not in name:
            raise row.error("domain must be a host name in small letters")
        return {"domain": name, "lookalike": lookalike, **row.sourcing(sources).columns}


def _hub(row: Entry, sources: Sources) -> dict[str, Any]:
    with row:
        hub = row.key("hub", max_length=40) if row.has("hub") else "huggingface"
        return {"hub": hub, "name": row.text("name", max_length=120), **row.sourcing(sources).columns}


def _stake(row: Entry, sources: Sources) -> dict[str, Any]:
    with row:
        stake = {
            "owner": row.text("owner", ""),
            "owner_name": row.text("owner_name", ""),
            "basis": row.choice("basis", Stake.Basis.values, Stake.Basis.UNKNOWN),
            "equity_pct": row.share("equity_pct"),
            "voting_pct": row.share("voting_pct"),
            "valid_from": row.date("from", None),
            "valid_to": row.date("to", None),
            "free_float": row.flag("free_float"),
            **row.sourcing(sources).columns,
        }
        if not stake["owner"] and not stake["owner_name"]:
            raise row.error("name the owner")
    return stake


def load_parties(actor: Actor, report: LoadReport, entries: list[PartyEntry]) -> dict[str, Party]:
    """Bring parties and all that hangs on them in step with the file; the parties by their key."""
    rows = Rows(report, "parties", Party, by(Party.objects.filter(key__isnull=False), "key"), subject("party"))
    parties: dict[str, Party] = {}
    for entry in entries:
        columns: dict[str, Any] = {"key": entry.key, "name": entry.name, "kind": entry.kind}
        columns["group_id"] = parties[entry.group].id if entry.group else None
        parties[entry.key] = rows.put(entry.key, entry.key, columns)
    rows.close()
    _free_leftovers(parties)
    _name_principals(report, parties, entries)
    _report_clashes(report, parties)
    _load_names(report, parties, entries)
    _load_stakes(report, parties, entries)
    _state(actor, report, parties, entries)
    return parties


def _free_leftovers(parties: dict[str, Party]) -> None:
    """A group and the entity that stands for it hold each other; let go, so that both can be removed."""
    for party in Party.objects.filter(key__isnull=False, principal__isnull=False).exclude(key__in=parties):
        party.principal = None
        party.save(update_fields=["principal"])


def _name_principals(report: LoadReport, parties: dict[str, Party], entries: list[PartyEntry]) -> None:
    """A second pass: a group is written before the entity that stands for it."""
    for entry in entries:
        party, principal = parties[entry.key], parties[entry.principal].id if entry.principal else None
        if party.principal_id == principal:
            continue
        party.principal_id = principal
        new = party.row_version == 1
        party.save(update_fields=["principal"])
        if not new:
            report.note("parties", "changed", f"{entry.key} (principal_id)")
            report.touched.add(SubjectRef("party", party.id))


def _report_clashes(report: LoadReport, parties: dict[str, Party]) -> None:
    known = {party.name.casefold() for party in parties.values()}
    for name in Party.objects.filter(key__isnull=True).values_list("name", flat=True):
        if name.casefold() in known:
            report.note("parties", "clash", f"{name}: entered by a person; the knowledge has a party of this name too")


def _load_names(report: LoadReport, parties: dict[str, Party], entries: list[PartyEntry]) -> None:
    touches = subject("party", "party_id")
    names = Rows(report, "names", PartyName, by(PartyName.objects.all(), "party_id", "name", "kind"), touches)
    domains = Rows(report, "domains", Domain, by(Domain.objects.all(), "party_id", "domain"), touches)
    hubs = Rows(report, "hub namespaces", HubOrganisation, by(HubOrganisation.objects.all(), "hub", "name"), touches)
    for entry in entries:
        party = parties[entry.key]
        for name in entry.names:
            names.put(
                (party.id, name["name"], name["kind"]),
                f"{entry.key}: {name['name']}",
                {"party_id": party.id, **name},
            )
        for domain in entry.domains:
            identity = (party.id, domain["domain"])
            domains.put(identity, f"{entry.key}: {domain['domain']}", {"party_id": party.id, **domain})
        for hub in entry.hubs:
            hubs.put((hub["hub"], hub["name"]), f"{hub['hub']}/{hub['name']}", {"party_id": party.id, **hub})
    for rows in (names, domains, hubs):
        rows.close()


def _load_stakes(report: LoadReport, parties: dict[str, Party], entries: list[PartyEntry]) -> None:
    # A person may record the same stake: it is no clash, both are shown side by side. One that a person has corrected
    # stays superseded.
    existing = by(Stake.every.filter(channel="knowledge"), "owned_id", "owner_name", "basis")
    rows = Rows(report, "stakes", Stake, existing, subject("party", "owned_id"))
    for entry, stake in _stakes(entries):
        owner = parties.get(stake["owner"])
        if stake["owner"] and owner is None:
            raise KnowledgeError(f"{FILE}: {entry.key}: the owner {stake['owner']} is no party of the file")
        columns = {
            **{column: value for column, value in stake.items() if column != "owner"},
            # Chains of ownership are followed along this column: nothing follows from what is not known.
            "owner_id": owner.id if owner and stake["state"] != State.UNKNOWN else None,
            "owner_name": stake["owner_name"] or (owner.name if owner else ""),
            "owned_id": parties[entry.key].id,
        }
        identity = (columns["owned_id"], columns["owner_name"], columns["basis"])
        rows.put(identity, f"{columns['owner_name']} in {entry.key}", columns)
    rows.close()


def _stakes(entries: list[PartyEntry]) -> Iterator[tuple[PartyEntry, dict[str, Any]]]:
    for entry in entries:
        for stake in entry.stakes:
            yield entry, stake


def _state(actor: Actor, report: LoadReport, parties: dict[str, Party], entries: list[PartyEntry]) -> None:
    statements = []
    for entry in entries:
        about = SubjectRef("party", parties[entry.key].id)
        for fact in entry.facts:
            value = fact["value"]
            if value is not None and fact["field"] in ("ultimate_parent", "authorised_rep_eu"):
                if value not in parties:
                    raise KnowledgeError(f"{FILE}: {entry.key}: {value} is no party of the file")
                value = str(parties[value].id)
            statements.append(statement(about, {**fact, "value": value}))
    names = {party.id: key for key, party in parties.items()}
    settle(
        actor=actor,
        report=report,
        subject_type="party",
        statements=statements,
        name=lambda found: names.get(found, str(found)),
    )
