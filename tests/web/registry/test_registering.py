"""The guided registration of a use."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from apps.accounts.models import Team
from apps.accounts.roles import Role
from apps.audit.models import AuditEntry
from apps.core.changes import change
from apps.facts.models import Assertion
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.licences.models import Licence
from apps.registry.models import HostingOffer, Model, ModelAlias, Release, Use, UseCase
from apps.registry.services import add_lineage_edge, add_release
from apps.registry.services.models import AliasInput
from tests.making import SETUP, a_model, a_party, a_policy, a_rule, a_team, a_use, a_user, state

pytestmark = pytest.mark.django_db


def text(response: HttpResponse) -> str:
    return response.content.decode()


@pytest.fixture
def qwen() -> Model:
    """A model with a hub identifier, a developer and a seat."""
    maker = a_party("Alibaba Cloud")
    state("party", maker.id, channel="knowledge", hq_country="CN")
    return a_model(
        "Qwen2.5-7B-Instruct",
        developer=maker,
        access="open_weights",
        aliases=[AliasInput("huggingface", "Qwen/Qwen2.5-7B-Instruct")],
    )


def floating(model: Model) -> Release:
    return model.releases.get(revision="")


def answers(model: Model, team: Team, step: str = "save", **more: Any) -> dict[str, Any]:
    """What the last step sends: its own fields and those of the step before."""
    return {
        "place-release": str(floating(model).id),
        "place-team": str(team.id),
        "purpose-name": "Claims triage",
        "purpose-status": "active",
        "step": step,
        **more,
    }


def send(client: Client, model: Model, data: dict[str, Any]) -> Any:
    return client.post(f"/uses/new?model={model.id}", data)


class TestWhichModel:
    @pytest.mark.parametrize(
        "query", ["qwen2.5", "Qwen/Qwen2.5-7B-Instruct", "hf:Qwen/Qwen2.5-7B", "Qwen2.5-7B-Instuct"]
    )
    def test_candidates_come_with_what_is_known_as_claims(self, owner: Client, qwen: Model, query: str) -> None:
        _licensed(qwen)
        add_lineage_edge(actor=SETUP, child=qwen, relation="finetune", parent_name="Qwen2.5-7B", source="Model card")
        page = text(owner.get("/uses/new", {"q": query}))
        for shown in ("Alibaba Cloud", "Open weights", "China (CN)", "Small Licence", "Model card", "Claimed by owner"):
            assert shown in page
        assert "fine-tuned from" in page
        assert f"/uses/new?model={qwen.id}" in page
        assert "Register a model that is not in the knowledge base" in page

    def test_what_is_not_known_of_a_candidate_is_unknown(self, owner: Client) -> None:
        a_model("Nameless-1")
        page = text(owner.get("/uses/new?q=nameless"))
        card = page[page.index("<article") : page.index("</article>")]
        assert card.count("Unknown") >= 10  # developer, access, kind, licence, parents, seat: value and badge

    @pytest.mark.parametrize("query", ["", "x", "zzzzzz", "%", "\\", "' OR 1=1 --"])
    def test_text_that_means_nothing_finds_nothing(self, owner: Client, qwen: Model, query: str) -> None:
        response = owner.get("/uses/new", {"q": query})
        assert response.status_code == 200
        assert qwen.name not in text(response)

    @pytest.mark.parametrize(
        "reference", ["Qwen/Qwen2.5-7B-Instruct", "qwen/qwen2.5-7b-instruct", "hf:Qwen/Qwen2.5-7B-Instruct"]
    )
    def test_the_gates_link_leads_past_the_first_step(self, owner: Client, qwen: Model, reference: str) -> None:
        assert "Where Qwen2.5-7B-Instruct runs" in text(owner.get("/uses/new", {"model": reference}))

    def test_a_revision_in_the_reference_is_kept(self, owner: Client, qwen: Model) -> None:
        commit = "a" * 40
        page = text(owner.get("/uses/new", {"model": f"Qwen/Qwen2.5-7B-Instruct@{commit}"}))
        assert f'name="place-revision" value="{commit}"' in page
        assert '<option value="another" selected' in page
        known = add_release(actor=SETUP, model=qwen, revision=commit)
        page = text(owner.get("/uses/new", {"model": f"Qwen/Qwen2.5-7B-Instruct@{commit}"}))
        assert f'<option value="{known.id}" selected' in page

    def test_a_reference_that_names_no_model_offers_the_nearest_and_a_new_one(self, owner: Client, qwen: Model) -> None:
        page = text(owner.get("/uses/new", {"model": "Qwen/Qwen2.5-7B-Chat"}))
        assert "No single model of the register is called “Qwen/Qwen2.5-7B-Chat”" in page
        assert "Qwen2.5-7B-Instruct" in page

    def test_the_number_of_queries_does_not_grow_with_the_candidates(
        self, owner: Client, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(9):
            model = a_model(f"Series-{number}", developer=a_party())
            add_lineage_edge(actor=SETUP, child=model, relation="finetune", parent_name="Base", source="Card")
        # session, user, grants, organisation, two for scores, models, four for what belongs to them, seats
        with django_assert_max_num_queries(13):
            assert text(owner.get("/uses/new?q=series")).count("<article") == 8


def _licensed(model: Model) -> None:
    with change(SETUP, "test.licence"):
        licence = Licence(key="small", ref="LicenseRef-small", name="Small Licence")
        licence.save()
        release = floating(model)
        release.licence, release.licence_state, release.licence_source = licence, "claimed_by_provider", "Model card"
        release.save()


class TestNewModel:
    def test_only_what_is_entered_is_recorded(self, owner: Client) -> None:
        maker = a_party("Small Lab GmbH")
        response = owner.post(
            "/uses/new/model?q=tiny",
            {"name": "Tiny-1B", "developer": "small lab gmbh", "identifiers": "huggingface:lab/tiny-1b\napi:tiny"},
        )
        model = Model.objects.get(name="Tiny-1B")
        assert response.headers["Location"] == f"/uses/new?model={model.id}"
        assert model.developer == maker
        assert (model.kind, model.access) == ("unknown", "unknown")
        assert set(model.aliases.values_list("namespace", flat=True)) == {"huggingface", "api"}
        assert AuditEntry.objects.filter(action="model.register").exists()

    def test_name_alone_suffices_and_is_prefilled(self, owner: Client) -> None:
        assert 'value="lab/tiny"' in text(owner.get("/uses/new/model?q=lab/tiny"))
        assert "huggingface:lab/tiny" in text(owner.get("/uses/new/model?q=hf:lab/tiny"))
        owner.post("/uses/new/model", {"name": "Tiny-2B"})
        assert Model.objects.get(name="Tiny-2B").developer is None

    @pytest.mark.parametrize(
        ("entered", "field", "message"),
        [
            ({"name": ""}, "name", "required"),
            ({"name": "x" * 301}, "name", "at most 300"),
            ({"name": "a\x00b"}, "name", "Null characters"),
            ({"name": "a\u202eb"}, "name", "control characters"),
            ({"name": "M", "developer": "Nobody Ltd"}, "developer", "No party bears this name"),
            ({"name": "M", "developer": "Known"}, "developer", "Known Party Ltd"),
            ({"name": "M", "identifiers": "no-namespace"}, "identifiers", "does not say where it is valid"),
            ({"name": "M", "identifiers": "api:with space"}, "identifiers", "must not contain spaces"),
            ({"name": "M", "identifiers": "???:x"}, "identifiers", "must be a word"),
        ],
    )
    def test_what_is_wrong_is_said_at_the_field_and_nothing_is_written(
        self, owner: Client, entered: dict[str, str], field: str, message: str
    ) -> None:
        a_party("Known Party Ltd")
        page = text(owner.post("/uses/new/model", entered))
        errors = page[page.index(f'id="id_{field}_error"') :]
        assert message in errors[: errors.index("</div>")]
        assert Model.objects.count() == 0

    def test_a_model_that_is_known_is_offered_instead(self, owner: Client, qwen: Model) -> None:
        entered = {"name": "Mine", "identifiers": "huggingface:qwen/QWEN2.5-7b-instruct"}
        page = text(owner.post("/uses/new/model", entered))
        assert f"/uses/new?model={qwen.id}" in page
        assert Model.objects.count() == 1
        assert ModelAlias.objects.count() == 1


class TestWhereItRuns:
    def test_offers_show_their_terms_as_claims_with_sources(self, owner: Client, qwen: Model) -> None:
        _offer(qwen)
        page = text(owner.get(f"/uses/new?model={qwen.id}"))
        for shown in ("Model Studio, Frankfurt", "Training on inputs", "Terms of 2026-10-01", "Claimed by provider"):
            assert shown in page

    def test_nothing_is_chosen_for_anybody(self, owner: Client, qwen: Model, team: Team) -> None:
        page = text(owner.get(f"/uses/new?model={qwen.id}"))
        for name in ("environment", "hosting_mode", "trains_on_inputs", "egress_blocked"):
            control = page[page.index(f'id="id_place-{name}"') :]
            assert '<option value="" selected>Not known</option>' in control[: control.index("</select>")]

    def test_going_on_keeps_what_was_typed(self, owner: Client, qwen: Model, team: Team) -> None:
        data = answers(
            qwen, team, "purpose", **{"place-region": "Frankfurt\nmain", "place-processing_countries": ["DE", "AT"]}
        )
        page = text(send(owner, qwen, data))
        assert "What Qwen2.5-7B-Instruct is used for" in page
        assert '<input type="hidden" name="place-region" value="Frankfurt\nmain">' in page
        assert '<input type="hidden" name="place-processing_countries" value="DE">' in page
        assert '<input type="hidden" name="place-processing_countries" value="AT">' in page

    def test_going_back_keeps_both_steps(self, owner: Client, qwen: Model, team: Team) -> None:
        data = answers(
            qwen,
            team,
            "place",
            **{
                "place-region": "Frankfurt",
                "place-egress_blocked": "yes",
                "purpose-purpose": "Sorting <b>",
                "purpose-data_categories": ["personal"],
            },
        )
        page = text(send(owner, qwen, data))
        assert "Where Qwen2.5-7B-Instruct runs" in page
        assert ">\nFrankfurt</textarea>" in page
        assert '<option value="yes" selected>Yes</option>' in page
        assert '<input type="hidden" name="purpose-purpose" value="Sorting &lt;b&gt;">' in page
        assert '<input type="hidden" name="purpose-data_categories" value="personal">' in page
        assert "field-error" not in page
        again = text(send(owner, qwen, {**data, "step": "purpose"}))
        assert "Sorting &lt;b&gt;</textarea>" in again
        assert "checked" in again[again.index("purpose-data_categories") :]
        assert "field-error" not in again

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("release", "", "required"),
            ("release", "00000000-0000-0000-0000-000000000000", "Select a valid choice"),
            ("release", "another", ""),
            ("team", "", "required"),
            ("team", "foreign", "Select a valid choice"),
            ("environment", "moon", "Select a valid choice"),
            ("operator", "Nobody Inc", "No party bears this name"),
            ("processing_countries", "XX", "Select a valid choice"),
            ("processing_countries", ["-", "DE"], "Choose either"),
            ("retention_days", "-1", "must not be negative"),
            ("retention_days", "1.5", "must be a whole number"),
            ("retention_days", "NaN", "Enter a number"),
            ("region", "x" * 2001, "at most 2000"),
            ("region", "a\u2066b", "control characters"),
        ],
    )
    def test_what_is_wrong_is_said_at_the_field_in_its_step(
        self, owner: Client, qwen: Model, team: Team, field: str, value: Any, message: str
    ) -> None:
        if value == "foreign":
            value = str(a_team().id)
        response = send(owner, qwen, answers(qwen, team, "save", **{f"place-{field}": value}))
        page = text(response)
        wrong = "revision" if value == "another" else field
        assert "Where Qwen2.5-7B-Instruct runs" in page
        errors = page[page.index(f'id="id_place-{wrong}_error"') :]
        assert message in errors[: errors.index("</div>")]
        assert '<input type="hidden" name="purpose-name" value="Claims triage">' in page
        assert not Use.objects.exists()
        assert not UseCase.objects.exists()

    def test_a_revision_that_moves_is_no_revision(self, owner: Client, qwen: Model, team: Team) -> None:
        data = answers(qwen, team, **{"place-release": "another", "place-revision": "main"})
        page = text(send(owner, qwen, data))
        assert "moves; give a commit" in page[page.index('id="id_place-revision_error"') :]
        assert qwen.releases.count() == 1

    def test_a_revision_beside_a_known_release_is_a_contradiction(self, owner: Client, qwen: Model, team: Team) -> None:
        page = text(send(owner, qwen, answers(qwen, team, **{"place-revision": "b" * 40})))
        assert 'id="id_place-revision_error"' in page


class TestSaving:
    def test_what_was_entered_is_stated_and_the_rest_stays_unknown(
        self, owner: Client, qwen: Model, team: Team
    ) -> None:
        host = a_party("Host Inc")
        deputy = a_user(Role.OWNER, team=team)
        data = answers(
            qwen,
            team,
            **{
                "place-environment": "production",
                "place-operator": "host inc",
                "place-processing_countries": ["DE", "AT"],
                "place-storage_countries": ["-"],
                "place-retention_days": "0",
                "place-trains_on_inputs": "never",
                "place-egress_blocked": "no",
                "purpose-use_case_name": "Triage of claims",
                "purpose-purpose": "Sorts claims",
                "purpose-deputy": str(deputy.id),
                "purpose-data_categories": ["personal"],
                "purpose-customer_facing": "yes",
                "purpose-next_review": "2027-05-01",
            },
        )
        response = send(owner, qwen, data)
        use = Use.objects.get()
        assert response.headers["Location"] == f"/uses/{use.id}"
        where = _facts("deployment", use.deployment_id)
        assert where == {
            "environment": "production",
            "operator": str(host.id),
            "processing_countries": ["AT", "DE"],
            "storage_countries": [],
            "retention_days": 0,
            "trains_on_inputs": "never",
            "egress_blocked": False,
        }
        assert _facts("use_case", use.use_case_id) == {
            "purpose": "Sorts claims",
            "deputy": str(deputy.id),
            "data_categories": ["personal"],
            "customer_facing": True,
            "next_review": "2027-05-01",
        }
        assert (use.name, use.use_case.name, use.team, use.status) == (
            "Claims triage",
            "Triage of claims",
            team,
            "active",
        )
        assert use.use_case.next_review == dt.date(2027, 5, 1)
        assert set(Assertion.objects.values_list("state", flat=True)) == {"claimed_by_owner"}
        assert AuditEntry.objects.filter(action="use.register", subject_id=use.id).count() == 1

    def test_the_use_is_judged_at_once(self, owner: Client, qwen: Model, team: Team) -> None:
        a_policy(a_rule("T-1", "deployment.environment == 'production'"))
        data = answers(qwen, team, **{"place-environment": "production"})
        page = text(owner.post(f"/uses/new?model={qwen.id}", data, follow=True))
        assert "is registered" in page
        assert "Judged by policy" in page
        assert Use.objects.get().verdict.decision == "block"

    def test_without_a_policy_it_is_registered_all_the_same(self, owner: Client, qwen: Model, team: Team) -> None:
        page = text(owner.post(f"/uses/new?model={qwen.id}", answers(qwen, team), follow=True))
        assert "has not been judged yet" in page

    def test_another_revision_is_entered_as_a_pinned_release(self, owner: Client, qwen: Model, team: Team) -> None:
        data = answers(qwen, team, **{"place-release": "another", "place-revision": "C" * 40})
        send(owner, qwen, data)
        release = Use.objects.get().deployment.release
        assert (release.revision, release.pinned) == ("c" * 40, True)
        assert release.purl == f"pkg:huggingface/Qwen/Qwen2.5-7B-Instruct@{'c' * 40}"

    def test_the_terms_of_an_offer_become_claims_of_the_knowledge(self, owner: Client, qwen: Model, team: Team) -> None:
        offer = _offer(qwen)
        send(owner, qwen, answers(qwen, team, **{"place-offer": str(offer.id)}))
        use = Use.objects.get()
        assert use.deployment.offer == offer
        facts = current_facts([SubjectRef("deployment", use.deployment_id)])[
            SubjectRef("deployment", use.deployment_id)
        ]
        assert facts["trains_on_inputs"].value == "never"
        assert facts["trains_on_inputs"].source == "Terms of 2026-10-01"
        assert facts["hosting_mode"].value == "first_party_api"

    def test_an_offer_of_another_model_is_refused(self, owner: Client, qwen: Model, team: Team) -> None:
        offer = _offer(a_model())
        page = text(send(owner, qwen, answers(qwen, team, **{"place-offer": str(offer.id)})))
        assert "Select a valid choice" in page
        assert not Use.objects.exists()

    def test_a_duplicate_is_offered_and_not_made(self, owner: Client, qwen: Model, team: Team) -> None:
        existing = a_use(team, name="Claims triage", release=floating(qwen))
        page = text(send(owner, qwen, answers(qwen, team)))
        assert f'<a href="/uses/{existing.id}">' in page
        assert 'value="Claims triage"' in page
        assert Use.objects.count() == 1

    def test_an_existing_use_case_of_the_team_is_used(self, owner: Client, qwen: Model, team: Team) -> None:
        first, foreign = a_use(team, name="Triage"), a_use(a_team(), name="Foreign case")
        page = text(send(owner, qwen, answers(qwen, team, "purpose")))
        assert "Triage</option>" in page
        assert "Foreign case" not in page
        refused = text(send(owner, qwen, answers(qwen, team, **{"purpose-use_case": str(foreign.use_case_id)})))
        assert 'id="id_purpose-use_case_error"' in refused
        send(owner, qwen, answers(qwen, team, **{"purpose-use_case": str(first.use_case_id)}))
        assert Use.objects.get(name="Claims triage").use_case == first.use_case

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("name", "", "required"),
            ("name", "x" * 301, "at most 300"),
            ("name", "a\u202eb", "control characters"),
            ("status", "retired", "Select a valid choice"),
            ("owner", "nobody", "Select a valid choice"),
            ("next_review", "soon", "Enter a valid date"),
            ("next_review", "2026-02-30", "Enter a valid date"),
            ("countries", "Atlantis", "Select a valid choice"),
            ("customer_facing", "perhaps", "Select a valid choice"),
        ],
    )
    def test_what_is_wrong_in_the_last_step_is_said_there(
        self, owner: Client, qwen: Model, team: Team, field: str, value: str, message: str
    ) -> None:
        data = answers(qwen, team, **{"place-region": "Frankfurt", f"purpose-{field}": value})
        page = text(send(owner, qwen, data))
        errors = page[page.index(f'id="id_purpose-{field}_error"') :]
        assert message in errors[: errors.index("</div>")]
        assert 'name="place-region" value="Frankfurt"' in page
        assert not Use.objects.exists()

    def test_an_officer_may_register_what_no_team_answers_for(self, officer: Client, qwen: Model, team: Team) -> None:
        send(officer, qwen, answers(qwen, team, **{"place-team": "none"}))
        assert Use.objects.get().team is None

    def test_only_people_of_the_team_may(
        self, teammate: Client, stranger: Client, auditor: Client, anonymous: Client, qwen: Model, team: Team
    ) -> None:
        for address in ("/uses/new", "/uses/new/model"):
            assert auditor.get(address).status_code == 403
            assert anonymous.get(address).status_code == 302
        assert send(auditor, qwen, answers(qwen, team)).status_code == 403
        assert "Select a valid choice" in text(send(stranger, qwen, answers(qwen, team)))
        assert not Use.objects.exists()
        assert send(teammate, qwen, answers(qwen, team)).status_code == 302


def _facts(subject_type: str, key: Any) -> dict[str, Any]:
    ref = SubjectRef(subject_type, key)
    return {name: fact.value for name, fact in current_facts([ref])[ref].items()}


def _offer(model: Model, keys: Iterable[str] = ()) -> HostingOffer:
    with change(SETUP, "test.offer"):
        model.key = model.name.lower().replace(".", "-")
        model.save()
        offer = HostingOffer(
            key="studio-frankfurt",
            operator=a_party(),
            title_en="Model Studio, Frankfurt",
            title_de="Model Studio, Frankfurt",
            hosting_mode="first_party_api",
            models_offered=[model.key, *keys],
            state="claimed_by_provider",
            source_label="Documentation",
            facts=[
                {
                    "field": "trains_on_inputs",
                    "value": "never",
                    "state": "claimed_by_provider",
                    "source": "Terms of 2026-10-01",
                    "as_of": "2026-10-02",
                }
            ],
        )
        offer.save()
    return offer
