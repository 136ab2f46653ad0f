"""Legal entities and bodies around a model, and who owns whom."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.facts.models import State


class Party(BaseModel):
    """A legal entity or body: developer, contracting party, operator, hub, sub-processor or owner.

    What is known about it (headquarters, identifiers, …) are assertions about the subject `party`.
    """

    class Kind(TextChoices):  # `models.` would be the reverse of `Model.developer` to the type checker
        COMPANY = "company", _("Company")
        FOUNDATION = "foundation", _("Foundation or association")
        STATE_BODY = "state_body", _("State body")
        GROUP = "group", _("Group known by a brand")
        PERSON = "person", _("Natural person")
        OTHER = "other", _("Other")

    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.COMPANY)
    key = models.SlugField(max_length=100, unique=True, null=True, blank=True)
    """The name of the party in the knowledge files; empty for parties that people entered."""
    principal = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="members")
    """For a group known by a brand: the legal entity that stands for it; for an entity: empty."""
    group = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="entities")
    """For a legal entity: the group it belongs to."""

    class Meta:
        ordering = ("name", "id")
        verbose_name_plural = "parties"
        indexes = (GinIndex(name="party_name_trgm", fields=("name",), opclasses=("gin_trgm_ops",)),)

    def __str__(self) -> str:
        return self.name


class Sourced(BaseModel):
    """A statement that is a row of its own: it has a state, a source and a date like any assertion."""

    state = models.CharField(max_length=20, choices=State, default=State.UNKNOWN)
    source_label = models.CharField(max_length=500, blank=True)
    source_url = models.URLField(max_length=1000, blank=True)
    as_of = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    channel = models.CharField(max_length=40, default="person")

    class Meta:
        abstract = True


class PartyName(Sourced):
    """Another name of a party: registered in native script, alias or brand."""

    class Kind(models.TextChoices):
        LEGAL = "legal", _("Registered name")
        NATIVE = "native", _("Name in native script")
        ALIAS = "alias", _("Alias")
        BRAND = "brand", _("Brand")

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=8, choices=Kind)
    language = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ("kind", "name")
        constraints = (models.UniqueConstraint(fields=("party", "name", "kind"), name="party_name_once"),)
        indexes = (GinIndex(name="party_alias_trgm", fields=("name",), opclasses=("gin_trgm_ops",)),)

    def __str__(self) -> str:
        return self.name


class Domain(Sourced):
    """An internet domain of a party, or one that looks like it and is not."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="domains")
    domain = models.CharField(max_length=253)
    lookalike = models.BooleanField(default=False)

    class Meta:
        ordering = ("domain",)
        constraints = (models.UniqueConstraint(fields=("party", "domain"), name="party_domain_once"),)

    def __str__(self) -> str:
        return self.domain


class HubOrganisation(Sourced):
    """A party's namespace on a model hub."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="hub_organisations")
    hub = models.CharField(max_length=40, default="huggingface")
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ("hub", "name")
        constraints = (models.UniqueConstraint(fields=("hub", "name"), name="hub_organisation_once"),)

    def __str__(self) -> str:
        return f"{self.hub}/{self.name}"


class StakesInForce(models.Manager["Stake"]):
    """The stakes that stand: neither corrected nor taken back."""

    def get_queryset(self) -> QuerySet["Stake"]:
        """Those that nothing has superseded."""
        return super().get_queryset().filter(superseded_at__isnull=True)


class Stake(Sourced):
    """An ownership edge: who holds how much of whom, on what basis, from when to when.

    Who holds whom may run in circles; nobody holds themselves. A statement that is corrected, ended or taken back is
    not overwritten: it is superseded and kept, so that one can ask what was known at any moment.
    """

    class Basis(models.TextChoices):
        EQUITY = "equity", _("Equity")
        VOTES = "votes", _("Votes")
        BOARD = "board_appointment", _("Board appointment")
        VIE = "contract_vie", _("Contract (VIE)")
        GOLDEN_SHARE = "golden_share", _("Golden share")
        DE_FACTO = "de_facto", _("De facto control")
        UNKNOWN = "unknown", _("Unknown")

    owner = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="holdings", null=True)
    owner_name = models.CharField(max_length=300)
    """As the source writes it; the only name where the owner is no party of the register."""
    owned = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="stakes")
    basis = models.CharField(max_length=20, choices=Basis, default=Basis.UNKNOWN)
    equity_pct = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    voting_pct = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    """The last day on which it was held."""
    free_float = models.BooleanField(default=False)
    """Listed shares in many hands: there is no owner to look for."""
    superseded_at = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="before")

    objects = StakesInForce()
    every = models.Manager["Stake"]()

    class Meta:
        ordering = ("owned", F("equity_pct").desc(nulls_last=True), "owner_name")
        constraints = (
            models.CheckConstraint(condition=~Q(owner=F("owned")), name="stake_not_in_itself"),
            models.CheckConstraint(
                condition=(Q(equity_pct__isnull=True) | Q(equity_pct__gte=0, equity_pct__lte=100))
                & (Q(voting_pct__isnull=True) | Q(voting_pct__gte=0, voting_pct__lte=100)),
                name="stake_percentages",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="stake_dates",
            ),
            models.CheckConstraint(
                condition=Q(free_float=False) | Q(owner__isnull=True), name="stake_free_float_has_no_owner"
            ),
        )

    def __str__(self) -> str:
        return f"{self.owner_name} -> {self.owned_id} {self.equity_pct or '?'} %"
