"""What is kept of checks of a release's files, and whose signatures count."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.parties.models import HubOrganisation, Party, Sourced


class TrustedSigner(Sourced):
    """A key or an identity that an officer declared to be a party's own for signing models.

    Trust hangs on the `material` kept here, not on what comes along with a signature: anybody can make a certificate
    authority that vouches for any name.
    """

    class Kind(models.TextChoices):
        KEY = "key", _("Public key")
        CERTIFICATE = "certificate", _("Certificate under a trusted authority")
        KEYLESS = "keyless", _("Identity (keyless)")

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="trusted_signers")
    hub_organisation = models.ForeignKey(
        HubOrganisation, on_delete=models.PROTECT, null=True, blank=True, related_name="trusted_signers"
    )
    """Where the signer counts for one namespace of the party only."""
    kind = models.CharField(max_length=11, choices=Kind)
    fingerprint = models.CharField(max_length=64)
    """SHA-256: of the public key (DER), of the authority's certificate (DER), or of the trust configuration."""
    identity = models.CharField(max_length=500, blank=True)
    """Keyless: the address or workflow that signs. Certificate: the subject (RFC 4514)."""
    issuer = models.CharField(max_length=500, blank=True)
    """Keyless: the OpenID Connect issuer that vouches for the identity."""
    material = models.TextField()
    """What signatures are verified with: PEM, or the trust configuration as JSON. Nothing in it is secret."""
    since = models.DateField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("party", "kind", "fingerprint", "identity", "issuer"),
                name="trusted_signer_once",
                condition=Q(withdrawn_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.identity or f"{self.kind} {self.fingerprint[:16]}"


class Verification(BaseModel):
    """One check of a release's files: who, when, with what, the result for every file, and the proof. Never changed."""

    class Kind(models.TextChoices):
        SUMS = "sums", _("Checksums compared with a list")
        FOLDER = "folder", _("Files read and compared")
        SIGNATURE = "signature", _("Signature checked")

    class Outcome(models.TextChoices):
        EQUAL = "equal", _("Equal")
        DIFFERS = "differs", _("Different")
        VERIFIED = "verified", _("Verified")
        NOT_TRUSTED = "not_trusted", _("Signed, signer not trusted")
        NOT_COMPARED = "not_compared", _("Signed, nothing compared")
        INVALID = "invalid", _("Invalid")

    class Compared(models.TextChoices):
        FILES = "files", _("the files themselves")
        SUMS = "sums", _("recorded checksums; the files were not read")
        NOTHING = "nothing", _("nothing")

    release = models.ForeignKey("registry.Release", on_delete=models.PROTECT, related_name="verifications")
    kind = models.CharField(max_length=9, choices=Kind)
    outcome = models.CharField(max_length=12, choices=Outcome)
    compared = models.CharField(max_length=7, choices=Compared)
    reasons = models.JSONField(default=list)
    """`[{"code", "message", "pattern", "values"}]`, the decisive one first."""
    signer = models.JSONField(default=dict)
    covers = models.JSONField(default=dict)
    """Of a signature: the model's name in it, how many files, the hash function, what it leaves out."""
    trusted_signer = models.ForeignKey(
        TrustedSigner, on_delete=models.PROTECT, null=True, blank=True, related_name="verifications"
    )
    equal = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    additional = models.PositiveIntegerField(default=0)
    files = models.JSONField(default=list)
    """`[{"path", "result", "expected", "found"}]`."""
    tool = models.CharField(max_length=200)
    performed_by = models.CharField(max_length=300)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    proof = models.BinaryField()
    """A zip file: everything that is needed to verify again, elsewhere and without us."""
    proof_sha256 = models.CharField(max_length=64)
    proof_size = models.PositiveIntegerField()

    journal_silent = ("files", "proof")

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=("release", "-created_at"), name="verification_of_release"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.outcome}"
