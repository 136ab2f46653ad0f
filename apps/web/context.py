"""What the frame of every page needs."""

from typing import Any

from django.http import HttpRequest

from apps.accounts.models import Organisation, User
from apps.accounts.requests import actor_of
from apps.web.navigation import navigation
from apps.web.pages import language


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation, organisation, language and theme. Nothing of it for a part of a page or for somebody unknown."""
    user = getattr(request, "user", None)
    shown: dict[str, Any] = {"language": language(), "theme": "auto", "signed_in": False}
    if not isinstance(user, User):
        return shown
    actor = actor_of(request)
    return {
        **shown,
        "actor": actor,
        "theme": user.theme,
        "signed_in": True,
        "navigation": lambda: list(navigation(request, actor)),
        "organisation": lambda: Organisation.objects.first(),
    }
