"""Lists from a server of their own: what a refresh brings, what it leaves, and what it says when nothing comes."""

import datetime as dt
import gzip
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from apps.accounts.roles import Role
from apps.core.changes import change
from apps.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, WeighbridgeError
from apps.imports.lists import keeping
from apps.imports.lists.keeping import keep, kept
from apps.imports.lists.recognising import format_of
from apps.imports.lists.refreshing import may_go_out, refresh, refresh_due, take
from apps.imports.outbound import CannotFetch, NetworkOff
from apps.imports.records import UnreadableFile
from apps.sanctions.lists import selectors
from apps.sanctions.models import Entry, ListSource, ListVersion
from tests.imports.hub_server import Hub, hub
from tests.making import SETUP, an_actor, officer

pytestmark = pytest.mark.django_db
PATH = "/consolidated.json"


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[Path]:
    with override_settings(LISTS=True, WEIGHBRIDGE_HOME=tmp_path):
        yield tmp_path


@pytest.fixture
def served() -> Iterator[Hub]:
    with hub() as found:
        yield found


def csl(*names: str) -> bytes:
    """A file in the shape of the US consolidated list, written for these tests."""
    rows = [
        {"source": "Unverified List (UVL) - Bureau of Industry and Security", "name": name, "id": f"{number:040x}"}
        for number, name in enumerate(names)
    ]
    return json.dumps({"total": len(rows), "results": rows}).encode()


def source(served: Hub | None = None, **more: Any) -> ListSource:
    columns = {"key": "csl", "format": "us-csl-json", "list_keys": ["US-UVL"], "enabled": True, **more}
    if served is not None:
        columns["url"] = served.url + PATH
    with change(SETUP, "tests.fill"):
        made = ListSource(title="Consolidated list", **columns)
        made.save()
    return made


def fetched(served: Hub, made: ListSource) -> ListVersion | None:
    made.refresh_from_db()
    return refresh(actor=SETUP, source=made, outbound=served.outbound)


def names() -> list[str]:
    return sorted(selectors.entries_in_use().values_list("name", flat=True))


def failure(made: ListSource) -> str:
    made.refresh_from_db()
    return str(made.failure.get("message", ""))


def test_a_refresh_takes_the_published_file_into_use(served: Hub, home: Path) -> None:
    content = csl("Alpha Works", "Beta Works")
    served.page(PATH, content, ETag='"1"')
    made = source(served)
    version = fetched(served, made)
    assert version is not None
    assert (version.state, version.counts, version.url) == ("in_use", {"US-UVL": 2}, served.url + PATH)
    assert (version.file_name, version.size) == ("consolidated.json", len(content))
    assert names() == ["Alpha Works", "Beta Works"]
    made.refresh_from_db()
    assert (made.etag, made.failure) == ('"1"', {})
    assert made.confirmed_at is not None
    with kept(version.sha256) as file:
        assert file.read() == content
    assert [path.name for path in (home / "files" / "lists").iterdir()] == [f"{version.sha256}.gz"]


def test_an_unchanged_file_is_not_sent_again_and_its_age_begins_anew(served: Hub) -> None:
    served.page(PATH, csl("Alpha Works"), ETag='"1"')
    made = source(served)
    fetched(served, made)
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(hours=40)
    ListSource.objects.update(confirmed_at=long_ago)
    assert fetched(served, made) is None
    made.refresh_from_db()
    assert served.conditions == [(None, None), ('"1"', None)]
    assert made.confirmed_at is not None
    assert made.confirmed_at > long_ago
    assert ListVersion.objects.count() == 1


def test_the_same_file_under_a_new_mark_makes_no_new_version(served: Hub) -> None:
    served.page(PATH, csl("Alpha Works"), ETag='"1"')
    made = source(served)
    fetched(served, made)
    served.page(PATH, csl("Alpha Works"), ETag='"2"')
    assert fetched(served, made) is None
    made.refresh_from_db()
    assert (made.etag, ListVersion.objects.count()) == ('"2"', 1)


def test_a_changed_file_makes_a_new_version(served: Hub) -> None:
    served.page(PATH, csl("Alpha Works"), ETag='"1"')
    made = source(served)
    fetched(served, made)
    served.page(PATH, csl("Alpha Works", "Beta Works"), ETag='"2"')
    version = fetched(served, made)
    assert version is not None
    assert (version.number, version.added, version.changed, version.removed) == (2, 1, 0, 0)
    assert names() == ["Alpha Works", "Beta Works"]


