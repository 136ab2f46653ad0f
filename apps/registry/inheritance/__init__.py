"""What passes along lineage: a pure engine over edges, without a database.

Weights pass whole along the relations of `WEIGHTS`; a teacher (`TEACHES`) passes outputs only. Everything that asks
what a model was made from walks here, be it for one model, for a judged use or for the whole graph.
"""

from apps.registry.inheritance.graph import (
    BY_WEIGHTS,
    SELF,
    TEACHER,
    TEACHES,
    WEIGHTS,
    Edge,
    Graph,
    Reached,
    Step,
    contradictions,
)
from apps.registry.inheritance.spreading import NOTHING, Inherited, Way, spread

__all__ = [
    "BY_WEIGHTS",
    "NOTHING",
    "SELF",
    "TEACHER",
    "TEACHES",
    "WEIGHTS",
    "Edge",
    "Graph",
    "Inherited",
    "Reached",
    "Step",
    "Way",
    "contradictions",
    "spread",
]
