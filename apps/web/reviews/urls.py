"""Reviews."""

from django.urls import path

from apps.web.reviews import views

urlpatterns = [
    path("reviews", views.reviews, name="reviews"),
    path("reviews/done", views.done, name="reviews-done"),
    path("uses/<uuid:use_id>/review", views.review, name="use-review"),
]
