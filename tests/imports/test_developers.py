"""The developer that a file names: a claim beside what people say, which it never overrides."""

from typing import Any

import pytest

from apps.core.changes import change
from apps.facts.models import Assertion
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.imports.services import run_import, undo_import
from apps.parties.models import HubOrganisation
from apps.registry.models import Model
from apps.registry.services.models import AliasInput
from tests.imports.making import ID, MODEL, counts, imported, register_csv, row
from tests.making import SETUP, a_model, a_party, officer, state

pytestmark = pytest.mark.django_db
ROW = {MODEL: "Alpha-7B", ID: "huggingface:alpha/Alpha-7B", "model.developer": "Alpha Labs"}


def fact(model: Model) -> Any:
    subject = SubjectRef("model", model.id)
    return current_facts([subject])[subject].get("developer")


def known(**more: Any) -> Model:
    """The model of the row, in the register already."""
    return a_model("Alpha-7B", aliases=[AliasInput("huggingface", "alpha/Alpha-7B")], **more)


def now_of(model: Model) -> str:
    model.refresh_from_db()
    return model.developer.name if model.developer else ""


def test_a_model_without_a_developer_gets_the_one_that_a_file_names_with_its_source() -> None:
    a_party("Alpha Labs")
    model = known()
    one = imported(register_csv(ROW))
    assert counts(one) == (0, 1, 0, 0)
    assert row(one).changes == [
        {"about": "model", "field": "developer", "old": None, "new": "Alpha Labs", "state": "claimed_by_owner"}
    ]
    assert now_of(model) == "Alpha Labs"
    assert (fact(model).source, fact(model).state) == ("Register “register.csv”", "claimed_by_owner")
    assert counts(imported(register_csv(ROW))) == (0, 0, 1, 0)


def test_an_undo_leaves_the_developer_unknown_again() -> None:
    a_party("Alpha Labs")
    model = known()
    one = imported(register_csv(ROW))
    undo_import(actor=officer(), one=one, reason="The wrong file")
    assert run_import(import_id=one.id)
    assert now_of(model) == ""
    assert fact(model) is None


def test_what_a_person_entered_stays_and_the_disagreement_shows() -> None:
    a_party("Alpha Labs")
    model = known(developer=a_party("Beta Ltd"))
    one = imported(register_csv(ROW))
    assert counts(one) == (0, 1, 0, 0)
    assert now_of(model) == "Beta Ltd"
    found = fact(model)
    assert found.state == "disputed"
    assert {side.source for side in found.conflicts} == {"Stated by command tests", "Register “register.csv”"}
    assert "says otherwise" in row(one).notes[0]["message"]
    assert Assertion.objects.get(field="developer", channel="person").value == str(model.developer_id)
    undo_import(actor=officer(), one=one, reason="The wrong file")
    assert run_import(import_id=one.id)
    assert (now_of(model), fact(model).state) == ("Beta Ltd", "claimed_by_owner")


def test_what_a_person_states_later_ends_no_claim_and_a_decision_settles_it() -> None:
    alpha, beta = a_party("Alpha Labs"), a_party("Beta Ltd")
    model = known()
    imported(register_csv(ROW))
    state("model", model.id, developer=str(beta.id))
    assert (now_of(model), fact(model).state) == ("Alpha Labs", "disputed")
    state("model", model.id, developer=str(alpha.id))
    assert (now_of(model), fact(model).state) == ("Alpha Labs", "claimed_by_owner")


def test_the_register_says_so_already() -> None:
    known(developer=a_party("Alpha Labs"))
    one = imported(register_csv(ROW))
    assert counts(one) == (0, 0, 1, 0)
    assert not Assertion.objects.exists()


def test_whoever_holds_the_namespace_is_concluded() -> None:
    holder, model = a_party("Alpha Labs"), known()
    with change(SETUP, "tests.fill"):
        HubOrganisation(party=holder, name="alpha", state="verified").save()
    imported(register_csv({MODEL: "Alpha-7B", ID: ROW[ID]}))
    assert now_of(model) == "Alpha Labs"
    assert fact(model).state == "inferred"


def test_nobody_is_made_up() -> None:
    model = known(developer=a_party("Beta Ltd"))
    one = imported(register_csv(ROW))
    assert counts(one) == (0, 0, 1, 0)
    assert row(one).notes == []
    assert now_of(model) == "Beta Ltd"


def test_two_rows_that_name_different_developers_do_not_both_count() -> None:
    a_party("Alpha Labs"), a_party("Beta Ltd")
    one = imported(register_csv(ROW, {**ROW, "model.developer": "Beta Ltd"}))
    assert counts(one) == (1, 0, 0, 1)
    assert "contradicts row 2" in row(one, 2).errors[0]["message"]
    assert now_of(Model.objects.get()) == "Alpha Labs"


def test_a_kind_that_a_person_entered_is_kept_as_their_word_too() -> None:
    model = known(kind="base")
    imported(register_csv({MODEL: "Alpha-7B", ID: ROW[ID], "model.kind": "fine_tune"}))
    subject = SubjectRef("model", model.id)
    found = current_facts([subject])[subject]["kind"]
    assert (found.state, {side.value for side in found.conflicts}) == ("disputed", {"base", "fine_tune"})
