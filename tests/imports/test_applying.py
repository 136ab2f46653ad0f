"""From a register to the database: what is made, found again, left alone and put into quarantine."""

import pytest

from apps.audit.models import AuditEntry
from apps.core.errors import InvalidInput
from apps.facts.models import Assertion
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.imports.models import Import, ImportRow
from apps.imports.records import UnreadableFile
from apps.imports.services import receive_import
from apps.registry.models import Deployment, Model, ModelAlias, Release, Use, UseCase
from apps.registry.services.models import AliasInput
from tests.imports.making import ID, MODEL, TEAM, USE, counts, imported, register_csv, row
from tests.making import a_model, a_party, a_team, a_use, a_user, officer, state

pytestmark = pytest.mark.django_db

QWEN = {MODEL: "Qwen2.5-7B-Instruct", ID: "huggingface:Qwen/Qwen2.5-7B-Instruct"}
COMMIT = "a09a35458c702b33eeacc393d103063234e8bc28"


def facts(subject: str, key: object) -> dict[str, object]:
    found = current_facts([SubjectRef(subject, key)])  # type: ignore[arg-type]
    return {field: fact.value if fact.known else fact.state for field, fact in found[SubjectRef(subject, key)].items()}  # type: ignore[arg-type]


class TestModels:
    def test_a_new_model_has_identifier_releases_and_facts_with_their_source(self) -> None:
        given = {**QWEN, "version.revision": COMMIT, "model.access": "open_weights", "version.scan_state": "clean"}
        one = imported(register_csv(given))
        assert counts(one) == (1, 0, 0, 0), row(one).errors
        model = Model.objects.get()
        assert (model.name, model.developer, model.access, model.channel) == (
            QWEN[MODEL],
            None,
            "open_weights",
            "register",
        )
        assert str(ModelAlias.objects.get()) == "huggingface:Qwen/Qwen2.5-7B-Instruct"
        floating, pinned = Release.objects.order_by("revision")
        assert (floating.revision, floating.pinned, pinned.revision, pinned.pinned) == ("", False, COMMIT, True)
        assert pinned.purl == f"pkg:huggingface/Qwen/Qwen2.5-7B-Instruct@{COMMIT}"
        assert facts("release", pinned.id) == {"scan_state": "clean"}
        said = Assertion.objects.get(field="scan_state")
        assert (said.channel, said.state, said.source_label) == (
            "register",
            "claimed_by_owner",
            "Register “register.csv”",
        )
        assert said.evidence == f"SHA-256 {one.sha256}, row 2, column E (version.scan_state)"
        assert said.asserted_by == one.requested_as

    def test_the_same_file_again_changes_nothing_but_is_an_import(self) -> None:
        content = register_csv({**QWEN, "version.scan_state": "clean"}, {MODEL: "Other", "model.kind": "base"})
        imported(content)
        before = {
            kind: list(kind.objects.order_by("id").values())
            for kind in (Model, ModelAlias, Release, Assertion, Deployment, UseCase, Use)
        }
        again = imported(content, name="renamed.csv")
        assert counts(again) == (0, 0, 2, 0)
        for kind, rows in before.items():
            assert list(kind.objects.order_by("id").values()) == rows

    def test_a_model_is_found_by_its_identifier_whatever_its_case_and_name(self) -> None:
        model = a_model("Qwen 2.5 7B", aliases=[AliasInput("huggingface", "Qwen/Qwen2.5-7B-Instruct")])
        one = imported(register_csv({MODEL: "Something", ID: "huggingface:QWEN/qwen2.5-7b-instruct"}))
        assert counts(one) == (0, 0, 1, 0)
        assert row(one).subject_id == model.id

    def test_a_name_alone_finds_the_one_model_that_bears_it_and_no_other(self) -> None:
        model = a_model("Alpha-7B")
        one = imported(register_csv({MODEL: "alpha-7b"}, {MODEL: "Alpha-7B-Instruct"}))
        assert counts(one) == (1, 0, 1, 0)
        assert row(one).subject_id == model.id

    def test_a_name_that_a_file_says_twice_is_one_model(self) -> None:
        content = register_csv(*[{MODEL: "New"}] * 3)
        assert counts(imported(content)) == (1, 0, 2, 0)
        assert counts(imported(content)) == (0, 0, 3, 0)

    def test_a_name_that_two_bear_is_in_quarantine(self) -> None:
        a_model("Alpha-7B", developer=a_party("One")), a_model("Alpha-7B", developer=a_party("Two"))
        one = imported(register_csv({MODEL: "Alpha-7B"}, {MODEL: "Beta"}))
        assert counts(one) == (1, 0, 0, 1)
        assert "several models" in row(one).errors[0]["message"]

    def test_the_same_file_means_the_same_models_also_when_two_bear_a_name_by_now(self) -> None:
        content = register_csv({MODEL: "New", ID: ""}, {MODEL: "New", ID: "api:new"}, {MODEL: "New", ID: "x.y:new"})
        assert counts(imported(content)) == (2, 1, 0, 0)
        assert counts(imported(content)) == (0, 0, 3, 0)

    def test_identifiers_of_two_models_are_in_quarantine(self) -> None:
        for name in ("A", "B"):
            a_model(name, aliases=[AliasInput("api", name)])
        one = imported(register_csv({MODEL: "A", ID: "api:a; api:b"}))
        assert counts(one) == (0, 0, 0, 1)

    def test_a_model_without_identifiers_of_the_same_name_gets_those_of_the_file(self) -> None:
        model = a_model(QWEN[MODEL])
        assert counts(imported(register_csv(QWEN))) == (0, 1, 0, 0)
        assert ModelAlias.objects.get().model == model

    def test_a_model_of_the_same_name_with_other_identifiers_is_another_one(self) -> None:
        a_model(QWEN[MODEL], aliases=[AliasInput("huggingface", "copies/Qwen2.5-7B-Instruct")])
        one = imported(register_csv(QWEN))
        assert counts(one) == (1, 0, 0, 0)
        assert "has other identifiers" in row(one).notes[0]["message"]

    def test_the_developer_is_whoever_holds_the_namespace_or_bears_exactly_the_name(self) -> None:
        from apps.core.changes import change
        from apps.parties.models import HubOrganisation
        from tests.making import SETUP

        holder, named = a_party("Alibaba Cloud"), a_party("Alpha Labs")
        with change(SETUP, "tests.fill"):
            HubOrganisation(party=holder, name="Qwen", state="verified").save()
        one = imported(
            register_csv(
                {**QWEN, "model.developer": "Somebody Else"},
                {MODEL: "B", ID: "", "model.developer": "alpha labs"},
                {MODEL: "C", ID: "", "model.developer": "Alpha"},
            )
        )
        assert counts(one) == (3, 0, 0, 0)
        assert [model.developer for model in Model.objects.order_by("name")] == [named, None, holder]
        assert "stays unknown" in row(one, 3).notes[0]["message"]


