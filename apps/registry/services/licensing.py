"""The licence columns of releases, which mirror the statements about them for lists and look-ups."""

from collections.abc import Iterable
from typing import Any

from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.licences.meanings import Meanings
from apps.registry.licensing import Licensing, licensing
from apps.registry.models import Release


def licence_columns(found: Licensing) -> dict[str, Any]:
    """The columns of a release for what is known of its licence."""
    fact = found.fact
    return {
        "licence_id": found.licence,
        "licence_expression": found.expression,
        "licence_state": str(fact.state),
        "licence_source": fact.source,
        "licence_source_url": fact.source_url,
        "licence_as_of": fact.as_of,
    }


def mirror_licences(releases: Iterable[Release]) -> None:
    """Bring the licence columns of releases in step with their facts. Two queries, and one for each that changes."""
    rows = {SubjectRef("release", release.id): release for release in releases}
    if not rows:
        return
    meanings = Meanings.load()
    for subject, facts in current_facts(rows).items():
        release = rows[subject]
        columns = licence_columns(licensing(facts, meanings))
        changed = [name for name, value in columns.items() if getattr(release, name) != value]
        for name in changed:
            setattr(release, name, columns[name])
        if changed:
            release.save(update_fields=[name.removesuffix("_id") for name in changed])
