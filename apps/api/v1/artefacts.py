"""`verifications`, `trusted-signers`, and checking the files of `releases`: checksums and signatures."""

import hashlib
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.parsing import StrictJSONParser, TooLarge
from apps.api.v1 import registry
from apps.api.v1.parties import SOURCED
from apps.api.views import Body, NounViewSet, Shown, reference
from apps.core.errors import FieldError, InvalidInput
from apps.parties.selectors import parties
from apps.registry import file_selectors
from apps.registry.models import Release, TrustedSigner, Verification
from apps.registry.services.signatures import Given, verify_signature
from apps.registry.services.signers import LARGEST_MATERIAL, declare_signer, withdraw_signer
from apps.registry.services.sums import compare_sums, record_sums
from apps.registry.verification import bundles
from apps.registry.verification.paths import BadPath, clean_path
from apps.registry.verification.sums import LARGEST, MOST_FILES, FileSum, SumList, read_sums

ACTIONS = ("record", "replace", "compare", "compare_in_use")
FORM_AROUND = 64 * 1024
"""Bytes of a form beside its files."""


class ZipRenderer(JSONRenderer):
    """Lets a caller who accepts nothing but a zip file ask for one; problems are still told in JSON."""

    media_type = "application/zip"
    format = "zip"


class ReasonShown(serializers.Serializer[Any]):
    """Why a check came out as it did: a code for programs, a message for people."""

    code = serializers.CharField()
    message = serializers.CharField()


class FileShown(serializers.Serializer[Any]):
    """One file: the checksum that was expected and the one that was found, empty where there is none."""

    path = serializers.CharField()
    result = serializers.ChoiceField(choices=["differing", "missing", "additional", "equal"])
    expected = serializers.CharField(allow_blank=True)
    found = serializers.CharField(allow_blank=True)


class FilesAnswer(serializers.Serializer[Any]):
    """The result for every file."""

    files: Any = FileShown(many=True)


class VerificationSerializer(Shown[Verification]):
    release = serializers.UUIDField(source="release_id")
    trusted_signer = serializers.UUIDField(source="trusted_signer_id", allow_null=True)
    reasons = ReasonShown(many=True)
    signer = serializers.DictField()
    covers = serializers.DictField()

    class Meta:
        model = Verification
        fields = (
            *("id", "release", "kind", "outcome", "compared", "reasons", "signer", "covers", "trusted_signer"),
            *("equal", "differing", "missing", "additional", "tool", "performed_by", "proof_sha256", "proof_size"),
            "created_at",
        )


