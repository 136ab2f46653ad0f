"""Writes of people, teams, roles, tokens and the organisation."""

import datetime as dt
import secrets
from collections.abc import Sequence
from itertools import count

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify

from apps.accounts.actors import Actor
from apps.accounts.models import ApiToken, Organisation, RoleGrant, Team, User
from apps.accounts.roles import TEAM_ROLES, Role, Scope
from apps.accounts.selectors import TOKEN_PREFIX, token_digest
from apps.core.changes import change
from apps.core.clock import now
from apps.core.errors import DuplicateFound, InvalidInput, NotFound, NotPermitted, filled
from apps.core.text import clean_text

LANGUAGES = ("en", "de")
LONGEST_TOKEN_LIFE = dt.timedelta(days=366)
LONGEST_REASON = 2000

SHORTEST_PASSWORD = 12
_PASSWORD_RULES = (
    MinimumLengthValidator(SHORTEST_PASSWORD),
    CommonPasswordValidator(),
    UserAttributeSimilarityValidator(("email", "name")),
)


def _clean_password(password: str, user: User) -> str:
    """Long, not a common one, not like the person's name; no rules on kinds of characters (NIST SP 800-63B)."""
    if len(password) > 200 or "\x00" in password:
        raise InvalidInput("must have at most 200 characters, none of them NUL", pointer="/password")
    try:
        validate_password(password, user, _PASSWORD_RULES)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), pointer="/password") from error
    return password


def _clean_email(email: str, pointer: str) -> str:
    address = clean_text(email, pointer=pointer, max_length=254).lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInput("is not an e-mail address", pointer=pointer) from error
    return address


def set_up_organisation(*, actor: Actor, name: str) -> Organisation:
    """Create the organisation, or rename it."""
    actor.require("organisation.change")
    name = clean_text(name, pointer="/name", max_length=200)
    with change(actor, "organisation.set_up"):
        organisation = Organisation.objects.select_for_update().first() or Organisation()
        organisation.name = name
        organisation.save()
    return organisation


def create_team(*, actor: Actor, name: str) -> Team:
    """Create a team. Raises `DuplicateFound` when one bears the name."""
    actor.require("accounts.manage")
    name = clean_text(name, pointer="/name", max_length=200)
    existing = Team.objects.filter(name__iexact=name).first()
    if existing:
        message = filled("The team “%(name)s” exists already.", name=existing.name)
        raise DuplicateFound(message, existing=str(existing.id), pointer="/name")
    slug = _free_slug(slugify(name)[:70] or "team")
    with change(actor, "team.create"):
        team = Team(name=name, slug=slug)
        team.save()
    return team


