"""The product's one way out: it fetches from addresses that an administrator set, within limits, and says who asks.

Nothing is fetched that was not asked for. A redirect may lead to another public host, but into a private network only
where the address that was set lies in one itself. Proxies come from the environment (HTTPS_PROXY, NO_PROXY).
"""

import datetime as dt
import email.utils
import hashlib
import http.client
import ipaddress
import random
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_noop

from apps.core.clock import now
from apps.core.errors import WeighbridgeError, filled
from apps.imports.fetched import Downloaded, Fetched, Mark

TRIES = 3
LONGEST_WAIT = 20.0
"""Seconds that a server's Retry-After is honoured; whoever asks for more is told so."""
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
_MOST_REDIRECTS = 5
_CHUNK = 64 * 1024
_LONGEST_MARK = 100
T = TypeVar("T")


class CannotFetch(WeighbridgeError):
    """Nothing came back that can be used; the message says why and what to do."""

    status = 503
    code = "cannot-fetch"
    title = gettext_noop("The source could not be fetched")


class NotThere(CannotFetch):
    """The source answers that there is no such thing."""

    status = 404
    code = "not-found"


class Refused(CannotFetch):
    """The source does not let us have it: it is private, or its conditions must be accepted first."""

    status = 403
    code = "refused-by-source"
    title = gettext_noop("The source does not give it out")


class NetworkOff(CannotFetch):
    """This installation fetches nothing."""

    status = 409
    code = "network-off"
    title = gettext_noop("This installation fetches nothing")


@dataclass
class Outbound:
    """Fetches from one base address. `sleep` is replaced in tests."""

    base: str
    seconds: float = 10.0
    """For one answer, from the first byte sent to the last byte read."""
    in_all: float = 25.0
    """For everything that is fetched through this object: somebody waits for it."""
    sleep: Callable[[float], None] = time.sleep
    _private: bool = field(default=False, init=False)
    _begun: float = field(default_factory=time.monotonic, init=False)

    def get(self, url: str, *, most: int, accept: str = "*/*") -> Fetched:
        """What is at an address below the base.

        Tries again, with growing pauses, what may pass by itself. Raises `NotThere`, `Refused` and `CannotFetch`, the
        last for more than `most` bytes, too, and for an answer that takes longer than it may.
        """

        def take(answer: Any, guard: _Guard) -> Fetched:
            body = b"".join(_pieces(answer, most, guard))
            return Fetched(url=answer.geturl(), body=body, content_type=_content_type(answer))

        return self._tried(url, {"Accept": accept}, take)

    def download(self, url: str, target: IO[bytes], *, most: int, known: Mark | None = None) -> Downloaded | None:
        """Write what is at an address below the base into `target`; None when it is still in the state `known`.

        Errors are those of `get`; a server that says that nothing has changed although it was not asked is one, too.
        """
        conditions = known.headers if known else {}

        def take(answer: Any, guard: _Guard) -> Downloaded:
            target.seek(0)
            target.truncate()
            digest, size = hashlib.sha256(), 0
            for piece in _pieces(answer, most, guard):
                digest.update(piece)
                size += target.write(piece)
            return Downloaded(
                url=answer.geturl(),
                size=size,
                sha256=digest.hexdigest(),
                content_type=_content_type(answer),
                mark=_mark(answer.headers),
            )

        try:
            return self._tried(url, conditions, take)
        except _NotModified as error:
            if not conditions or (known and error.etag and known.etag and error.etag != known.etag):
                raise CannotFetch(
                    "The source says that nothing has changed, but not of what was fetched from it before."
                ) from error
            return None

    def _tried(self, url: str, headers: dict[str, str], take: "Callable[[Any, _Guard], T]") -> T:
        """What `take` makes of the answer, after a few tries where it helps."""
        if not url.startswith(f"{self.base}/"):
            raise CannotFetch("Only addresses of the source that was set are fetched.")
        always = {"User-Agent": f"Weighbridge/{settings.VERSION}", "Accept": "*/*", "Accept-Encoding": "identity"}
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(url, always | headers, take)
            except _Passing as error:
                wait = error.wait if error.wait is not None else random.uniform(0.2, 1.0) * 2**attempt  # noqa: S311
                if attempt == TRIES or wait > min(LONGEST_WAIT, self._left):
                    raise CannotFetch(error.message) from error
                self.sleep(wait)
        raise AssertionError("the loop returns or raises")

    @property
    def _left(self) -> float:
        """Seconds that are left in all."""
        return self._begun + self.in_all - time.monotonic()

    def _once(self, url: str, headers: dict[str, str], take: "Callable[[Any, _Guard], T]") -> T:
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the scheme is checked with the base
        seconds = min(self.seconds, self._left)
        if seconds <= 0:
            raise CannotFetch(
                filled("The source did not answer within %(seconds)d seconds.", seconds=round(self.in_all))
            )
        guard = _Guard(self)
        opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            _Redirects(),
            urllib.request.HTTPErrorProcessor(),
            urllib.request.HTTPDefaultErrorHandler(),
            *guard.handlers(),
        ):
            opener.add_handler(handler)
        timer = threading.Timer(seconds, guard.stop)
        timer.daemon = True
        timer.start()
        try:
            with opener.open(request, timeout=seconds) as answer:
                return take(answer, guard)
        except urllib.error.HTTPError as error:
            with error:
                raise _of_status(error) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _of_fault(error, guard, seconds) from error
        finally:
            timer.cancel()


