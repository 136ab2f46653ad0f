"""The register: models, their releases and lineage, where they run and what for."""

from collections.abc import Sequence
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Team
from apps.core.models import BaseModel
from apps.facts.models import State
from apps.licences.models import Licence
from apps.parties.models import Party, Sourced
from apps.registry.inheritance import TEACHES, WEIGHTS
from apps.registry.lineage_records import Inheritance as Inheritance
from apps.registry.lineage_records import LineageSuggestion as LineageSuggestion
from apps.registry.verification_records import TrustedSigner as TrustedSigner
from apps.registry.verification_records import Verification as Verification


class Model(Sourced):
    """What a developer publishes under one name and size. Its further facts are assertions (subject `model`)."""

    class Kind(models.TextChoices):
        BASE = "base", _("Base model")
        FINE_TUNE = "fine_tune", _("Fine-tune")
        ADAPTER = "adapter", _("Adapter")
        MERGE = "merge", _("Merge")
        QUANTISATION = "quantisation", _("Quantisation")
        DISTILLATION = "distillation", _("Distillation")
        EMBEDDING = "embedding", _("Embedding model")
        CLASSIFIER = "classifier", _("Classifier")
        AGENT_SYSTEM = "agent_system", _("Agent system")
        UNKNOWN = "unknown", _("Unknown")

    class Access(models.TextChoices):
        CLOSED_API = "closed_api", _("Closed, by API")
        OPEN_WEIGHTS = "open_weights", _("Open weights")
        OPEN_SOURCE = "open_source", _("Open source")
        INTERNAL = "internal", _("Internal")
        UNKNOWN = "unknown", _("Unknown")

    name = models.CharField(max_length=300)
    family = models.CharField(max_length=200, blank=True)
    key = models.SlugField(max_length=150, unique=True, null=True, blank=True)
    """The model's name in the knowledge files; empty for models that people entered."""
    developer = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="models", null=True, blank=True)
    kind = models.CharField(max_length=14, choices=Kind, default=Kind.UNKNOWN)
    access = models.CharField(max_length=14, choices=Access, default=Access.UNKNOWN)

    class Meta:
        ordering = ("name", "id")
        indexes = (GinIndex(name="model_name_trgm", fields=("name",), opclasses=("gin_trgm_ops",)),)

    def __str__(self) -> str:
        return self.name


class ModelAlias(Sourced):
    """An identifier under which a model is referred to: a hub repository, an API name, a router's id."""

    model = models.ForeignKey(Model, on_delete=models.CASCADE, related_name="aliases")
    namespace = models.CharField(max_length=40)
    """huggingface, openrouter, api, modelscope, ollama, …"""
    identifier = models.CharField(max_length=300)
    identifier_folded = models.CharField(max_length=300, editable=False)
    """Case-folded, for look-up: hubs and gateways differ in case, never in meaning."""

    class Meta:
        ordering = ("namespace", "identifier")
        verbose_name_plural = "model aliases"
        constraints = (
            models.UniqueConstraint(fields=("namespace", "identifier_folded"), name="alias_names_one_model"),
        )
        indexes = (
            models.Index(fields=("identifier_folded",), name="alias_lookup"),
            GinIndex(name="alias_trgm", fields=("identifier_folded",), opclasses=("gin_trgm_ops",)),
        )

    def __str__(self) -> str:
        return f"{self.namespace}:{self.identifier}"


class Release(Sourced):
    """One fixed revision of a model, or a floating alias (`pinned` false). Facts: subject `release`."""

    model = models.ForeignKey(Model, on_delete=models.PROTECT, related_name="releases")
    revision = models.CharField(max_length=120, blank=True)
    """A weights commit or a dated snapshot; empty for the floating release."""
    pinned = models.BooleanField(default=False)
    purl = models.CharField(max_length=500, blank=True)
    """Package URL, where the hub has a type of its own (`pkg:huggingface/…@commit`)."""
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, null=True, blank=True, related_name="releases")
    licence_expression = models.CharField(max_length=300, blank=True)
    """As declared, also where no licence of ours matches."""
    licence_state = models.CharField(max_length=20, default="unknown")
    licence_source = models.CharField(max_length=500, blank=True)
    licence_source_url = models.URLField(max_length=1000, blank=True)
    licence_as_of = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("model", "revision")
        constraints = (
            models.UniqueConstraint(fields=("model", "revision"), name="release_once"),
            models.CheckConstraint(condition=Q(pinned=False) | ~Q(revision=""), name="release_pinned_has_revision"),
        )

    def __str__(self) -> str:
        return f"{self.model}@{self.revision}" if self.revision else str(self.model)


