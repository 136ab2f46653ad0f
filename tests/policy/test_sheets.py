"""Fact sheets: what is gathered, and that the same facts make the same sheet."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.core.changes import change
from apps.core.clock import now, today
from apps.facts.catalogue import paths
from apps.licences.models import Licence
from apps.parties.models import Domain, Party
from apps.parties.services import record_stake
from apps.policy.sheets import gather_sheets
from apps.registry import services as registry
from apps.sanctions.models import Listing
from tests.making import SETUP, a_model, a_party, a_release, a_use, state
from tests.policy.making import SOURCED, base, developer, edge, entry, own, saved, sheet_of, use_of, value

pytestmark = pytest.mark.django_db
COMMIT = "a09a35458c702b33eeacc393d103063234e8bc28"


class TestLicence:
    def test_a_past_sheet_reads_the_licence_of_then(self) -> None:
        release, old, new = a_release(), self.a_licence("old"), self.a_licence("new")
        state("release", release.id, licence_concluded=old.key)
        use, then = a_use(release=release), now()
        state("release", release.id, licence_concluded=new.key)
        assert value(use, "licence.ref") == "LicenseRef-new"
        assert gather_sheets([use.id], recorded_at=then)[0].facts["licence.ref"]["value"] == "LicenseRef-old"

    def a_licence(self, key: str) -> Licence:
        return saved(Licence(key=key, ref=f"LicenseRef-{key}", name=f"{key} licence", text_sha256="ab" * 32))

    def test_a_release_has_its_own_licence_before_that_of_the_floating_one(self) -> None:
        model, old, new = a_model(), self.a_licence("old"), self.a_licence("new")
        floating = a_release(model)
        state("release", floating.id, licence_concluded=old.key)
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
        assert facts["licence.judgement"]["value"] == "review"
        assert facts["licence.open_questions"]["value"] == [
            "gap_unread (LicenseRef-modified-mit): LicenseRef-modified-mit"
        ]
        assert "licence.commercial_use" not in facts

    def test_a_disputed_licence_is_visible_with_both_sides_and_not_read(self) -> None:
        release = a_release()
        state("release", release.id, licence_declared="apache-2.0")
        state("release", release.id, licence_declared="other/x", channel="hf-card")
        use = a_use(release=release)
        found = entry(use, "licence.ref")
        assert (found["value"], found["state"]) == (None, "disputed")
        assert [side["value"] for side in found["conflicts"]] == ["apache-2.0", "other/x"]
        assert "ref" not in sheet_of(use).known["licence"]
        assert value(use, "licence.judgement") == "review"


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
    few, many = many_uses(5), many_uses(195)
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


@pytest.mark.parametrize(
    ("stake", "follows"),
    [
        ({"equity_pct": Decimal(50)}, True),
        ({"voting_pct": Decimal("50.001")}, True),
        ({"equity_pct": Decimal("49.999")}, False),
        ({"equity_pct": Decimal(36)}, False),
        ({}, False),
        ({"basis": "contract_vie"}, True),
        ({"basis": "de_facto"}, True),
        ({"basis": "board_appointment"}, False),
    ],
)
def test_a_list_of_the_owner_counts_from_half_or_control_on(stake: dict[str, Any], follows: bool) -> None:
    owner, developer = a_party("Owner Ltd"), a_party("Developer Ltd")
    record_stake(
        actor=SETUP,
        owner=owner,
        owned=developer,
        **{"basis": "equity", "source": "Annual report", "as_of": dt.date(2026, 1, 1), **stake},
    )
    with change(SETUP, "test.listing"):
        Listing(party=owner, list_key="US-1260H", status="listed", state="inferred", source_label="List").save()
    use = a_use(release=a_release(a_model(developer=developer)))
    [sheet] = gather_sheets([use.id])
    lists = sheet.facts.get("screening.confirmed_lists", {}).get("value")
    assert lists == (["US-1260H"] if follows else None)
