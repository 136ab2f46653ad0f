"""Loading the files: again and again, changed, beside what people entered, and not at all when one is malformed."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.audit.models import AuditEntry
from apps.core.changes import change
from apps.core.errors import NotPermitted
from apps.facts.models import Assertion
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.imports.knowledge.reading import KnowledgeError
from apps.imports.knowledge.report import LoadReport
from apps.imports.knowledge.services import load_knowledge
from apps.licences.models import Licence
from apps.parties.models import Domain, HubOrganisation, Party, PartyName, Stake
from apps.parties.services import correct_stake, withdraw_stake
from apps.policy.models import DueUse
from apps.registry import services as registry
from apps.registry.models import HostingOffer, LineageEdge, Model, ModelAlias, Release
from apps.registry.services import FactInput
from apps.registry.services.models import AliasInput
from apps.sanctions.measures import name_parties
from apps.sanctions.models import EventParty, Listing, RestrictedPartyList, RestrictionEvent
from tests.imports.knowledge import small
from tests.making import SETUP, a_model, a_party, a_team, a_use, an_actor, officer
from tests.sanctions.measures.making import an_event, moved

pytestmark = pytest.mark.django_db
LOADER = Actor.command("load_knowledge")
WRITES = ("INSERT", "UPDATE", "DELETE")


def load() -> LoadReport:
    return load_knowledge(actor=LOADER)


def party(key: str) -> Party:
    return Party.objects.get(key=key)


def model(key: str) -> Model:
    return Model.objects.get(key=key)


def fact(kind: str, subject: Any, field: str) -> Any:
    return current_facts([SubjectRef(kind, subject.id)])[SubjectRef(kind, subject.id)].get(field)


def outcomes(report: LoadReport) -> dict[str, dict[str, list[str]]]:
    """What the report names besides what stayed the same."""
    found = {
        kind: {outcome: names for outcome, names in by_outcome.items() if names and outcome != "unchanged"}
        for kind, by_outcome in report.outcomes.items()
    }
    return {kind: by_outcome for kind, by_outcome in found.items() if by_outcome}


def test_everything_in_the_files_reaches_the_register(folder: Path) -> None:
    load()
    assert party("maker").principal == party("maker-ltd")
    assert party("maker-ltd").group == party("maker")
    assert PartyName.objects.get(name="Makerlet").party == party("maker")
    assert {row.domain: (row.lookalike, row.state) for row in Domain.objects.all()} == {
        "maker.example": (False, "claimed_by_provider"),
        "rnaker.example": (True, "unknown"),
    }
    assert HubOrganisation.objects.get().name == "maker-hub"
    assert fact("party", party("maker"), "hq_country").value == "DE"
    assert Listing.objects.get(status="listed").party == party("owner-inc")
    event = RestrictionEvent.objects.get()
    assert (event.jurisdiction, event.status, list(event.parties.all())) == ("US-TX", "in_force", [party("maker")])
    base, tuned = model("base-7b"), model("tuned-7b")
    assert (base.kind, base.developer, tuned.kind) == ("base", party("maker"), "unknown")
    floating, pinned = base.releases.order_by("revision")
    assert floating.licence == Licence.objects.get()
    assert pinned.purl == "pkg:huggingface/maker-hub/Base-7B@52e20a6f5f475e5c8f6a8ebda4ae5fa6b1ea22ac"
    assert tuned.releases.get().licence_expression == "other"
    assert {(edge.parent_name, edge.parent) for edge in tuned.parents.all()} == {
        ("Base-7B", base),
        ("Somebody/Else", None),
    }
    assert HostingOffer.objects.get().operator == party("maker-ltd")


def test_what_a_weak_source_says_stays_unknown_and_nothing_follows_from_it(folder: Path) -> None:
    load()
    known, rumoured = Stake.objects.order_by("basis")
    assert (known.owner, known.state, known.equity_pct) == (party("owner-inc"), "inferred", 12.5)
    assert (rumoured.owner, rumoured.owner_name, rumoured.state) == (None, "Fund", "unknown")


def test_the_same_files_again_write_nothing(folder: Path) -> None:
    assert load().changed
    entries = AuditEntry.objects.count()
    with CaptureQueriesContext(connection) as queries:
        again = load()
    assert outcomes(again) == {}
    assert not again.changed
    assert again.count("unchanged") > 30
    assert [query["sql"] for query in queries if query["sql"].lstrip().startswith(WRITES)] == []
    assert AuditEntry.objects.count() == entries


def test_every_write_is_one_change_of_the_journal(folder: Path) -> None:
    before = set(AuditEntry.objects.values_list("id", flat=True))
    load()
    entries = AuditEntry.objects.exclude(id__in=before)
    assert {entry.action for entry in entries} == {"knowledge.load"}
    assert len({entry.change_id for entry in entries}) == 1
    assert {entry.actor_label for entry in entries} == {"command load_knowledge"}


def test_a_persons_statement_stays_and_the_disagreement_shows(folder: Path) -> None:
    load()
    somebody = officer()
    registry.state_facts(
        actor=somebody,
        subject_type="party",
        subject_id=party("maker").id,
        facts=[FactInput(field="hq_country", value="FR", source="Commercial register")],
    )
    assert not load().changed
    found = fact("party", party("maker"), "hq_country")
    assert (found.state, {side.value for side in found.conflicts}) == ("disputed", {"DE", "FR"})
    assert Assertion.objects.get(asserted_by=somebody.label).superseded_at is None


def test_a_changed_fact_supersedes_and_a_missing_one_is_withdrawn(folder: Path) -> None:
    load()
    small.replace(folder, "parties.yaml", 'value: "DE"', 'value: "AT"')
    small.without(folder, "parties.yaml", "    gpai_cop_status: {value: full, s: press}")
    report = load()
    assert outcomes(report) == {
        "facts of party": {"changed": ["maker: hq_country"], "withdrawn": ["maker: gpai_cop_status"]}
    }
    assert fact("party", party("maker"), "hq_country").value == "AT"
    assert fact("party", party("maker"), "gpai_cop_status") is None
    assert Assertion.objects.filter(field="hq_country").count() == 2
    assert not load().changed


@pytest.mark.parametrize(
    ("file", "old", "new", "changed"),
    [
        ("parties.yaml", "name: Maker\n", "name: The Maker\n", {"parties": ["maker (name)"]}),
        ("parties.yaml", "equity_pct: 12.5", "equity_pct: 13", {"stakes": ["Owner Inc. in maker-ltd (equity_pct)"]}),
        ("parties.yaml", "maker-hub, s: press", "maker-hub, s: page", {"hub namespaces": ["huggingface/maker-hub ("]}),
        ("lists.yaml", "en: No dealings.", "en: None at all.", {"lists": ["XX-LIST (meaning_en)"]}),
        ("lists.yaml", "since: 2026-01-02", "since: 2026-01-03", {"listings": ["owner-inc:XX-LIST:listed (since)"]}),
        ("events.yaml", "[devices]", "[api]", {"measures": ["example-ban (scope)"]}),
        ("models.yaml", "name: Tuned-7B", "name: Tuned-7B-v2", {"models": ["tuned-7b (name)"]}),
        ("models.yaml", "expression: other", "expression: MIT", {"facts of release": ["tuned-7b: licence_declared"]}),
        (
            "models.yaml",
            "Else, relation: merge, s: press",
            "Else, relation: merge, s: page",
            {"lineage": ["tuned-7b merge"]},
        ),
        ("models.yaml", "Base-7B, s: press", "Base-7B, s: page", {"identifiers": ["huggingface:maker-hub/Base-7B ("]}),
        ("models.yaml", "value: base", "value: merge", {"facts of model": ["base-7b: kind"]}),
        ("offers.yaml", "value: 30", "value: 31", {"offers": ["maker-api (facts)"]}),
    ],
)
def test_the_report_names_what_changed(
    folder: Path, file: str, old: str, new: str, changed: dict[str, list[str]]
) -> None:
    load()
    small.replace(folder, file, old, new)
    found = outcomes(load())
    assert found.keys() == changed.keys()
    for kind, names in changed.items():
        assert len(found[kind]["changed"]) == len(names)
        assert all(said.startswith(name) for said, name in zip(found[kind]["changed"], names, strict=True))
    assert not load().changed


def test_a_stated_kind_stands_in_the_column_until_a_person_knows_better(folder: Path) -> None:
    load()
    small.replace(folder, "models.yaml", "value: base", "value: merge")
    load()
    assert model("base-7b").kind == "merge"
    registry.state_facts(
        actor=officer(),
        subject_type="model",
        subject_id=model("base-7b").id,
        facts=[FactInput(field="kind", value="base", state="verified", source="Paper")],
    )
    assert not load().changed
    assert model("base-7b").kind == "base"


def test_rows_that_left_the_files_are_removed_where_nothing_refers_to_them(folder: Path) -> None:
    load()
    for file in ("lists.yaml", "events.yaml", "models.yaml", "offers.yaml", "parties.yaml"):
        (folder / file).write_text("[]", encoding="utf-8")
    report = load()
    left = (Party, PartyName, Domain, HubOrganisation, Stake, RestrictedPartyList, Listing, RestrictionEvent)
    left += (EventParty, Model, ModelAlias, Release, LineageEdge, HostingOffer)
    assert [kind.__name__ for kind in left if kind.objects.exists()] == []
    assert not Assertion.objects.filter(superseded_at__isnull=True, subject_type__in=("party", "model")).exists()
    assert report.count("withdrawn") > 25
    assert report.count("kept") == 0
    assert not load().changed


def test_a_stake_that_a_person_corrected_or_took_back_does_not_come_again(folder: Path) -> None:
    load()
    corrected = correct_stake(
        actor=SETUP, stake=Stake.objects.get(basis="equity"), reason="A newer report", equity_pct=Decimal(20)
    )
    withdraw_stake(actor=SETUP, stake=Stake.objects.get(basis="votes"), reason="Never was")
    assert not load().changed
    assert list(Stake.objects.all()) == [corrected]
    withdraw_stake(actor=SETUP, stake=corrected, reason="Nor this")
    for file in ("lists.yaml", "events.yaml", "models.yaml", "offers.yaml", "parties.yaml"):
        (folder / file).write_text("[]", encoding="utf-8")
    assert "Maker Ltd" in load().names("parties", "kept"), "what is superseded still names it"
    assert [row.id for row in Stake.every.all()] == [corrected.id]


def test_a_row_that_something_refers_to_is_kept_and_reported(folder: Path) -> None:
    load()
    a_use(release=model("tuned-7b").releases.get(), offer=HostingOffer.objects.get())
    for file in ("lists.yaml", "events.yaml", "models.yaml", "offers.yaml"):
        (folder / file).write_text("[]", encoding="utf-8")
    report = load()
    assert report.names("models", "kept") == ["Tuned-7B"]
    assert report.names("releases", "kept") == ["Tuned-7B"]
    assert report.names("offers", "kept") == ["Maker API"]
    assert report.names("models", "withdrawn") == ["Base-7B"]
    assert load().names("models", "kept") == ["Tuned-7B"]


def test_a_row_about_which_a_person_spoke_is_kept(folder: Path) -> None:
    load()
    registry.state_facts(
        actor=officer(),
        subject_type="model",
        subject_id=model("tuned-7b").id,
        facts=[FactInput(field="parameters", value=7)],
    )
    for file in ("models.yaml", "offers.yaml"):
        (folder / file).write_text("[]", encoding="utf-8")
    assert load().names("models", "kept") == ["Tuned-7B"]


def test_what_a_person_entered_under_the_same_name_is_reported_and_not_touched(folder: Path) -> None:
    own_party = a_party("Maker Ltd")
    own_model = a_model("Mine", aliases=[AliasInput("huggingface", "maker-hub/base-7b")])
    with change(SETUP, "party.add_hub"):
        HubOrganisation(party=own_party, name="maker-hub").save()
    report = load()
    assert report.names("parties", "clash") == [
        "Maker Ltd: entered by a person; the knowledge has a party of this name too"
    ]
    assert report.names("identifiers", "clash") == ["huggingface:maker-hub/Base-7B"]
    assert report.names("hub namespaces", "clash") == ["huggingface/maker-hub"]
    assert ModelAlias.objects.get().model == own_model
    assert HubOrganisation.objects.get().party == own_party
    assert party("maker-ltd") != own_party
    again = load()
    assert not again.changed
    assert again.count("clash") == 3


def test_an_edge_that_would_close_a_circle_with_a_persons_is_left_out(folder: Path) -> None:
    small.without(folder, "models.yaml", "    - {model: base-7b, relation: finetune, s: press}")
    load()
    registry.add_lineage_edge(
        actor=SETUP, child=model("base-7b"), parent=model("tuned-7b"), relation="finetune", source="Paper"
    )
    small.replace(
        folder, "models.yaml", "  parents:\n", "  parents:\n    - {model: base-7b, relation: finetune, s: press}\n"
    )
    report = load()
    assert report.names("lineage", "clash") == ["tuned-7b: somebody entered Base-7B as made from it"]
    assert not LineageEdge.objects.filter(child=model("tuned-7b"), parent=model("base-7b")).exists()


def test_deployments_follow_the_terms_of_their_offer_beside_what_their_team_says(folder: Path) -> None:
    load()
    use = a_use(
        release=model("base-7b").releases.get(revision=""),
        offer=HostingOffer.objects.get(),
        deployment_facts=[FactInput(field="dpa_signed", value=True, source="Contract")],
    )
    assert not load().changed
    small.replace(folder, "offers.yaml", "{value: 30, s: page}", "{value: 7, s: page}")
    small.replace(folder, "offers.yaml", "operator: maker-ltd", "operator: owner-inc")
    report = load()
    assert sorted(report.names("facts of deployment", "changed")) == [
        f"{use.deployment}: operator",
        f"{use.deployment}: retention_days",
    ]
    use.deployment.refresh_from_db()
    assert use.deployment.operator == party("owner-inc")
    assert fact("deployment", use.deployment, "retention_days").value == 7
    assert fact("deployment", use.deployment, "dpa_signed").value is True
    assert not load().changed


def test_uses_that_read_what_changed_are_marked(folder: Path) -> None:
    load()
    use = a_use(release=model("tuned-7b").releases.get())
    with change(SETUP, "use.judge"):
        DueUse.objects.all().delete()
    load()
    assert not DueUse.objects.exists()
    small.replace(folder, "lists.yaml", "status: listed", "status: litigated")
    load()
    assert DueUse.objects.get().use_id == use.id


def test_a_malformed_file_loads_nothing(folder: Path) -> None:
    small.replace(folder, "offers.yaml", "operator: maker-ltd", "operator: nobody")
    with pytest.raises(KnowledgeError, match=r"offers\.yaml: maker-api: nobody is no party"):
        load()
    assert not Party.objects.exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("lists.yaml", "party: owner-inc", "party: nobody", "lists.yaml: XX-LIST: nobody is no party"),
        ("events.yaml", "parties: [maker]", "parties: [nobody]", "events.yaml: example-ban: nobody is no party"),
        ("models.yaml", "developer: maker", "developer: nobody", "models.yaml: base-7b: nobody is no party"),
        ("models.yaml", "key: example", "key: unheard-of", "models.yaml: base-7b: unheard-of is no licence"),
        ("offers.yaml", "models: [base-7b", "models: [base-8b", "offers.yaml: maker-api: base-8b is no model"),
        ("offers.yaml", "models: [base-7b", "models: [maker", "offers.yaml: maker-api: maker is no model"),
        ("parties.yaml", "owner: owner-inc", "owner: nobody", "parties.yaml: maker-ltd: the owner nobody is no party"),
    ],
)
def test_a_reference_to_nothing_is_refused(folder: Path, file: str, old: str, new: str, message: str) -> None:
    small.replace(folder, file, old, new)
    with pytest.raises(KnowledgeError) as refused:
        load()
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize("role", [Role.OWNER, Role.AUDITOR, Role.CI])
def test_who_may_not_change_the_register_may_not_load(folder: Path, role: str) -> None:
    with pytest.raises(NotPermitted):
        load_knowledge(actor=an_actor(role, team=a_team()))


def test_statements_keep_the_dates_of_their_sources(folder: Path) -> None:
    load()
    row = Assertion.objects.get(field="hq_country")
    assert (row.source_date, row.as_of, row.source_quality) == (dt.date(2026, 6, 1), dt.date(2026, 6, 1), "secondary")
    searched = Listing.objects.get(status="not_found")
    assert (searched.party, searched.as_of) == (party("maker-ltd"), dt.date(2026, 6, 3))


def test_the_report_for_people_counts_everything_and_names_what_needs_a_look(folder: Path) -> None:
    first = load()
    assert "parties: 4 created" in first.text().splitlines()
    assert "  created: maker-ltd" not in first.text()
    assert "  created: maker-ltd" in first.text(verbosity=2)
    small.replace(folder, "events.yaml", "in_force", "lifted")
    lines = load().text().splitlines()
    assert lines[lines.index("measures: 1 changed") + 1] == "  changed: example-ban (status)"
    assert "parties: 4 unchanged" in lines


def test_a_status_that_the_files_change_is_another_step_of_its_history(folder: Path) -> None:
    load()
    event = RestrictionEvent.objects.get()
    assert [(step.status, step.on) for step in event.steps.all()] == [("in_force", dt.date(2026, 2, 3))]
    small.replace(folder, "events.yaml", "  status: in_force", "  to: 2026-05-01\n  status: lifted")
    load()
    assert outcomes(load()) == {}
    assert [(step.status, step.on) for step in event.steps.all()] == [
        ("in_force", dt.date(2026, 2, 3)),
        ("lifted", dt.date(2026, 5, 1)),
    ]


def test_a_measure_that_left_the_files_goes_with_its_history(folder: Path) -> None:
    load()
    (folder / "events.yaml").write_text("[]\n")
    load()
    assert not RestrictionEvent.objects.exists()


def test_the_last_of_the_steps_in_a_file_is_the_status(folder: Path) -> None:
    steps = "  status: in_force\n  steps:\n    - {status: lifted, since: 2026-02-04, s: press}"
    small.replace(folder, "events.yaml", "  status: in_force", steps)
    with pytest.raises(KnowledgeError, match="the last of the steps is not its status"):
        load()


def test_what_an_officer_says_of_a_measure_stays(folder: Path) -> None:
    load()
    event, further = RestrictionEvent.objects.get(), a_party("Further Ltd")
    moved(event, "lifted", dt.date(2026, 10, 1))
    name_parties(actor=officer(), event=event, parties=[further])
    small.replace(folder, "events.yaml", "scope: [devices]", "scope: [api]")
    for _ in range(2):
        report = load()
        assert report.names("measures", "clash") == ["example-ban"]
    event = RestrictionEvent.objects.get()
    assert (event.status, event.scope, event.channel) == ("lifted", ["devices"], "person")
    assert {row.name for row in event.parties.all()} == {"Maker", "Further Ltd"}
    assert [(step.status, step.channel) for step in event.steps.all()] == [
        ("in_force", "knowledge"),
        ("lifted", "person"),
    ]


def test_what_an_officer_enters_is_no_matter_of_the_files(folder: Path) -> None:
    load()
    event = an_event(party("maker"))
    assert outcomes(load()) == {}
    assert event.steps.count() == 1
