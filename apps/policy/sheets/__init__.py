"""Fact sheets: every fact about one use, gathered, derived and frozen."""

from apps.policy.sheets.gathering import Sheet, gather_sheets

__all__ = ["Sheet", "gather_sheets"]
