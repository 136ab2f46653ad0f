"""From an HTTP request to the actor behind it."""

from django.http import HttpRequest

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.accounts.selectors import actor_for
from apps.core.errors import NotPermitted


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a signed-in request; found once per request. Raises `NotPermitted` for anonymous ones."""
    known = getattr(request, "weighbridge_actor", None)
    if isinstance(known, Actor):
        return known
    user = request.user
    if not isinstance(user, User):
        raise NotPermitted("Please sign in.")
    actor = actor_for(user, origin=request.META.get("REMOTE_ADDR", ""), request_id=getattr(request, "request_id", ""))
    request.weighbridge_actor = actor  # type: ignore[attr-defined]
    return actor
