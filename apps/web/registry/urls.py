"""The register: uses, models, deployments, use cases."""

from django.urls import URLPattern, path

from apps.web.registry import deployments, lineage_pages, models, registering, stating, subject_facts, uses

urlpatterns: list[URLPattern] = [
    path("uses", uses.listing, name="uses"),
    path("uses/new", registering.new, name="use-new"),
    path("uses/new/model", registering.new_model, name="use-new-model"),
    path("uses/<uuid:use_id>", uses.detail, name="use"),
    path("uses/<uuid:use_id>/facts", stating.facts, name="use-facts"),
    path("uses/<uuid:use_id>/evaluate", uses.evaluate, name="use-evaluate"),
    path("uses/<uuid:use_id>/claim", uses.claim, name="use-claim"),
    path("uses/<uuid:use_id>/retire", uses.retire, name="use-retire"),
    path("models", models.models, name="models"),
    path("models/new", models.new, name="model-new"),
    path("models/<uuid:model_id>", models.model, name="model"),
    path("models/<uuid:model_id>/lineage", lineage_pages.lineage, name="model-lineage"),
    path("models/<uuid:model_id>/lineage/withdraw", lineage_pages.withdraw, name="lineage-withdraw"),
    path("lineage-suggestions/<uuid:suggestion_id>/decide", lineage_pages.decide, name="lineage-decide"),
    path("models/<uuid:model_id>/parents/new", models.add_parent, name="lineage-new"),
    path("models/<uuid:model_id>/releases/new", models.add_release, name="release-new"),
    path("releases/<uuid:release_id>/files/new", models.add_file, name="file-new"),
    path("deployments", deployments.deployments, name="deployments"),
    path("deployments/<uuid:deployment_id>", deployments.deployment, name="deployment"),
    path("use-cases", deployments.use_cases, name="use-cases"),
    path("use-cases/<uuid:use_case_id>", deployments.use_case, name="use-case"),
    path("facts/<slug:subject_type>/<uuid:subject_id>/<slug:name>", subject_facts.fact, name="subject-fact"),
]
