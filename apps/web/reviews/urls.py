"""Reviews."""

from django.urls import path

from apps.web.reviews import changes, views

urlpatterns = [
    path("reviews", views.reviews, name="reviews"),
    path("reviews/done", views.done, name="reviews-done"),
    path("changes", changes.changes, name="changes"),
    path("changes/<uuid:change_id>", changes.change, name="change"),
    path("changes/<uuid:change_id>/settle", changes.settle, name="change-settle"),
    path("uses/<uuid:use_id>/review", views.review, name="use-review"),
]
