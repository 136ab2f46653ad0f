"""Reads of licences: search, one with its duties, the meaning of a hub's tag."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.changes import change
from apps.core.errors import NotFound
from apps.licences.models import Duty, Licence
from apps.licences.selectors import licence_by_hub_tag, licence_by_id, licences
from tests.making import SETUP


def a_licence(key: str, **more: Any) -> Licence:
    """A licence as a load of the knowledge makes it."""
    with change(SETUP, "knowledge.load"):
        return Licence.objects.create(**{"key": key, "ref": f"LicenseRef-{key}", "name": key.title(), **more})


def a_duty(licence: Licence, term: str) -> Duty:
    """A duty of a licence."""
    with change(SETUP, "knowledge.load"):
        return Duty.objects.create(licence=licence, term=term, text_en="Do.", text_de="Tun.", state="inferred")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("search", "found"),
    [("", ["Example Open", "Other"]), ("open", ["Example Open"]), ("eupl", ["Other"]), ("nothing", [])],
)
def test_search_looks_into_name_and_reference(search: str, found: list[str]) -> None:
    a_licence("example", name="Example Open")
    a_licence("other", ref="EUPL-1.2")
    assert [licence.name for licence in licences(search)] == found


@pytest.mark.django_db
def test_signs_of_a_search_pattern_are_plain_text() -> None:
    a_licence("example")
    assert not licences("%").exists()
    assert not licences("_").exists()


@pytest.mark.django_db
def test_one_licence_comes_with_its_duties_in_two_queries() -> None:
    licence = a_licence("example")
    for term in ("termination", "attribution"):
        a_duty(licence, term)
    a_duty(a_licence("other"), "patent")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = licence_by_id(licence.id)
        assert [duty.term for duty in found.duties.all()] == ["attribution", "termination"]
    assert len(queries) == 2  # the licence, its duties


@pytest.mark.django_db
def test_a_licence_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        licence_by_id(uuid4())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tag", "name", "key"),
    [
        ("plain-1.0", "", "plain"),
        ("PLAIN-1.0 ", "", "plain"),
        ("plain-1.0", "ignored", "plain"),
        ("other", "Named", "named"),
        ("other", "", None),
        ("named", "", None),
        ("plain", "", None),
        ("shared", "", None),
    ],
)
def test_a_tag_of_the_hub_means_one_licence_or_none(tag: str, name: str, key: str | None) -> None:
    a_licence("plain", hub_tags=["plain-1.0", "shared"])
    a_licence("named", hub_tags=["other/named", "shared"])
    found = licence_by_hub_tag(tag, name)
    assert (found.key if found else None) == key
