"""Files of releases."""

from django.urls import path

from apps.web.artefacts import signers, views

urlpatterns = [
    path("releases/<uuid:release_id>/artefacts", views.artefacts, name="artefacts"),
    path("releases/<uuid:release_id>/artefacts/sums", views.sums, name="artefact-sums"),
    path("releases/<uuid:release_id>/artefacts/signature", views.signature, name="artefact-signature"),
    path("verifications/<uuid:verification_id>", views.verification, name="verification"),
    path("verifications/<uuid:verification_id>/proof", views.proof, name="verification-proof"),
    path("trusted-signers", signers.signers, name="trusted-signers"),
    path("trusted-signers/new", signers.new, name="trusted-signer-new"),
    path("trusted-signers/<uuid:signer_id>/withdraw", signers.withdraw, name="trusted-signer-withdraw"),
]
