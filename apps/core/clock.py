"""The one place that asks for the time."""

import datetime as dt

from django.utils import timezone


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return timezone.now()


def today() -> dt.date:
    """Today's date in the installation's time zone."""
    return timezone.localdate()
