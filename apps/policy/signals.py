"""Rooms above listen here; policy does not know who reads its verdicts."""

from django.dispatch import Signal

uses_judged = Signal()
"""Sent inside the transaction that stored new evaluations: `actor`, `judged` (a list of `JudgedUse`)."""

uses_ended = Signal()
"""Sent inside the transaction that takes retired uses off the work list: `actor`, `use_ids`."""

uses_taken = Signal()
"""Sent inside the transaction that takes uses off the work list, before their sheets are made: `actor`, `use_ids`.

For rooms above that compare a use with something whenever a fact it rests on has changed.
"""