class Verifications(NounViewSet):
    """Checks of releases' files: who, when, with what, the outcome with its reasons, and the proof."""

    serializer_class = VerificationSerializer
    filters = {
        "release": ("release_id", UUID),
        "kind": ("kind", tuple(Verification.Kind.values)),
        "outcome": ("outcome", tuple(Verification.Outcome.values)),
    }

    def rows(self) -> QuerySet[Verification]:
        self.actor.require("register.read")
        return file_selectors.verifications()

    @extend_schema(responses={200: FilesAnswer})
    def files(self, request: Request, pk: str) -> Response:
        """The result for every file, what concerns somebody first."""
        return Response({"files": self.row(pk).files})

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def proof(self, request: Request, pk: str) -> Any:
        """A zip file with all that is needed to check again without this installation; VERIFY.txt in it says how."""
        row = self.row(pk)
        response = HttpResponse(bytes(row.proof), content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="weighbridge-proof-{row.id}.zip"'
        return response


class TrustedSignerSerializer(Shown[TrustedSigner]):
    party = serializers.UUIDField(source="party_id")
    namespace = serializers.CharField(source="hub_organisation.name", allow_null=True)

    class Meta:
        model = TrustedSigner
        fields = (
            *("id", "party", "namespace", "kind", "fingerprint", "identity", "issuer", "material", "since"),
            *("withdrawn_at", *SOURCED, "created_at", "updated_at"),
        )


class TrustedSignerBody(Body):
    party = serializers.UUIDField()
    namespace = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    kind = serializers.ChoiceField(choices=TrustedSigner.Kind.choices)
    material = serializers.CharField(max_length=LARGEST_MATERIAL, trim_whitespace=False)
    identity = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    issuer = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    since = serializers.DateField(required=False, allow_null=True)
    source = serializers.CharField(max_length=500)  # type: ignore[assignment]  # as in facts.FactBody
    source_url = serializers.URLField(max_length=1000, required=False, default="", allow_blank=True)
    note = serializers.CharField(max_length=5000, required=False, default="", allow_blank=True)


class WithdrawBody(Body):
    reason = serializers.CharField(max_length=2000)


class TrustedSigners(NounViewSet):
    """Keys and identities that officers declared to be a party's own for signing models. Only public material."""

    serializer_class = TrustedSignerSerializer
    filters = {
        "party": ("party_id", UUID),
        "kind": ("kind", tuple(TrustedSigner.Kind.values)),
        "fingerprint": ("fingerprint", str),
    }
    searches = ("identity", "fingerprint")

    def rows(self) -> QuerySet[TrustedSigner]:
        self.actor.require("register.read")
        return file_selectors.trusted_signers()

    @extend_schema(request=TrustedSignerBody, responses={201: TrustedSignerSerializer})
    def create(self, request: Request) -> Response:
        """Declare that a party signs with a key, under a certificate authority, or as an identity."""
        body = self.read(TrustedSignerBody)
        party = reference(parties(), body.pop("party"), "/party")
        namespace = file_selectors.namespace_of(party, body.pop("namespace"))
        return self.created(lambda: declare_signer(actor=self.actor, party=party, hub_organisation=namespace, **body))

    @extend_schema(request=WithdrawBody, responses={200: TrustedSignerSerializer})
    def withdraw(self, request: Request, pk: str) -> Response:
        """End the trust in a signer; earlier checks stay as they were."""
        reason = self.read(WithdrawBody)["reason"]
        return self.changed(pk, lambda row: withdraw_signer(actor=self.actor, signer=row, reason=reason))


class SumBody(Body):
    path = serializers.CharField(max_length=500, trim_whitespace=False)
    sha256 = serializers.RegexField(r"^[0-9a-fA-F]{64}$", max_length=64)
    size = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2**62 - 1)


class SumsBody(Body):
    files: Any = serializers.ListSerializer(child=SumBody(), min_length=1, max_length=MOST_FILES)
    action = serializers.ChoiceField(choices=[(name, name) for name in ACTIONS], default="record")
    source = serializers.CharField(  # type: ignore[assignment]  # as in facts.FactBody
        max_length=500, required=False, default="", allow_blank=True
    )
    source_url = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class SumsFileBody(SumsBody):
    files = None
    file = serializers.FileField()


class SumsAnswer(serializers.Serializer[Any]):
    """What was recorded, or the check that compared."""

    created = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    replaced = serializers.IntegerField()
    unsummed = serializers.IntegerField()
    verification: Any = VerificationSerializer(allow_null=True)


class SignatureBody(Body):
    bundle = serializers.FileField()
    public_key = serializers.FileField(required=False)
    certificates = serializers.FileField(required=False)
    trust_config = serializers.FileField(required=False)
    identity = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    issuer = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    unrecorded = serializers.ChoiceField(choices=[("leave", "leave"), ("record", "record")], default="leave")


