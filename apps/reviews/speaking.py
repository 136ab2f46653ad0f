"""One side of a change in words: what an approval rested on, or what is there now."""

from django.utils.translation import gettext as _

from apps.registry.models import LineageEdge


def said(kind: str, shown: str) -> str:
    """What a change shows of a side that is there; a relation in words, and that nothing was known where that is so."""
    if not shown:
        return _("not known") if kind in ("declared-licence", "developer") else ""
    parent, bracket, relation = shown.removesuffix(")").rpartition(" (")
    if kind == "parent" and bracket and relation in LineageEdge.Relation.values:
        return f"{LineageEdge.Relation(relation).label} {parent}"
    return shown
