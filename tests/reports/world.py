"""A model with everything a dossier can show: parties with Chinese names, lineage, licence, lists, uses, findings."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.accounts.models import Organisation, Team
from apps.core.changes import change
from apps.core.clock import today
from apps.findings.models import Finding
from apps.findings.services import approve_waiver, propose_waiver
from apps.licences.models import Duty, Licence
from apps.parties.models import Party, PartyName
from apps.parties.services import record_stake
from apps.policy.engine.packs import load_packs
from apps.policy.evaluation import judge_uses
from apps.policy.publishing import publish
from apps.registry import services as registry
from apps.registry.models import Model, Release, Use
from apps.registry.services import FactInput
from apps.registry.services.models import AliasInput
from apps.reviews.services import complete_review
from apps.sanctions.models import EventParty, Listing, RestrictedPartyList, RestrictionEvent
from tests.making import SETUP, a_model, a_party, a_release, a_team, a_use, an_actor

NATIVE = "青山人工智能科技有限公司"
SOURCE = {
    "state": "claimed_by_provider",
    "source_label": "Model card of Green Hill, revision of 2026-09-02",
    "source_url": "https://hub.example.test/greenhill/qingshan-7b",
    "as_of": dt.date(2026, 9, 2),
}


@dataclass
class World:
    """What the tests hold on to."""

    model: Model
    team: Team
    other_team: Team
    use: Use
    other_use: Use
    developer: Party


def an_organisation(name: str = "Nordlicht Versicherung AG") -> Organisation:
    """The company of the installation."""
    with change(SETUP, "organisation.set_up"):
        organisation = Organisation(name=name)
        organisation.save()
    return organisation


def stored(*rows: Any) -> None:
    """Rows that come from the knowledge, written as its import writes them."""
    with change(SETUP, "knowledge.load"):
        for row in rows:
            row.save()


def a_world(model_name: str = "Qingshan-7B-Instruct") -> World:
    """One model with two uses of two teams, judged by the packs of the product."""
    an_organisation()
    publish(actor=SETUP, content=load_packs())
    developer = _parties()
    model = _lineage(model_name, developer)
    _licence(model)
    _lists(developer)
    team, other_team = a_team("Claims"), a_team("Marketing")
    use = _a_full_use(model, team, developer)
    other = a_use(other_team, release=a_release(model), name="Newsletter drafts", environment="test")
    judge_uses(actor=SETUP)
    _waiver(use)
    judge_uses(actor=SETUP)
    _review(use)
    return World(model, team, other_team, use, other, developer)


def _parties() -> Party:
    group = a_party("Green Hill", kind="group")
    developer = a_party("Green Hill Artificial Intelligence Technology Co., Ltd.", native_name=NATIVE)
    developer.group = group
    stored(
        developer,
        PartyName(party=developer, name="QINGSHAN", kind="brand", **SOURCE),
    )
    owner = a_party("Hangzhou Evergreen Holdings", native_name="杭州长青控股有限公司")
    record_stake(
        actor=SETUP,
        owned=developer,
        owner=owner,
        basis="equity",
        equity_pct=Decimal("62.50"),
        valid_from=dt.date(2021, 4, 1),
        source="Company register, extract of 2026-05-11",
        source_url="https://register.example.test/4711",
        as_of=dt.date(2026, 5, 11),
    )
    facts = [
        FactInput(field="hq_country", value="CN", state="claimed_by_provider", source="Green Hill, legal notice"),
        FactInput(field="legal_name", value=developer.name, state="verified", source="Company register"),
    ]
    registry.state_facts(actor=SETUP, subject_type="party", subject_id=developer.id, facts=facts)
    return developer


def _lineage(name: str, developer: Party) -> Model:
    base = a_model("Qingshan-7B", developer=developer, kind="base", access="open_weights")
    model = a_model(
        name,
        developer=developer,
        kind="fine_tune",
        access="open_weights",
        family="Qingshan",
        aliases=[AliasInput("huggingface", "greenhill/Qingshan-7B-Instruct")],
        source="Model card of Green Hill",
    )
    quantised = a_model(f"{name}-GPTQ", kind="quantisation")
    edges: list[tuple[Model, str, Model | None, str]] = [
        (model, "finetune", base, ""),
        (model, "synthetic_data_from", None, "teacher-large-2 <not disclosed>"),
        (base, "continued_pretraining", None, "Qingshan-3B"),
        (quantised, "quantized", model, ""),
    ]
    for child, relation, parent, parent_name in edges:
        registry.add_lineage_edge(
            actor=SETUP,
            child=child,
            relation=relation,
            parent=parent,
            parent_name=parent_name,
            state="claimed_by_provider",
            source="Model card of Green Hill",
            source_url=SOURCE["source_url"],
            as_of=dt.date(2026, 9, 2),
        )
    return model


def _licence(model: Model) -> None:
    licence = Licence(
        key="qingshan-licence-1",
        ref="LicenseRef-Qingshan-1.0",
        name="Qingshan Licence Agreement 1.0",
        category="community-restricted",
        text_sha256="5a1c5b656198d54ed7b8f42129149e26f4e688dd9ba6698ae87947e44b0459c3",
        text_source="LICENSE file of the repository",
        text_date=dt.date(2026, 9, 2),
    )
    stored(licence)
    rest = {"state": "verified", "source_label": "Text of the licence", "as_of": dt.date(2026, 10, 2)}
    for term, clause, text_en, text_de in (
        ("attribution", "§ 3(b)", "Show “Built with Qingshan” beside the product.", "„Built with Qingshan“ zeigen."),
        ("flow_down", "§ 3(a)", "Pass the agreement on with every copy.", "Den Vertrag mit jeder Kopie weitergeben."),
    ):
        stored(Duty(licence=licence, term=term, clause=clause, text_en=text_en, text_de=text_de, **rest))
    allowed = _allowed("licence", "commercial_use")
    facts = [
        FactInput(field="commercial_use", value=allowed, state="verified", source="Text of the licence, § 2"),
        FactInput(field="mau_threshold", value=100_000_000, state="verified", source="Text of the licence, § 4"),
    ]
    registry.state_facts(actor=SETUP, subject_type="licence", subject_id=licence.id, facts=facts)
    for release in Release.objects.filter(model=model):
        said = FactInput(
            field="licence_concluded",
            value=licence.key,
            state="claimed_by_provider",
            source="Model card of Green Hill",
            source_url=str(SOURCE["source_url"]),
            as_of=dt.date(2026, 9, 2),
        )
        registry.state_facts(actor=SETUP, subject_type="release", subject_id=release.id, facts=[said])


def _allowed(subject: str, field: str) -> str:
    from apps.facts.catalogue import FIELDS

    return FIELDS[subject][field].allowed[0]


def _lists(developer: Party) -> None:
    row = RestrictedPartyList(
        key="example-export-list",
        title="Export Control List",
        authority_en="Office of Export Control",
        authority_de="Amt für Ausfuhrkontrolle",
        effect_class="export-restriction",
        meaning_en="Restricts what may be exported to the party. It does not forbid buying from it.",
        meaning_de="Beschränkt, was an die Partei ausgeführt werden darf. Es verbietet nicht, von ihr zu kaufen.",
        source_label="Official journal",
        as_of=dt.date(2026, 8, 1),
    )
    event = RestrictionEvent(
        authority="Data Protection Authority",
        jurisdiction="IT",
        instrument="Provisional order 12/2026",
        effect="service_suspended",
        effect_class="data",
        binds="the provider of the app",
        scope=["app"],
        status="in_force",
        valid_from=dt.date(2026, 3, 3),
        state="claimed_by_provider",
        source_label="Notice of the authority",
        source_url="https://authority.example.test/12-2026",
        as_of=dt.date(2026, 3, 4),
    )
    rest = {"party": developer, "source_label": "Official journal", "as_of": dt.date(2026, 8, 1)}
    stored(
        row,
        event,
        Listing(list_key=row.key, status="listed", since=dt.date(2025, 1, 16), state="verified", key="l-1", **rest),
        Listing(list_key="another-list", status="not_found", state="claimed_by_provider", key="l-2", **rest),
        EventParty(event=event, party=developer),
    )


def _a_full_use(model: Model, team: Team, developer: Party) -> Use:
    owner = an_actor("owner", team=team)
    return a_use(
        team,
        actor=owner,
        release=a_release(model),
        name="Claims triage",
        environment="production",
        hosting_mode="first_party_api",
        operator_id=developer.id,
        deployment_facts=[
            FactInput(field="retention_days", value=30, source="Contract 17, annex 2"),
            FactInput(field="processing_countries", value=["CN", "SG"], source="Terms of service, 2026-07"),
            FactInput(
                field="trains_on_inputs",
                state="disputed",
                source="Terms of service against privacy notice",
                conflict=[
                    {"value": "yes", "source": "Terms of service, 2026-07"},
                    {"value": "no", "source": "Privacy notice, 2026-06"},
                ],
            ),
        ],
        use_case_facts=[
            FactInput(field="owner", value=str(owner.user_id)),
            FactInput(field="purpose", value="Sort incoming claims by urgency"),
            FactInput(field="data_class", value=_allowed("use_case", "data_class")),
            FactInput(field="countries", value=["DE", "AT"]),
            FactInput(field="next_review", value=(today() + dt.timedelta(days=20)).isoformat()),
        ],
    )


def _waiver(use: Use) -> None:
    finding = Finding.objects.filter(use=use, waivable=True, status="open").order_by("rule_code").first()
    assert finding is not None
    waiver = propose_waiver(
        actor=an_actor("officer"),
        finding=finding,
        reason="The replacement is being tested and goes live in January.",
        compensating_controls=["Inputs are pseudonymised", "Outputs are read by a person"],
        expires_on=today() + dt.timedelta(days=60),
    )
    approve_waiver(actor=an_actor("approver"), waiver=waiver, reason="Until the replacement is live.")


def _review(use: Use) -> None:
    complete_review(
        actor=an_actor("officer"),
        use=use,
        conclusion="changes_needed",
        note="Name a deputy; clear up whether inputs are used for training.",
        next_review=today() + dt.timedelta(days=90),
    )


def many_uses(world: World, count: int) -> None:
    """More uses of the same model by one team."""
    for number in range(count):
        a_use(
            world.team,
            release=a_release(world.model),
            name=f"Use of the claims department number {number}",
            environment="production",
            hosting_mode="first_party_api",
            operator_id=world.developer.id,
            deployment_facts=[FactInput(field="retention_days", value=30 + number % 3, source="Contract 17, annex 2")],
            use_case_facts=[FactInput(field="purpose", value=f"Purpose {number}", source="Intake form")],
        )
    judge_uses(actor=SETUP)
