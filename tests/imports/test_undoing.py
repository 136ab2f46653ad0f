"""Taking a whole import back: what it wrote goes, what it had superseded counts again, what others rest on stays."""

import hashlib
import json

import pytest

from apps.accounts.actors import Actor
from apps.audit.models import AuditEntry
from apps.core.changes import change
from apps.core.errors import Conflict, NotPermitted
from apps.facts.models import Assertion
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.imports.models import Import
from apps.imports.services import apply_import, run_import, undo_import
from apps.licences.models import Licence
from apps.policy.evaluation import judge_uses
from apps.registry.models import Deployment, LineageEdge, Model, ModelAlias, Release, Use, UseCase
from tests.imports.making import ID, MODEL, TEAM, USE, counts, imported, register_csv
from tests.making import SETUP, a_model, a_policy, a_rule, a_team, a_use, officer, state

pytestmark = pytest.mark.django_db
ROW = {
    MODEL: "Alpha-7B",
    ID: "huggingface:Alpha/Alpha-7B",
    "version.revision": "a" * 40,
    "model.access": "open_weights",
    "version.licence_declared": "apache-2.0",
    USE: "Letters",
    TEAM: "Claims",
    "deployment.environment": "production",
}


def undone(one: Import, actor: Actor | None = None) -> Import:
    one = undo_import(actor=actor or officer(), one=one, reason="The wrong file")
    run_import(import_id=one.id)
    one.refresh_from_db()
    return one


def value(subject: str, key: object, field: str) -> object:
    found = current_facts([SubjectRef(subject, key)])[SubjectRef(subject, key)].get(field)  # type: ignore[arg-type]
    return found and found.value


def test_everything_that_an_import_made_is_gone_again_and_in_the_journal() -> None:
    a_team("Claims")
    one = imported(register_csv(ROW))
    assert counts(one) == (1, 0, 0, 0), one.rows.get().errors
    one = undone(one)
    assert (one.state, one.kept) == (Import.State.UNDONE, [])
    for kind in (Model, ModelAlias, Release, Deployment, UseCase, Use):
        assert not kind.objects.exists()
    assert not Assertion.objects.filter(superseded_at__isnull=True).exists()
    entries = AuditEntry.objects.filter(action="import.undo", operation="delete")
    assert set(entries.values_list("reason", flat=True)) == {"The wrong file"}
    assert entries.filter(subject_type="registry.model").exists()


def test_a_licence_text_inside_concludes_the_licence_until_the_import_is_undone() -> None:
    words = "The licensee may do as it likes, and keeps this notice with every copy that it hands on to others."
    with change(SETUP, "tests.fill"):
        sha256 = hashlib.sha256(words.encode()).hexdigest()
        Licence(key="as-it-likes", ref="LicenseRef-as-it-likes", name="As it likes", text_sha256=sha256).save()
    licence = {"license": {"name": "other", "text": {"content": words}}}
    component = {"type": "machine-learning-model", "name": "Alpha-7B", "licenses": [licence]}
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [component]}
    content = json.dumps(bom).encode()
    one = imported(content, name="bom.json", kind="cyclonedx")
    release = Release.objects.get(model__name="Alpha-7B")
    assert value("release", release.id, "licence_concluded") == "as-it-likes"
    assert release.licence
    assert counts(imported(content, name="bom.json", kind="cyclonedx")) == (0, 0, 1, 0)
    assert undone(one).kept == []
    assert not Model.objects.exists()
    assert not Assertion.objects.filter(superseded_at__isnull=True).exists()


def test_what_it_had_superseded_is_stated_again_and_both_stay_in_the_history() -> None:
    plain = {MODEL: "Alpha-7B", "model.gpai": "no"}
    imported(register_csv(plain))
    model = Model.objects.get()
    one = undone(imported(register_csv({**plain, "model.gpai": "gpai"})))
    assert one.state == Import.State.UNDONE
    assert value("model", model.id, "gpai") == "no"
    assert list(Assertion.objects.order_by("recorded_at").values_list("value", flat=True)) == ["no", "gpai", "no"]


def test_statements_of_an_undone_import_do_not_come_back() -> None:
    rows = [{MODEL: "Alpha-7B", "model.gpai": answer} for answer in ("no", "gpai", "gpai_systemic_risk")]
    first, second, third = (imported(register_csv(row)) for row in rows)
    undone(second)
    model = Model.objects.get()
    assert value("model", model.id, "gpai") == "gpai_systemic_risk"
    undone(third)
    assert value("model", model.id, "gpai") == "no"
    undone(first)
    assert not Model.objects.exists()


