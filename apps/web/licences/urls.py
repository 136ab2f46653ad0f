"""Licences."""

from django.urls import path

from apps.web.licences import layers, licensee, texts, views

urlpatterns = [
    path("licences", views.licences, name="licences"),
    path("licences/<uuid:licence_id>", views.licence, name="licence"),
    path("licences/<uuid:licence_id>/texts", texts.texts_of, name="licence-texts-of"),
    path("licence-texts", texts.texts, name="licence-texts"),
    path("licence-texts/new", texts.bring, name="licence-text-new"),
    path("licence-texts/<uuid:text_id>", texts.text, name="licence-text"),
    path("licence-texts/<uuid:text_id>/settle", texts.settle, name="licence-text-settle"),
    path("licence-texts/<uuid:text_id>/compare/<uuid:other_id>", texts.difference, name="licence-text-difference"),
    path("models/<uuid:model_id>/licence", layers.of_model, name="model-licence"),
    path("uses/<uuid:use_id>/licence", layers.of_use, name="use-licence"),
    path("settings/licensee", licensee.licensee, name="licensee"),
    path("settings/licensee/facts", licensee.facts, name="licensee-facts"),
]
