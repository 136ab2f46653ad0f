"""What a model was made from, as rows and as a figure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.registry.drawing import Arrow, Box, lineage_svg
from apps.registry.models import LineageEdge, Model
from apps.registry.selectors import Lineage, edges_at


@dataclass(frozen=True)
class Row:
    """One edge: what was made from what."""

    edge: LineageEdge
    child: str
    of_the_model: bool
    """Whether the edge leads from the model itself, not from one of its ancestors."""


def lineage_rows(model: Model, lineage: Lineage) -> list[Row]:
    """Every edge from the model upwards, nearest first."""
    return [
        Row(edge, model.name if edge.child_id == model.id else edge.child.name, edge.child_id == model.id)
        for edge in lineage.ancestors(model.id)
    ]


def children_at(model: Model, moment: dt.datetime | None) -> list[LineageEdge]:
    """The edges of what was made from the model itself."""
    below = edges_at(moment, below=[model.id], ends=("child__developer", "parent"))
    return sorted(
        (edge for edge in below if edge.parent_id == model.id), key=lambda edge: (edge.relation, edge.child.name)
    )


def origin_rows(entry: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    """Country, role, party and model of every known origin."""
    value = (entry or {}).get("value")
    return value if isinstance(value, list) else []


def picture(
    model: Model, lineage: Lineage, below: Sequence[LineageEdge] = (), kept: str | None = None
) -> SafeString | None:
    """The figure; None for a model of which no relation is recorded.

    `below` are edges of what was made from it, those first that matter most. With `kept`, the end of the addresses,
    every box leads to the lineage of its model.
    """
    edges = [*lineage.ancestors(model.id), *below]
    if not edges:
        return None
    made = {edge.child_id: edge.child for edge in below}
    models = {edge.parent_id: edge.parent for edge in edges if edge.parent} | made
    address = "" if kept is None else reverse("model-lineage", args=[model.id]) + kept
    boxes = [_box(one, address.replace(str(model.id), str(key))) for key, one in models.items() if key != model.id]
    unresolved = {_open_key(edge): Box(_open_key(edge), edge.parent_name, _("not in the register"), open=True)
                  for edge in edges if edge.parent is None}  # fmt: skip
    relations = {value: str(label) for value, label in LineageEdge.Relation.choices}
    arrows = [
        Arrow(
            source=str(edge.parent_id) if edge.parent_id else _open_key(edge),
            target=str(edge.child_id),
            label=relations.get(edge.relation, edge.relation),
            weights=edge.weights_transfer,
        )
        for edge in edges
    ]
    title = _("What %(model)s was made from; the table says the same in words.") % {"model": model.name}
    svg = lineage_svg(_box(model, address), [*boxes, *unresolved.values()], arrows, title=title)
    return format_html(
        '<div class="drawing" tabindex="0" role="region" aria-label="{}">{}</div>', _("Figure of the lineage"), svg
    )


def _box(model: Model, href: str) -> Box:
    developer = model.developer.name if model.developer else _("developer unknown")
    return Box(str(model.id), model.name, developer, href=href)


def _open_key(edge: LineageEdge) -> str:
    return f"open:{edge.parent_name.casefold()}"
