"""Writes of the outbox: digests go in once, messages go out at least once.

Sending holds the lock of the row, in the transaction that marks it, for as long as the mail server takes. A worker that
dies before the server has the mail leaves the row as it was; one that dies between the server's “accepted” and the
commit leaves it queued too, and the mail goes out a second time. Nothing is lost, and both copies bear the same
Message-ID, by which mail programs recognise them. (Marking first would lose the mail instead; nobody would notice.)
"""

import datetime as dt
import logging
import smtplib
import time
from dataclasses import dataclass, replace
from email.utils import formataddr, parseaddr
from uuid import uuid5

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Q

from apps.accounts.actors import Actor
from apps.core.changes import change, one_at_a_time
from apps.core.clock import now, today
from apps.core.errors import Conflict
from apps.notices.digests import Digest, Person, compose, period_of, unanswered
from apps.notices.models import OutboxMessage
from apps.notices.rendering import render
from apps.notices.selectors import officers, one_line, reviews_to_ask_for

UPKEEP = "accounts.manage"
"""The permission for whoever looks after the mail: the administrator's."""
WAITS = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
"""How long a message waits after each failed attempt; after one more than these it has failed for good."""
MOST_ATTEMPTS = len(WAITS) + 1
RUN_FOR = 45.0
"""Seconds after which a run begins no further message; the next run is a minute away."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Written:
    """What a run of writing did."""

    written: int
    already: int
    """Digests of this period that an earlier run had written."""
    unanswered: int
    """Uses whose review is due and for which there is nobody to ask, not even an officer."""


@dataclass(frozen=True)
class Delivery:
    """What a run of sending did, in messages."""

    sent: int = 0
    kept: int = 0
    postponed: int = 0
    failed: int = 0


def write_review_digests(*, actor: Actor) -> Written:
    """Write one digest per person whose answer is due into the outbox; never a second one in the same ISO week."""
    actor.require(UPKEEP)
    day = today()
    period = period_of(day)
    with change(actor, "notice.write"):
        one_at_a_time(f"notices.{OutboxMessage.Kind.REVIEW_DIGEST}")
        reviews, asked_last = reviews_to_ask_for(day), officers()
        digests = compose(reviews, asked_last, day)
        there = set(
            OutboxMessage.objects.filter(kind=OutboxMessage.Kind.REVIEW_DIGEST, period=period).values_list(
                "recipient_id", flat=True
            )
        )
        new = [digest for digest in digests if digest.recipient.id not in there]
        for digest in new:
            _message(digest, period, asked_last).save()
    nobody = unanswered(reviews, asked_last)
    if nobody:
        log.warning("%s reviews are due and there is nobody to ask: name a compliance officer.", len(nobody))
    return Written(written=len(new), already=len(digests) - len(new), unanswered=len(nobody))


def _message(digest: Digest, period: str, asked_last: list[Person]) -> OutboxMessage:
    mail = render(digest, next((person for person in asked_last if person.id != digest.recipient.id), None))
    kind = OutboxMessage.Kind.REVIEW_DIGEST
    return OutboxMessage(
        kind=kind,
        recipient_id=digest.recipient.id,
        period=period,
        to_address=digest.recipient.email,
        language=digest.recipient.language,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        message_id=_message_id(kind, digest.recipient, period),
    )


def _message_id(kind: str, recipient: Person, period: str) -> str:
    """The same for the same message whenever it is made; short, so that no mail server folds the line."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid5(recipient.id, f'{kind} {period}').hex}@{domain}>"


def send_messages(*, actor: Actor) -> Delivery:
    """Send what waits and is due, the longest waiting first; without a mail server keep it to be read on the page.

    Any number of runs may work side by side: none waits for the other, none takes the other's message. A run ends when
    nothing is due, after `RUN_FOR` seconds, and when the server does not answer: one message finds that out, not all.
    """
    actor.require(UPKEEP)
    done = Delivery()
    end = time.monotonic() + RUN_FOR
    while time.monotonic() < end:
        step = _send_next(actor)
        if step is None:
            return done
        outcome, go_on = step
        done = replace(done, **{outcome: getattr(done, outcome) + 1})
        if not go_on:
            return done
    return done