class TestStatements:
    def test_what_a_person_said_stays_and_the_disagreement_shows(self) -> None:
        model = a_model(QWEN[MODEL], aliases=[AliasInput("huggingface", QWEN[ID].partition(":")[2])])
        state("model", model.id, gpai="gpai")
        one = imported(register_csv({**QWEN, "model.gpai": "no"}))
        assert counts(one) == (0, 1, 0, 0)
        assert facts("model", model.id)["gpai"] == "disputed"
        kept = Assertion.objects.get(channel="person")
        assert (kept.value, kept.superseded_at) == ("gpai", None)
        assert "says otherwise" in row(one).notes[0]["message"]
        assert row(one).changes == [
            {"about": "model", "field": "gpai", "old": "gpai", "new": "no", "state": "claimed_by_owner"}
        ]

    def test_a_newer_file_supersedes_what_an_older_one_said(self) -> None:
        imported(register_csv({**QWEN, "version.scan_state": "clean"}))
        one = imported(register_csv({**QWEN, "version.scan_state": "suspicious"}))
        assert counts(one) == (0, 1, 0, 0)
        assert facts("release", Release.objects.get().id) == {"scan_state": "suspicious"}
        assert Assertion.objects.filter(superseded_at__isnull=False).count() == 1

    def test_unknown_is_said_and_an_empty_cell_says_nothing(self) -> None:
        imported(register_csv({**QWEN, "version.scan_state": "clean", "version.needs_remote_code": "no"}))
        imported(register_csv({**QWEN, "version.scan_state": "", "version.needs_remote_code": "unknown"}))
        assert facts("release", Release.objects.get().id) == {"scan_state": "clean", "needs_remote_code": "unknown"}

    def test_two_entries_that_contradict_each_other_do_not_both_count(self) -> None:
        one = imported(register_csv({**QWEN, "model.gpai": "no"}, {**QWEN, "model.gpai": "gpai"}, QWEN))
        assert counts(one) == (1, 0, 1, 1)
        assert "contradicts row 2" in row(one, 2).errors[0]["message"]

    def test_a_licence_becomes_a_fact_of_the_release_and_its_columns_follow(self) -> None:
        imported(register_csv({**QWEN, "version.licence_declared": "apache-2.0"}))
        release = Release.objects.get()
        assert facts("release", release.id) == {"licence_declared": "apache-2.0"}
        assert (release.licence_expression, release.licence_state) == ("apache-2.0", "claimed_by_owner")


