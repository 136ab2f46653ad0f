"""Suspected parents: never facts, decided by a person, not asked twice."""

from typing import Any

import pytest

from apps.core.errors import Conflict, InvalidInput, NotPermitted
from apps.registry import services
from apps.registry.models import LineageEdge, LineageSuggestion, Model
from apps.registry.services import AliasInput, Suggestion
from tests.making import SETUP, a_model, a_team, an_actor, officer

pytestmark = pytest.mark.django_db


def suggest(child: Model, *names: str, channel: str = "hf-card", **more: Any) -> list[LineageSuggestion]:
    said = {"reason": "The configuration names its architecture", "strength": "medium", **more}
    rows = [Suggestion(name=name, **said) for name in names]
    return services.suggest_parents(actor=SETUP, child=child, suggestions=rows, channel=channel)


def test_a_suggestion_is_no_edge() -> None:
    child = a_model()
    (row,) = suggest(child, "Maker/Base")
    assert (row.status, row.parent) == ("open", None)
    assert not LineageEdge.objects.exists()


def test_a_confirmation_makes_the_claim_of_whoever_confirms() -> None:
    base = a_model(aliases=[AliasInput("huggingface", "Maker/Base")])
    (row,) = suggest(a_model(), "maker/base", namespace="huggingface")
    actor = officer()
    edge = services.confirm_suggestion(
        actor=actor, suggestion=row, relation="finetune", reason="Same tokenizer", state="verified"
    )
    row.refresh_from_db()
    assert (edge.parent, edge.state, edge.source_label) == (base, "verified", f"Confirmed by {actor.label}")
    assert "Same tokenizer" in edge.note
    assert (row.status, row.decided_by, row.claim) == ("confirmed", actor.label, edge.claims.get())
    with pytest.raises(Conflict):
        services.refuse_suggestion(actor=actor, suggestion=row, reason="No")


def test_what_was_refused_is_not_asked_again_by_the_same_source() -> None:
    child = a_model()
    (row,) = suggest(child, "Maker/Base")
    services.refuse_suggestion(actor=officer(), suggestion=row, reason="Trained from scratch")
    assert suggest(child, "MAKER/base", strength="strong") == []
    assert len(suggest(child, "Maker/Base", channel="weights-header")) == 1


def test_what_is_recorded_is_not_asked_about() -> None:
    child, base = a_model(), a_model(aliases=[AliasInput("huggingface", "Maker/Base")])
    services.add_lineage_edge(actor=SETUP, child=child, parent=base, relation="merge", source="Card")
    services.add_lineage_edge(actor=SETUP, child=child, parent_name="x/open", relation="merge", source="Card")
    assert [row.parent_name for row in suggest(child, "Maker/Base", "x/Open", "x/other", "X/Other")] == ["x/other"]


def test_a_circle_is_refused_and_the_suggestion_stays_open() -> None:
    child = a_model()
    tune = a_model(aliases=[AliasInput("huggingface", "Maker/Tune")])
    services.add_lineage_edge(actor=SETUP, child=tune, parent=child, relation="finetune", source="Card")
    (row,) = suggest(child, "Maker/Tune")
    with pytest.raises(InvalidInput, match="made from"):
        services.confirm_suggestion(actor=officer(), suggestion=row, relation="finetune", reason="Looks so")
    row.refresh_from_db()
    assert row.status == "open"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"relation": "cousin"}, "/relation"),
        ({"state": "inferred"}, "/state"),
        ({"reason": " "}, "/reason"),
    ],
)
def test_wrong_confirmations_are_refused(fields: dict[str, str], pointer: str) -> None:
    (row,) = suggest(a_model(), "x/y")
    with pytest.raises(InvalidInput) as refused:
        services.confirm_suggestion(actor=SETUP, suggestion=row, **{"relation": "merge", "reason": "Known", **fields})
    assert refused.value.errors[0].pointer == pointer


def test_those_who_see_only_their_own_neither_suggest_nor_decide() -> None:
    (row,) = suggest(a_model(), "x/y")
    owner = an_actor("owner", team=a_team())
    with pytest.raises(NotPermitted):
        services.refuse_suggestion(actor=owner, suggestion=row, reason="No")
    with pytest.raises(NotPermitted):
        services.suggest_parents(actor=owner, child=row.child, suggestions=[], channel="person")
