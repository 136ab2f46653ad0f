"""Rooms above listen here; policy does not know who reads its verdicts."""

from django.dispatch import Signal

uses_judged = Signal()
"""Sent inside the transaction that stored new evaluations: `actor`, `judged` (a list of `JudgedUse`)."""

uses_ended = Signal()
"""Sent inside the transaction that takes retired uses off the work list: `actor`, `use_ids`."""
