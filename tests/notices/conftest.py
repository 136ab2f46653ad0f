import datetime as dt
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from pytest_django import Settings

TUESDAY = dt.date(2026, 11, 24)


class Clock:
    """The time as the services of notices see it."""

    def __init__(self) -> None:
        self.day = TUESDAY
        self.moment = dt.datetime(2026, 11, 24, 6, 0, tzinfo=dt.UTC)

    def on(self, day: dt.date) -> None:
        self.day = day

    def later(self, **more: float) -> None:
        self.moment += dt.timedelta(**more)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Tuesday 24 November 2026, 6 o'clock, until the test says otherwise."""
    frozen = Clock()
    monkeypatch.setattr("apps.notices.services.today", lambda: frozen.day)
    monkeypatch.setattr("apps.notices.services.now", lambda: frozen.moment)
    return frozen


@dataclass
class MailServer:
    """A mail server of the test: what it got, and what it answers."""

    port: int
    got: list[Envelope] = field(default_factory=list)
    to_recipient: str = "250 OK"
    to_sender: str = "250 OK"
    to_data: str = "250 OK"

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, server: Any, session: Any, envelope: Envelope, address: str, mail_options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.to_sender

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.got.append(envelope)
        return self.to_data


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    """A real SMTP server on a port of its own, which Django is told to use."""
    server = MailServer(free_port())
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    use_mail_server(settings, server.port)
    yield server
    controller.stop()


def use_mail_server(settings: Settings, port: int) -> None:
    settings.EMAIL_LOCAL = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    settings.DEFAULT_FROM_EMAIL = "Weighbridge <weighbridge@bank.example>"
