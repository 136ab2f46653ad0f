"""The key table: which listed names stand under which key."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import connection

from apps.sanctions.matching.keys import identifier_key, keys, number
from apps.sanctions.matching.names import prepare
from apps.sanctions.models import EntryName, NameKey

CHUNK = 5000


def index_names(names: Iterable[EntryName]) -> int:
    """Write the keys of listed names that have none yet, and of their entries' identifiers; how many keys.

    Idempotent only by `forget_names`: indexing a name twice raises `IntegrityError`.
    """
    written, rest = 0, iter(names)
    while chunk := list(islice(rest, CHUNK)):
        pairs = {(number(key), name.id) for name in chunk for key in keys(prepare(name.text))}
        pairs.update(_of_identifiers([name.id for name in chunk]))
        _copy(sorted(pairs))
        written += len(pairs)
    return written


def forget_names(names: Iterable[EntryName]) -> None:
    """Remove the keys of names that will not be looked for again."""
    rest = iter(names)
    while chunk := [name.id for name in islice(rest, CHUNK)]:
        NameKey.objects.filter(name_id__in=chunk).delete()


def _of_identifiers(ids: list[int]) -> Iterator[tuple[int, int]]:
    """An entry is found by its numbers through its first name."""
    with connection.cursor() as cursor:
        cursor.execute(_IDENTIFIERS, [ids])
        for name, value in cursor.fetchall():
            if key := identifier_key(value or ""):
                yield number(key), name


def _copy(pairs: Iterable[tuple[int, int]]) -> None:
    table = connection.ops.quote_name(NameKey._meta.db_table)
    statement = f"COPY {table} (key, name_id) FROM STDIN (FORMAT BINARY)"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["int8", "int8"])
        for pair in pairs:
            copy.write_row(pair)


_IDENTIFIERS = """
SELECT min(name.id), identifier ->> 'value'
FROM sanctions_entryname name
JOIN sanctions_entry entry ON entry.id = name.entry_id
CROSS JOIN jsonb_array_elements(entry.body -> 'identifiers') identifier
WHERE name.id = ANY(%s)
GROUP BY entry.id, identifier
"""
