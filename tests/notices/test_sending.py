"""Sending: what a real mail server gets, what becomes of refusals, and that nothing is lost or sent side by side."""

import asyncio
import datetime as dt
import email.policy
import os
import signal
import subprocess
import sys
import threading
import time
from email.message import EmailMessage
from email.parser import BytesParser
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import Envelope
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from apps.accounts import services as accounts
from apps.accounts.roles import Role
from apps.accounts.selectors import actor_for
from apps.audit.selectors import history
from apps.core.changes import change
from apps.core.clock import now
from apps.core.errors import Conflict, NotFound, NotPermitted
from apps.core.ids import uuid7
from apps.notices import tasks
from apps.notices.models import OutboxMessage
from apps.notices.selectors import message_by_id, messages
from apps.notices.services import MOST_ATTEMPTS, WAITS, Delivery, retry_message, send_messages
from tests.database import REPOSITORY, TestDatabase
from tests.making import SETUP, a_team, a_user, an_actor, officer
from tests.notices.conftest import Clock, MailServer, free_port, use_mail_server
from tests.notices.making import an_owner, due_use, written

pytestmark = pytest.mark.usefixtures("clock")
db = pytest.mark.django_db


def a_message(**owner: Any) -> OutboxMessage:
    """A digest that waits in the outbox."""
    user = an_owner(**owner)
    due_use(user, name="Claims triage")
    return next(message for message in written() if message.recipient_id == user.id)


