"""Writes of the names and domains of parties."""

import datetime as dt
import re

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.errors import Conflict, DuplicateFound, InvalidInput
from apps.core.text import clean_as_of, clean_text, clean_url
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.parties.models import Domain, Party, PartyName
from apps.parties.services.permission import require_shared_change

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HOST = re.compile(r"([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def add_name(
    *,
    actor: Actor,
    party: Party,
    name: str,
    kind: str,
    language: str = "",
    source: str,
    source_url: str = "",
    as_of: dt.date,
) -> PartyName:
    """Record a further name of a party; `language` is a tag such as `zh`, for screen readers and fonts.

    Raises `DuplicateFound` for a name of this kind that it bears already, `InvalidInput` with a pointer.
    """
    require_shared_change(actor)
    name = clean_text(name, pointer="/name")
    if kind not in PartyName.Kind.values:
        raise InvalidInput(f"must be one of {', '.join(PartyName.Kind.values)}", pointer="/kind")
    if language and not (len(language) <= 10 and _LANGUAGE.fullmatch(language)):
        raise InvalidInput("must be a language tag such as zh or pt-BR", pointer="/language")
    sourced = _sourced(source, source_url, as_of)
    same = PartyName.objects.filter(party=party, name=name, kind=kind).first()
    if same:
        raise DuplicateFound("The party bears this name already.", existing=str(same.id), pointer="/name")
    with change(actor, "party.name"):
        row = PartyName(party=party, name=name, kind=kind, language=language, **sourced)
        row.save()
        _tell(party)
    return row


def remove_name(*, actor: Actor, name: PartyName, reason: str) -> None:
    """Take a name away that is not one; `reason` goes into the journal. What the knowledge brings stays."""
    require_shared_change(actor)
    with change(actor, "party.unname", reason=_reason(name, reason)):
        name.delete()
        _tell(name.party)


def add_domain(
    *,
    actor: Actor,
    party: Party,
    domain: str,
    lookalike: bool = False,
    source: str,
    source_url: str = "",
    as_of: dt.date,
) -> Domain:
    """Record an internet domain of a party, or one that only looks like it.

    Raises `DuplicateFound` for one that is recorded already, `InvalidInput` with a pointer.
    """
    require_shared_change(actor)
    domain = clean_text(domain, pointer="/domain", max_length=253).lower().rstrip(".")
    if not _HOST.fullmatch(domain):
        raise InvalidInput("must be the name of a host such as api.example.com", pointer="/domain")
    sourced = _sourced(source, source_url, as_of)
    same = Domain.objects.filter(party=party, domain=domain).first()
    if same:
        raise DuplicateFound("The party has this domain already.", existing=str(same.id), pointer="/domain")
    with change(actor, "party.domain"):
        row = Domain(party=party, domain=domain, lookalike=lookalike, **sourced)
        row.save()
        _tell(party)
    return row


def remove_domain(*, actor: Actor, domain: Domain, reason: str) -> None:
    """Take a domain away that is not the party's; `reason` goes into the journal. What the knowledge brings stays."""
    require_shared_change(actor)
    with change(actor, "party.undomain", reason=_reason(domain, reason)):
        domain.delete()
        _tell(domain.party)


def _sourced(source: str, source_url: str, as_of: dt.date) -> dict[str, object]:
    return {
        "state": "claimed_by_owner",
        "source_label": clean_text(source, pointer="/source", max_length=500),
        "source_url": clean_url(source_url, pointer="/source_url", required=False),
        "as_of": clean_as_of(as_of),
    }


def _reason(row: PartyName | Domain, reason: str) -> str:
    """Why a row is removed. Raises `Conflict` for one that would come again with the knowledge."""
    if row.channel == "knowledge":
        raise Conflict(
            "This comes with the knowledge of the product and would come again; state what is right beside it."
        )
    return clean_text(reason, pointer="/reason", max_length=2000)


def _tell(party: Party) -> None:
    facts_changed.send(sender=Party, subjects={SubjectRef("party", party.id)})
