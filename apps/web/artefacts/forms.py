"""What is asked for to record, compare and verify."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.registry.models import TrustedSigner
from apps.web.forms import Form


class SumsForm(Form):
    """A list of checksums, and what to do with it."""

    file = forms.FileField(
        label=_("List of checksums"),
        help_text=_(
            "A SHA256SUMS file as sha256sum prints it, or the hub's listing of the repository as JSON. At most 4 MiB."
        ),
    )
    action = forms.ChoiceField(
        label=_("What to do"),
        choices=(
            ("record", _("Record them")),
            ("compare", _("Compare with what is recorded")),
            ("compare_in_use", _("Compare: these are the files we run")),
            ("replace", _("Record them, and replace those that differ")),
        ),
    )
    source = forms.CharField(label=_("Source"), max_length=500, required=False, help_text=_("Who published the list."))
    source_url = forms.CharField(label=_("Address of the source"), max_length=1000, required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        required=False,
        help_text=_("Needed to replace recorded checksums; stands in the journal."),
    )


class SignatureForm(Form):
    """A model signature, and what it is verified with beside the trusted signers."""

    bundle = forms.FileField(label=_("Signature"), help_text=_("The file that is usually called model.sig."))
    public_key = forms.FileField(
        label=_("Public key"), required=False, help_text=_("In PEM, for a signature made with a key.")
    )
    certificates = forms.FileField(
        label=_("Trusted certificates"),
        required=False,
        help_text=_("In PEM, for a signature made under a certificate authority: the authority's own certificate."),
    )
    trust_config = forms.FileField(
        label=_("Trust configuration"),
        required=False,
        help_text=_("In JSON, for a keyless signature: whose certificates and logs are believed. None is fetched."),
    )
    identity = forms.CharField(
        label=_("Expected identity"),
        max_length=500,
        required=False,
        help_text=_("For a keyless signature: the address or workflow that should have signed."),
    )
    issuer = forms.CharField(
        label=_("Expected issuer"),
        max_length=500,
        required=False,
        help_text=_("For a keyless signature: who vouches for the identity, as an https address."),
    )
    record = forms.BooleanField(
        label=_("Record the checksums of signed files that have none yet"), required=False, initial=True
    )


class SignerForm(Form):
    """A signer to declare."""

    party = forms.ChoiceField(label=_("Party"))
    namespace = forms.CharField(
        label=_("Namespace"),
        max_length=120,
        required=False,
        help_text=_("Of the party on a hub, where the signer counts for that one only."),
    )
    kind = forms.ChoiceField(label=_("Signs with"), choices=TrustedSigner.Kind.choices)
    material = forms.CharField(
        label=_("Public key, certificate or trust configuration"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("PEM or JSON, as text. Never a private key."),
    )
    identity = forms.CharField(
        label=_("Identity or subject"),
        max_length=500,
        required=False,
        help_text=_("Keyless: the address or workflow. Certificate: the subject, such as CN=Alpha Labs."),
    )
    issuer = forms.CharField(
        label=_("Issuer"), max_length=500, required=False, help_text=_("Keyless only: who vouches for the identity.")
    )
    since = forms.DateField(label=_("Since"), required=False, widget=forms.DateInput())
    source = forms.CharField(
        label=_("Source"), max_length=500, help_text=_("Where it is known from that this is their own.")
    )
    source_url = forms.CharField(label=_("Address of the source"), max_length=1000, required=False)
    note = forms.CharField(label=_("Note"), max_length=5000, required=False)


class WithdrawForm(Form):
    """Why the trust ends."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the journal as evidence."),
    )
