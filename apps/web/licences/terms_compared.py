"""What two licences say differently, by what was read in them: their facts and their typed terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.facts.catalogue import FIELDS
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.facts.words import in_words
from apps.licences.models import Duty, Licence
from apps.web.pages import language

_DUTY = dict(Duty.Term.choices)


@dataclass(frozen=True)
class TermChange:
    """One term with what it was and what it is, in words; empty where it is not known."""

    label: str
    before: str
    after: str


def changed_terms(before: Licence | None, after: Licence | None) -> list[TermChange]:
    """What is known to be different between two licences; nothing where one is unknown or both are the same."""
    if before is None or after is None or before.id == after.id:
        return []
    subjects = [SubjectRef("licence", one.id) for one in (before, after)]
    facts = current_facts(subjects)
    values = [
        {name: fact.value for name, fact in facts[subject].items() if fact.known and name in FIELDS["licence"]}
        for subject in subjects
    ]
    found = compared_values(values[0], values[1])
    duties = [{duty.term: duty for duty in one.duties.all()} for one in (before, after)]
    for term in _DUTY:
        words = [_said(found_.get(term)) for found_ in duties]
        if words[0] != words[1]:
            found.append(TermChange(str(_DUTY[term]), words[0], words[1]))
    return found


def compared_values(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[TermChange]:
    """Terms by name that differ, in words."""
    return [
        TermChange(_label(name), _words(name, before.get(name)), _words(name, after.get(name)))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


def _label(name: str) -> str:
    spec = FIELDS["licence"].get(name)
    return spec.label_in(language()) if spec else name.replace("_", " ")


def _words(name: str, value: Any) -> str:
    return "" if value is None else in_words(FIELDS["licence"].get(name), value, language())


def _said(duty: Duty | None) -> str:
    return str(getattr(duty, f"text_{language()}")) if duty else ""
