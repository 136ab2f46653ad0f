"""Share tests of the regimes over frozen stakes: pure functions, without a database."""

from apps.parties.ownership.regimes import REGIMES, Regime
from apps.parties.ownership.shares import LookThrough, Outcome, Share, look_through
from apps.parties.ownership.stakes import Edge, Graph, Holding

__all__ = ["REGIMES", "Edge", "Graph", "Holding", "LookThrough", "Outcome", "Regime", "Share", "look_through"]
