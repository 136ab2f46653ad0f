"""The gate."""

from django.urls import path

from apps.web.gate import views

urlpatterns = [
    path("gate/decisions", views.decisions, name="gate-decisions"),
    path("gate/decisions/<uuid:decision_id>", views.decision, name="gate-decision"),
    path("gate/projects", views.projects, name="projects"),
    path("gate/projects/new", views.new_project, name="project-new"),
]
