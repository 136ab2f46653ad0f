"""The one door to a write: a transaction that knows who acts, why and from where.

Row triggers (room `audit`) read what `change` sets and write the journal; they refuse a write outside of a `change`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from uuid import UUID

from django.db import connection, transaction

from apps.core.ids import uuid7


class Acting(Protocol):
    """What the journal wants to know of whoever acts."""

    @property
    def kind(self) -> str: ...
    @property
    def user_id(self) -> UUID | None: ...
    @property
    def label(self) -> str: ...
    @property
    def origin(self) -> str: ...
    @property
    def request_id(self) -> str: ...


_SET = """
SELECT set_config('weighbridge.action', %s, true), set_config('weighbridge.change_id', %s, true),
       set_config('weighbridge.reason', %s, true), set_config('weighbridge.actor_kind', %s, true),
       set_config('weighbridge.actor_id', %s, true), set_config('weighbridge.actor_label', %s, true),
       set_config('weighbridge.origin', %s, true), set_config('weighbridge.request_id', %s, true)
"""


_OPEN = "_weighbridge_change"
"""On the database connection while a change is open in its transaction."""


@contextmanager
def change(actor: Acting, action: str, *, reason: str = "") -> Iterator[None]:
    """Open a transaction whose writes the journal records as `action`, a dotted name such as `use.register`.

    Inside another `change` the outer action stays: one intention, one name in the journal.
    """
    inside = connection.in_atomic_block
    with transaction.atomic():
        if getattr(connection, _OPEN, False):
            yield
            return
        _name(actor, action, reason)
        setattr(connection, _OPEN, True)
        try:
            yield
        finally:
            setattr(connection, _OPEN, False)
        if inside:
            # Inside a longer transaction (a test, an import) the next write must not inherit this one's name; at the
            # end of a transaction the database forgets it by itself.
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('weighbridge.action', '', true)")


def _name(actor: Acting, action: str, reason: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _SET,
            [
                action,
                str(uuid7()),
                reason.replace("\x00", "")[:2000],
                actor.kind,
                str(actor.user_id or ""),
                actor.label,
                actor.origin,
                actor.request_id,
            ],
        )


def one_at_a_time(what: str) -> None:
    """Wait until no other transaction works on `what`, and keep it until this one ends.

    For checks over many rows, such as for circles, which two writers could otherwise pass side by side.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])
