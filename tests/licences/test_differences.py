"""How two texts differ: clause by clause, with the terms that changed; layout says nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.licences.differences import compare, term_kind

ONE = (
    "1. Grant. You may use the model for any purpose that is lawful where you are.\n\n"
    "2. Threshold. Above 100 million monthly active users a separate licence is needed from us.\n\n"
    "3. Territory. The licence does not reach Korea or the European Union at all.\n\n"
    "4. Notices. Keep the copyright notice and this permission in all copies you pass on."
)


def kinds(before: str, after: str) -> list[str]:
    return [clause.kind for clause in compare(before, after).clauses if clause.kind not in ("same", "skipped")]


def test_a_changed_number_is_shown_where_it_stands() -> None:
    found = compare(ONE, ONE.replace("100 million", "50 million"))
    (clause,) = [one for one in found.clauses if one.kind == "reworded"]
    assert [(run.kind, run.text) for run in clause.runs if run.kind != "same"] == [("gone", "100"), ("new", "50")]
    assert [(term.kind, term.before, term.after) for term in found.terms] == [("number", ("100",), ("50",))]
    assert (found.gone, found.new, found.moved) == (1, 1, 0)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("Korea", "Kenya", "country"),
        ("100 million", "100 billion", "number"),
        ("monthly active", "annual active", "measure"),
        ("a separate", "2027 a separate", "date"),
        ("lawful", "lawful below 5%", "percentage"),
        ("lawful", "lawful below $5", "number"),
        ("lawful", "lawful in euros", "amount"),
    ],
)
def test_terms_that_matter_are_named(before: str, after: str, kind: str) -> None:
    assert kind in {term.kind for term in compare(ONE, ONE.replace(before, after)).terms}


def test_a_clause_that_stands_elsewhere_is_moved() -> None:
    clauses = ONE.split("\n\n")
    found = compare(ONE, "\n\n".join([clauses[0], clauses[3], clauses[1], clauses[2]]))
    assert (found.gone, found.new) == (0, 0)
    assert found.moved
    assert not found.same


def test_what_is_new_and_what_is_gone() -> None:
    clauses = ONE.split("\n\n")
    assert kinds(ONE, "\n\n".join(clauses[:3])) == ["gone"] or "gone" in kinds(ONE, "\n\n".join(clauses[:3]))
    found = compare(ONE, ONE + " The courts of Zug in Switzerland decide on everything.")
    assert [clause.text for clause in found.clauses if clause.kind == "new"] == [
        "The courts of Zug in Switzerland decide on everything."
    ]
    assert ("country", ("Switzerland",)) in [(term.kind, term.after) for term in found.terms]


def test_layout_is_no_difference() -> None:
    other = "# " + ONE.replace("\n\n", "\r\n* ").replace(" ", "  \n ").upper()
    assert compare(ONE, other).same


def test_unchanged_clauses_far_from_a_change_are_left_out() -> None:
    long = " ".join(f"The clause with the name {name} says one thing." for name in "abcdefghijklmnop")
    found = compare(long, long.replace("name h says", "name h says not"))
    assert [clause.kind for clause in found.clauses] == ["skipped", "same", "reworded", "same", "skipped"]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("100", "number"),
        ("20%", "percentage"),
        ("2026", "date"),
        ("may", "date"),
        ("$5", "number"),
        ("korea,", "country"),
        ("users", "measure"),
        ("licence", ""),
    ],
)
def test_terms(word: str, kind: str) -> None:
    assert term_kind(word) == kind


@settings(deadline=None, max_examples=60)
@given(text=st.text(max_size=300), other=st.text(max_size=300))
def test_everything_new_is_shown_and_a_text_differs_from_itself_in_nothing(text: str, other: str) -> None:
    assert compare(text, text).same
    assert compare("", other).gone == 0
    assert compare(text, other).same or compare(other, text).clauses
