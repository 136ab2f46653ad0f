"""Files that are fetched into a file, and only when they have changed."""

import hashlib
import io
from collections.abc import Iterator

import pytest

from apps.imports.outbound import CannotFetch, Mark, NotThere
from tests.imports.hub_server import Hub, hub


@pytest.fixture
def served() -> Iterator[Hub]:
    with hub() as found:
        yield found


def test_a_file_is_written_with_its_checksum_and_its_mark(served: Hub) -> None:
    served.page("/list", b"x" * 300_000, ETag='"7"', Last_Modified="Sat, 01 Aug 2026 10:00:00 GMT")
    target = io.BytesIO(b"what was there before")
    found = served.outbound.download(served.url + "/list", target, most=300_000)
    assert found is not None
    assert target.getvalue() == b"x" * 300_000
    assert (found.size, found.sha256) == (300_000, hashlib.sha256(b"x" * 300_000).hexdigest())
    assert found.mark == Mark(etag='"7"', last_modified="Sat, 01 Aug 2026 10:00:00 GMT")
    assert served.conditions == [(None, None)]


@pytest.mark.parametrize("known", [Mark(etag='"7"'), Mark(last_modified="Sat, 01 Aug 2026 10:00:00 GMT")])
def test_what_has_not_changed_is_not_sent_again(served: Hub, known: Mark) -> None:
    served.page("/list", b"content", ETag='"7"', Last_Modified="Sat, 01 Aug 2026 10:00:00 GMT")
    target = io.BytesIO()
    assert served.outbound.download(served.url + "/list", target, most=100, known=known) is None
    assert target.getvalue() == b""
    assert served.conditions == [(known.etag or None, known.last_modified or None)]


def test_what_has_changed_is(served: Hub) -> None:
    served.page("/list", b"content", ETag='"8"')
    found = served.outbound.download(served.url + "/list", io.BytesIO(), most=100, known=Mark(etag='"7"'))
    assert found is not None
    assert found.mark.etag == '"8"'


@pytest.mark.parametrize("known", [None, Mark(), Mark(etag='"7"')])
def test_that_nothing_has_changed_is_not_believed_unless_it_was_asked(served: Hub, known: Mark | None) -> None:
    """The last one was asked, and the answer is about another state than the one that we have."""
    served.page("/list", b"", 304, ETag='"other"')
    with pytest.raises(CannotFetch, match="not of what was fetched"):
        served.outbound.download(served.url + "/list", io.BytesIO(), most=100, known=known)


@pytest.mark.parametrize("path", ["/list", "/endless"])
def test_a_file_that_is_too_large_is_given_up(served: Hub, path: str) -> None:
    served.page("/list", b"x" * 200_000)
    target = io.BytesIO()
    with pytest.raises(CannotFetch, match="more than 100000 bytes"):
        served.outbound.download(served.url + path, target, most=100_000)
    assert len(target.getvalue()) <= 100_000


def test_a_second_try_begins_anew(served: Hub) -> None:
    target = io.BytesIO()
    with pytest.raises(CannotFetch, match="breaks off"):
        served.outbound.download(served.url + "/broken", target, most=1000)
    assert (served.asked["/broken"], target.getvalue()) == (3, b"short")


def test_what_is_not_there_is_told(served: Hub) -> None:
    with pytest.raises(NotThere):
        served.outbound.download(served.url + "/none", io.BytesIO(), most=10)


def test_marks_that_no_server_needs_are_not_kept(served: Hub) -> None:
    served.page("/list", b"content", ETag='"' + "x" * 5000 + '"')
    found = served.outbound.download(served.url + "/list", io.BytesIO(), most=100)
    assert found is not None
    assert found.mark == Mark()
