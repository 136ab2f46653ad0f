"""What a model was made from, as rows and as a figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.registry.drawing import Arrow, Box, lineage_svg
from apps.registry.models import LineageEdge, Model
from apps.registry.selectors import Lineage


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


def origin_rows(entry: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    """Country, role, party and model of every known origin."""
    value = (entry or {}).get("value")
    return value if isinstance(value, list) else []


def picture(model: Model, lineage: Lineage) -> SafeString | None:
    """The figure; None for a model of which no parent is recorded."""
    edges = lineage.ancestors(model.id)
    if not edges:
        return None
    boxes = {str(edge.parent_id): _box(edge.parent) for edge in edges if edge.parent}
    unresolved = {_open_key(edge): Box(_open_key(edge), edge.parent_name, _("not in the register"), open=True)
                  for edge in edges if edge.parent is None}  # fmt: skip
    arrows = [
        Arrow(
            source=str(edge.parent_id) if edge.parent_id else _open_key(edge),
            target=str(edge.child_id),
            label=str(edge.get_relation_display()),
            weights=edge.weights_transfer,
        )
        for edge in edges
    ]
    title = _("What %(model)s was made from; the table says the same in words.") % {"model": model.name}
    svg = lineage_svg(_box(model), [*boxes.values(), *unresolved.values()], arrows, title=title)
    return format_html(
        '<div class="drawing" tabindex="0" role="region" aria-label="{}">{}</div>', _("Figure of the lineage"), svg
    )


def _box(model: Model) -> Box:
    return Box(str(model.id), model.name, model.developer.name if model.developer else _("developer unknown"))


def _open_key(edge: LineageEdge) -> str:
    return f"open:{edge.parent_name.casefold()}"
