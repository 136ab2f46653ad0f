"""Signing in with a password, and how often one may be wrong about it."""

import hashlib
from datetime import timedelta

from django.contrib.auth import authenticate
from django.http import HttpRequest

from apps.accounts.models import RefusedSignIn, User
from apps.core.clock import now
from apps.core.errors import TooManyAttempts

WINDOW = timedelta(minutes=15)
MOST_FOR_ONE = 10
"""Wrong passwords for one e-mail address from one place within the window. The address alone is never locked:
otherwise anybody could lock anybody out."""
MOST_FROM_ONE_PLACE = 100
"""Wrong passwords from one place, whatever the e-mail address; a whole company may sit behind one address."""


def sign_in_with_password(request: HttpRequest, *, email: str, password: str) -> User | None:
    """The account that both open, or None. Raises `TooManyAttempts` after too many wrong ones."""
    place = request.META.get("REMOTE_ADDR", "")[:64]
    attempt = hashlib.sha256(f"{place}\n{email.strip().lower()}".encode()).hexdigest()
    recent = RefusedSignIn.objects.filter(created_at__gt=now() - WINDOW)
    if recent.filter(attempt=attempt).count() >= MOST_FOR_ONE or (
        recent.filter(address=place).count() >= MOST_FROM_ONE_PLACE
    ):
        raise TooManyAttempts(
            "There were too many wrong passwords. Wait a quarter of an hour, or have an administrator set a new one.",
            retry_after=int(WINDOW.total_seconds()),
        )
    found = authenticate(request, username=email, password=password)
    if isinstance(found, User):
        return found
    RefusedSignIn.objects.filter(created_at__lt=now() - WINDOW).delete()
    RefusedSignIn.objects.create(address=place, attempt=attempt)
    return None