def test_a_persons_statements_are_untouched_and_keep_what_they_are_about() -> None:
    one = imported(register_csv({MODEL: "Alpha-7B", "model.gpai": "no"}))
    model = Model.objects.get()
    state("model", model.id, kind="base")
    one = undone(one)
    assert [(kept["type"], kept["why"]) for kept in one.kept] == [("registry.model", "facts.assertion")]
    assert value("model", model.id, "kind") == "base"
    assert value("model", model.id, "gpai") is None
    assert model.releases.filter(revision="").exists()


def test_a_model_that_others_use_stays_with_its_identifiers() -> None:
    one = imported(register_csv({MODEL: "Alpha-7B", ID: "api:alpha", "version.revision": "a" * 40}))
    model = Model.objects.get()
    a_use(a_team(), release=model.releases.get(revision=""))
    one = undone(one)
    assert {kept["type"] for kept in one.kept} == {"registry.model", "registry.release"}
    assert ModelAlias.objects.get().model == model
    assert [release.revision for release in Release.objects.all()] == [""]


def test_a_use_that_was_judged_is_retired_and_said() -> None:
    a_team("Claims")
    a_policy(a_rule("WB-T-001", "has(use_case.purpose)"))
    one = imported(register_csv(ROW))
    use = Use.objects.get()
    judge_uses(actor=SETUP, use_ids=[use.id])
    one = undone(one)
    use.refresh_from_db()
    assert use.status == Use.Status.RETIRED
    assert next(kept["retired"] for kept in one.kept if kept["type"] == "registry.use")


def test_the_columns_follow() -> None:
    team, model = a_team("Claims"), a_model("M")
    use = a_use(team, name="Letters", release=model.releases.get(), environment="test")
    given = {MODEL: "M", USE: "Letters", TEAM: "Claims", "deployment.operator": "", "model.access": "internal"}
    one = imported(register_csv({**given, "version.licence_declared": "mit"}))
    model.refresh_from_db()
    assert model.access == "internal"
    undone(one)
    model.refresh_from_db()
    assert model.access == "unknown"
    assert Release.objects.get().licence_expression == ""
    assert Deployment.objects.get(id=use.deployment_id).environment == "test"


def test_twice_undone_is_a_conflict_and_so_is_what_was_never_written() -> None:
    one = undone(imported(register_csv({MODEL: "A"})))
    with pytest.raises(Conflict, match="undone already"):
        undo_import(actor=officer(), one=one, reason="again")
    previewed = imported(register_csv({MODEL: "A"}), dry_run=True)
    with pytest.raises(Conflict):
        undo_import(actor=officer(), one=previewed, reason="nothing there")
    with pytest.raises(Conflict):
        apply_import(actor=officer(), one=one)


def test_after_an_undo_the_same_file_makes_everything_again() -> None:
    a_team("Claims")
    content = register_csv(ROW)
    undone(imported(content))
    assert counts(imported(content)) == (1, 0, 0, 0)


def test_only_who_may_import_may_undo() -> None:
    one = imported(register_csv({MODEL: "A"}))
    stranger = Actor(kind="user", label="x")
    for call in (
        lambda: undo_import(actor=stranger, one=one, reason="x"),
        lambda: apply_import(actor=stranger, one=one),
    ):
        with pytest.raises(NotPermitted):
            call()


def test_edges_of_lineage_go_and_unresolved_parents_become_models() -> None:
    from apps.imports import services
    from apps.imports.records import ModelRecord, ParentRecord, Reading, Row

    def reading(content: bytes, *, name: str) -> Reading:
        parent = ParentRecord(name="Alpha/Alpha-7B", relation="finetune", namespace="huggingface")
        child = ModelRecord(name="Child", identifiers=(("huggingface", "x/Child"),), parents=(parent,))
        return Reading(kind="hf-card", format="card", source="Card", rows=(Row(locator="/", record=child),))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services.kinds, "reader_of", lambda kind: reading)
        one = imported(b"x", kind="hf-card")
        again = imported(b"x", kind="hf-card")
        assert counts(again) == (0, 0, 1, 0)
    edge = LineageEdge.objects.get()
    assert (edge.parent, edge.parent_name, edge.channel) == (None, "Alpha/Alpha-7B", "hf-card")
    imported(register_csv({MODEL: "Alpha-7B", ID: "huggingface:Alpha/Alpha-7B"}))
    edge.refresh_from_db()
    assert edge.parent == Model.objects.get(name="Alpha-7B")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services.kinds, "reader_of", lambda kind: reading)
        assert counts(imported(b"x", kind="hf-card")) == (0, 0, 1, 0)
    undone(one)
    assert not LineageEdge.objects.exists()
    assert list(Model.objects.values_list("name", flat=True)) == ["Alpha-7B"]
