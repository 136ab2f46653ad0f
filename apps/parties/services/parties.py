"""Writes of parties."""

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.errors import DuplicateFound, InvalidInput, filled
from apps.core.text import clean_text
from apps.parties.models import Party, PartyName


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
