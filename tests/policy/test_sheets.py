"""Fact sheets: what is gathered, what is derived, and that the same facts make the same sheet."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.services import set_up_organisation
from apps.core.changes import change
from apps.core.clock import now, today
from apps.facts.catalogue import paths
from apps.licences.models import Licence
from apps.parties.models import Domain, HubOrganisation, Party
from apps.parties.services import record_stake
from apps.policy.sheets import Sheet, gather_sheets
from apps.policy.sheets.entries import Entry
from apps.registry import services as registry
from apps.registry.models import Model, Use
from apps.registry.selectors import Lineage
from apps.registry.services.models import AliasInput
from apps.sanctions.models import EventParty, Listing, RestrictionEvent
from tests.making import SETUP, a_model, a_party, a_release, a_use, state

pytestmark = pytest.mark.django_db
COMMIT = "a09a35458c702b33eeacc393d103063234e8bc28"
SOURCED = {"state": "claimed_by_provider", "source_label": "Register of companies", "as_of": dt.date(2026, 10, 1)}


def sheet_of(use: Use, **more: Any) -> Sheet:
    return gather_sheets([use.id], **more)[0]


def entry(use: Use, path: str) -> Entry | None:
    return sheet_of(use).facts.get(path)


def value(use: Use, path: str) -> Any:
    found = entry(use, path)
    return found["value"] if found else None


def saved(row: Any) -> Any:
    with change(SETUP, "test.enter"):
        row.save()
    return row


def developer(country: str | None, **more: Any) -> Party:
    party = a_party(**more)
    if country:
        state("party", party.id, hq_country=country)
    return party


def base(country: str | None, **more: Any) -> Model:
    return a_model(developer=developer(country), kind="base", **more)


def edge(child: Model, parent: Model | None, relation: str = "finetune", **more: Any) -> None:
    said = {"relation": relation, "source": "Model card", "as_of": dt.date(2026, 9, 1)}
    registry.add_lineage_edge(actor=SETUP, child=child, parent=parent, **{**said, **more})


def use_of(model: Model, **more: Any) -> Use:
    return a_use(release=a_release(model), **more)


class TestOrigin:
    def test_a_base_model_comes_from_where_its_developer_sits(self) -> None:
        use = use_of(base("FR"))
        assert value(use, "model.origin_countries") == ["FR"]
        assert value(use, "model.lineage_complete") is True

    def test_weights_bring_their_origin_through_every_generation(self) -> None:
        root, middle = base("CN"), a_model(developer=developer("DE"), kind="fine_tune")
        tune = a_model(developer=developer("US"), kind="quantisation")
        edge(middle, root)
        edge(tune, middle, "quantized")
        use = use_of(tune)
        assert value(use, "model.origin_countries") == ["CN", "DE", "US"]
        shown = {(one["country"], one["role"], one["model"]) for one in value(use, "model.origin")}
        assert shown == {
            ("US", "developer", tune.name),
            ("DE", "weight_ancestor", middle.name),
            ("CN", "weight_ancestor", root.name),
        }

    @pytest.mark.parametrize("relation", ["distilled_from", "synthetic_data_from"])
    def test_a_teacher_is_shown_in_its_own_role_and_passes_no_origin(self, relation: str) -> None:
        student = base("US")
        edge(student, base("CN"), relation)
        use = use_of(student)
        assert value(use, "model.origin_countries") == ["US"]
        assert {(one["country"], one["role"]) for one in value(use, "model.origin")} == {
            ("US", "developer"),
            ("CN", "teacher"),
        }

    def test_the_teacher_of_an_ancestor_is_shown_too(self) -> None:
        root, tune = base("US"), a_model(developer=developer("US"), kind="fine_tune")
        edge(tune, root)
        edge(root, base("KR"), "distilled_from")
        roles = {(one["country"], one["role"]) for one in value(use_of(tune), "model.origin")}
        assert ("KR", "teacher") in roles

    @pytest.mark.parametrize("relation", ["draft_for", "component_of", "runtime_dependency"])
    def test_what_only_runs_beside_it_is_no_origin(self, relation: str) -> None:
        model = base("US")
        edge(model, base("CN"), relation)
        assert value(use_of(model), "model.origin_countries") == ["US"]
        assert {one["country"] for one in value(use_of(model), "model.origin")} == {"US"}

    def test_the_host_is_shown_in_its_role(self) -> None:
        host = developer("IE")
        use = use_of(base("US"), operator_id=host.id)
        assert ("IE", "host", host.name) in {
            (one["country"], one["role"], one["party"]) for one in value(use, "model.origin")
        }
        assert value(use, "model.origin_countries") == ["US"]

    def test_an_unresolved_parent_leaves_the_known_part_and_no_more(self) -> None:
        tune = a_model(developer=developer("US"), kind="fine_tune")
        edge(tune, base("CN"))
        edge(tune, None, "merge", parent_name="somebody/unknown-model")
        use = use_of(tune)
        assert entry(use, "model.origin_countries") is None
        assert value(use, "model.origin_confirmed") == ["CN", "US"]
        complete = entry(use, "model.lineage_complete")
        assert complete is not None
        assert complete["value"] is False
        assert "somebody/unknown-model" in complete["source"]

    def test_a_developer_without_a_country_leaves_the_known_part(self) -> None:
        tune = a_model(developer=developer("US"), kind="fine_tune")
        edge(tune, base(None))
        use = use_of(tune)
        assert entry(use, "model.origin_countries") is None
        assert value(use, "model.origin_confirmed") == ["US"]

    def test_nothing_known_is_nothing_confirmed(self) -> None:
        facts = sheet_of(use_of(a_model())).facts
        assert not {"model.origin_countries", "model.origin_confirmed", "model.origin"} & set(facts)

    @pytest.mark.parametrize(
        "kind", ["unknown", "fine_tune", "adapter", "merge", "quantisation", "distillation", "embedding", "classifier"]
    )
    def test_only_a_base_model_is_complete_without_parents(self, kind: str) -> None:
        use = use_of(a_model(developer=developer("US"), kind=kind))
        assert entry(use, "model.lineage_complete") is None
        assert entry(use, "model.origin_countries") is None

    def test_a_line_that_ends_at_another_fine_tune_is_not_complete(self) -> None:
        tune = a_model(developer=developer("US"), kind="fine_tune")
        edge(tune, a_model(developer=developer("DE"), kind="fine_tune"))
        use = use_of(tune)
        assert entry(use, "model.lineage_complete") is None
        assert entry(use, "model.origin_countries") is None

    @pytest.mark.parametrize("doubt", ["unknown", "disputed"])
    def test_an_edge_in_doubt_completes_nothing(self, doubt: str) -> None:
        tune = a_model(developer=developer("US"), kind="fine_tune")
        edge(tune, base("US"), state=doubt)
        assert entry(use_of(tune), "model.lineage_complete") is None

    def test_what_an_officer_stated_about_completeness_counts(self) -> None:
        model = a_model(developer=developer("US"), kind="embedding")
        state("model", model.id, lineage_complete=True)
        assert value(use_of(model), "model.origin_countries") == ["US"]
        state("model", model.id, lineage_complete=False)
        assert entry(use_of(model), "model.origin_countries") is None

    def test_a_derived_value_is_as_weak_as_its_weakest_and_as_old_as_its_oldest_ground(self) -> None:
        tune = a_model(developer=developer("US"), kind="fine_tune")
        edge(tune, base("CN"), state="inferred", as_of=dt.date(2025, 1, 1))
        found = entry(use_of(tune), "model.origin_countries")
        assert found is not None
        assert (found["state"], found["as_of"]) == ("inferred", "2025-01-01")
        confirmed = entry(use_of(tune), "model.origin_confirmed")
        assert confirmed is not None
        assert confirmed["state"] == "claimed_by_owner"


class TestLicence:
    def a_licence(self, key: str) -> Licence:
        return saved(Licence(key=key, ref=f"LicenseRef-{key}", name=f"{key} licence", text_sha256="ab" * 32))

    def test_a_release_has_its_own_licence_before_that_of_the_floating_one(self) -> None:
        model, old, new = a_model(), self.a_licence("old"), self.a_licence("new")
        floating = a_release(model)
        floating.licence, floating.licence_state, floating.licence_source = old, "claimed_by_provider", "Card"
        saved(floating)
        pinned = registry.add_release(actor=SETUP, model=model, revision=COMMIT, licence=new)
        other = registry.add_release(actor=SETUP, model=model, revision="2026-01-01")
        assert value(a_use(release=pinned), "licence.ref") == "LicenseRef-new"
        assert value(a_use(release=other), "licence.ref") == "LicenseRef-old"
        assert value(a_use(release=floating), "licence.text_sha256") == "ab" * 32

    def test_terms_come_with_the_licence(self) -> None:
        licence = self.a_licence("terms")
        state("licence", licence.id, commercial_use="prohibited")
        release = registry.add_release(actor=SETUP, model=a_model(), revision=COMMIT, licence=licence)
        assert value(a_use(release=release), "licence.commercial_use") == "prohibited"

    def test_a_declared_expression_without_a_text_of_ours_has_a_reference_and_no_terms(self) -> None:
        release = registry.add_release(
            actor=SETUP, model=a_model(), revision=COMMIT, licence_expression="LicenseRef-modified-mit"
        )
        facts = sheet_of(a_use(release=release)).facts
        assert facts["licence.ref"]["value"] == "LicenseRef-modified-mit"
        assert [path for path in facts if path.startswith("licence.")] == ["licence.ref"]

    def test_a_disputed_licence_is_visible_and_not_read(self) -> None:
        release = a_release()
        release.licence, release.licence_state, release.licence_source = self.a_licence("x"), "disputed", "Two cards"
        saved(release)
        use = a_use(release=release)
        assert entry(use, "licence.ref") == {
            "value": None,
            "state": "unknown",
            "source": "Two cards",
            "as_of": None,
        }
        assert "licence" not in sheet_of(use).known


class TestPlaces:
    def operator_with(self, *domains: tuple[str, bool], **more: Any) -> Party:
        operator = a_party(**more)
        for domain, lookalike in domains:
            saved(Domain(party=operator, domain=domain, lookalike=lookalike, **SOURCED))
        return operator

    @pytest.mark.parametrize(
        ("endpoint", "known"),
        [
            ("example.com", True),
            ("api.example.com", True),
            ("API.Example.COM", True),
            ("https://api.example.com:443/v1", True),
            ("api.example.com.", True),
            ("notexample.com", False),
            ("example.com.evil.test", False),
            ("example-ai.com", False),
            ("api.example-ai.com", False),
            ("elsewhere.test", False),
            ("https://[broken", False),
        ],
    )
    def test_an_endpoint_lies_on_a_known_domain_or_it_does_not(self, endpoint: str, known: bool) -> None:
        operator = self.operator_with(("example.com", False), ("example-ai.com", True))
        use = a_use(operator_id=operator.id)
        state("deployment", use.deployment_id, endpoint_domain=endpoint)
        assert value(use, "deployment.endpoint_known") is known

    def test_while_no_domain_is_known_nothing_is_said(self) -> None:
        use = a_use(operator_id=self.operator_with().id)
        state("deployment", use.deployment_id, endpoint_domain="api.example.com")
        assert entry(use, "deployment.endpoint_known") is None

    def test_a_known_lookalike_alone_is_enough_to_say_no(self) -> None:
        use = a_use(operator_id=self.operator_with(("example-ai.com", True)).id)
        state("deployment", use.deployment_id, endpoint_domain="example-ai.com")
        assert value(use, "deployment.endpoint_known") is False

    def test_without_operator_or_endpoint_nothing_is_said(self) -> None:
        assert (
            entry(a_use(operator_id=self.operator_with(("example.com", False)).id), "deployment.endpoint_known") is None
        )
        use = a_use()
        state("deployment", use.deployment_id, endpoint_domain="example.com")
        assert entry(use, "deployment.endpoint_known") is None

    def test_the_group_of_an_operator_lends_its_domains(self) -> None:
        group = self.operator_with(("example.com", False), kind="group")
        operator = a_party()
        operator.group = group
        saved(operator)
        use = a_use(operator_id=operator.id)
        state("deployment", use.deployment_id, endpoint_domain="api.example.com")
        assert value(use, "deployment.endpoint_known") is True

    def model_at(self, *spaces: str) -> Model:
        maker = a_party()
        saved(HubOrganisation(party=maker, name="Example-AI", **SOURCED))
        aliases = [AliasInput("huggingface", f"{space}/model-7b") for space in spaces]
        return a_model(developer=maker, aliases=aliases)

    @pytest.mark.parametrize(("space", "official"), [("example-ai", True), ("a-fan", False)])
    def test_a_repository_of_the_developers_own_namespace_is_official(self, space: str, official: bool) -> None:
        assert value(use_of(self.model_at(space)), "version.source_namespace_official") is official

    def test_with_one_identifier_inside_and_one_outside_the_release_must_say(self) -> None:
        model = self.model_at("example-ai", "a-fan")
        assert entry(use_of(model), "version.source_namespace_official") is None
        pinned = registry.add_release(actor=SETUP, model=model, revision=COMMIT)
        pinned.purl = f"pkg:huggingface/a-fan/model-7b@{COMMIT}"
        saved(pinned)
        assert value(a_use(release=pinned), "version.source_namespace_official") is False

    def test_while_no_namespace_of_the_developer_is_known_nothing_is_said(self) -> None:
        model = a_model(developer=a_party(), aliases=[AliasInput("huggingface", "someone/model")])
        assert entry(use_of(model), "version.source_namespace_official") is None


class TestParties:
    def test_the_entity_behind_a_brand_and_the_group_of_an_entity_fill_the_gaps_and_overwrite_nothing(self) -> None:
        entity, group = a_party(), a_party(kind="group")
        brand = a_party(kind="group")
        brand.principal, brand.group = entity, group
        saved(brand)
        state("party", brand.id, legal_name="The brand")
        state("party", entity.id, legal_name="The entity", hq_country="DE")
        state("party", group.id, hq_country="US", ownership_resolved_pct=80)
        facts = sheet_of(use_of(a_model(developer=brand))).facts
        assert facts["provider.legal_name"]["value"] == "The brand"
        assert facts["provider.hq_country"]["value"] == "DE"
        assert facts["provider.ownership_resolved_pct"]["value"] == 80

    def test_developer_and_operator_are_two_subjects(self) -> None:
        use = a_use(release=a_release(base("CN")), operator_id=developer("SG").id)
        assert (value(use, "provider.hq_country"), value(use, "operator.hq_country")) == ("CN", "SG")
        found = entry(use, "deployment.operator")
        assert found is not None
        assert found["label"] == Party.objects.get(id=found["value"]).name

    def test_a_disputed_operator_is_nobody(self) -> None:
        first, second = developer("US"), developer("CN")
        use = a_use(operator_id=first.id)
        state("deployment", use.deployment_id, channel="knowledge", operator=str(second.id))
        found = entry(use, "deployment.operator")
        assert found is not None
        assert (found["value"], found["state"]) == (None, "disputed")
        assert {side["value"] for side in found["conflicts"]} == {str(first.id), str(second.id)}
        assert "operator" not in sheet_of(use).known


def own(owner: Party, owned: Party, **more: Any) -> Any:
    return record_stake(
        actor=SETUP, owner=owner, owned=owned, basis="equity", source="Register", as_of=dt.date(2026, 1, 1), **more
    )


class TestScreening:
    def listed(self, party: Party, key: str = "US-SDN", status: str = "listed", **more: Any) -> Listing:
        return saved(Listing(party=party, list_key=key, status=status, **{**SOURCED, **more}))

    def lists(self, use: Use) -> Any:
        return value(use, "screening.confirmed_lists")

    def test_nothing_found_in_what_we_know_is_unknown_and_never_an_empty_list(self) -> None:
        use = use_of(base("US"), operator_id=a_party().id)
        assert entry(use, "screening.confirmed_lists") is None
        self.listed(Party.objects.get(deployments=use.deployment), status="not_found")
        assert entry(use, "screening.confirmed_lists") is None

    def test_every_party_of_the_chain_counts(self) -> None:
        root = base("CN")
        tune = a_model(developer=a_party(), kind="fine_tune")
        edge(tune, root)
        operator, owner, grand_owner, group = a_party(), a_party(), a_party(), a_party(kind="group")
        operator.group = group
        saved(operator)
        own(owner, operator)
        own(grand_owner, owner)
        use = use_of(tune, operator_id=operator.id)
        assert root.developer is not None
        assert tune.developer is not None
        chain = [tune.developer, root.developer, operator, owner, grand_owner, group]
        for number, party in enumerate(chain):
            self.listed(party, f"LIST-{number}")
            assert self.lists(use) == [f"LIST-{done}" for done in range(number + 1)]
        found = entry(use, "screening.confirmed_lists")
        assert found is not None
        assert f"{grand_owner.name}: LIST-4" in found["label"]

    def test_teachers_and_what_the_party_owns_are_not_screened(self) -> None:
        student, teacher, daughter = base("US"), base("CN"), a_party()
        edge(student, teacher, "distilled_from")
        assert student.developer is not None
        assert teacher.developer is not None
        own(student.developer, daughter)
        self.listed(teacher.developer)
        self.listed(daughter)
        assert self.lists(use_of(student)) is None

    def test_an_owner_of_former_days_does_not_count_and_one_whose_day_is_to_come_does(self) -> None:
        operator, former, leaving = a_party(), a_party(), a_party()
        for owner, key, last in ((former, "FORMER", -1), (leaving, "LEAVING", 30)):
            stake = own(owner, operator)
            stake.valid_to = today() + dt.timedelta(days=last)
            saved(stake)
            self.listed(owner, key)
        assert self.lists(a_use(operator_id=operator.id)) == ["LEAVING"]

    @pytest.mark.parametrize(
        ("status", "state", "counts"),
        [
            ("listed", "verified", True),
            ("litigated", "verified", True),
            ("pending_reported", "verified", False),
            ("not_found", "verified", False),
            ("listed", "unknown", False),
            ("listed", "disputed", False),
        ],
    )
    def test_what_counts_as_being_on_a_list(self, status: str, state: str, counts: bool) -> None:
        operator = a_party()
        self.listed(operator, "A", status, state=state)
        assert self.lists(a_use(operator_id=operator.id)) == (["A"] if counts else None)

    def test_the_record_of_a_screening_stands_beside_it(self) -> None:
        operator = a_party()
        use = a_use(operator_id=operator.id)
        self.listed(operator)
        state("screening", use.id, direct_lists=[], run_on=today().isoformat())
        assert (value(use, "screening.direct_lists"), self.lists(use)) == ([], ["US-SDN"])

    def measure(self, party: Party, status: str = "in_force", **more: Any) -> RestrictionEvent:
        fields = {"authority": "Authority", "jurisdiction": "IT", "effect": "ban", "scope": ["app"], **SOURCED, **more}
        event = saved(RestrictionEvent(status=status, **fields))
        saved(EventParty(event=event, party=party))
        return event

    def curated(self) -> Party:
        party = a_party()
        party.key = f"party-{party.id}"
        return saved(party)

    def test_measures_in_force_and_to_come(self) -> None:
        operator = self.curated()
        self.measure(operator)
        self.measure(operator, "pending", jurisdiction="US", instrument="Bill 7")
        self.measure(operator, "lifted", jurisdiction="KR")
        self.measure(operator, "enjoined", jurisdiction="FR")
        use = a_use(operator_id=operator.id)
        assert value(use, "screening.authority_measures") == ["IT"]
        assert value(use, "screening.pending_measures") == ["Authority: Bill 7"]

    def test_the_knowledge_of_a_curated_party_says_that_there_is_no_measure_as_of_its_date(self) -> None:
        self.measure(a_party())
        use = a_use(operator_id=self.curated().id)
        found = entry(use, "screening.authority_measures")
        assert found is not None
        assert (found["value"], found["as_of"], found["state"]) == ([], "2026-10-01", "inferred")

    def test_of_parties_that_nobody_curated_nothing_is_said(self) -> None:
        operator = a_party()
        self.measure(operator)
        use = a_use(operator_id=operator.id)
        assert entry(use, "screening.authority_measures") is None
        assert entry(use, "screening.pending_measures") is None

    def test_a_measure_on_the_devices_of_public_bodies_binds_public_bodies(self) -> None:
        operator = self.curated()
        self.measure(operator, scope=["devices", "app"], jurisdiction="AU")
        use = a_use(operator_id=operator.id)
        assert value(use, "screening.authority_measures") == []
        organisation = set_up_organisation(actor=SETUP, name="Public body")
        state("org", organisation.id, public_body_of=["AU"])
        assert value(use, "screening.authority_measures") == ["AU"]

    def test_what_an_officer_stated_goes_before_the_knowledge(self) -> None:
        operator = self.curated()
        self.measure(operator)
        use = a_use(operator_id=operator.id)
        state("screening", use.id, authority_measures=["IT", "DE"])
        assert value(use, "screening.authority_measures") == ["IT", "DE"]


class TestFreshness:
    def test_every_material_fact_is_missing_at_first_and_leaves_the_list_once_known(self) -> None:
        use = a_use()
        material = {path for path, spec in paths().items() if spec.material}
        assert set(value(use, "facts.unknown_material")) == material
        assert entry(use, "facts.oldest_material_as_of") is None
        state("deployment", use.deployment_id, retention_days=0)
        assert set(value(use, "facts.unknown_material")) == material - {"deployment.retention_days"}
        assert value(use, "facts.oldest_material_as_of") == today().isoformat()

    def test_a_disputed_fact_is_missing(self) -> None:
        use = a_use()
        state("deployment", use.deployment_id, retention_days=0)
        state("deployment", use.deployment_id, channel="knowledge", retention_days=30)
        assert "deployment.retention_days" in value(use, "facts.unknown_material")


class TestFrozen:
    def test_rules_read_neither_unknown_nor_disputed_facts_and_people_see_both(self) -> None:
        use = a_use()
        state("deployment", use.deployment_id, retention_days=30, dpa_signed=None)
        state("deployment", use.deployment_id, channel="knowledge", retention_days=0)
        sheet = sheet_of(use)
        assert "deployment" not in sheet.known
        assert sheet.facts["deployment.dpa_signed"]["state"] == "unknown"
        found = sheet.facts["deployment.retention_days"]
        assert (found["value"], found["state"]) == (None, "disputed")
        assert {side["value"] for side in found["conflicts"]} == {0, 30}

    def test_a_winner_shows_who_disagrees(self) -> None:
        use = a_use()
        registry.state_facts(
            actor=SETUP,
            subject_type="deployment",
            subject_id=use.deployment_id,
            facts=[registry.FactInput(field="retention_days", value=30, state="verified")],
        )
        state("deployment", use.deployment_id, channel="knowledge", retention_days=0)
        found = sheet_of(use).facts["deployment.retention_days"]
        assert (found["value"], [side["value"] for side in found["conflicts"]]) == (30, [0])

    def test_the_same_facts_have_the_same_digest(self) -> None:
        use = use_of(base("FR"), operator_id=a_party().id)
        first = sheet_of(use)
        assert first.digest == sheet_of(use).digest
        assert first.content["use"] == str(use.id)

    @pytest.mark.parametrize("claims", [(30, 30), (30, 0)], ids=["agreeing", "disagreeing"])
    def test_the_order_of_writing_does_not_show(self, claims: tuple[int, int]) -> None:
        use = a_use()

        def written(*channels: tuple[str, int]) -> str:
            for channel, days in channels:
                facts = [registry.FactInput(field="retention_days", value=days, source=f"Source {channel}")]
                registry.state_facts(
                    actor=SETUP,
                    subject_type="deployment",
                    subject_id=use.deployment_id,
                    facts=facts,
                    channel=channel,
                )
            return sheet_of(use).digest

        first, second = ("person", claims[0]), ("knowledge", claims[1])
        assert written(first, second) == written(second, first)

    def test_another_fact_is_another_digest(self) -> None:
        use = a_use()
        before = sheet_of(use).digest
        state("deployment", use.deployment_id, retention_days=30)
        assert sheet_of(use).digest != before

    def test_a_sheet_turns_the_day_after_its_first_fact_expires(self) -> None:
        model = a_model(developer=a_party(), kind="base")
        assert model.developer is not None
        use = use_of(model)
        assert sheet_of(use).turns_on is None
        for subject, key, field, fact, days in (
            ("deployment", use.deployment_id, "retention_days", 5, 20),
            ("party", model.developer.id, "hq_country", "US", 10),
        ):
            last = today() + dt.timedelta(days=days)
            facts = [registry.FactInput(field=field, value=fact, valid_until=last)]
            registry.state_facts(actor=SETUP, subject_type=subject, subject_id=key, facts=facts)
            assert sheet_of(use).turns_on == last + dt.timedelta(days=1)
        origin = sheet_of(use).facts["model.origin_countries"]
        assert origin["valid_until"] == (today() + dt.timedelta(days=10)).isoformat()
        gone = sheet_of(use, on=today() + dt.timedelta(days=11))
        assert "model.origin_countries" not in gone.facts
        assert gone.turns_on == today() + dt.timedelta(days=21)
        assert sheet_of(use, on=today() + dt.timedelta(days=21)).turns_on is None


class TestThePast:
    def test_a_sheet_of_a_past_moment_is_the_sheet_of_then(self) -> None:
        maker, operator, owner = developer("US"), developer("DE"), a_party()
        tune = a_model(developer=maker, kind="fine_tune")
        edge(tune, base("CN"))
        use = use_of(tune, operator_id=operator.id, environment="production")
        state("deployment", use.deployment_id, retention_days=30)
        then, before = now(), sheet_of(use)

        other = developer("SG")
        state("deployment", use.deployment_id, retention_days=0, operator=str(other.id))
        state("deployment", use.deployment_id, channel="knowledge", dpa_signed=True)
        state("party", maker.id, hq_country="KR")
        state("use_case", use.use_case_id, data_class="restricted")
        edge(tune, base("JP"), "merge")
        own(owner, maker)
        saved(Listing(party=owner, list_key="US-SDN", status="listed", **SOURCED))
        saved(Domain(party=operator, domain="example.com", **SOURCED))
        registry.add_alias(actor=SETUP, model=tune, namespace="huggingface", identifier="someone/tune")
        registry.add_artefact(actor=SETUP, release=use.deployment.release, path="model.safetensors", sha256="ab" * 32)

        assert sheet_of(use).digest != before.digest
        assert sheet_of(use, recorded_at=then).content == before.content
        assert sheet_of(use, recorded_at=then).digest == before.digest

    def test_validity_is_judged_on_the_day_of_the_moment(self) -> None:
        use = a_use()
        last = today()
        facts = [registry.FactInput(field="retention_days", value=5, valid_until=last)]
        registry.state_facts(actor=SETUP, subject_type="deployment", subject_id=use.deployment_id, facts=facts)
        moment = now()
        assert (
            sheet_of(use, on=last + dt.timedelta(days=1)).known == {}
            or "deployment" not in sheet_of(use, on=last + dt.timedelta(days=1)).known
        )
        assert timezone.localdate(moment) == last
        assert sheet_of(use, recorded_at=moment).facts["deployment.retention_days"]["value"] == 5


def many_uses(number: int) -> list[UUID]:
    made = []
    for _ in range(number):
        tune = a_model(developer=developer("US"), kind="fine_tune")
        edge(tune, base("CN"))
        made.append(use_of(tune, operator_id=a_party().id).id)
    return made


def test_the_number_of_queries_does_not_grow_with_the_number_of_uses() -> None:
    few, many = many_uses(5), many_uses(60)
    counts = []
    for ids in (few, [*few, *many]):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(gather_sheets(ids)) == len(ids)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 22


def test_no_uses_no_sheets() -> None:
    assert gather_sheets([]) == []


def test_the_lineage_of_a_past_moment_has_no_later_edges() -> None:
    child = a_model()
    then = now()
    edge(child, a_model())
    assert not Lineage.load(then).ancestors(child.id)
    assert len(Lineage.load().ancestors(child.id)) == 1
