"""Uses, models, deployments, use cases."""

from django.urls import path

from apps.web.registry import deployments, models

urlpatterns = [
    path("models", models.models, name="models"),
    path("models/new", models.new, name="model-new"),
    path("models/<uuid:model_id>", models.model, name="model"),
    path("models/<uuid:model_id>/parents/new", models.add_parent, name="lineage-new"),
    path("deployments", deployments.deployments, name="deployments"),
    path("deployments/<uuid:deployment_id>", deployments.deployment, name="deployment"),
    path("use-cases", deployments.use_cases, name="use-cases"),
    path("use-cases/<uuid:use_case_id>", deployments.use_case, name="use-case"),
]
