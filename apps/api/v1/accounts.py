"""`users`, `teams`, `tokens`, `organisation`."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import selectors, services
from apps.accounts.models import ApiToken, Organisation, RoleGrant, Team, User
from apps.accounts.roles import Role, Scope
from apps.api.lists import folded
from apps.api.views import Body, NounViewSet, Shown, reference
from apps.core.canonical import digest
from apps.core.errors import NotFound, NotPermitted

LANGUAGES = [("en", "English"), ("de", "Deutsch")]


class TeamSerializer(Shown[Team]):
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


class GrantSerializer(Shown[RoleGrant]):
    team = serializers.UUIDField(source="team_id", allow_null=True)

    class Meta:
        model = RoleGrant
        fields = ("role", "team")


class UserSerializer(Shown[User]):
    roles = GrantSerializer(source="grants", many=True)

    class Meta:
        model = User
        fields = ("id", "email", "name", "kind", "language", "is_active", "roles", "created_at", "updated_at")


class UserBody(Body):
    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=User.Kind.choices, default=User.Kind.PERSON)
    language = serializers.ChoiceField(choices=LANGUAGES, default="en")


class UserChangeBody(Body):
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    theme = serializers.ChoiceField(choices=User.Theme.choices, required=False)


class RoleBody(Body):
    role = serializers.ChoiceField(choices=Role.choices)
    team = serializers.UUIDField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class AccessBody(Body):
    reason = serializers.CharField(max_length=2000)


class Users(NounViewSet):
    """People and service accounts. Passwords are set on the pages, not here."""

    serializer_class = UserSerializer
    filters = {"is_active": ("is_active", bool), "kind": ("kind", tuple(User.Kind.values)), "email": ("email", folded)}
    searches = ("name", "email")
    orderings = ("name",)

    def rows(self) -> QuerySet[User]:
        return selectors.people(self.actor)

    def tag(self, row: User) -> str:
        """Changes with the roles too, which are rows of their own."""
        held = sorted(f"{grant.role} {grant.team_id}" for grant in row.grants.all())
        return f'"{row.row_version}.{digest(held)[7:15]}"'

    @extend_schema(request=UserBody, responses={201: UserSerializer})
    def create(self, request: Request) -> Response:
        """Create a person or a service account, without a password and without roles."""
        body = self.read(UserBody)
        return self.created(lambda: services.create_user(actor=self.actor, **body))

    @extend_schema(request=UserChangeBody, responses={200: UserSerializer})
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change somebody's language or theme; everybody does this for themselves, an administrator for anybody."""
        body = self.read(UserChangeBody)
        return self.changed(pk, lambda user: services.set_preferences(actor=self.actor, user=user, **body))

    @extend_schema(request=RoleBody, responses={200: UserSerializer})
    def grant(self, request: Request, pk: str) -> Response:
        """Give a role. The roles `owner` and `ci` are held in a team, the others over the whole register."""
        body = self.read(RoleBody)

        def write(user: User) -> None:
            team = team_of(self, body)
            services.grant_role(actor=self.actor, user=user, role=body["role"], team=team, reason=body["reason"])

        return self.changed(pk, write)

    @extend_schema(request=RoleBody, responses={200: UserSerializer})
    def revoke(self, request: Request, pk: str) -> Response:
        """Take a role back. The last administrator keeps it."""
        body = self.read(RoleBody)

        def write(user: User) -> None:
            self.actor.require("accounts.manage")
            grant = user.grants.filter(role=body["role"], team=team_of(self, body)).first()
            if grant is None:
                raise NotFound("This role is not held.", pointer="/role")
            services.revoke_role(actor=self.actor, grant=grant, reason=body["reason"])

        return self.changed(pk, write)

    @extend_schema(request=AccessBody, responses={200: UserSerializer})
    def activate(self, request: Request, pk: str) -> Response:
        """Let somebody in again."""
        return self._set_active(pk, active=True)

    @extend_schema(request=AccessBody, responses={200: UserSerializer})
    def deactivate(self, request: Request, pk: str) -> Response:
        """Shut somebody out at once, with all their tokens; the past stays."""
        return self._set_active(pk, active=False)

    def _set_active(self, pk: str, *, active: bool) -> Response:
        reason = self.read(AccessBody)["reason"]
        return self.changed(
            pk, lambda user: services.set_active(actor=self.actor, user=user, active=active, reason=reason)
        )


class TokenSerializer(Shown[ApiToken]):
    user = serializers.UUIDField(source="user_id")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))

    class Meta:
        model = ApiToken
        fields = ("id", "name", "prefix", "user", "scopes", "expires_at", "last_used_at", "revoked_at", "created_at")


class RevokeBody(Body):
    reason = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class Tokens(NounViewSet):
    """API tokens, without their secrets. They are issued on the page “Tokens”, where the secret is shown once."""

    serializer_class = TokenSerializer
    filters = {"user": ("user_id", UUID)}
    searches = ("name",)
    orderings = ("expires_at",)

    def rows(self) -> QuerySet[ApiToken]:
        return selectors.tokens(self.actor)

    @extend_schema(exclude=True)
    def create(self, request: Request) -> Response:
        """Refused: a stolen token must not make itself immortal."""
        raise NotPermitted("A token cannot issue tokens. Sign in and issue it on the page “Tokens”.")

    @extend_schema(request=RevokeBody, responses={200: TokenSerializer})
    def revoke(self, request: Request, pk: str) -> Response:
        """Make a token useless at once."""
        body = self.read(RevokeBody)
        return self.changed(
            pk, lambda token: services.revoke_token(actor=self.actor, token=token, reason=body["reason"])
        )


class OrganisationSerializer(Shown[Organisation]):
    class Meta:
        model = Organisation
        fields = ("id", "name", "created_at", "updated_at")


class OrganisationBody(Body):
    name = serializers.CharField(max_length=200)


class OrganisationView(NounViewSet):
    """The company that runs this installation. Its profile are assertions about the subject `org`."""

    serializer_class = OrganisationSerializer

    def rows(self) -> QuerySet[Organisation]:
        self.actor.require("register.read")
        return Organisation.objects.all()

    @extend_schema(responses={200: OrganisationSerializer})
    def show(self, request: Request) -> Response:
        """The organisation, with the identifier under which facts are stated."""
        return self.answer(self._the_one())

    @extend_schema(request=OrganisationBody, responses={200: OrganisationSerializer})
    def rename(self, request: Request) -> Response:
        """Give the organisation another name."""
        body = self.read(OrganisationBody)
        return self.changed(
            str(self._the_one().id), lambda _: services.set_up_organisation(actor=self.actor, name=body["name"])
        )

    def _the_one(self) -> Organisation:
        self.rows()
        return selectors.organisation()


def team_of(view: NounViewSet, body: dict[str, Any]) -> Team | None:
    """The team that a body names, if the caller may see it."""
    found: Team | None = reference(selectors.teams(view.actor), body.get("team"), "/team")
    return found
