"""People, teams, roles and tokens."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from apps.core.clock import now
from apps.core.models import BaseModel


class Team(BaseModel):
    """People who own uses together and see each other's."""

    name = models.CharField(max_length=200, unique=True)
    slug = models.SlugField(max_length=80, unique=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(BaseModel, AbstractBaseUser):
    """A person or a service account; signs in with the e-mail address."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        SERVICE = "service", _("Service account")

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PERSON)
    language = models.CharField(max_length=5, default="en")
    theme = models.CharField(max_length=5, choices=Theme, default=Theme.AUTO)
    is_active = models.BooleanField(default=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    journal_secret = ("password",)
    journal_silent = ("last_login",)

    class Meta:
        ordering = ("name", "email")
        constraints = (models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower"),)

    def __str__(self) -> str:
        return self.name


class RoleGrant(BaseModel):
    """A role held by a person: in a team for team roles, over the whole register otherwise."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=Role)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="grants", null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "role", "team"), name="grant_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(role__in=("owner", "ci"), team__isnull=False)
                | (~Q(role__in=("owner", "ci")) & Q(team__isnull=True)),
                name="grant_team_for_team_roles",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.team_id or ''}"


class ApiToken(BaseModel):
    """A secret for machines. Only its digest is kept; the secret is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=200)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=30))
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    journal_secret = ("digest",)
    journal_silent = ("last_used_at",)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def usable(self) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and self.expires_at > now()


class RefusedSignIn(BaseModel):
    """A wrong password: counted for a while, so that nobody tries thousands."""

    journal_exempt = "nothing was changed, and whoever types a wrong address is nobody's business"

    address = models.CharField(max_length=64)
    """From where it came."""
    attempt = models.CharField(max_length=64)
    """Digest of where it came from and of the e-mail address that was typed, which may be a password by mistake."""

    class Meta:
        indexes = (
            models.Index(fields=("attempt", "created_at"), name="refused_sign_in_attempt"),
            models.Index(fields=("address", "created_at"), name="refused_sign_in_address"),
            models.Index(fields=("created_at",), name="refused_sign_in_age"),
        )

    def __str__(self) -> str:
        return f"{self.address} {self.created_at:%Y-%m-%d %H:%M:%S}"


class Organisation(BaseModel):
    """The company that runs this installation; its profile is the subject `org` of assertions. There is one."""

    name = models.CharField(max_length=200)
    singleton = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(singleton=True), name="organisation_is_one"),)

    def __str__(self) -> str:
        return self.name

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused: every use is judged against the profile."""
        raise models.ProtectedError("The organisation cannot be deleted.", {self})