class TestUses:
    def test_a_use_with_deployment_and_use_case_and_their_columns(self) -> None:
        team, owner, operator = a_team("Claims"), a_user(email="o@example.test"), a_party("Alpha Cloud")
        given = {
            **QWEN,
            USE: "Claims triage",
            TEAM: "claims",
            "deployment.environment": "Production",
            "deployment.operator": "alpha cloud",
            "deployment.processing_countries": "Germany; FR",
            "use_case.owner": "O@example.test",
            "use_case.next_review": "31.03.2027",
        }
        one = imported(register_csv(given))
        assert counts(one) == (1, 0, 0, 0), row(one).errors
        use = Use.objects.get()
        assert (use.team, use.name, use.deployment.name) == (team, "Claims triage", "Claims triage")
        assert (use.deployment.environment, use.deployment.operator) == ("production", operator)
        assert (use.use_case.owner, str(use.use_case.next_review)) == (owner, "2027-03-31")
        assert facts("deployment", use.deployment_id)["processing_countries"] == ["DE", "FR"]
        assert row(one).subject_type == "use"
        assert counts(imported(register_csv(given))) == (0, 0, 1, 0)

    def test_the_columns_of_a_use_that_is_there_follow_the_facts(self) -> None:
        team = a_team("Claims")
        use = a_use(team, name="Letters", release=a_model("M").releases.get())
        given = {MODEL: "M", USE: "Letters", TEAM: "Claims", "deployment.environment": "test"}
        assert counts(imported(register_csv(given))) == (0, 1, 0, 0)
        use.deployment.refresh_from_db()
        assert use.deployment.environment == "test"

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({TEAM: "Nobody"}, "“Nobody” is no team"),
            ({MODEL: "Other"}, "runs another model"),
            ({"use_case.owner": "x@example.test"}, "is nobody with an account"),
            ({"deployment.operator": "Nobody Ltd"}, "is no party of the register"),
            ({"version.revision": "b" * 40}, "runs another version"),
        ],
    )
    def test_what_does_not_fit_the_register_is_in_quarantine_alone(self, wrong: dict[str, str], message: str) -> None:
        team = a_team("Claims")
        a_use(team, name="Letters", release=a_model("M").releases.get())
        good = {MODEL: "M", USE: "Letters", TEAM: "Claims"}
        one = imported(register_csv({**good, **wrong}, {MODEL: "New"}))
        assert counts(one) == (1, 0, 0, 1)
        assert message in row(one).errors[0]["message"]
        assert not row(one).objects_made
        assert row(one).raw

    def test_rows_of_one_use_case_share_it(self) -> None:
        a_team("Claims")
        rows = [
            {MODEL: name, USE: f"Triage on {name}", TEAM: "Claims", "use_case.name": "Triage"} for name in ("A", "B")
        ]
        assert counts(imported(register_csv(*rows))) == (2, 0, 0, 0)
        assert UseCase.objects.get().uses.count() == 2
        again = register_csv(
            {**rows[0], USE: "Second name", "deployment.name": "Triage on A"},
        )
        assert "is “Triage on A” already" in row(imported(again)).errors[0]["message"]


class TestWhole:
    def test_a_preview_writes_nothing_and_says_what_would_be(self) -> None:
        content = register_csv({**QWEN, "version.scan_state": "clean"}, {MODEL: "B", "version.scan_state": "x"})
        one = imported(content, dry_run=True)
        assert (one.state, one.progress, one.rows_read) == (Import.State.PREVIEWED, 1.0, 2)
        assert counts(one) == (1, 0, 0, 1)
        assert not Model.objects.exists()
        assert not Assertion.objects.exists()
        assert row(one).changes[-1]["new"] == "clean"
        assert row(one, 2).outcome == ImportRow.Outcome.QUARANTINED

    def test_a_file_that_cannot_be_read_is_refused_and_nothing_is_kept(self) -> None:
        with pytest.raises(UnreadableFile):
            imported(b"model.name,nonsense\nA,b\n")
        with pytest.raises(InvalidInput, match="is empty"):
            imported(b"")
        with pytest.raises(InvalidInput, match="choose the kind"):
            receive_import(actor=officer(), content=b"hello", file_name="x.bin")
        assert not Import.objects.exists()

    def test_everything_is_in_the_journal_under_one_name(self) -> None:
        one = imported(register_csv({**QWEN, "version.scan_state": "clean"}))
        entries = AuditEntry.objects.filter(action="import.apply").exclude(subject_type="imports.import")
        assert sorted(entries.values_list("subject_type", flat=True)) == [
            "facts.assertion",
            "registry.model",
            "registry.modelalias",
            "registry.release",
        ]
        assert set(entries.values_list("actor_label", flat=True)) == {one.requested_as}
