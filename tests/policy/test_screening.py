"""What lists, measures, domains and namespaces say about the parties around a use."""

import datetime as dt
from typing import Any

import pytest

from apps.accounts.services import set_up_organisation
from apps.core.clock import today
from apps.parties.models import Domain, HubOrganisation, Party
from apps.registry import services as registry
from apps.registry.models import Model, Use
from apps.registry.services.models import AliasInput
from apps.sanctions.models import EventParty, Listing, RestrictionEvent
from tests.making import SETUP, a_model, a_party, a_use, state
from tests.policy.making import SOURCED, base, edge, entry, own, saved, use_of, value
from tests.sanctions.measures.making import an_event, moved

pytestmark = pytest.mark.django_db
COMMIT = "a09a35458c702b33eeacc393d103063234e8bc28"


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

    def test_of_parties_that_nobody_curated_only_measures_that_name_them_are_said(self) -> None:
        operator = a_party()
        use = a_use(operator_id=operator.id)
        assert entry(use, "screening.authority_measures") is None
        self.measure(operator)
        assert value(use, "screening.authority_measures") == ["IT"]
        assert entry(use, "screening.pending_measures") is None

    def test_a_step_that_an_officer_enters_moves_the_use(self) -> None:
        operator = a_party()
        use = a_use(operator_id=operator.id)
        event = an_event(operator, jurisdiction="US", instrument="Order 9", scope=["api"])
        assert value(use, "screening.pending_measures") == ["Office of Trade: Order 9"]
        moved(event, "in_force", today())
        assert entry(use, "screening.pending_measures") is None
        assert value(use, "screening.authority_measures") == ["US"]
        moved(event, "suspended", today())
        assert entry(use, "screening.authority_measures") is None

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
