"""The outbox: every message that was written, whether and when it went out, and what it says."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.actors import Actor
from apps.notices import selectors, services
from apps.notices.models import OutboxMessage
from apps.notices.tasks import send_messages
from apps.web.lists import Filter, Order, list_page
from apps.web.pages import page

MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
"""Mails carry their styles in the elements; shown in a frame of their own, where nothing can run or be fetched."""


@page()
def outbox(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every message, newest first."""
    return list_page(
        request,
        "notices/outbox.html",
        selectors.messages(actor),
        orders=(Order("time", ("-created_at",)),),
        filters=(Filter("state", gettext_lazy("State"), OutboxMessage.State.choices),),
        search=("subject", "to_address"),
        context={"kept_here": settings.EMAIL_LOCAL, "may_write": actor.may(services.UPKEEP)},
    )


@page()
def message(request: HttpRequest, actor: Actor, message_id: UUID) -> HttpResponse:
    """One message with its text and as it looks."""
    found = selectors.message_by_id(actor, message_id)
    may_retry = found.state == OutboxMessage.State.FAILED and actor.may(services.UPKEEP)
    return render(request, "notices/message.html", {"message": found, "may_retry": may_retry})


@page()
def html(request: HttpRequest, actor: Actor, message_id: UUID) -> HttpResponse:
    """The message as HTML, for the frame on its page."""
    response = HttpResponse(selectors.message_by_id(actor, message_id).html)
    response["Content-Security-Policy"] = MAIL_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


@page("POST")
def retry(request: HttpRequest, actor: Actor, message_id: UUID) -> HttpResponse:
    """Queue a failed message again."""
    services.retry_message(actor=actor, message=selectors.message_by_id(actor, message_id))
    send_messages.delay()
    messages.success(request, _("The message is queued again."))
    return HttpResponseRedirect(reverse("message", args=[message_id]))


@page("POST")
def write(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Write the digests of this week that are not written yet, without waiting for the morning."""
    written = services.write_review_digests(actor=actor)
    send_messages.delay()
    said = ngettext("%(count)d digest written.", "%(count)d digests written.", written.written)
    messages.success(request, said % {"count": written.written})
    return HttpResponseRedirect(reverse("outbox"))
