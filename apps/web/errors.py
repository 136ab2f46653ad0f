"""The error page: what happened, what was kept, what to do, and the number under which the log has it."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from apps.core.errors import in_language
from apps.web.pages import language


def page(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    """The page for an error."""
    context = {
        "status": status,
        "title": _(title),
        "message": in_language(message),
        "reference": getattr(request, "request_id", ""),
    }
    # In a part of a page only the part is shown; with another status than 200 htmx would show nothing at all.
    swapped = request.headers.get("HX-Request") == "true"
    response = render(request, "errors/part.html" if swapped else "errors/page.html", context, status=status)
    if swapped:
        response["HX-Retarget"], response["HX-Reswap"] = "#main", "innerHTML"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that cannot be understood, or that is too large to be read."""
    if isinstance(exception, RequestDataTooBig):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024
        words = _("Nothing was changed. At most %(most)d MB can be sent at once.") % {"most": most}
        return page(request, 413, _("This is too much at once"), words)
    return page(request, 400, _("This request cannot be understood"), _("Go back, reload the page and try again."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Somebody who may not."""
    return page(request, 403, _("Not permitted"), _("Ask an administrator for a role that may do this."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was sent from a page that is too old, or from elsewhere."""
    return page(
        request,
        403,
        _("This form has expired"),
        _("Nothing was changed. Go back, reload the page and send the form again."),
    )


def not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """An address that answers other methods than the one it was asked with."""
    words = _("This address cannot be opened or sent to like this. Go back and use the buttons on the page.")
    response = page(request, 405, _("Not possible at this address"), words)
    response["Allow"] = allowed
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing at this address."""
    return page(request, 404, _("Not found"), _("There is nothing at this address, or it is not for you to see."))


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """Something that nobody foresaw. Needs neither database nor session, which may be what is broken."""
    words = _(
        "Nothing was half-written: what was not confirmed was not stored. Try again; if it happens again, tell your "
        "administrator the reference below."
    )
    context = {
        "status": 500,
        "title": _("Something went wrong on our side"),
        "message": words,
        "reference": getattr(request, "request_id", ""),
        "language": language(),
    }
    return HttpResponse(render_to_string("errors/page.html", context), status=500)
