"""Who may change what all teams share about parties."""

from apps.accounts.actors import Actor
from apps.core.errors import NotPermitted


def require_shared_change(actor: Actor) -> None:
    """Raise `NotPermitted` unless `actor` changes the register and sees all of it."""
    actor.require("register.change")
    if not actor.sees_all:
        raise NotPermitted("What all teams share is changed by a compliance officer; send them what you know.")
