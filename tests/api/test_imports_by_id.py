"""`POST /imports` with the identifier of a repository instead of a file."""

import json
from collections.abc import Iterator

import pytest
from django.test import override_settings

from apps.accounts.roles import Role
from apps.imports.models import Import
from tests.api.calling import Caller, a_caller
from tests.imports.hub_server import Hub, hub

pytestmark = pytest.mark.django_db
ASKED = {"kind": "hf-card", "identifier": "maker/Tuned-7B"}


@pytest.fixture
def served() -> Iterator[Hub]:
    with hub() as found, override_settings(HUB_URL=found.url):
        found.model()
        yield found


@pytest.fixture
def officer() -> Caller:
    return a_caller(Role.OFFICER)


def test_a_repository_is_taken_like_a_file(served: Hub, officer: Caller) -> None:
    answer = officer.call("POST", "imports", ASKED | {"revision": "main", "dry_run": True})
    assert answer.status_code == 202
    body = json.loads(answer.content)
    assert (body["kind"], body["dry_run"], body["step"]) == ("hf-card", True, "preview")
    assert body["file_name"].startswith("maker/Tuned-7B@")
    assert answer["Location"].endswith(body["id"])


# what is sent, the status, the code, the pointer
REFUSED = [
    (ASKED | {"identifier": "maker/Nothing"}, 404, "not-found", "/identifier"),
    (ASKED | {"identifier": "maker/Gated"}, 403, "refused-by-source", "/identifier"),
    (ASKED | {"identifier": "maker/Down"}, 503, "cannot-fetch", None),
    (ASKED | {"identifier": "../etc"}, 422, "invalid-input", "/identifier"),
    (ASKED | {"revision": "../x"}, 422, "invalid-input", "/revision"),
    ({"kind": "hf-card"}, 422, "invalid-input", "/identifier"),
    (ASKED | {"kind": "register"}, 422, "invalid-input", "/kind"),
    (ASKED | {"colour": "red"}, 422, "invalid-input", "/colour"),
]


@pytest.mark.parametrize(("sent", "status", "code", "pointer"), REFUSED)
def test_what_cannot_be_fetched_is_told(
    served: Hub, officer: Caller, monkeypatch: pytest.MonkeyPatch, sent: dict[str, object], status: int, code: str,
    pointer: str | None,
) -> None:  # fmt: skip
    monkeypatch.setattr("apps.imports.outbound.time.sleep", lambda _: None)
    served.page("/api/models/maker/Gated", "", 401)
    served.page("/api/models/maker/Down", "", 500, Retry_After="90")
    answer = officer.call("POST", "imports", sent)
    problem = json.loads(answer.content)
    assert (answer.status_code, problem["type"].rpartition("/")[2]) == (status, code)
    assert pointer is None or pointer in [error["pointer"] for error in problem["errors"]]
    assert Import.objects.count() == 0


def test_where_nothing_is_fetched_it_says_so(officer: Caller) -> None:
    with override_settings(HUB_URL=""):
        answer = officer.call("POST", "imports", ASKED)
    assert answer.status_code == 409
    assert "upload it" in json.loads(answer.content)["detail"]


def test_the_same_key_makes_one_import(served: Hub, officer: Caller) -> None:
    for _ in range(2):
        answer = officer.call("POST", "imports", ASKED, headers={"Idempotency-Key": "one"})
        assert answer.status_code == 202
    assert Import.objects.count() == 1


def test_whoever_may_not_import_sends_nothing_out(served: Hub) -> None:
    assert a_caller(Role.AUDITOR).call("POST", "imports", ASKED).status_code == 403
    assert not served.asked
