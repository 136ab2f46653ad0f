"""`users`, `teams`, `tokens`."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import selectors, services
from apps.accounts.models import ApiToken, RoleGrant, Team, User
from apps.accounts.roles import Scope
from apps.api.views import Body, NounViewSet, reference


class TeamSerializer(serializers.ModelSerializer[Team]):
    class Meta:
        model = Team
        fields = ("id", "name", "slug", "created_at", "updated_at")


class TeamBody(Body):
    name = serializers.CharField(max_length=200)


class Teams(NounViewSet):
    """Teams own uses and see each other's."""

    serializer_class = TeamSerializer
    searches = ("name",)
    orderings = ("name",)

    def rows(self) -> QuerySet[Team]:
        return selectors.teams(self.actor)

    @extend_schema(request=TeamBody, responses={201: TeamSerializer})
    def create(self, request: Request) -> Response:
        """Create a team."""
        body = self.read(TeamBody)
        return self.created(lambda: services.create_team(actor=self.actor, name=body["name"]))


class GrantSerializer(serializers.ModelSerializer[RoleGrant]):
    team = serializers.UUIDField(source="team_id", allow_null=True)

    class Meta:
        model = RoleGrant
        fields = ("role", "team")


class UserSerializer(serializers.ModelSerializer[User]):
    roles = GrantSerializer(source="grants", many=True, read_only=True)

    class Meta:
        model = User
        fields = ("id", "email", "name", "kind", "language", "is_active", "roles", "created_at", "updated_at")


class UserBody(Body):
    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=User.Kind.choices, default=User.Kind.PERSON)
    language = serializers.ChoiceField(choices=[("en", "English"), ("de", "Deutsch")], default="en")


class Users(NounViewSet):
    """People and service accounts. Passwords are set on the pages, not here."""

    serializer_class = UserSerializer
    filters = {"is_active": ("is_active", bool), "kind": ("kind", tuple(User.Kind.values))}
    searches = ("name", "email")
    orderings = ("name",)

    def rows(self) -> QuerySet[User]:
        return selectors.people(self.actor)

    @extend_schema(request=UserBody, responses={201: UserSerializer})
    def create(self, request: Request) -> Response:
        """Create a person or a service account, without a password and without roles."""
        body = self.read(UserBody)
        return self.created(lambda: services.create_user(actor=self.actor, **body))


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    user = serializers.UUIDField(source="user_id")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))

    class Meta:
        model = ApiToken
        fields = ("id", "name", "prefix", "user", "scopes", "expires_at", "last_used_at", "revoked_at", "created_at")


class RevokeBody(Body):
    reason = serializers.CharField(max_length=2000, required=False, default="")


class Tokens(NounViewSet):
    """API tokens, without their secrets. They are issued on the page “Tokens”, where the secret is shown once."""

    serializer_class = TokenSerializer
    filters = {"user": ("user_id", UUID)}
    searches = ("name",)

    def rows(self) -> QuerySet[ApiToken]:
        return selectors.tokens(self.actor)

    @extend_schema(request=RevokeBody, responses=TokenSerializer)
    def revoke(self, request: Request, pk: str) -> Response:
        """Make a token useless at once."""
        token = self.row(pk)
        body = self.read(RevokeBody)
        return self.answer(services.revoke_token(actor=self.actor, token=token, reason=body["reason"]))


def team_of(view: NounViewSet, body: dict[str, Any]) -> Team | None:
    """The team that a body names, if the caller may see it."""
    found: Team | None = reference(selectors.teams(view.actor), body.get("team"), "/team")
    return found
