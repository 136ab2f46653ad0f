"""An entry of a list keeps all that it says."""

import datetime as dt
import json
from dataclasses import replace

from apps.core.canonical import canonical_json
from apps.sanctions.entries import EntryKind, Identifier, ListedName, ListedParty, NameKind, of_body

ENTRY = ListedParty(
    list_key="US-SDN",
    reference="1",
    kind=EntryKind.ORGANISATION,
    names=(ListedName(text="EXAMPLE BANK", kind=NameKind.PRIMARY), ListedName(text="EB", kind=NameKind.WEAK)),
    countries=("XK",),
    identifiers=(Identifier(kind="SWIFT/BIC", value="EXAMXKPR"),),
    listed_on=dt.date(2024, 2, 29),
    acts=("89 FR 1",),
)


def test_an_entry_comes_back_as_it_was_kept() -> None:
    assert of_body(json.loads(canonical_json(ENTRY.body))) == ENTRY


def test_the_digest_changes_with_anything_that_the_entry_says() -> None:
    assert replace(ENTRY).digest == ENTRY.digest
    for change in ({"countries": ()}, {"listed_on": dt.date(2024, 3, 1)}, {"remarks": "x"}, {"names": ENTRY.names[:1]}):
        assert replace(ENTRY, **change).digest != ENTRY.digest