def _free_slug(wanted: str) -> str:
    """`wanted`, or with a number: names in other scripts, or that differ in signs only, share one."""
    taken = set(Team.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    numbered = (f"{wanted}-{number}" for number in count(2))
    return wanted if wanted not in taken else next(slug for slug in numbered if slug not in taken)


def create_user(
    *,
    actor: Actor,
    email: str,
    name: str,
    password: str | None = None,
    language: str = "en",
    kind: str = User.Kind.PERSON,
) -> User:
    """Create a person or a service account; without `password` nobody can sign in with one."""
    actor.require("accounts.manage")
    email = _clean_email(email, "/email")
    name = clean_text(name, pointer="/name", max_length=200)
    if language not in LANGUAGES:
        raise InvalidInput(f"must be one of {', '.join(LANGUAGES)}", pointer="/language")
    if kind not in User.Kind.values:
        raise InvalidInput(f"must be one of {', '.join(User.Kind.values)}", pointer="/kind")
    existing = User.objects.filter(email=email).first()
    if existing:
        raise DuplicateFound("Somebody with this e-mail address exists.", existing=str(existing.id), pointer="/email")
    with change(actor, "user.create"):
        user = User(email=email, name=name, language=language, kind=kind)
        user.set_password(None if password is None else _clean_password(password, user))
        user.save()
    return user


def set_active(*, actor: Actor, user: User, active: bool, reason: str) -> User:
    """Let somebody in again, or shut somebody out, for a stated reason; nobody shuts out themselves."""
    actor.require("accounts.manage")
    reason = clean_text(reason, pointer="/reason", max_length=LONGEST_REASON)
    if user.id == actor.user_id and not active:
        raise InvalidInput("You cannot shut out yourself; ask another administrator.", pointer="/is_active")
    with change(actor, "user.activate" if active else "user.deactivate", reason=reason):
        user.is_active = active
        user.save(update_fields=["is_active"])
    return user


def set_preferences(*, actor: Actor, user: User, language: str | None = None, theme: str | None = None) -> User:
    """Keep a person's language and theme; everybody does this for themselves."""
    if user.id != actor.user_id:
        actor.require("accounts.manage")
    if language is not None and language not in LANGUAGES:
        raise InvalidInput(f"must be one of {', '.join(LANGUAGES)}", pointer="/language")
    if theme is not None and theme not in User.Theme.values:
        raise InvalidInput(f"must be one of {', '.join(User.Theme.values)}", pointer="/theme")
    with change(actor, "user.preferences"):
        user.language = language or user.language
        user.theme = theme or user.theme
        user.save(update_fields=["language", "theme"])
    return user


def grant_role(*, actor: Actor, user: User, role: str, team: Team | None = None, reason: str = "") -> RoleGrant:
    """Give a role. Team roles need a team, the others must not have one; giving it again changes nothing."""
    actor.require("accounts.manage")
    if role not in Role.values:
        raise InvalidInput(f"must be one of {', '.join(Role.values)}", pointer="/role")
    if (role in TEAM_ROLES) != (team is not None):
        if role in TEAM_ROLES:
            raise InvalidInput("is missing: this role is held in a team", pointer="/team")
        raise InvalidInput("must be left out: this role is held over the whole register", pointer="/team")
    existing = RoleGrant.objects.filter(user=user, role=role, team=team).first()
    if existing:
        return existing
    with change(actor, "role.grant", reason=reason):
        grant = RoleGrant(user=user, role=role, team=team)
        grant.save()
    return grant


def revoke_role(*, actor: Actor, grant: RoleGrant, reason: str = "") -> None:
    """Take a role back; the last administrator keeps it."""
    actor.require("accounts.manage")
    reason = clean_text(reason, pointer="/reason", max_length=LONGEST_REASON, required=False)
    administrators = RoleGrant.objects.filter(role=Role.ADMINISTRATOR, user__is_active=True)
    if grant.role == Role.ADMINISTRATOR and not administrators.exclude(id=grant.id).exists():
        raise InvalidInput("This is the last administrator; name another one first.", pointer="/role")
    with change(actor, "role.revoke", reason=reason):
        grant.delete()


def issue_token(
    *, actor: Actor, user: User, name: str, scopes: Sequence[str], expires_at: dt.datetime
) -> tuple[ApiToken, str]:
    """Issue a token for `user`; returns it with the secret, which is never shown again.

    Everybody issues tokens for themselves, and for service accounts whoever holds `accounts.manage`; nobody does for
    other people, because a decision by two would then be one by the same person twice.
    A token cannot issue tokens. The life is limited to 366 days.
    """
    if actor.kind == "token":
        raise NotPermitted("A token cannot issue tokens. Sign in and issue it on the page “Tokens”.")
    if user.id != actor.user_id:
        actor.require("accounts.manage")
        if user.kind != User.Kind.SERVICE and not actor.trusted:
            raise NotPermitted("Everybody issues their own tokens; for machines there are service accounts.")
    name = clean_text(name, pointer="/name", max_length=200)
    unknown = [scope for scope in scopes if scope not in Scope.values]
    if unknown or not scopes:
        raise InvalidInput(f"must be one or more of {', '.join(Scope.values)}", pointer="/scopes")
    if not now() < expires_at <= now() + LONGEST_TOKEN_LIFE:
        raise InvalidInput("must lie in the future, at most 366 days from now", pointer="/expires_at")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with change(actor, "token.issue"):
        token = ApiToken(
            user=user,
            name=name,
            prefix=secret[:9],
            digest=token_digest(secret),
            scopes=sorted(set(scopes)),
            expires_at=expires_at,
        )
        token.save()
    return token, secret


def revoke_token(*, actor: Actor, token: ApiToken, reason: str = "") -> ApiToken:
    """Make a token useless at once; doing it again changes nothing."""
    if token.user_id != actor.user_id and not actor.may("accounts.manage"):
        raise NotFound("There is no such token.")
    if token.revoked_at is None:
        with change(actor, "token.revoke", reason=reason):
            token.revoked_at = now()
            token.save(update_fields=["revoked_at"])
    return token


def change_password(*, actor: Actor, user: User, password: str) -> None:
    """Set a new password; everybody does this for themselves, an administrator for anybody."""
    if user.id != actor.user_id:
        actor.require("accounts.manage")
    password = _clean_password(password, user)
    with change(actor, "user.password"):
        user.set_password(password)
        user.save(update_fields=["password"])
