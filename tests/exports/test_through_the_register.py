"""From the register into a file and into an empty register: the same facts stand there afterwards."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from apps.accounts.actors import Actor
from apps.accounts.models import Team
from apps.core.changes import change
from apps.exports.gathering import Gathered, gather_model, gather_register, gather_use
from apps.exports.writing import complaints, document
from apps.facts.models import Assertion, State
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.imports.models import Import, ImportRow, SourceDocument
from apps.imports.services import receive_import, run_import, undo_import
from apps.licences.models import Licence
from apps.parties.models import Domain, HubOrganisation, Party, PartyName, Stake
from apps.registry import services as registry
from apps.registry.models import Model
from apps.registry.services import FactInput
from apps.registry.services.lineage import claim_lineage_edge
from apps.registry.services.models import AliasInput
from tests.exports.test_round_trip import said
from tests.imports.making import imported
from tests.making import SETUP, a_model, a_party, a_team, a_use, a_user, officer

pytestmark = pytest.mark.django_db

COMMIT = "a09a35458c702b33eeacc393d103063234e8bc28"
SHA = "ab" * 32
CARD = "Model card of Alpha"


class _Undo(Exception):
    """Takes back what stood in a register that is to be empty again."""


@contextmanager
def a_register_of_its_own() -> Iterator[None]:
    """What is written inside is gone afterwards."""
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass


def everybody() -> None:
    """People, teams and licences that both registers know."""
    a_user(email="owner@example.test")
    a_team("Claims")
    with change(SETUP, "tests.fill"):
        Licence(key="alpha-1", ref="LicenseRef-Alpha-1.0", name="Alpha Licence 1.0").save()


def fact(field: str, value: Any, **more: Any) -> FactInput:
    plain = {"state": State.CLAIMED_BY_PROVIDER, "source": CARD, "source_url": "https://hub.example.test/a"}
    return FactInput(field=field, value=value, **{**plain, "as_of": dt.date(2026, 9, 2), **more})


def stated(kind: str, key: Any, *facts: FactInput, channel: str = "person") -> None:
    registry.state_facts(actor=SETUP, subject_type=kind, subject_id=key, facts=facts, channel=channel)


def sourced(**more: Any) -> dict[str, Any]:
    """What every row of a party has that is a statement of its own."""
    plain = {"state": State.VERIFIED, "source_label": "Register of companies", "as_of": dt.date(2026, 8, 1)}
    return {**plain, "source_url": "https://register.example.test/1", "note": "Seen.", **more}


def two_parties() -> tuple[Party, Party]:
    """A group with the entity that stands for it, its owners, names and domains; and who operates something."""
    alpha, hosting = a_party("Alpha Labs"), a_party("Hosting Ltd", kind=Party.Kind.OTHER)
    group, state_fund = a_party("Alpha", kind=Party.Kind.GROUP), a_party("Fund", kind=Party.Kind.STATE_BODY)
    stated("party", alpha.id, fact("hq_country", "CN"), fact("ultimate_parent", str(group.id)))
    stated("party", alpha.id, fact("gpai_cop_status", "full"))
    stated("party", alpha.id, fact("hq_country", "SG", source="Elsewhere"), channel="knowledge")
    stated("party", alpha.id, fact("state_linked_owner", None, state=State.UNKNOWN, note="Nobody says."))
    stated("party", hosting.id, fact("id_code", "HRB 1"), fact("known_domains", ["hosting.example"]))
    stake = {"owned": alpha, "basis": "equity", **sourced(state=State.CLAIMED_BY_PROVIDER)}
    with change(SETUP, "tests.fill"):
        alpha.group, group.principal = group, alpha
        alpha.save(update_fields=["group"])
        group.save(update_fields=["principal"])
        PartyName(party=alpha, name="阿尔法", kind="native", language="zh", **sourced()).save()
        PartyName(party=alpha, name="Alfa", kind="alias", **sourced(state=State.DISPUTED)).save()
        Domain(party=alpha, domain="alpha.example", **sourced()).save()
        Domain(party=alpha, domain="a1pha.example", lookalike=True, **sourced(state=State.UNKNOWN)).save()
        HubOrganisation(party=alpha, name="Alpha", **sourced()).save()
        Stake(owner=state_fund, owner_name="Fund", equity_pct=Decimal("30.5"), **stake).save()
        Stake(
            owner_name="Free float", free_float=True, valid_to=dt.date(2030, 1, 1), **{**stake, "state": State.UNKNOWN}
        ).save()
    return alpha, hosting


def a_rich_register() -> tuple[Model, Any]:
    """A family of three, with every kind of statement, and a use of it."""
    from apps.accounts.models import User

    alpha, hosting = two_parties()
    base = a_model("Alpha-7B", developer=alpha, aliases=[AliasInput("huggingface", "Alpha/Alpha-7B")])
    tuned = a_model(
        "Alpha-7B-Instruct", developer=alpha, aliases=[AliasInput("huggingface", "Alpha/Alpha-7B-Instruct")]
    )
    teacher = a_model("Teacher")
    floating = tuned.releases.get(revision="")
    pinned = registry.add_release(actor=SETUP, model=tuned, revision=COMMIT)
    registry.add_artefact(
        actor=SETUP, release=pinned, path="model.safetensors", sha256=SHA, size=12, format="safetensors"
    )
    stated("model", tuned.id, fact("parameters", 7_000_000_000, state=State.VERIFIED, note="Counted."))
    stated("model", tuned.id, fact("parameters", 6_000_000_000, source="Elsewhere"), channel="hf-card")
    stated("model", tuned.id, fact("release_date", "2026-01-02", valid_until=dt.date(2030, 1, 1)))
    stated("model", tuned.id, fact("gpai", "gpai", source="One"))
    stated("model", tuned.id, fact("gpai", "no", source="Other"), channel="knowledge")
    stated("model", base.id, fact("lineage_complete", None, state=State.UNKNOWN))
    stated("model", base.id, fact("modalities_in", ["text", "image"], source_quality="secondary"))
    stated("release", floating.id, fact("licence_declared", "other/alpha-community"))
    stated("release", pinned.id, fact("licence_declared", "Apache-2.0"))
    stated("release", pinned.id, fact("licence_concluded", "alpha-1", state=State.VERIFIED, source="Text read"))
    for parent, relation, certainty in ((base, "finetune", "verified"), (teacher, "distilled_from", "inferred")):
        registry.add_lineage_edge(
            actor=SETUP,
            child=tuned,
            relation=relation,
            parent=parent,
            state=certainty,
            source=CARD,
            as_of=dt.date(2026, 9, 1),
        )
    registry.add_lineage_edge(
        actor=SETUP,
        child=base,
        relation="merge",
        parent_name="Lost/Model",
        state="disputed",
        source=CARD,
        note="Deleted.",
    )
    claim_lineage_edge(
        actor=SETUP,
        child=tuned,
        relation="finetune",
        parent=base,
        state="inferred",
        source="Somebody else",
        note="Seen.",
    )
    use = a_use(
        Team.objects.get(),
        name="Claims triage",
        release=pinned,
        environment="production",
        operator_id=hosting.id,
        deployment_name="Frankfurt",
        use_case_name="Triage",
        use_case_facts=[
            fact("purpose", "Sort letters."),
            fact("owner", str(User.objects.get(email="owner@example.test").id)),
        ],
        deployment_facts=[fact("retention_days", 30, state=State.CLAIMED_BY_OWNER, note="Contract § 3")],
    )
    return tuned, use


def statements(gathered: Gathered) -> list[Any]:
    """What the register says, in an order of its own."""
    records = [one.record for one in (*gathered.models, *gathered.uses)]
    return sorted([said(one) for one in (*gathered.parties, *records)], key=str)


@pytest.mark.parametrize("format", ["cyclonedx", "spdx"])
@pytest.mark.parametrize("subject", ["register", "model", "use"])
def test_an_empty_register_says_the_same_after_importing_an_export(format: str, subject: str) -> None:  # noqa: A002
    everybody()
    with a_register_of_its_own():
        tuned, use = a_rich_register()
        gathered = {
            "register": lambda: gather_register(SETUP),
            "model": lambda: gather_model(tuned.id),
            "use": lambda: gather_use(SETUP, use.id),
        }[subject]()
        before = statements(gathered)
        made = document(format, gathered)
    assert not Model.objects.exists()
    content = json.dumps(made).encode()
    one = receive_import(
        actor=Actor.command("tests"), content=content, file_name="export.json", kind=format, dry_run=False, at_once=True
    )
    refused = ImportRow.objects.filter(of=one, outcome="quarantined").values_list("locator", "errors")
    assert (one.state, one.quarantined) == (Import.State.DONE, 0), list(refused)
    after = gather_register(SETUP)
    assert statements(after) == before
    assert not complaints(format, document(format, after))
    assert SourceDocument.objects.exists()
    again = receive_import(
        actor=Actor.command("tests"), content=content, file_name="export.json", kind=format, dry_run=False, at_once=True
    )
    assert (again.unchanged, again.quarantined) == (again.rows_read, 0)
    for done in (again, one):
        run_import(import_id=undo_import(actor=officer(), one=done, reason="Tried.").id)
        done.refresh_from_db()
        assert (done.state, done.kept) == (Import.State.UNDONE, [])
    for kind in (Model, Party, PartyName, Domain, HubOrganisation, Stake):
        assert not kind._default_manager.exists(), kind


@pytest.mark.parametrize("format", ["cyclonedx", "spdx"])
class TestPartiesThatAreThere:
    """What an export says of parties that the other register has already."""

    def taken_in(self, format: str) -> Import:  # noqa: A002
        with a_register_of_its_own():
            content = json.dumps(document(format, gather_model(a_rich_register()[0].id))).encode()
        self.alpha = a_party("alpha labs", kind=Party.Kind.FOUNDATION)
        stated("party", self.alpha.id, fact("hq_country", "DE"), fact("gpai_cop_status", "none"))
        with change(SETUP, "tests.fill"):
            Domain(party=self.alpha, domain="alpha.example", state=State.UNKNOWN).save()
        return imported(content, name="export.json", kind=format)

    def test_a_persons_word_stays_and_the_disagreement_shows(self, format: str) -> None:  # noqa: A002
        everybody()
        one = self.taken_in(format)
        assert (one.state, one.quarantined) == (Import.State.DONE, 0)
        self.alpha.refresh_from_db()
        assert (self.alpha.name, self.alpha.kind, self.alpha.group) == ("alpha labs", Party.Kind.FOUNDATION, None)
        known = current_facts([SubjectRef("party", self.alpha.id)])[SubjectRef("party", self.alpha.id)]
        assert known["gpai_cop_status"].state == State.DISPUTED
        assert (known["hq_country"].value, {side.value for side in known["hq_country"].conflicts}) == (
            "DE",
            {"CN", "SG"},
        )
        mine = Assertion.objects.filter(subject_id=self.alpha.id, channel="person", superseded_at=None)
        assert dict(mine.values_list("field", "value")) == {"hq_country": "DE", "gpai_cop_status": "none"}
        assert self.alpha.domains.get(domain="alpha.example").state == State.UNKNOWN
        assert set(self.alpha.names.values_list("name", flat=True)) == {"阿尔法", "Alfa"}
        assert {model.developer for model in Model.objects.exclude(name="Teacher")} == {self.alpha}
