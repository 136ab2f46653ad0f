"""The outbox."""

from django.urls import path

from apps.web.notices import views

urlpatterns = [
    path("outbox", views.outbox, name="outbox"),
    path("outbox/write", views.write, name="outbox-write"),
    path("outbox/<uuid:message_id>", views.message, name="message"),
    path("outbox/<uuid:message_id>/html", views.html, name="message-html"),
    path("outbox/<uuid:message_id>/retry", views.retry, name="message-retry"),
]
