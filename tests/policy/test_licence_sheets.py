"""The effective licence on fact sheets: what ancestors ask for, the judgement for our profile, and as of when."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.services import set_up_organisation
from apps.core.clock import now
from apps.imports.knowledge.licences import load_licences, read_licences
from apps.imports.knowledge.report import LoadReport
from apps.licences.models import Licence
from apps.policy.models import DueUse
from apps.policy.sheets import gather_sheets
from apps.registry import services as registry
from apps.registry.models import Model
from tests.making import SETUP, a_model, a_party, a_release, a_use, state
from tests.policy.making import edge, entry, saved, sheet_of, value

pytestmark = pytest.mark.django_db
KEYS = ("mit", "apache-2.0", "llama-3.1-community", "cc-by-nc-4.0", "tencent-hunyuan-community-a13b")


@pytest.fixture(autouse=True)
def known() -> None:
    from apps.core.changes import change

    with change(SETUP, "knowledge.load"):
        load_licences(SETUP, LoadReport(), [row for row in read_licences() if row.key in KEYS])


def licensed(key: str, parent: Model | None = None, relation: str = "finetune", **more: Any) -> Model:
    model = a_model(**more)
    if key:
        state("release", a_release(model).id, licence_concluded=key)
    if parent:
        edge(model, parent, relation)
    return model


def profile(**facts: Any) -> None:
    known = {"country": "DE", "monthly_active_users": 9, "licence_businesses": [], "model_distribution": ["product"]}
    months = {"monthly_users_by_month": {"2024-06": 9, "2025-05": 9}}
    state(
        "org",
        set_up_organisation(actor=SETUP, name="Example").id,
        **{**known, **months, "outputs_train_models": "none", **facts},
    )


def a_use_of(model: Model, **facts: Any) -> Any:
    use = a_use(release=a_release(model))
    state("use_case", use.use_case_id, **{"commercial": True, "countries": ["DE"], **facts})
    state("model", model.id, modalities_in=["text"], modalities_out=["text"])
    return use


def test_terms_of_ancestors_bind_beside_the_own_licence() -> None:
    profile()
    base = licensed("cc-by-nc-4.0")
    use = a_use_of(licensed("mit", licensed("mit", base), "quantized"))
    assert value(use, "licence.ref") == "MIT"
    assert value(use, "licence.commercial_use") == "prohibited"
    assert base.name in entry(use, "licence.commercial_use")["source"]
    assert value(use, "licence.judgement") == "violation"
    assert value(use, "licence.parent_terms_preserved") is False
    assert any("permissive_on_restricted" in line for line in value(use, "licence.conflicts"))


def test_a_licensor_may_put_a_model_of_its_own_base_under_another_licence() -> None:
    profile()
    lab, other = a_party(), a_party()
    base = licensed("cc-by-nc-4.0", developer=lab)
    own = licensed("mit", base, developer=lab)
    assert value(a_use_of(own), "licence.judgement") == "fine"
    assert value(a_use_of(own), "licence.commercial_use") == "allowed"
    assert value(a_use_of(licensed("mit", own, developer=other)), "licence.judgement") == "fine"
    assert value(a_use_of(licensed("mit", base, developer=other)), "licence.judgement") == "violation"
    both = licensed("mit", own, "merge", developer=other)
    edge(both, base, "merge")
    assert value(a_use_of(both), "licence.judgement") == "violation", "one way leads past the new licence"
    unlicensed = licensed("", base, developer=lab)
    assert value(a_use_of(unlicensed), "licence.judgement") == "violation", "a model without a licence frees nobody"


def test_territories_and_thresholds_come_down() -> None:
    profile()
    use = a_use_of(licensed("apache-2.0", licensed("tencent-hunyuan-community-a13b")))
    assert {"DE", "KR", "GB"} <= set(value(use, "licence.excluded_territories"))
    assert value(use, "licence.mau_threshold") == 100_000_000
    assert value(use, "licence.threshold_consequence") == "separate_licence"


def test_a_quantised_copy_is_judged_as_what_it_copies() -> None:
    profile()
    base = licensed("llama-3.1-community")
    mine, copy = a_use_of(base), a_use_of(licensed("llama-3.1-community", base, "quantized"))
    assert value(mine, "licence.judgement") == value(copy, "licence.judgement") == "fine_with_notices"
    assert value(copy, "licence.parent_terms_preserved") is True


def test_without_a_profile_or_a_parent_in_the_register_it_is_reviewed() -> None:
    use = a_use_of(licensed("llama-3.1-community"))
    assert value(use, "licence.judgement") == "review"
    profile()
    assert value(use, "licence.judgement") == "fine_with_notices"
    edge(use.deployment.release.model, None, "finetune", parent_name="deleted/base")
    assert value(use, "licence.open_questions") == ["gap_unresolved: deleted/base"]


def test_an_officers_word_on_the_ancestors_terms_stays() -> None:
    profile()
    model = licensed("mit", licensed("cc-by-nc-4.0"))
    state("licence", Licence.objects.get(key="mit").id, parent_terms_preserved=True)
    assert value(a_use_of(model), "licence.parent_terms_preserved") is True


def test_an_expression_lets_choose() -> None:
    profile()
    model = a_model()
    state("release", a_release(model).id, licence_declared="CC-BY-NC-4.0 OR MIT")
    assert value(a_use_of(model), "licence.judgement") == "fine"
    state("release", a_release(model).id, licence_declared="CC-BY-NC-4.0 AND MIT")
    assert value(a_use_of(model), "licence.judgement") == "violation"


def test_past_sheets_read_the_ancestors_licence_of_then() -> None:
    profile()
    base = licensed("mit")
    use, then = a_use_of(licensed("mit", base)), now()
    state("release", a_release(base).id, licence_concluded="cc-by-nc-4.0")
    assert value(use, "licence.judgement") == "violation"
    past = gather_sheets([use.id], recorded_at=now())[0].facts["licence.judgement"]["value"]
    assert past == "violation"
    assert (
        gather_sheets([use.id], recorded_at=then)[0].facts.get("licence.commercial_use", {}).get("value") == "allowed"
    )


def test_a_licence_of_an_ancestor_marks_the_uses_of_what_was_made_from_it() -> None:
    base = licensed("mit")
    use = a_use_of(licensed("mit", base))
    DueUse.objects.all().delete()
    state("release", a_release(base).id, licence_concluded="cc-by-nc-4.0")
    assert DueUse.objects.filter(use=use).exists()
    DueUse.objects.all().delete()
    state("licence", Licence.objects.get(key="cc-by-nc-4.0").id, separate_licence_on_file=True)
    assert DueUse.objects.filter(use=use).exists()
    assert value(use, "licence.judgement") != "violation"


def test_queries_do_not_grow_with_uses_or_ancestors() -> None:
    def count(uses: list[Any]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            gather_sheets([use.id for use in uses])
        return len(queries)

    profile()
    few = [a_use_of(licensed("mit", licensed("llama-3.1-community"))) for _ in range(2)]
    chain = licensed("apache-2.0")
    for _ in range(6):
        chain = licensed("mit", chain)
    many = [*few, *(a_use_of(licensed("mit", chain)) for _ in range(8))]
    assert count(few) == count(many)


def test_uses_of_one_release_share_what_they_have_in_common_and_nothing_else() -> None:
    profile()
    lab, host = a_party(), a_party()
    model, other = licensed("mit", licensed("cc-by-nc-4.0"), developer=lab), licensed("mit", developer=lab)
    state("party", host.id, hq_country="FR")
    uses = [
        a_use_of(model),
        a_use_of(model, commercial=False),
        a_use_of(model, countries=["KR"]),
        a_use_of(other, purpose="Answer letters"),
        a_use(release=a_release(model), operator_id=host.id),
    ]
    together = {sheet.use_id: sheet for sheet in gather_sheets([use.id for use in uses])}
    assert {use.id: sheet_of(use).content for use in uses} == {key: sheet.content for key, sheet in together.items()}
    judged = [together[use.id].facts["licence.judgement"]["value"] for use in uses]
    assert (judged[0], judged[3]) == ("violation", "fine")
    assert judged[1] != "violation"
    hosts = [any(one["role"] == "host" for one in (value(use, "model.origin") or ())) for use in uses]
    assert hosts == [False, False, False, False, True]


def test_unreadable_terms_are_reviewed() -> None:
    profile()
    odd = saved(Licence(key="odd", ref="LicenseRef-odd", name="Odd", terms={"surprise": {}}))
    model = a_model()
    registry.state_facts(
        actor=SETUP,
        subject_type="release",
        subject_id=a_release(model).id,
        facts=[registry.FactInput(field="licence_concluded", value=odd.key)],
    )
    assert sheet_of(a_use_of(model)).facts["licence.open_questions"]["value"] == ["gap_unread: Odd"]
