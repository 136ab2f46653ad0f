"""Writes of parties and stakes."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from django.db import connection

from apps.accounts.actors import Actor
from apps.core.changes import change, one_at_a_time
from apps.core.errors import DuplicateFound, InvalidInput, NotPermitted, filled
from apps.core.text import clean_as_of, clean_text, clean_url
from apps.facts.signals import facts_changed
from apps.facts.subjects import SubjectRef
from apps.parties.models import Party, PartyName, Stake

_OWNS_THROUGH_OTHERS = """
WITH RECURSIVE above(id) AS (
    SELECT %s::uuid
    UNION
    SELECT stake.owner_id FROM parties_stake stake JOIN above ON stake.owned_id = above.id
    WHERE stake.owner_id IS NOT NULL AND stake.valid_to IS NULL
)
SELECT EXISTS (SELECT FROM above WHERE id = %s)
"""


def create_party(*, actor: Actor, name: str, kind: str = Party.Kind.COMPANY, native_name: str = "") -> Party:
    """Enter a party. Raises `DuplicateFound` when one bears exactly this name."""
    actor.require("register.change")
    name = clean_text(name, pointer="/name")
    native_name = clean_text(native_name, pointer="/native_name", required=False)
    if kind not in Party.Kind.values:
        raise InvalidInput(f"must be one of {', '.join(Party.Kind.values)}", pointer="/kind")
    same = Party.objects.filter(name__iexact=name).first()
    if same:
        message = filled("“%(name)s” is in the register already.", name=same.name)
        raise DuplicateFound(message, existing=str(same.id), pointer="/name")
    with change(actor, "party.create"):
        party = Party(name=name, kind=kind)
        party.save()
        if native_name:
            PartyName(party=party, name=native_name, kind=PartyName.Kind.NATIVE, state="claimed_by_owner").save()
    return party


def record_stake(
    *,
    actor: Actor,
    owned: Party,
    owner: Party,
    basis: str,
    equity_pct: Decimal | None = None,
    voting_pct: Decimal | None = None,
    valid_from: dt.date | None = None,
    source: str,
    source_url: str = "",
    as_of: dt.date,
) -> Stake:
    """Record that `owner` holds a share of `owned`.

    Percentages lie between 0 and 100. Raises `InvalidInput` for a circle of ownership, which no share test can resolve.
    """
    actor.require("register.change")
    if not actor.sees_all:
        raise NotPermitted("What all teams share is changed by a compliance officer; send them what you know.")
    source = clean_text(source, pointer="/source", max_length=500)
    source_url = clean_url(source_url, pointer="/source_url", required=False)
    as_of = clean_as_of(as_of)
    if basis not in Stake.Basis.values:
        raise InvalidInput(f"must be one of {', '.join(Stake.Basis.values)}", pointer="/basis")
    for pointer, share in (("/equity_pct", equity_pct), ("/voting_pct", voting_pct)):
        if share is not None and not (share.is_finite() and 0 <= share <= 100):
            raise InvalidInput("must lie between 0 and 100", pointer=pointer)
    with change(actor, "stake.record"):
        one_at_a_time("stakes")
        if owner.id == owned.id or _owns(owned.id, owner.id):
            message = filled(
                "“%(owned)s” owns “%(owner)s” already; ownership cannot run in a circle.",
                owned=owned.name,
                owner=owner.name,
            )
            raise InvalidInput(message, pointer="/owner")
        stake = Stake(
            owner=owner,
            owner_name=owner.name,
            owned=owned,
            basis=basis,
            equity_pct=equity_pct,
            voting_pct=voting_pct,
            valid_from=valid_from,
            state="claimed_by_owner",
            source_label=source,
            source_url=source_url,
            as_of=as_of,
        )
        stake.save()
        facts_changed.send(sender=Stake, subjects={SubjectRef("party", owned.id)})
    return stake


def _owns(owner: UUID, owned: UUID) -> bool:
    """Whether `owner` stands somewhere above `owned`."""
    with connection.cursor() as cursor:
        cursor.execute(_OWNS_THROUGH_OTHERS, [owned, owner])
        row = cursor.fetchone()
    return bool(row and row[0])
