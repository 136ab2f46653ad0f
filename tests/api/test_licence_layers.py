"""`releases/{id}/licence` and `uses/{id}/licence`: three layers with the judgement."""

import pytest

from apps.accounts.roles import Role
from apps.core.changes import change
from apps.imports.knowledge.licences import load_licences, read_licences
from apps.imports.knowledge.report import LoadReport
from tests.api.calling import a_caller
from tests.making import SETUP, a_model, a_release, a_team, a_use, state
from tests.policy.making import edge

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def known() -> None:
    with change(SETUP, "knowledge.load"):
        load_licences(SETUP, LoadReport(), [row for row in read_licences() if row.key in ("mit", "cc-by-nc-4.0")])


def test_a_release_answers_with_every_layer_and_the_path_of_each_term() -> None:
    base, tune = a_model("Base"), a_model("Tune")
    state("release", a_release(base).id, licence_concluded="cc-by-nc-4.0")
    state("release", a_release(tune).id, licence_declared="mit")
    edge(tune, base)
    found = a_caller(Role.AUDITOR).get(f"releases/{a_release(tune).id}/licence")
    assert (found["declared"]["value"], found["concluded"]["value"]) == ("mit", None)
    assert found["outcome"] == "violation"
    assert {"commercial_prohibited", "permissive_on_restricted"} <= {one["code"] for one in found["reasons"]}
    clause = next(one for one in found["effective"] if one["bound"]["licence"] == "cc-by-nc-4.0")
    assert clause["quote"]
    assert clause["bound"]["path"] == [
        {"child": "Tune", "relation": "finetune", "parent": "Base", "state": "claimed_by_owner"}
    ]
    assert found["gaps"] == []


def test_a_use_is_judged_in_its_circumstances_and_shown_to_its_team_only() -> None:
    team, base = a_team(), a_model("Base")
    state("release", a_release(base).id, licence_concluded="cc-by-nc-4.0")
    use = a_use(team, release=a_release(base))
    state("use_case", use.use_case_id, commercial=False)
    found = a_caller(Role.OWNER, team=team).get(f"uses/{use.id}/licence")
    assert found["outcome"] in ("fine_with_notices", "review")
    assert not [one for one in found["reasons"] if one["outcome"] == "violation"]
    assert a_caller(Role.OWNER, team=a_team()).call("GET", f"uses/{use.id}/licence").status_code == 404
