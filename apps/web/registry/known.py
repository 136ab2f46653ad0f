"""What the register knows of models that somebody may choose, as lines with state, source and date."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.facts.models import State
from apps.facts.resolution import Fact
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.policy.selectors import UNKNOWN_ENTRY
from apps.policy.sheets.entries import Entry, from_columns, from_fact
from apps.registry.models import HostingOffer, Model
from apps.web.facts import Line, line, subject_lines


@dataclass(frozen=True)
class Card:
    """A model with what is known of it; `model` comes from `with_knowledge`."""

    model: Model
    lines: Sequence[Line]


def cards(models: Sequence[Model], language: str) -> list[Card]:
    """What is known of each model. One query for all."""
    refs = {model.id: SubjectRef("party", model.developer_id) for model in models if model.developer_id}
    facts = current_facts(set(refs.values()))
    return [_card(model, facts.get(refs[model.id], {}) if model.id in refs else {}, language) for model in models]


def _card(model: Model, maker: Mapping[str, Fact], language: str) -> Card:
    developer = model.developer
    made_by = from_columns(str(developer.id) if developer else None, model, developer.name if developer else "")
    seat = maker.get("hq_country")
    lines = [
        line("model.developer", made_by, language),
        line("model.access", from_columns(model.access, model), language),
        line("model.kind", from_columns(model.kind, model), language),
        line("licence.ref", _declared(model), language),
        *(line(_("Made from"), entry, language) for entry in _parents(model)),
        line("provider.hq_country", from_fact(seat) if seat else UNKNOWN_ENTRY, language),
    ]
    return Card(model, lines)


def _declared(model: Model) -> Entry:
    """The licence of the floating release."""
    release = next((release for release in model.releases.all() if not release.revision), None)
    if release is None or release.licence_state in (State.UNKNOWN, State.DISPUTED):
        return UNKNOWN_ENTRY
    licence = release.licence
    return {
        "value": (licence.ref if licence else release.licence_expression) or None,
        "state": release.licence_state,
        "source": release.licence_source,
        "as_of": release.licence_as_of.isoformat() if release.licence_as_of else None,
        "url": release.licence_source_url,
        "label": licence.name if licence else "",
    }


def _parents(model: Model) -> list[Entry]:
    """What the model was made from; unknown where no parent is recorded, which makes no base model of it."""
    found = []
    for edge in model.parents.all():
        name = edge.parent.name if edge.parent else edge.parent_name
        found.append(from_columns(name, edge, f"{name} ({edge.get_relation_display()})"))
    return found or [UNKNOWN_ENTRY]


@dataclass(frozen=True)
class Offer:
    """A known way to get a model served, with what its terms say."""

    offer: HostingOffer
    lines: Sequence[Line]


def offered(rows: Sequence[HostingOffer], language: str) -> list[Offer]:
    """Offers with their terms as lines."""
    return [Offer(row, _terms(row, language)) for row in rows]


def _terms(row: HostingOffer, language: str) -> list[Line]:
    facts = {str(fact["field"]): _fact(fact) for fact in row.facts}
    return [one for one in subject_lines("deployment", facts, language) if one.path.partition(".")[2] in facts]


def _fact(stated: dict[str, Any]) -> Fact:
    sides = tuple(
        Fact(value=side.get("value"), state="inferred", source=str(side.get("source", "")))
        for side in stated.get("conflict") or ()
    )
    return Fact(
        value=stated.get("value"),
        state=str(stated["state"]),
        source=str(stated["source"]),
        source_url=str(stated.get("url") or ""),
        as_of=dt.date.fromisoformat(stated["as_of"]) if stated.get("as_of") else None,
        note=str(stated.get("note") or ""),
        conflicts=sides,
    )
