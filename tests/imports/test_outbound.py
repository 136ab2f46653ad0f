"""The way out: what comes back, what is refused, and that nobody waits for ever."""

import email.utils
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from apps.imports.outbound import CannotFetch, NotThere, Outbound, Refused
from tests.imports.hub_server import Hub, hub


@pytest.fixture
def served() -> Iterator[Hub]:
    with hub() as found:
        yield found


def get(served: Hub, path: str, most: int = 10_000) -> bytes:
    return served.outbound.get(served.url + path, most=most).body


def test_an_answer_comes_back_and_the_server_knows_who_asked(served: Hub) -> None:
    served.page("/page", "hello")
    answer = served.outbound.get(served.url + "/page", most=100)
    assert (answer.body, answer.content_type, answer.url) == (b"hello", "text/plain", served.url + "/page")
    assert served.agents == {"Weighbridge/0.1.0"}


def test_a_redirect_on_the_same_hub_is_followed(served: Hub) -> None:
    served.page("/old", "", 307, Location="/new")
    served.page("/new", "here")
    assert get(served, "/old") == b"here"


# status, the error, words of it, how often it was tried
ANSWERS: list[tuple[int, type[CannotFetch], str, int]] = [
    (404, NotThere, "no such thing", 1),
    (401, Refused, "private, gated or blocked", 1),
    (403, Refused, "private, gated or blocked", 1),
    (451, Refused, "private, gated or blocked", 1),
    (429, CannotFetch, "answer 429", 3),
    (500, CannotFetch, "answer 500", 3),
    (502, CannotFetch, "answer 502", 3),
    (418, CannotFetch, "no usable answer (418)", 1),
    (400, CannotFetch, "no usable answer (400)", 1),
]


@pytest.mark.parametrize(("status", "error", "words", "tries"), ANSWERS)
def test_every_answer_has_its_message(
    served: Hub, status: int, error: type[CannotFetch], words: str, tries: int
) -> None:
    served.page("/page", "", status)
    with pytest.raises(CannotFetch) as caught:
        get(served, "/page")
    assert type(caught.value) is error
    assert words in caught.value.message
    assert served.asked["/page"] == tries
    assert len(served.waits) == tries - 1


def test_what_passes_by_itself_is_tried_again(served: Hub) -> None:
    served.page("/page", "", 503)
    assert get(served, "/page").startswith(b"{")
    assert 0 < served.waits[0] < 3


def test_retry_after_is_honoured_as_seconds_and_as_a_date(served: Hub) -> None:
    served.page("/seconds", "", 503, Retry_After="7")
    get(served, "/seconds")
    assert served.waits == [7.0]
    served.page("/date", "", 503, Retry_After=email.utils.format_datetime(datetime.now(UTC) + timedelta(seconds=9)))
    get(served, "/date")
    assert 5 < served.waits[1] <= 9
    served.page("/nonsense-date", "", 503, Retry_After="soon")
    get(served, "/nonsense-date")
    assert 0 < served.waits[2] < 3


def test_whoever_asks_for_more_patience_than_we_have_is_told(served: Hub) -> None:
    served.page("/page", "", 429, Retry_After="3600")
    with pytest.raises(CannotFetch, match="wait for 3600 seconds"):
        get(served, "/page")
    assert served.asked["/page"] == 1


@pytest.mark.parametrize("path", ["/page", "/endless"])
def test_a_body_that_is_too_large_is_not_read(served: Hub, path: str) -> None:
    served.page("/page", b" " * 20_000)
    with pytest.raises(CannotFetch, match="more than 10000 bytes"):
        get(served, path)


def test_an_answer_that_drips_is_given_up(served: Hub) -> None:
    start = time.monotonic()
    with pytest.raises(CannotFetch, match="did not answer within 1 seconds"):
        get(served, "/slow")
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("path", ["/broken", "/nonsense"])
def test_an_answer_that_breaks_off_is_tried_again_and_then_given_up(served: Hub, path: str) -> None:
    with pytest.raises(CannotFetch, match="breaks off"):
        get(served, path)
    assert served.asked[path] == 3


def test_nobody_listening_is_told() -> None:
    with hub() as served:
        url = served.url
    with pytest.raises(CannotFetch, match="cannot be reached"):
        Outbound(url, seconds=1, sleep=lambda _: None).get(url + "/page", most=10)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.org/x", "gopher://example.org"])
def test_a_redirect_to_anything_but_the_web_is_refused(served: Hub, target: str) -> None:
    served.page("/page", "", 302, Location=target)
    with pytest.raises(CannotFetch):
        get(served, "/page")


def test_redirects_in_a_circle_end(served: Hub) -> None:
    served.page("/page", "", 302, Location="/page")
    with pytest.raises(CannotFetch, match="no usable answer"):
        get(served, "/page")


def test_a_private_hub_may_redirect_within_its_network(served: Hub) -> None:
    with hub() as other:
        other.page("/file", "content")
        served.page("/page", "", 302, Location=f"{other.url}/file".replace("127.0.0.1", "localhost"))
        assert get(served, "/page") == b"content"


def test_a_public_hub_may_not_redirect_into_a_private_network(served: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub of this test stands on a private address, of course; it is taken for a public one."""
    monkeypatch.setattr("apps.imports.outbound.is_private", lambda address: address == "127.0.0.2")
    with hub("127.0.0.2") as inner:
        inner.page("/secret", "inside")
        served.page("/page", "", 302, Location=f"{inner.url}/secret")
        with pytest.raises(CannotFetch, match="inside of a private network"):
            get(served, "/page")
    assert inner.asked["/secret"] == 0


@pytest.mark.parametrize(
    ("address", "private"),
    [
        *(
            ("127.0.0.1", True),
            ("10.1.2.3", True),
            ("192.168.0.1", True),
            ("169.254.169.254", True),
            ("100.64.0.1", True),
        ),
        *(("::1", True), ("fe80::1%eth0", True), ("fd00::1", True), ("::ffff:10.0.0.1", True), ("240.0.0.1", True)),
        *(("8.8.8.8", False), ("2606:4700::1111", False), ("::ffff:8.8.8.8", False)),
    ],
)
def test_which_addresses_are_private(address: str, private: bool) -> None:
    from apps.imports.outbound import is_private

    assert is_private(address) == private


def test_only_the_hub_that_was_set_is_asked(served: Hub) -> None:
    for url in ("http://127.0.0.1:1/x", served.url + ".example.org/x", "file:///etc/passwd"):
        with pytest.raises(CannotFetch, match="source that was set"):
            served.outbound.get(url, most=10)


def test_a_proxy_of_the_environment_is_used(served: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub() as proxy:
        proxy.page("http://hub.example.test/api", "by proxy")
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        found = Outbound("http://hub.example.test", seconds=1, sleep=lambda _: None)
        assert found.get("http://hub.example.test/api", most=100).body == b"by proxy"