def is_private(address: str) -> bool:
    """Whether an IP address is anything but one of the public Internet."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return not (inner or found).is_global


class _Passing(Exception):
    """What may be gone at the next try; `wait` is what the source asks for."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.wait = wait


class _NotModified(Exception):
    """The source says that what it has is what was asked about; `etag` is how it calls that."""

    def __init__(self, etag: str) -> None:
        super().__init__("not modified")
        self.etag = etag


class _Forbidden(OSError):
    """A way that is not taken, such as a redirect into a private network."""


class _Guard:
    """Watches over the connections of one try: whom they reach, and how long it takes."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._host = urlsplit(outbound.base).hostname
        self._socket: socket.socket | None = None
        self.expired = False

    def handlers(self) -> tuple[urllib.request.BaseHandler, ...]:
        """Those that open connections under this guard."""
        return _Http(self), _Https(self)

    def connected(self, connection: socket.socket, host: str, proxied: bool) -> None:
        """Look at whom a connection reached, before anything is sent. Raises `_Forbidden`."""
        self.watch(connection)
        if proxied:
            return
        private = is_private(str(connection.getpeername()[0]))
        if host == self._host:
            self._outbound._private = private
        elif private and not self._outbound._private:
            connection.close()
            raise _Forbidden("It redirects to an address inside of a private network.")

    def watch(self, connection: socket.socket) -> None:
        """The connection that ends when the time is up."""
        self._socket = connection

    def stop(self) -> None:
        """The time is up."""
        self.expired = True
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


class _Guarded(http.client.HTTPConnection):
    """A connection that is looked at before anything is sent over it."""

    def __init__(self, host: str, *, guard: _Guard, proxied: bool, **more: Any) -> None:
        super().__init__(host, **more)
        self._guard, self._proxied = guard, proxied
        self._create_connection = self._opened

    def _opened(self, *args: Any, **more: Any) -> socket.socket:
        connection = socket.create_connection(*args, **more)
        self._guard.connected(connection, self.host, self._proxied)
        return connection

    def connect(self) -> None:
        """Connect; with encryption the socket is another one afterwards."""
        super().connect()
        self._guard.watch(self.sock)


class _GuardedTls(_Guarded, http.client.HTTPSConnection):
    """The same with encryption."""


class _Http(urllib.request.HTTPHandler):
    def __init__(self, guard: _Guard) -> None:
        super().__init__()
        self._guard = guard

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        made: Any = partial(_Guarded, guard=self._guard, proxied=_is_proxied(req))
        return self.do_open(made, req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, guard: _Guard) -> None:
        super().__init__()
        self._guard = guard

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        made: Any = partial(_GuardedTls, guard=self._guard, proxied=_is_proxied(req))
        return self.do_open(made, req)


def _is_proxied(request: urllib.request.Request) -> bool:
    return request.has_proxy() or bool(getattr(request, "_tunnel_host", None))


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few redirects, never away from encryption and never to anything but the web."""

    max_redirections = _MOST_REDIRECTS
    max_repeats = 2

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """The request to go on with. Raises `_Forbidden`."""
        scheme = urlsplit(newurl).scheme
        if scheme not in ("http", "https") or (scheme == "http" and req.type == "https"):
            raise _Forbidden("It redirects to an address that is not encrypted, or no address of the web.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _content_type(answer: Any) -> str:
    return str(answer.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def _mark(headers: Any) -> Mark:
    """Values longer than any server needs are left out: they go back to it, and into a column."""
    found = {"etag": headers.get("ETag", ""), "last_modified": headers.get("Last-Modified", "")}
    return Mark(**{name: value for name, value in found.items() if value.isascii() and len(value) <= _LONGEST_MARK})


def _pieces(answer: Any, most: int, guard: _Guard) -> Iterator[bytes]:
    """The body, piece by piece. Raises `CannotFetch` as soon as there is too much of it."""
    announced, size = answer.headers.get("Content-Length", ""), 0
    if announced.isdigit() and int(announced) > most:
        raise CannotFetch(_too_large(most))
    while chunk := answer.read1(_CHUNK):
        size += len(chunk)
        if size > most:
            raise CannotFetch(_too_large(most))
        yield chunk
    if guard.expired or (announced.isdigit() and size < int(announced)):
        raise http.client.IncompleteRead(b"", int(announced) - size if announced.isdigit() else None)


def _too_large(most: int) -> str:
    return filled("The answer has more than %(most)d bytes.", most=most)


def _of_status(error: urllib.error.HTTPError) -> Exception:
    if error.code == 304:
        return _NotModified(_mark(error.headers).etag)
    if error.code == 404:
        return NotThere("The source answers that there is no such thing.")
    if error.code in (401, 403, 451):
        return Refused(
            filled(
                "The source does not give it out (answer %(code)d): it is private, gated or blocked. Download it where "
                "you have access and upload it.",
                code=error.code,
            )
        )
    if error.code in _TRANSIENT:
        wait = _asked_to_wait(error.headers)
        message = filled("The source is not able to answer now (answer %(code)d). Try again later.", code=error.code)
        if wait is not None and wait > LONGEST_WAIT:
            message = filled("The source asks to wait for %(seconds)d seconds. Try again then.", seconds=round(wait))
        return _Passing(message, wait)
    return CannotFetch(filled("The source gives no usable answer (%(code)d).", code=error.code))


def _asked_to_wait(headers: Mapping[str, str] | Any) -> float | None:
    """Retry-After in seconds; it is given as such or as a date (RFC 9110, 10.2.3)."""
    text = (headers.get("Retry-After") or "").strip()
    if text.isdigit() and len(text) < 10:
        return float(text)
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
    return max((when - now()).total_seconds(), 0.0)


def _of_fault(error: Exception, guard: _Guard, seconds: float) -> Exception:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, _Forbidden):
        return CannotFetch(str(cause))
    if guard.expired or isinstance(cause, TimeoutError):
        return CannotFetch(filled("The source did not answer within %(seconds)d seconds.", seconds=round(seconds)))
    if isinstance(error, ValueError):
        return CannotFetch("The source redirects to an address that makes no sense.")
    return _Passing("The source cannot be reached, or breaks off. Is this installation allowed to go out?")
