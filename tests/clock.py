"""Another day, for whatever happens by date alone."""

import datetime as dt

import pytest
from django.utils import timezone

_now = timezone.now


def days_later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Let every room believe that so many days from now have passed. The last call counts."""
    monkeypatch.setattr(timezone, "now", lambda: _now() + dt.timedelta(days=days))