class Releases(registry.Releases):
    """Fixed revisions and floating names of models, with checksums and signatures of their files."""

    _asked: Any = None

    def asked(self) -> Any:
        """The body; of a file its checksum."""
        return super().asked() if self._asked is None else self._asked

    def get_parsers(self) -> list[Any]:
        """A signature comes as a form, checksums as a form or as JSON, everything else as JSON."""
        ways: dict[str, list[Any]] = {"signature": [MultiPartParser()], "sums": [StrictJSONParser(), MultiPartParser()]}
        return ways.get(getattr(self, "action_map", {}).get("post", ""), [StrictJSONParser()])

    def form(self, body: type[Body], largest: int) -> dict[str, Any]:
        """The fields of a form; of a file its bytes."""
        if int(self.request.META.get("CONTENT_LENGTH") or 0) > largest + FORM_AROUND:
            raise TooLarge(f"A form may have at most {largest // 1024 // 1024} MiB.")
        found = {
            name: value.read() if isinstance(value, UploadedFile) else value for name, value in self.read(body).items()
        }
        self._asked = {
            name: hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value
            for name, value in found.items()
        }
        return found

    @extend_schema(
        request={"application/json": SumsBody, "multipart/form-data": SumsFileBody}, responses={200: SumsAnswer}
    )
    def sums(self, request: Request, pk: str) -> Response:
        """Record or compare checksums: a `SHA256SUMS` file, a hub's listing as JSON, or a list of files.

        `replace` overwrites recorded ones and asks for a reason; `compare_in_use` says that the list is of the files
        that run.
        """
        if (request.content_type or "").startswith("multipart/"):
            body = self.form(SumsFileBody, LARGEST)
            listed = read_sums(body["file"])
        else:
            body = self.read(SumsBody)
            listed = _listed(body["files"])

        def write(release: Release) -> Response:
            if body["action"].startswith("compare"):
                in_use = body["action"] == "compare_in_use"
                checked = compare_sums(actor=self.actor, release=release, sums=listed, in_use=in_use)
                return self._told(dict.fromkeys(("created", "unchanged", "replaced", "unsummed"), 0), checked)
            recorded = record_sums(
                actor=self.actor,
                release=release,
                sums=listed,
                source=body["source"],
                source_url=body["source_url"],
                replace=body["action"] == "replace",
                reason=body["reason"],
            )
            return self._told(vars(recorded), None)

        return self.changed(pk, write)

    def _told(self, counts: dict[str, int], checked: Verification | None) -> Response:
        return Response(SumsAnswer({**counts, "verification": checked}).data)

    @extend_schema(request={"multipart/form-data": SignatureBody}, responses={201: VerificationSerializer})
    def signature(self, request: Request, pk: str) -> Response:
        """Verify an OpenSSF model signature without a network, and compare it with the recorded checksums.

        It is verified with the trusted signers of the release's parties, then with what is sent along; who is not
        declared is shown and not trusted. With `unrecorded=record`, signed files without a checksum get theirs.
        """
        body = self.form(SignatureBody, bundles.LARGEST + 3 * LARGEST_MATERIAL)
        given = Given(
            **{name: body.get(name, b"").decode(errors="replace") for name in ("public_key", "certificates")},
            trust_config=body.get("trust_config", b"").decode(errors="replace"),
            identity=body["identity"],
            issuer=body["issuer"],
        )

        def write(release: Release) -> Response:
            checked = verify_signature(
                actor=self.actor,
                release=release,
                bundle=body["bundle"],
                given=given,
                record=body["unrecorded"] == "record",
            )
            response = Response(VerificationSerializer(checked).data, status=201)
            response["Location"] = f"/api/v1/verifications/{checked.id}"
            response["ETag"] = checked.etag
            return response

        return self.changed(pk, write)


def _listed(files: list[dict[str, Any]]) -> SumList:
    """The files of a JSON body as a list. Raises `InvalidInput` for paths that lead elsewhere or stand twice."""
    found: dict[str, FileSum] = {}
    errors = []
    for index, one in enumerate(files):
        try:
            path = clean_path(one["path"])
        except BadPath as error:
            errors.append(FieldError(f"/files/{index}/path", str(error)))
            continue
        if path in found:
            errors.append(FieldError(f"/files/{index}/path", "stands there twice"))
        found[path] = FileSum(path, one["sha256"].lower(), one.get("size"))
    if errors:
        raise InvalidInput(errors=errors[:20])
    return SumList("json", tuple(found.values()))
