"""Signing in with e-mail address and password."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest

from apps.accounts.models import User


class EmailBackend(BaseBackend):
    """Checks a password; takes as long for an unknown address as for a known one."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        if not username or password is None or "\x00" in username + password:
            return None
        user = User.objects.filter(email=username.strip().lower(), kind=User.Kind.PERSON).first()
        if user is None:
            make_password(password)
            return None
        # Not `user.check_password`: it stores an upgraded hash on its own, outside of any recorded change.
        return user if check_password(password, user.password) and user.is_active else None

    def get_user(self, user_id: UUID) -> User | None:
        return User.objects.prefetch_related("grants").filter(id=user_id, is_active=True).first()