def test_a_server_that_always_says_unchanged_is_not_believed_for_ever(served: Hub) -> None:
    served.page(PATH, csl("Alpha Works"), ETag='"1"')
    made = source(served)
    fetched(served, made)
    with change(SETUP, "tests.fill"):
        ListVersion.objects.update(fetched_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=8))
    served.page(PATH, b"", 304)
    with pytest.raises(CannotFetch, match="nothing has changed"):
        fetched(served, made)
    assert served.conditions[-1] == (None, None)
    assert "nothing has changed" in failure(made)


# what the server answers, words of the reason
BAD: dict[str, tuple[bytes, int, str]] = {
    "304 though we hold nothing": (b"", 304, "nothing has changed"),
    "404": (b"", 404, "no such thing"),
    "403": (b"", 403, "private, gated or blocked"),
    "500": (b"", 500, "answer 500"),
    "a web page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", 200, "web page"),
    "nothing": (b"", 200, "is empty"),
    "cut off": (csl("Alpha Works", "Beta Works")[:-30], 200, ""),
    "of no known kind": (b"name;value\n1;2\n", 200, ""),
    "no entries": (csl(), 200, "no entry"),
    "damaged": (gzip.compress(csl("Alpha Works"))[:-20], 200, "damaged"),
}


@pytest.mark.parametrize(("body", "status", "words"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("held", [True, False])
def test_whatever_is_wrong_the_old_version_stays_and_the_reason_is_shown(
    served: Hub, body: bytes, status: int, words: str, held: bool
) -> None:
    made = source(served)
    if held:
        served.page(PATH, csl("Old Works"))
        fetched(served, made)
    served.page(PATH, body, status)
    with pytest.raises(WeighbridgeError):
        fetched(served, made)
    assert failure(made)
    assert words in failure(made)
    assert names() == (["Old Works"] if held else [])
    assert made.checked_at is not None
    assert selectors.alarms()[0].alarm == "failing"
    assert not Entry.objects.exclude(since__used_from__isnull=False).exists()


def test_a_server_that_does_not_answer_in_time(served: Hub) -> None:
    made = source(url=f"{served.url}/slow")
    with pytest.raises(CannotFetch):
        fetched(served, made)
    assert "did not answer within 1 seconds" in failure(made)


def test_a_redirect_into_a_private_network(served: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.imports.outbound.is_private", lambda address: address == "127.0.0.2")
    with hub("127.0.0.2") as inner:
        inner.page("/secret", csl("Alpha Works"))
        served.page(PATH, "", 302, Location=f"{inner.url}/secret")
        made = source(served)
        with pytest.raises(CannotFetch):
            fetched(served, made)
    assert inner.asked["/secret"] == 0
    assert "inside of a private network" in failure(made)


def test_a_good_refresh_ends_the_failure(served: Hub) -> None:
    made = source(served)
    with pytest.raises(CannotFetch):
        fetched(served, made)
    served.page(PATH, csl("Alpha Works"))
    fetched(served, made)
    assert failure(made) == ""
    assert selectors.alarms() == []


class TestRefused:
    def test_a_file_that_guards_refuse_is_not_read_again_and_again(self, served: Hub) -> None:
        served.page(PATH, csl(*(f"Number {n} Works" for n in range(30))), ETag='"1"')
        made = source(served)
        fetched(served, made)
        served.page(PATH, csl(*(f"Number {n} Works" for n in range(10))), ETag='"2"')
        first, second = fetched(served, made), fetched(served, made)
        assert first is not None
        assert first == second
        assert first.state == "refused"
        assert len(names()) == 30
        assert failure(made).startswith("US-UVL has 10 entries; the version in use has 30.")
        assert made.etag == '"1"'
        assert [standing.alarm for standing in selectors.alarms()] == ["refused"]

    def test_an_upload_with_a_reason_is_accepted_at_once(self) -> None:
        made, actor = source(), officer()
        take(actor=actor, source=made, content=BytesIO(csl(*"ABCDEFGHIJ")), name="a.json")
        short = csl(*"AB")
        refused = take(actor=actor, source=made, content=BytesIO(short), name="b.json")
        assert refused.state == "refused"
        made.refresh_from_db()
        accepted = take(actor=actor, source=made, content=BytesIO(short), name="b.json", reason="Checked by hand.")
        assert (accepted.state, accepted.accepted_because) == ("in_use", "Checked by hand.")
        assert failure(made) == ""


class TestUpload:
    def test_a_file_is_taken_without_any_network(self) -> None:
        with override_settings(LISTS=False):
            version = take(actor=SETUP, source=source(), content=BytesIO(csl("Alpha Works")), name="list.json")
        assert (version.state, version.file_name, version.url) == ("in_use", "list.json", "")

    def test_one_that_cannot_be_read_is_refused_with_its_reason(self) -> None:
        made = source()
        with pytest.raises(UnreadableFile):
            take(actor=SETUP, source=made, content=BytesIO(b"<html></html>"), name="list.json")
        assert "web page" in failure(made)

    def test_only_who_may_manage_lists(self) -> None:
        for role in (Role.AUDITOR, Role.APPROVER):
            with pytest.raises(NotPermitted):
                take(actor=an_actor(role), source=source(key=role), content=BytesIO(csl("A")), name="x")


def test_nothing_is_fetched_where_the_installation_does_not_go_out(served: Hub) -> None:
    made = source(served)
    with override_settings(LISTS=False):
        assert not may_go_out()
        with pytest.raises(NetworkOff):
            fetched(served, made)
        assert refresh_due(actor=SETUP) == []
    assert served.asked[PATH] == 0


def test_a_source_without_an_address_is_uploaded() -> None:
    with pytest.raises(Conflict, match="no address"):
        refresh(actor=SETUP, source=source())


def test_what_is_due_is_what_was_not_looked_at_for_its_hours(served: Hub) -> None:
    now = dt.datetime.now(dt.UTC)
    source(served, key="never")
    source(served, key="old", checked_at=now - dt.timedelta(hours=25))
    source(served, key="new", checked_at=now - dt.timedelta(hours=1))
    source(served, key="off", enabled=False)
    source(key="by-hand")
    assert [one.key for one in refresh_due(actor=SETUP)] == ["never", "old"]


def test_an_age_beyond_what_is_allowed_raises_an_alarm(served: Hub) -> None:
    served.page(PATH, csl("Alpha Works"))
    made = source(served)
    fetched(served, made)
    assert selectors.alarms() == []
    ListSource.objects.update(confirmed_at=dt.datetime.now(dt.UTC) - dt.timedelta(hours=49))
    (standing,) = selectors.alarms()
    assert (standing.alarm, standing.usable) == ("old", False)


class TestKeeping:
    def test_a_file_is_kept_once(self, home: Path) -> None:
        assert keep(BytesIO(b"abc")) == keep(BytesIO(b"abc"))
        assert len(list((home / "files" / "lists").iterdir())) == 1

    def test_what_is_packed_already_stays_as_it_is(self, home: Path) -> None:
        content = gzip.compress(b"abc" * 1000, mtime=0)
        sha256, size = keep(BytesIO(content))
        assert (home / "files" / "lists" / sha256).read_bytes() == content
        assert size == len(content)

    def test_one_that_is_too_large_or_empty_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(keeping, "MOST_BYTES", 10)
        for content in (b"", b"x" * 11):
            with pytest.raises(InvalidInput):
                keep(BytesIO(content))

    def test_one_that_is_not_here_is_told(self) -> None:
        with pytest.raises(NotFound):
            kept("0" * 64)


FORMATS = [
    ("us-csl-json", b'{"results": []}', "us-csl-json"),
    ("us-csl-json", b"source,entity_number\n", "us-csl-csv"),
    ("us-csl-json", gzip.compress(b"source,entity_number\n", mtime=0), "us-csl-csv"),
    ("uk-sanctions-list-ods", b"\xef\xbb\xbf<?xml version='1.0'?><Designations/>", "uk-sanctions-list-xml"),
    ("un-xml", b"a,b\n", "un-xml"),
    ("generic-csv", b"[1]", "generic-json"),
    ("ofac-sdn-xml", b"<!DOCTYPE html>", "ofac-sdn-xml"),
    ("un-xml", b"", "un-xml"),
]


@pytest.mark.parametrize(("usual", "content", "found"), FORMATS)
def test_the_format_of_a_file_is_told_by_its_content(usual: str, content: bytes, found: str) -> None:
    assert format_of(usual, BytesIO(content)) == found
