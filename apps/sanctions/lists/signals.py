"""What screening listens to; the lists do not know who is screened against them."""

from django.dispatch import Signal

list_switched = Signal()
"""Sent inside the transaction that takes a version into use: `actor`, `version` (`ListVersion`)."""
