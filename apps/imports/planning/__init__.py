"""What an entry of a file comes to: which rows are made, which statements, against what is known. Writes nothing."""

from apps.imports.planning.entries import plan_row
from apps.imports.planning.plans import Context, Parent, Planned, Suspected, Text

__all__ = ["Context", "Parent", "Planned", "Suspected", "Text", "plan_row"]