def _send_next(actor: Actor) -> tuple[str, bool] | None:
    """Send one message; the field of `Delivery` that it counts in and whether to go on. None when nothing is due."""
    with change(actor, "notice.send"):
        message = (
            OutboxMessage.objects.select_related("recipient")
            .select_for_update(of=("self",), skip_locked=True)
            .filter(Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=now()), state=OutboxMessage.State.QUEUED)
            .order_by(F("next_attempt_at").asc(nulls_first=True), "created_at", "id")
            .first()
        )
        if message is None:
            return None
        go_on = True
        if not message.recipient.is_active:
            _fail(message, "The recipient's account was closed before the message was sent.")
        elif settings.EMAIL_LOCAL:
            message.state = OutboxMessage.State.KEPT
        else:
            go_on = _deliver(message)
        message.save()
    return "postponed" if message.state == OutboxMessage.State.QUEUED else message.state, go_on


def _deliver(message: OutboxMessage) -> bool:
    """Hand the message to the mail server and note what came of it; whether the server is there for further ones."""
    message.attempts += 1
    try:
        _mail(message).send()
    except ValueError as error:
        # A header or address that cannot be written: trying again would not change it.
        _fail(message, f"The message cannot be sent: {error}")
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        code, text = _answer(error)
        if code >= 500 or message.attempts >= MOST_ATTEMPTS:
            _fail(message, f"The mail server refused: {code} {text}")
        else:
            _postpone(message, f"The mail server asked to try later: {code} {text}")
    except OSError as error:
        # No connection, no secure one, refused sign-in, refused sender: all of them end when somebody mends them.
        reason = f"The mail server could not be used ({type(error).__name__}): {error}"
        if message.attempts >= MOST_ATTEMPTS:
            _fail(message, reason)
        else:
            _postpone(message, reason)
        return False
    else:
        message.state, message.sent_at, message.last_error = OutboxMessage.State.SENT, now(), ""
        message.next_attempt_at = None
    return True


def _answer(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> tuple[int, str]:
    """The server's code and words; there is one recipient."""
    said: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
    else:
        code, said = error.smtp_code, error.smtp_error
    return int(code), said.decode(errors="replace") if isinstance(said, bytes) else str(said)


def _fail(message: OutboxMessage, reason: str) -> None:
    message.state, message.last_error, message.next_attempt_at = OutboxMessage.State.FAILED, _kept(reason), None


def _postpone(message: OutboxMessage, reason: str) -> None:
    message.last_error, message.next_attempt_at = _kept(reason), now() + WAITS[message.attempts - 1]


def _kept(reason: str) -> str:
    return reason.replace("\x00", "")[:2000]


def _mail(message: OutboxMessage) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[formataddr((one_line(message.recipient.name), message.to_address))],
        headers={
            "Message-ID": message.message_id,
            "Auto-Submitted": "auto-generated",
            "Content-Language": message.language,
        },
    )
    mail.attach_alternative(message.html, "text/html")
    return mail


def retry_message(*, actor: Actor, message: OutboxMessage) -> OutboxMessage:
    """Queue a failed message again, with all its attempts before it. Raises `Conflict` for one that has not failed."""
    actor.require(UPKEEP)
    with change(actor, "notice.retry"):
        message = OutboxMessage.objects.select_for_update(of=("self",)).select_related("recipient").get(id=message.id)
        if message.state != OutboxMessage.State.FAILED:
            raise Conflict("Only a message that has failed can be queued again.")
        message.state, message.attempts, message.next_attempt_at = OutboxMessage.State.QUEUED, 0, None
        message.save()
    return message