def parsed(envelope: Envelope) -> EmailMessage:
    content = envelope.content
    assert isinstance(content, bytes)
    message = BytesParser(policy=email.policy.default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    return message


def sent() -> Delivery:
    return send_messages(actor=SETUP)


@db
class TestArriving:
    def test_text_and_html_arrive_under_one_roof(self, mail_server: MailServer, clock: Clock) -> None:
        message = a_message(name="Jürgen Groß")
        assert sent() == Delivery(sent=1)
        (envelope,) = mail_server.got
        assert (envelope.mail_from, envelope.rcpt_tos) == ("weighbridge@bank.example", [message.to_address])
        mail = parsed(envelope)
        assert mail.get_content_type() == "multipart/alternative"
        text, html = mail.iter_parts()
        assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
        assert text.get_content().replace("\r\n", "\n") == message.text
        assert html.get_content().replace("\r\n", "\n").strip() == message.html.strip()
        assert f"/uses/{due_use_id(message)}/review" in text.get_content()
        assert mail["From"] == "Weighbridge <weighbridge@bank.example>"
        assert mail["To"] == f"Jürgen Groß <{message.to_address}>"
        assert mail["Subject"].strip() == message.subject
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Content-Language"] == "en"
        assert abs(mail["Date"].datetime.replace(tzinfo=dt.UTC) - now()) < dt.timedelta(minutes=5)
        assert mail["Message-ID"] == message.message_id
        assert message.message_id.endswith("@bank.example>")
        message.refresh_from_db()
        assert (message.state, message.sent_at, message.attempts) == ("sent", clock.moment, 1)

    def test_what_was_sent_is_not_sent_again(self, mail_server: MailServer) -> None:
        a_message()
        assert sent() == Delivery(sent=1)
        assert sent() == Delivery()
        assert tasks.send_messages() == 0
        assert len(mail_server.got) == 1

    @pytest.mark.parametrize(
        "name", ["Eve\r\nBcc: all@example.test", "Eve\nX-Evil: 1", "Eve <all@example.test>, B", '"']
    )
    def test_a_name_cannot_write_headers(self, mail_server: MailServer, name: str) -> None:
        message = a_message(name=name)
        assert sent() == Delivery(sent=1)
        (envelope,) = mail_server.got
        assert envelope.rcpt_tos == [message.to_address]
        mail = parsed(envelope)
        assert mail["Bcc"] is None
        assert mail["X-Evil"] is None
        assert [address.addr_spec for address in mail["To"].addresses] == [message.to_address]

    def test_whoever_left_meanwhile_gets_nothing(self, mail_server: MailServer) -> None:
        message = a_message()
        accounts.set_active(actor=SETUP, user=message.recipient, active=False, reason="left")
        assert sent() == Delivery(failed=1)
        message.refresh_from_db()
        assert "account was closed" in message.last_error
        assert mail_server.got == []

    def test_each_fate_is_in_the_journal(self, mail_server: MailServer) -> None:
        message = a_message()
        sent()
        latest = history([message.id]).first()
        assert latest is not None
        assert (latest.action, latest.before) == ("notice.send", {"state": "queued", "sent_at": None})


def due_use_id(message: OutboxMessage) -> str:
    return message.text.partition("/uses/")[2].partition("/")[0]


@db
class TestRefusals:
    @pytest.mark.parametrize(
        ("to_recipient", "to_data"), [("550 no such user", "250 OK"), ("250 OK", "554 looks like spam")]
    )
    def test_a_permanent_refusal_is_final(self, mail_server: MailServer, to_recipient: str, to_data: str) -> None:
        mail_server.to_recipient, mail_server.to_data = to_recipient, to_data
        message = a_message()
        assert sent() == Delivery(failed=1)
        message.refresh_from_db()
        assert (message.state, message.attempts) == ("failed", 1)
        assert to_recipient in message.last_error or to_data in message.last_error
        assert sent() == Delivery()

    @pytest.mark.parametrize(
        ("to_recipient", "to_data"), [("451 try later", "250 OK"), ("250 OK", "452 mailbox is full")]
    )
    def test_a_temporary_refusal_is_tried_again_later(
        self, mail_server: MailServer, clock: Clock, to_recipient: str, to_data: str
    ) -> None:
        mail_server.to_recipient, mail_server.to_data = to_recipient, to_data
        message = a_message()
        assert sent() == Delivery(postponed=1)
        message.refresh_from_db()
        assert (message.state, message.attempts) == ("queued", 1)
        assert message.next_attempt_at == clock.moment + WAITS[0]
        assert sent() == Delivery()
        mail_server.to_recipient = mail_server.to_data = "250 OK"
        clock.later(seconds=61)
        assert sent() == Delivery(sent=1)
        message.refresh_from_db()
        assert (message.state, message.attempts, message.last_error) == ("sent", 2, "")

    def test_one_refused_message_does_not_hold_up_the_others(self, mail_server: MailServer) -> None:
        refused, good = a_message(), a_message()
        original = mail_server.handle_RCPT

        async def choosy(server: Any, session: Any, envelope: Envelope, address: str, options: list[str]) -> str:
            if address == refused.to_address:
                return "550 no such user"
            return await original(server, session, envelope, address, options)

        mail_server.handle_RCPT = choosy  # type: ignore[method-assign]
        assert sent() == Delivery(sent=1, failed=1)
        assert mail_server.got[0].rcpt_tos == [good.to_address]

    def test_a_refused_sender_is_a_setting_to_be_mended(self, mail_server: MailServer) -> None:
        mail_server.to_sender = "553 not from here"
        message = a_message()
        assert sent() == Delivery(postponed=1)
        message.refresh_from_db()
        assert "SMTPSenderRefused" in message.last_error

    def test_a_server_that_is_down_costs_one_message_one_attempt(self, settings: Settings, clock: Clock) -> None:
        use_mail_server(settings, free_port())
        first, second = a_message(), a_message()
        assert sent() == Delivery(postponed=1)
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, first.attempts, second.attempts) == ("queued", 1, 0)
        assert "ConnectionRefusedError" in first.last_error
        assert first.next_attempt_at == clock.moment + WAITS[0]

    def test_after_the_last_attempt_it_has_failed(self, settings: Settings, clock: Clock) -> None:
        use_mail_server(settings, free_port())
        message = a_message()
        for attempt in range(1, MOST_ATTEMPTS + 1):
            message.refresh_from_db()
            assert (message.state, message.attempts) == ("queued", attempt - 1)
            sent()
            clock.later(hours=12)
        message.refresh_from_db()
        assert (message.state, message.attempts, message.next_attempt_at) == ("failed", MOST_ATTEMPTS, None)
        assert sent() == Delivery()

    def test_a_message_that_cannot_be_written_fails_and_blocks_nobody(self, mail_server: MailServer) -> None:
        broken, good = a_message(), a_message()
        with change(SETUP, "tests.break"):
            broken.subject = "two\nlines"
            broken.save()
        assert sent() == Delivery(sent=1, failed=1)
        assert mail_server.got[0].rcpt_tos == [good.to_address]


@db
class TestWithoutAServer:
    def test_messages_are_kept_to_be_read_here(self, settings: Settings) -> None:
        assert settings.EMAIL_LOCAL
        message = a_message()
        assert sent() == Delivery(kept=1)
        message.refresh_from_db()
        assert (message.state, message.attempts, message.sent_at) == ("kept", 0, None)
        assert sent() == Delivery()
        assert message_by_id(officer(), message.id).html == message.html

    def test_the_command_writes_sends_and_counts(self) -> None:
        due_use(an_owner())
        due_use()
        for expected in (("1 written, 0 written earlier", "1 kept here"), ("0 written, 1 written earlier", "0 kept")):
            said = StringIO()
            call_command("send_review_digests", stdout=said)
            assert all(words in said.getvalue() for words in (*expected, "1 uses with nobody to ask"))