class LivingEdges(models.Manager["LineageEdge"]):
    """The edges that somebody claims at present."""

    def get_queryset(self) -> models.QuerySet["LineageEdge"]:
        """Without those whose last claim was withdrawn."""
        return super().get_queryset().filter(ended_at__isnull=True)


class LineageEdge(Sourced):
    """What a model was made from. Cards name repositories, rarely revisions, so the edge joins models.

    An edge stands as long as somebody claims it. Its state, source and date are those of the claim that leads.
    `objects` has the edges of the present, `every` also those that ended.
    """

    class Relation(models.TextChoices):
        FINETUNE = "finetune", _("fine-tuned from")
        ADAPTER = "adapter", _("adapter for")
        MERGE = "merge", _("merged from")
        QUANTIZED = "quantized", _("quantised from")
        COPY = "copy", _("copy of")
        CONVERTED = "converted", _("converted from")
        CONTINUED_PRETRAINING = "continued_pretraining", _("trained further from")
        PRUNED = "pruned", _("pruned from")
        LAYER_DUPLICATED = "layer_duplicated", _("layers duplicated from")
        DISTILLED_FROM = "distilled_from", _("distilled from")
        SYNTHETIC_DATA_FROM = "synthetic_data_from", _("trained on data made by")
        DRAFT_FOR = "draft_for", _("draft model for")
        COMPONENT_OF = "component_of", _("component of")
        RUNTIME_DEPENDENCY = "runtime_dependency", _("needs at run time")

    WEIGHTS_TRANSFER: ClassVar[frozenset[str]] = WEIGHTS
    TEACHES: ClassVar[frozenset[str]] = TEACHES

    child = models.ForeignKey(Model, on_delete=models.CASCADE, related_name="parents")
    child_release = models.ForeignKey(Release, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    parent = models.ForeignKey(Model, on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    parent_release = models.ForeignKey(Release, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    parent_name = models.CharField(max_length=300)
    """As the source writes it; the only name while the parent is not resolved."""
    parent_namespace = models.CharField(max_length=40, blank=True)
    """Where an unresolved name is an identifier (`huggingface`); empty where the source does not say."""
    parent_folded = models.CharField(max_length=300, blank=True, editable=False)
    """The name as an identifier is looked up by: without prefix and revision, case-folded."""
    relation = models.CharField(max_length=24, choices=Relation)
    resolved_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When a parent that was only a name came into the register; empty where it was there from the start."""
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When the last claim was withdrawn."""

    objects = LivingEdges()
    every = models.Manager["LineageEdge"]()

    class Meta:
        ordering = ("child", "relation", "parent_name")
        constraints = (
            models.UniqueConstraint(
                fields=("child", "relation", "parent"),
                condition=Q(ended_at__isnull=True, parent__isnull=False),
                name="lineage_edge_once",
            ),
            models.UniqueConstraint(
                fields=("child", "relation", "parent_namespace", "parent_folded"),
                condition=Q(ended_at__isnull=True, parent__isnull=True),
                name="lineage_open_edge_once",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(child=F("parent")), name="lineage_not_of_itself"
            ),
        )
        indexes = (models.Index(fields=("parent_folded",), condition=Q(parent__isnull=True), name="lineage_open_name"),)

    def __str__(self) -> str:
        return f"{self.child} {self.relation} {self.parent_name}"

    @property
    def weights_transfer(self) -> bool:
        """Whether weights pass along this edge."""
        return self.relation in self.WEIGHTS_TRANSFER

    @property
    def teaches(self) -> bool:
        """Whether the parent taught the child."""
        return self.relation in self.TEACHES

    def lead(self, claims: Sequence["LineageClaim"]) -> None:
        """Say what the leading one of some claims says: the surest, of equals a person's, of those the first."""
        claim = max(claims, key=lambda one: one.weight)
        for name in ("state", "source_label", "source_url", "as_of", "note", "channel"):
            setattr(self, name, getattr(claim, name))


_SUREST = (
    State.UNKNOWN,
    State.DISPUTED,
    State.INFERRED,
    State.CLAIMED_BY_PROVIDER,
    State.CLAIMED_BY_OWNER,
    State.VERIFIED,
)


class LineageClaim(Sourced):
    """Who says that an edge is there, and where it was read. It is never overwritten: a newer one replaces it."""

    edge = models.ForeignKey(LineageEdge, on_delete=models.CASCADE, related_name="claims")
    parent_name = models.CharField(max_length=300)
    """The parent as this source writes it."""
    who = models.CharField(max_length=300)
    """Person, token or import, as the journal calls it; `knowledge` for what ships with the product."""
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=300, blank=True)
    withdrawn_reason = models.CharField(max_length=2000, blank=True)

    class Meta:
        ordering = ("recorded_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("edge", "channel", "source_label"),
                condition=Q(withdrawn_at__isnull=True),
                name="lineage_claim_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.edge} ({self.source_label})"

    @property
    def weight(self) -> tuple[int, bool, float, str]:
        """By what the claim that an edge rests on is chosen; the greatest leads."""
        return _SUREST.index(State(self.state)), self.channel == "person", -self.recorded_at.timestamp(), str(self.id)


class Artefact(Sourced):
    """A file of a release."""

    class Signature(models.TextChoices):
        VERIFIED = "verified", _("Verified")
        INVALID = "invalid", _("Invalid")
        ABSENT = "absent", _("Absent")
        UNKNOWN = "unknown", _("Unknown")

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="artefacts")
    path = models.CharField(max_length=500)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(null=True, blank=True)
    format = models.CharField(max_length=40, blank=True)
    format_by_content = models.BooleanField(default=False)
    """Whether the file's bytes were read to tell its format."""
    signature = models.CharField(max_length=10, choices=Signature, default=Signature.UNKNOWN)

    class Meta:
        ordering = ("release", "path")
        constraints = (models.UniqueConstraint(fields=("release", "path"), name="artefact_once"),)

    def __str__(self) -> str:
        return self.path


class HostingOffer(Sourced):
    """A way in which an operator offers models, with what its terms say. The start for a deployment's facts."""

    key = models.SlugField(max_length=150, unique=True)
    operator = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="offers", null=True, blank=True)
    title_en = models.CharField(max_length=300)
    title_de = models.CharField(max_length=300)
    hosting_mode = models.CharField(max_length=20)
    region = models.CharField(max_length=100, blank=True)
    endpoint_domain = models.CharField(max_length=253, blank=True)
    models_offered = ArrayField(models.CharField(max_length=150), default=list, blank=True)
    """Keys of models, or `developer:<party key>` for all models of a developer."""
    facts = models.JSONField(default=list)
    """Statements about deployments: `[{"field", "value", "state", "source", "url", "as_of", "note", "conflict"}]`."""

    class Meta:
        ordering = ("title_en",)

    def __str__(self) -> str:
        return self.title_en


class HostingMode(models.TextChoices):
    FIRST_PARTY_API = "first_party_api", _("First-party API")
    THIRD_PARTY_CLOUD = "third_party_cloud", _("Third-party cloud")
    AGGREGATOR = "aggregator", _("Aggregator")
    SELF_HOSTED_CLOUD = "self_hosted_cloud", _("Self-hosted in a cloud")
    ON_PREMISES = "on_premises", _("On own premises")
    ON_DEVICE = "on_device", _("On the device")
    UNKNOWN = "unknown", _("Unknown")


class Environment(models.TextChoices):
    DEV = "dev", _("Development")
    TEST = "test", _("Test")
    STAGING = "staging", _("Staging")
    PRODUCTION = "production", _("Production")
    UNKNOWN = "unknown", _("Unknown")


class Deployment(BaseModel):
    """Where and how a release runs. Everything else known of it: assertions, subject `deployment`."""

    name = models.CharField(max_length=300)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="deployments")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="deployments", null=True, blank=True)
    environment = models.CharField(max_length=12, choices=Environment, default=Environment.UNKNOWN)
    hosting_mode = models.CharField(max_length=20, choices=HostingMode, default=HostingMode.UNKNOWN)
    operator = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="deployments", null=True, blank=True)
    offer = models.ForeignKey(HostingOffer, on_delete=models.PROTECT, null=True, blank=True, related_name="deployments")
    observed_only = models.BooleanField(default=False)
    """Seen by a connector, claimed by nobody: a shadow entry."""

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class UseCase(BaseModel):
    """What a model is used for. Owner, data class and the like: assertions, subject `use_case`."""

    name = models.CharField(max_length=300)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="use_cases", null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    next_review = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("name", "id")
        indexes = (models.Index(fields=("next_review",), name="use_case_next_review"),)

    def __str__(self) -> str:
        return self.name


class Use(BaseModel):
    """One use case on one deployment: the unit that rules judge."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        PLANNED = "planned", _("Planned")
        RETIRED = "retired", _("Retired")

    name = models.CharField(max_length=300)
    use_case = models.ForeignKey(UseCase, on_delete=models.PROTECT, related_name="uses")
    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="uses")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="uses", null=True, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)

    class Meta:
        ordering = ("name", "id")
        constraints = (models.UniqueConstraint(fields=("use_case", "deployment"), name="use_once"),)
        indexes = (
            models.Index(fields=("team", "name"), name="use_team_name"),
            models.Index(fields=("name", "id"), name="use_by_name"),
            models.Index(fields=("updated_at", "id"), name="use_by_change"),
            GinIndex(name="use_name_trgm", fields=("name",), opclasses=("gin_trgm_ops",)),
        )

    def __str__(self) -> str:
        return self.name
