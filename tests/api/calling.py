"""Callers of the API: a client with somebody's token."""

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client

from apps.accounts import services as accounts
from apps.accounts.models import ApiToken, Team, User
from apps.accounts.roles import Scope
from apps.core.clock import now
from tests.making import SETUP, a_user

BASE = "/api/v1/"


@dataclass(frozen=True)
class Form:
    """A body that is a form with a file."""

    file: bytes
    name: str = "register.csv"
    fields: dict[str, str] = field(default_factory=dict)
    part: str = "file"
    """What the field with the file is called."""
    boundary = "b0undary"

    @property
    def content(self) -> bytes:
        """The form as it is sent."""
        lines = [f'--{self.boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                 for name, value in self.fields.items()]  # fmt: skip
        head = (
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="{self.part}"; filename="{self.name}"\r\n\r\n'
        )
        return b"".join([*lines, head.encode(), self.file, f"\r\n--{self.boundary}--\r\n".encode()])


@dataclass
class Caller:
    """Whoever calls; addresses are relative to `/api/v1/` unless they begin with a slash."""

    secret: str = ""

    def _headers(self, headers: dict[str, str] | None) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        return {**own, **(headers or {})}

    def call(
        self,
        method: str,
        address: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        content_type: str = "application/json",
    ) -> HttpResponse:
        """The answer to any request; a body that is no bytes is sent as JSON."""
        path = address if address.startswith(("/", "http")) else BASE + address
        if isinstance(body, Form):
            body, content_type = body.content, f"multipart/form-data; boundary={body.boundary}"
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        answer: HttpResponse = Client(raise_request_exception=False).generic(
            method, path, content, content_type=content_type, headers=self._headers(headers)
        )
        return answer

    def get(self, address: str, **more: Any) -> Any:
        """The data at an address that must answer 200."""
        answer = self.call("GET", address, **more)
        assert answer.status_code == 200, answer.content
        return answer.json()  # type: ignore[attr-defined]

    def post(self, address: str, body: Any, *, status: int = 201, **more: Any) -> Any:
        """The data of a write that must answer `status`."""
        answer = self.call("POST", address, body, **more)
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content else None  # type: ignore[attr-defined]

    def refused(self, method: str, address: str, body: Any = None, *, status: int, **more: Any) -> Any:
        """The problem document of a request that must be refused with `status`."""
        return problem_of(self.call(method, address, body, **more), status)


def problem_of(answer: HttpResponse, status: int) -> Any:
    """The problem document of an answer, which must be one."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    found = answer.json()  # type: ignore[attr-defined]
    assert {"type", "title", "status", "detail", "errors"} <= set(found)
    assert found["status"] == status
    assert found["title"]
    assert found["detail"]
    return found


def pointers(problem: Any) -> list[str]:
    """Where the mistakes are."""
    return [error["pointer"] for error in problem["errors"]]


@dataclass
class Holder(Caller):
    """Somebody with a token."""

    user: User = field(kw_only=True)
    token: ApiToken = field(kw_only=True)


NOBODY = Caller()


def with_token(user: User, *scopes: str, expires_at: dt.datetime | None = None) -> Holder:
    """Somebody with a new token, for reading and writing unless told otherwise."""
    token, secret = accounts.issue_token(
        actor=SETUP,
        user=user,
        name="For tests",
        scopes=scopes or [Scope.WRITE],
        expires_at=expires_at or now() + dt.timedelta(days=1),
    )
    return Holder(secret, user=user, token=token)


def a_caller(*roles: str, team: Team | None = None, scopes: tuple[str, ...] = ()) -> Holder:
    """Somebody new with roles and a token."""
    return with_token(a_user(*roles, team=team), *scopes)
