"""How many queries a page costs: as many with sixty rows as with a few, and not one more than was reviewed.

Where a page must cost more, run with WEIGHBRIDGE_WRITE_QUERIES=1 and explain the change of `queries.json`.
"""

import json
import os
from pathlib import Path

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.web.addresses import LISTS, pages
from tests.web.conftest import ClientOf
from tests.web.many import many_more
from tests.web.world import World

FILE = Path(__file__).with_name("queries.json")
NO_PAGE = {
    "verification-proof",
    "import-template",
    "import-quarantine",
    "report-file",
    "export-file",
    "report-evidence",
    "sign-in",
}
"""A file, and the page for those who are not signed in."""


def count_of(client: Client, path: str) -> int:
    client.get(path)  # what is read once per process is not what a page costs
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200, path
    return len(queries)


def counts(world: World, client_of: ClientOf) -> dict[str, int]:
    clients = [client_of(persona) for persona in ("administrator", "officer")]
    found = {}
    for address in pages():
        if address.name not in NO_PAGE:
            path = address.path(world.arguments)
            found[address.name] = count_of(next(one for one in clients if one.get(path).status_code == 200), path)
            if address.name == "use":
                found["use, all parts"] = count_of(clients[0], f"{path}?part=all")
    return dict(sorted(found.items()))


def assert_lists_are_full(world: World, client_of: ClientOf) -> None:
    clients = [client_of(persona) for persona in ("administrator", "officer")]
    for address in pages():
        if address.name in LISTS:
            path = address.path(world.arguments)
            shown = next(one for one in (client.get(path) for client in clients) if one.status_code == 200)
            listing = shown.context["listing"]
            assert len(listing.rows) == 50, address.name
            assert listing.next_url, address.name


def test_a_page_costs_the_same_with_sixty_rows_and_no_more_than_was_reviewed(world: World, client_of: ClientOf) -> None:
    few = counts(world, client_of)
    many_more(world)
    assert_lists_are_full(world, client_of)
    many = counts(world, client_of)
    grown = {
        name: f"{few[name]} queries with few rows, {many[name]} with sixty" for name in few if many[name] > few[name]
    }
    assert not grown
    if os.environ.get("WEIGHBRIDGE_WRITE_QUERIES") == "1":
        FILE.write_text(json.dumps(many, indent=1) + "\n")
    reviewed = json.loads(FILE.read_text())
    assert many == reviewed, "review the difference, then run with WEIGHBRIDGE_WRITE_QUERIES=1"
