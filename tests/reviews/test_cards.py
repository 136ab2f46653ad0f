"""A model card that changes after an approval is a change; one that is laid out otherwise is none."""

import pytest

from apps.imports.models import SourceDocument
from apps.imports.services import receive_import
from apps.registry.models import Use
from apps.registry.services.models import AliasInput
from tests.making import SETUP, a_model, a_release, a_use
from tests.reviews.changing import a_policy_in_force, approve, compared, waiting

pytestmark = pytest.mark.django_db

CARD = """---
license: apache-2.0
language: [en]
---
# Alpha

The model was trained on 5 billion tokens.

* It answers in English.
"""


def card(text: str) -> None:
    receive_import(
        actor=SETUP,
        dry_run=False,
        kind="hf-card",
        content=text.encode(),
        file_name="Alpha--Alpha-7B--README.md",
        at_once=True,
    )


@pytest.fixture
def use(db: None) -> Use:
    a_policy_in_force()
    model = a_model("Alpha-7B", aliases=[AliasInput("huggingface", "Alpha/Alpha-7B")])
    return a_use(release=a_release(model))


def test_another_number_in_the_card_is_a_change_and_layout_is_none(use: Use) -> None:
    card(CARD)
    assert SourceDocument.objects.get(release=use.deployment.release, superseded_at=None).kind == "hf-card"
    approve(use)
    card(CARD.replace("\n\n", "\n\n\n").replace("* It", "- It"))
    assert [one.kind for one in compared()] == []
    card(CARD.replace("5 billion", "9 billion"))
    (found,) = compared()
    assert (found.kind, found.about) == ("card", "Alpha-7B")
    assert len(waiting(use)) == 1
