"""Entries in use are found by their names and numbers; what is staged, ended or merely a legal form is not."""

import pytest

from apps.sanctions.entries import EntryKind, Identifier
from apps.sanctions.lists.switching import switch
from apps.sanctions.matching import ALGORITHM, Band, Found, Query, compare, forget_names, search
from apps.sanctions.matching.records import WEAK
from apps.sanctions.models import EntryName, NameKey
from tests.making import SETUP
from tests.sanctions.lists.making import a_source, in_use, listed, staged

pytestmark = pytest.mark.django_db


def _references(found: list[Found]) -> list[str]:
    return [one.reference for one in found]


def test_a_listed_name_is_found_with_what_speaks_for_it() -> None:
    in_use(a_source(), [listed("1", "Gallion Navigation Incorporated", countries=("PA",)), listed("2", "Other Ltd")])
    (found,) = search(Query(name="GALLION NAVIGATION INC.", countries=frozenset({"PA"})))
    assert (found.reference, found.list_key, found.band, found.algorithm) == ("1", "TEST", Band.PROBABLE, ALGORITHM)
    assert found.matched_names == (("GALLION NAVIGATION INC.", "Gallion Navigation Incorporated"),)
    assert [feature.code for feature in found.features] == ["country-agrees"]


def test_what_is_only_staged_is_not_found_and_what_was_replaced_no_longer() -> None:
    source = a_source()
    version = staged(source, [listed("1", "Zarnitsa Bank"), listed("2", "Krasnoluk Trading")])
    assert search(Query(name="Zarnitsa Bank")) == []
    switch(actor=SETUP, version=version)
    assert _references(search(Query(name="Zarnitsa Bank"))) == ["1"]
    in_use(source, [listed("2", "Krasnoluk Trading")], published_at=None)
    assert search(Query(name="Zarnitsa Bank")) == []


def test_a_changed_entry_under_an_old_number_gives_no_stale_score() -> None:
    source = a_source()
    in_use(source, [listed("1", "Zarnitsa Bank"), listed("2", "Krasnoluk Trading")])
    (before,) = search(Query(name="Zarnitsa Bank"))
    in_use(source, [listed("1", "Murmelov Shipyard"), listed("2", "Krasnoluk Trading")])
    assert search(Query(name="Zarnitsa Bank")) == []
    (after,) = search(Query(name="Murmelov Shipyard"))
    assert after.reference == before.reference
    assert (after.digest, after.entry_id) != (before.digest, before.entry_id)


def test_the_same_entry_from_two_sources_is_found_once() -> None:
    in_use(a_source(), [listed("1", "Gallion Navigation")])
    in_use(a_source(), [listed("1", "Gallion Navigation", "Gallion Nav")])
    assert _references(search(Query(name="Gallion Navigation"))) == ["1"]


def test_only_the_lists_asked_for_are_searched() -> None:
    in_use(a_source("a", "A"), [listed("1", "Gallion Navigation", list_key="A")])
    in_use(a_source("b", "B"), [listed("2", "Gallion Navigation", list_key="B")])
    assert _references(search(Query(name="Gallion Navigation"))) == ["1", "2"]
    assert _references(search(Query(name="Gallion Navigation"), lists=["B"])) == ["2"]
    assert search(Query(name="Gallion Navigation"), lists=[]) == []


def test_an_equal_number_finds_an_entry_of_another_name() -> None:
    listed_number = Identifier(kind="LEI", value="5299 00T8BM49AURSDO55")
    in_use(a_source(), [listed("1", "Gallion Navigation", "Gallion", identifiers=(listed_number,))])
    asked = Query(name="Renamed Holding", identifiers=(Identifier(kind="LEI", value="529900T8BM49AURSDO55"),))
    (found,) = search(asked)
    assert found.score >= 0.95
    assert found.features[-1].code == "identifier-equal"
    assert search(Query(name="Renamed Holding")) == []


def test_what_search_says_compare_says_again_from_the_entry() -> None:
    entry = listed("1", "Gallion Navigation", "Галлион Навигейшн", kind=EntryKind.UNKNOWN)
    in_use(a_source(), [entry])
    query = Query(name="Galion Navigation Ltd", aliases=("Gallion",))
    (found,) = search(query, threshold=WEAK)
    score = compare(query, entry)
    assert (found.score, found.features, found.matched_names) == (score.value, score.features, score.pairs)


@pytest.mark.parametrize(
    "name", ["", " ", "COMP", "CORP.", "Ltd.", "LLC", "有限公司", "!!!", "\x00", "OOO", "S.A. de C.V."]
)
def test_nothing_and_mere_legal_forms_find_nothing(name: str) -> None:
    in_use(a_source(), [listed("1", "11420 CORP."), listed("2", "Corp Ltd"), listed("3", "COMP")])
    assert search(Query(name=name), threshold=0.01) == []


def test_a_number_with_a_legal_form_finds_itself_only() -> None:
    in_use(a_source(), [listed("1", "11420 CORP."), listed("2", "11425 CORP."), listed("3", "Corp")])
    assert _references(search(Query(name="11420 Corporation"), threshold=WEAK)) == ["1"]


def test_forgotten_names_are_not_found() -> None:
    in_use(a_source(), [listed("1", "Gallion Navigation")])
    forget_names(EntryName.objects.all())
    assert not NameKey.objects.exists()
    assert search(Query(name="Gallion Navigation")) == []
