"""Rooms above listen here; facts do not know who reads them."""

from django.dispatch import Signal

facts_changed = Signal()
"""Sent inside the transaction that changed something rules may read: `subjects`, a set of `SubjectRef`."""