@db
class TestReading:
    def test_people_read_their_own_messages_and_those_who_may_read_all(self) -> None:
        mine, other = a_message(), a_message()
        owner = actor_for(mine.recipient)
        assert list(messages(owner)) == [mine]
        assert message_by_id(owner, mine.id) == mine
        with pytest.raises(NotFound):
            message_by_id(owner, other.id)
        with pytest.raises(NotFound):
            message_by_id(owner, uuid7())
        for role in (Role.OFFICER, Role.AUDITOR, Role.ADMINISTRATOR):
            assert messages(an_actor(role)).count() == 2
        assert not messages(an_actor(Role.APPROVER)).exists()

    def test_a_token_reads_mail_only_with_the_scope_to_read(self) -> None:
        mine = a_message()
        assert not messages(actor_for(mine.recipient, kind="token", scopes=frozenset({"gate:decide"}))).exists()
        reader = a_user(Role.AUDITOR)
        assert messages(actor_for(reader, kind="token", scopes=frozenset({"read"}))).exists()
        assert not messages(actor_for(reader, kind="token", scopes=frozenset({"gate:decide"}))).exists()


@db
class TestTryingAgain:
    def test_an_administrator_queues_a_failed_message_again(self, mail_server: MailServer) -> None:
        mail_server.to_recipient = "550 no such user"
        message = a_message()
        sent()
        administrator = an_actor(Role.ADMINISTRATOR)
        again = retry_message(actor=administrator, message=message)
        assert (again.state, again.attempts) == ("queued", 0)
        entry = history([message.id]).first()
        assert entry is not None
        assert (entry.action, entry.actor_id) == ("notice.retry", administrator.user_id)
        mail_server.to_recipient = "250 OK"
        assert sent() == Delivery(sent=1)
        assert parsed(mail_server.got[0])["Message-ID"] == message.message_id

    @pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR, Role.OWNER])
    def test_others_may_not(self, role: str) -> None:
        with pytest.raises(NotPermitted):
            retry_message(actor=an_actor(role, team=a_team()), message=a_message())

    def test_what_waits_or_was_sent_is_not_queued_again(self, mail_server: MailServer) -> None:
        message = a_message()
        for _ in range(2):
            with pytest.raises(Conflict):
                retry_message(actor=SETUP, message=message)
            sent()


class TestSideBySide:
    def test_two_runs_share_the_work(self, committed_db: TestDatabase, mail_server: MailServer) -> None:
        for _ in range(8):
            due_use(an_owner())
        written()
        together = threading.Barrier(3)
        done: list[int] = []

        def run() -> None:
            try:
                together.wait()
                done.append(tasks.send_messages())
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sum(done) == 8
        assert len({envelope.rcpt_tos[0] for envelope in mail_server.got}) == len(mail_server.got) == 8

    def test_a_run_that_is_killed_loses_nothing(
        self, committed_db: TestDatabase, mail_server: MailServer, tmp_path: Path
    ) -> None:
        """Killed after the server has the mail and before it is marked, the worst moment: the same mail goes again."""
        message = a_message()
        arrived, answer = threading.Event(), mail_server.handle_DATA

        async def silent(server: Any, session: Any, envelope: Envelope) -> str:
            await answer(server, session, envelope)
            arrived.set()
            await asyncio.sleep(30)
            return "250 OK"

        mail_server.handle_DATA = silent  # type: ignore[method-assign]
        process = subprocess.Popen(
            [sys.executable, "manage.py", "send_review_digests"],
            cwd=REPOSITORY,
            env={
                **os.environ,
                "DATABASE_URL": committed_db.url,
                "EMAIL_URL": f"smtp://127.0.0.1:{mail_server.port}",
                "EMAIL_FROM": "weighbridge@bank.example",
                "WEIGHBRIDGE_HOME": str(tmp_path),
            },
        )
        try:
            assert arrived.wait(30)
            assert sent() == Delivery(), "another run does not take the message while the first is at it"
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(10)
        mail_server.handle_DATA = answer  # type: ignore[method-assign]
        message.refresh_from_db()
        assert (message.state, message.attempts) == ("queued", 0)
        assert self._sent_once_the_lock_is_gone() == Delivery(sent=1)
        first, second = (parsed(envelope)["Message-ID"] for envelope in mail_server.got)
        assert first == second == message.message_id

    def _sent_once_the_lock_is_gone(self) -> Delivery:
        """The database notices within a moment that the killed process is gone."""
        for _ in range(100):
            done = sent()
            if done != Delivery():
                return done
            time.sleep(0.1)
        raise AssertionError("the message stayed locked")
