"""Lists as the API shows them, and a list's file that is sent."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from apps.accounts.roles import Role
from apps.core.changes import change
from apps.sanctions.models import ListVersion, RestrictedPartyList
from tests.api.calling import Form, Holder, pointers, with_token
from tests.making import SETUP, a_user
from tests.sanctions.lists.making import a_source, in_use, listed, listed_many

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[None]:
    with override_settings(WEIGHBRIDGE_HOME=tmp_path):
        yield


@pytest.fixture
def holder() -> Holder:
    return with_token(a_user(Role.OFFICER))


def a_list(key: str = "TEST") -> RestrictedPartyList:
    words = {"authority_en": "A", "authority_de": "A", "meaning_en": "M", "meaning_de": "M"}
    with change(SETUP, "tests.fill"):
        made = RestrictedPartyList(key=key, title=f"List {key}", effect_class="blocking", **words)
        made.save()
    return made


def test_a_list_says_how_fresh_it_is(holder: Holder) -> None:
    a_list()
    source = a_source("test-source")
    in_use(source, listed_many(3))
    version = in_use(source, listed_many(4))
    (found,) = holder.get("lists")["results"]
    (standing,) = found["sources"]
    assert {name: standing[name] for name in ("source", "version", "entries", "added", "usable", "alarm")} == {
        "source": "test-source",
        "version": 2,
        "entries": 4,
        "added": 1,
        "usable": True,
        "alarm": None,
    }
    assert (standing["sha256"], standing["age_hours"]) == (version.sha256, 0.0)


def test_a_list_of_which_nothing_was_imported(holder: Holder) -> None:
    a_list()
    a_source("test-source")
    (standing,) = holder.get("lists")["results"][0]["sources"]
    assert (standing["version"], standing["entries"], standing["usable"]) == (None, None, False)


def test_more_lists_cost_no_more_queries(holder: Holder) -> None:
    a_list()
    in_use(a_source("one"), listed_many(1))
    holder.get("lists")  # notes once that the token was used
    with CaptureQueriesContext(connection) as few:
        holder.get("lists")
    for number in range(5):
        a_list(f"L{number}")
        in_use(a_source(f"source-{number}", f"L{number}"), [listed("1", list_key=f"L{number}")])
    with CaptureQueriesContext(connection) as many:
        holder.get("lists")
    assert len(few) == len(many)


def test_the_entries_of_a_list(holder: Holder) -> None:
    one = a_list()
    source = a_source()
    in_use(source, [listed("1", "Alpha Works", "Al"), listed("2", "Beta Works")])
    in_use(source, [listed("1", "Alpha Works", "Al", "Alph"), listed("3", "Gamma Works")])
    found = holder.get(f"lists/{one.id}/entries?ordering=name")["results"]
    assert [(entry["name"], entry["since"]) for entry in found] == [("Alpha Works", 2), ("Gamma Works", 2)]
    assert [name["text"] for name in found[0]["body"]["names"]] == ["Alpha Works", "Al", "Alph"]
    holder.refused("GET", f"lists/{source.id}/entries", status=404)


def a_form(**fields: str) -> Form:
    content = json.dumps([{"name": "Alpha Works", "reference": "1"}]).encode()
    return Form(content, "list.json", {"kind": "list", **fields})


def test_a_lists_file_that_is_sent_comes_into_use(holder: Holder, django_capture_on_commit_callbacks: Any) -> None:
    a_source("test-source")
    form = a_form(source="test-source", format="generic-json")
    with django_capture_on_commit_callbacks(execute=True):
        made = holder.post("imports", form, status=202)
    one = holder.get(f"imports/{made['id']}")
    assert (one["kind"], one["state"], one["read"], one["created"]) == ("list", "done", 1, 1)
    assert ListVersion.objects.get().state == "in_use"


def test_one_that_guards_refuse_ends_as_failed_and_says_where_to_look(
    holder: Holder, django_capture_on_commit_callbacks: Any
) -> None:
    source = a_source("test-source")
    in_use(source, listed_many(30))
    with django_capture_on_commit_callbacks(execute=True):
        made = holder.post("imports", a_form(source="test-source", format="generic-json"), status=202)
    one = holder.get(f"imports/{made['id']}")
    assert (one["state"], one["reason"]) == ("failed", "Version 2 was refused. The list's page says why.")
    assert [version.state for version in source.versions.order_by("number")] == ["in_use", "refused"]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({}, "/source"),
        ({"source": "no-such-source"}, "/source"),
        ({"source": "test-source", "dry_run": "true"}, "/dry_run"),
        ({"source": "test-source", "format": "no-such-format"}, "/format"),
        ({"source": "test-source", "kind": "register"}, "/source"),
    ],
)
def test_what_is_wrong_with_it_is_said(holder: Holder, fields: dict[str, str], pointer: str) -> None:
    a_source("test-source")
    assert pointers(holder.refused("POST", "imports", a_form(**fields), status=422)) == [pointer]
    assert not ListVersion.objects.exists()


def test_who_may_not_manage_lists_sends_none() -> None:
    a_source("test-source")
    with_token(a_user(Role.APPROVER)).refused("POST", "imports", a_form(source="test-source"), status=403)
