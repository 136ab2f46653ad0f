"""The journal speaks in words: of every thing it is about, and of everything that services do."""

import re
from pathlib import Path

from django.utils import translation

from apps.audit.triggers import journaled_models
from apps.web.audit.wording import ACTIONS, SUBJECTS, action_word, subject_word

_RECORDED = re.compile(r'change\(\s*[\w.]+(?:\("[\w.]+"\))?,\s*"([a-z_]+\.[a-z_]+)"')


def _recorded() -> set[str]:
    sources = Path(__file__).resolve().parents[3].glob("apps/**/*.py")
    found = {action for source in sources for action in _RECORDED.findall(source.read_text(encoding="utf-8"))}
    return {action for action in found if not action.endswith(".state_facts")}  # they share a word


def test_every_thing_of_the_journal_has_a_word() -> None:
    assert {model._meta.label_lower for model in journaled_models()} == set(SUBJECTS)


def test_every_recorded_action_has_a_word() -> None:
    decided = {"waiver.approve", "waiver.refuse"}  # put together from the decision
    assert set(ACTIONS) == _recorded() | decided


def test_facts_are_stated_of_every_kind_of_subject() -> None:
    assert action_word("use_case.state_facts") == action_word("party.state_facts") == "Facts stated"


def test_what_has_no_word_is_shown_as_it_is() -> None:
    assert action_word("imports.run") == "imports.run"
    assert subject_word("imports.run") == "imports.run"


def test_in_german() -> None:
    with translation.override("de"):
        assert action_word("use.register") == "Nutzung registriert"
        assert subject_word("registry.usecase") == "Anwendungsfall"
