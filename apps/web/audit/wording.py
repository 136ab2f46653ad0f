"""Entries of the journal in words."""

import json
from typing import Any

from django.apps import apps

from apps.audit.models import AuditEntry
from apps.audit.triggers import journaled_models


def subject_word(subject_type: str) -> str:
    """What kind of thing an entry is about, such as “use case” for `registry.usecase`."""
    try:
        return str(apps.get_model(subject_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return subject_type


def subject_choices() -> list[tuple[str, str]]:
    """Every kind of thing that entries can be about."""
    found = [(model._meta.label_lower, subject_word(model._meta.label_lower)) for model in journaled_models()]
    return sorted(found, key=lambda choice: choice[1])


def changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """Each column that the entry is about, with its values before and after as text."""
    before, after = entry.before or {}, entry.after or {}
    return [(name, _text(before.get(name)), _text(after.get(name))) for name in sorted({**before, **after})]


def _text(value: Any) -> str:
    if value is None or value == "":
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
