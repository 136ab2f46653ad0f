"""Reads of people, teams and tokens."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from apps.accounts.actors import Actor
from apps.accounts.models import ApiToken, Organisation, RoleGrant, Team, User
from apps.accounts.roles import TEAM_ROLES, Role
from apps.core.clock import now
from apps.core.errors import NotFound
from apps.core.models import the_one

SHOWN_OFFICERS = 5
TOKEN_PREFIX = "wb_"  # noqa: S105 - what secrets begin with is no secret


def actor_for(
    user: User, *, kind: str = "user", origin: str = "", request_id: str = "", scopes: frozenset[str] | None = None
) -> Actor:
    """The actor that `user` is, with the roles held now."""
    grants = list(user.grants.all())
    return Actor(
        kind=kind,
        label=f"{user.name} <{user.email}>",
        user_id=user.id,
        roles=frozenset(grant.role for grant in grants if grant.role not in TEAM_ROLES),
        team_roles=frozenset((grant.team_id, grant.role) for grant in grants if grant.team_id),
        scopes=scopes,
        origin=origin,
        request_id=request_id,
    )


def token_digest(secret: str) -> str:
    """What is stored of a token: a plain SHA-256 suffices, since the secret has 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_by_secret(secret: str) -> ApiToken | None:
    """The usable token that `secret` opens, with its user and the user's roles; None if there is none."""
    if not secret.startswith(TOKEN_PREFIX) or len(secret) > 100:
        return None
    with_user = ApiToken.objects.select_related("user").prefetch_related("user__grants")
    token = the_one(with_user.filter(digest=token_digest(secret), user__is_active=True))
    return token if token and token.usable else None


def note_token_use(token: ApiToken) -> None:
    """Remember the use, at most once a minute: a busy gate must not write a row per call."""
    if token.last_used_at is None or now() - token.last_used_at > timedelta(minutes=1):
        ApiToken.objects.filter(id=token.id).update(last_used_at=now())


def people(actor: Actor) -> QuerySet[User]:
    """Everybody, for those who see the whole register; team mates otherwise."""
    users = User.objects.prefetch_related(Prefetch("grants", RoleGrant.objects.select_related("team")))
    return users if actor.sees_all else users.filter(grants__team_id__in=actor.team_ids).distinct()


def teams(actor: Actor) -> QuerySet[Team]:
    """Every team, for those who see the whole register; the own teams otherwise."""
    return Team.objects.all() if actor.sees_all else Team.objects.filter(id__in=actor.team_ids)


def tokens(actor: Actor) -> QuerySet[ApiToken]:
    """All tokens for an administrator, the own ones otherwise."""
    found = ApiToken.objects.select_related("user")
    if actor.may("accounts.manage"):
        return found
    return found.filter(user_id=actor.user_id) if actor.user_id else found.none()


def organisation() -> Organisation:
    """The company that runs this installation. Raises `NotFound` before set-up."""
    found = Organisation.objects.first()
    if found is None:
        raise NotFound("No organisation is set up yet. Run `manage.py setup_organisation --name …`.")
    return found


def person_by_id(actor: Actor, user_id: UUID) -> User:
    """One person with their roles. Raises `NotFound` for one that is not in sight, too."""
    found = people(actor).filter(id=user_id).first()
    if found is None:
        raise NotFound("There is no such person, or you share no team.")
    return found


def grant_by_id(actor: Actor, user_id: UUID, grant_id: UUID) -> RoleGrant:
    """One role that somebody holds. Raises `NotFound`."""
    person = person_by_id(actor, user_id)
    found = RoleGrant.objects.select_related("user", "team").filter(id=grant_id, user=person).first()
    if found is None:
        raise NotFound("This role is not held any more.")
    return found


def token_by_id(actor: Actor, token_id: UUID) -> ApiToken:
    """One token. Raises `NotFound`."""
    found = tokens(actor).filter(id=token_id).first()
    if found is None:
        raise NotFound("There is no such token.")
    return found


def token_holders(actor: Actor) -> QuerySet[User]:
    """For whom `actor` may issue tokens: themselves, and service accounts for an administrator."""
    wanted = Q(id=actor.user_id)
    if actor.may("accounts.manage"):
        wanted |= Q(kind=User.Kind.SERVICE)
    return User.objects.filter(wanted, is_active=True).order_by("kind", "name", "id")


def names_of(user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of people whom something in sight names; nothing else of them."""
    return dict(User.objects.filter(id__in=set(user_ids)).values_list("id", "name"))


def officers() -> list[str]:
    """The names of the compliance officers, whom everybody may ask."""
    active = User.objects.filter(grants__role=Role.OFFICER, kind=User.Kind.PERSON, is_active=True)
    return list(active.distinct().order_by("name", "id").values_list("name", flat=True)[:SHOWN_OFFICERS])
