"""What every page has in common: somebody is signed in, and the view is told who."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from apps.accounts.actors import Actor
from apps.accounts.requests import actor_of


class View(Protocol):
    """A page: request and actor, then what the address holds."""

    __name__: str

    def __call__(self, request: HttpRequest, actor: Actor, **kwargs: Any) -> HttpResponseBase: ...


def page(*methods: str) -> Callable[[Any], Callable[..., HttpResponseBase]]:
    """Make a view of a function that takes request and actor; strangers are sent to the sign-in page and back.

    `methods` are those it answers, GET by default.
    """

    def decorate(view: View) -> Callable[..., HttpResponseBase]:
        @require_http_methods(["GET", "HEAD", *methods] if not methods or "GET" in methods else list(methods))
        @wraps(view)
        def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            response = view(request, actor_of(request), **kwargs)
            patch_vary_headers(response, ("HX-Request",))
            response.setdefault("Cache-Control", "private, no-cache")
            return response

        return answer

    return decorate


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The way to the sign-in page; afterwards one is where one wanted to be."""
    wanted = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    response = HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode({'next': wanted})}")
    if is_swap(request):
        # A part of a page cannot hold the sign-in page: let the browser go there.
        return HttpResponse(headers={"HX-Redirect": response.url})
    return response


def is_swap(request: HttpRequest) -> bool:
    """Whether only a part of the page is wanted."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def safe_next(request: HttpRequest, otherwise: str = "/") -> str:
    """The address in `next`, if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if own else otherwise


def language() -> str:
    """The language of the page: en or de."""
    return "de" if (get_language() or "en").startswith("de") else "en"
