"""Who calls the API: the holder of a token."""

from typing import TYPE_CHECKING

from rest_framework import authentication, exceptions, permissions
from rest_framework.request import Request

from apps.accounts.models import ApiToken, User
from apps.accounts.selectors import actor_for, note_token_use, token_by_secret

if TYPE_CHECKING:  # rest_framework.views reads the setting that names this module
    from rest_framework.views import APIView

KEYWORD = "bearer"


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer wb_…`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """User and token, or None without the header. Raises a 401 for a token that opens nothing."""
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        keyword, _, secret = header.partition(" ")
        token = token_by_secret(secret.strip()) if keyword.lower() == KEYWORD else None
        if token is None:
            raise exceptions.AuthenticationFailed(
                "This token is unknown, expired or revoked. Send “Authorization: Bearer wb_…” with one that is not."
            )
        note_token_use(token)
        request.actor = actor_for(  # type: ignore[attr-defined]  # read by the views
            token.user,
            kind="token",
            origin=request.META.get("REMOTE_ADDR", ""),
            request_id=getattr(request, "request_id", ""),
            scopes=frozenset(token.scopes),
        )
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="weighbridge"'


class SignedIn(permissions.BasePermission):
    """Nothing is answered to nobody; what somebody may do is checked by the services."""

    message = "Send a token: “Authorization: Bearer wb_…”. Tokens are issued on the page “Tokens”."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether a token opened the request."""
        return isinstance(request.user, User)
