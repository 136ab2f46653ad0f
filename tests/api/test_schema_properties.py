"""The API fed from its own schema: whatever is sent, no error of ours, and only answers that the schema describes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.accounts import services as accounts
from apps.accounts.roles import Role
from apps.api.docs import document
from apps.api.schema import noun_of
from tests.api.calling import a_caller
from tests.api.register import Register, a_register
from tests.api.test_operations import SNAPSHOT
from tests.making import SETUP, a_user

pytestmark = pytest.mark.django_db
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
LISTED = [line.split() for line in SNAPSHOT.read_text(encoding="utf-8").splitlines() if " -> " in line]
OPERATIONS = [(words[0].lower(), words[1]) for words in LISTED]
EXAMPLES = {"get": 6, "post": 14, "patch": 14}
"""How many requests each operation gets, both of good and of bad ones."""


@pytest.fixture
def register() -> Register:
    accounts.set_up_organisation(actor=SETUP, name="Example AG")
    return a_register()


@contextmanager
def one_connection() -> Iterator[None]:
    """Requests share the test's transaction, as those of Django's own client do."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in ends:
            signal.connect(close_old_connections)


def known_ids(register: Register) -> dict[str, str]:
    """Field of a body -> an identifier that leads somewhere."""
    ours, model = register.ours.rows, register.model
    assert model.developer_id is not None
    plain = {
        "model": model.id,
        "child": model.id,
        "developer": model.developer_id,
        "owned": model.developer_id,
        "owner": register.model.developer_id,
        "operator": model.developer_id,
        "team": register.ours.team.id,
        "release": model.releases.get(revision="").id,
        "use": ours["uses"],
        "use_case": ours["use-cases"],
        "finding": ours["findings"],
        "subject_id": ours["deployments"],
    }
    return {name: str(key) for name, key in plain.items()}


def one_of(noun: str, caller: Any, register: Register) -> str:
    """The identifier of a row of a noun."""
    if noun == "users":
        return str(a_user(Role.AUDITOR).id)
    if noun in register.ours.rows:
        return register.ours.rows[noun]
    return str(caller.get(noun)["results"][0]["id"])


@pytest.mark.parametrize(("method", "address"), OPERATIONS, ids=[f"{m.upper()} {a}" for m, a in OPERATIONS])
@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
def test_every_answer_is_one_that_the_schema_describes(method: str, address: str, register: Register) -> None:
    caller = a_caller(Role.ADMINISTRATOR, Role.OFFICER, Role.APPROVER)
    schema = schemathesis.openapi.from_dict(document())
    schema.app = WSGIHandler()
    operation = schema[address][method.upper()]
    known, key = known_ids(register), one_of(noun_of(address), caller, register) if "{id}" in address else ""

    @settings(
        max_examples=EXAMPLES[method],
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=_cases(operation), aimed=st.booleans())
    def ask(case: Any, aimed: bool) -> None:
        if aimed:
            _aim(case, known, key)
        with transaction.atomic():
            case.call_and_validate(headers={"Authorization": f"Bearer {caller.secret}"}, checks=CHECKS)
            transaction.set_rollback(True)

    with one_connection():
        ask()


def _cases(operation: Any) -> st.SearchStrategy[Any]:
    """Good requests and bad ones."""
    return st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )


def _aim(case: Any, known: dict[str, str], key: str) -> None:
    """Let identifiers lead somewhere: made-up ones would only ever be not found."""
    if key:
        case.path_parameters["id"] = key
    if isinstance(case.body, dict):
        for name in set(case.body) & set(known):
            case.body[name] = known[name]
