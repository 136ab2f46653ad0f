"""Errors that carry their decision: HTTP status, problem type and, where it helps, the field they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field. `pointer` is an RFC 6901 JSON pointer such as `/models/0/id`."""

    pointer: str
    message: str


class Filled(str):
    """A message with values in it: clients read it as it is, pages translate its pattern and fill it again."""

    pattern: str
    values: Mapping[str, object]


def filled(pattern: str, **values: object) -> Filled:
    """`pattern` with its named `%(places)s` filled; what is given here is collected for translation."""
    message = Filled(pattern % values)
    message.pattern, message.values = pattern, values
    return message


def in_language(message: str) -> str:
    """The message of an error in the language of whoever reads the page."""
    if isinstance(message, Filled):
        return gettext(message.pattern) % message.values
    return gettext(message) if message else ""


def told(message: str) -> dict[str, object]:
    """A message as it is stored: with its pattern where it has one, so that pages say it in their language."""
    if isinstance(message, Filled):
        values = message.values.items()
        plain = {name: value if isinstance(value, int | float) else str(value) for name, value in values}
        return {"message": str(message), "pattern": message.pattern, "values": plain}
    return {"message": str(message)}


class WeighbridgeError(Exception):
    """Base of every error that may reach a user: its message says what is wrong and what to do."""

    status = 400
    code = "error"
    title = gettext_noop("The request could not be done")

    def __init__(
        self,
        message: str = "",
        *,
        pointer: str | None = None,
        errors: Sequence[FieldError] = (),
    ) -> None:
        self.errors = tuple(errors) or ((FieldError(pointer, message),) if pointer else ())
        self.message = message or "; ".join(f"{error.pointer}: {error.message}" for error in self.errors)
        super().__init__(self.message)


class InvalidInput(WeighbridgeError):
    """A value is missing, malformed or contradicts another one."""

    status = 422
    code = "invalid-input"
    title = gettext_noop("The input is not valid")


class NotFound(WeighbridgeError):
    """There is no such thing, or the asker may not know that there is."""

    status = 404
    code = "not-found"
    title = gettext_noop("Not found")


class NotPermitted(WeighbridgeError):
    """The asker is known and lacks the permission."""

    status = 403
    code = "not-permitted"
    title = gettext_noop("Not permitted")


class Conflict(WeighbridgeError):
    """The request contradicts the present state."""

    status = 409
    code = "conflict"
    title = gettext_noop("In conflict with the present state")


class DuplicateFound(Conflict):
    """What was to be created exists; `existing` is its identifier, so that it can be offered instead."""

    code = "duplicate"
    title = gettext_noop("This exists already")

    def __init__(self, message: str, *, existing: str, pointer: str | None = None) -> None:
        super().__init__(message, pointer=pointer)
        self.existing = existing


class StaleVersion(WeighbridgeError):
    """Somebody else changed the object since it was read."""

    status = 412
    code = "stale-version"
    title = gettext_noop("Somebody else was faster")


class TooManyAttempts(WeighbridgeError):
    """Somebody was wrong too often; `retry_after` says in how many seconds they may try again."""

    status = 429
    code = "too-many-attempts"
    title = gettext_noop("Too many attempts")

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
