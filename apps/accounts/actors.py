"""Who acts: a person, a token, a task or a command. Every service is told, nothing is guessed from a thread."""

from dataclasses import dataclass, field
from uuid import UUID

from apps.accounts.roles import PERMISSIONS, TEAM_ROLES, scope_allows
from apps.core.errors import NotPermitted, filled


@dataclass(frozen=True)
class Actor:
    """Somebody or something that reads and writes, with what it may do and see."""

    kind: str
    """user, token, system (a task) or command."""
    label: str
    user_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    """Roles held over the whole register."""
    team_roles: frozenset[tuple[UUID, str]] = frozenset()
    """Pairs of team and role."""
    scopes: frozenset[str] | None = None
    """A token's scopes; None where no token limits the holder."""
    origin: str = ""
    """Network address, task name or command name."""
    request_id: str = ""
    trusted: bool = field(default=False, repr=False)
    """The installation itself: may do and see everything."""

    @classmethod
    def system(cls, task: str) -> "Actor":
        """The installation acting on schedule."""
        return cls(kind="system", label="Weighbridge", origin=task, trusted=True)

    @classmethod
    def command(cls, command: str) -> "Actor":
        """Whoever may run commands on the server."""
        return cls(kind="command", label=f"command {command}", origin=command, trusted=True)

    @property
    def sees_all(self) -> bool:
        """Whether the whole register is in sight, not just that of the own teams."""
        return self.trusted or bool(self.roles - TEAM_ROLES)

    @property
    def team_ids(self) -> frozenset[UUID]:
        """The teams in which the actor holds a role."""
        return frozenset(team for team, _ in self.team_roles)

    def may(self, permission: str, *, team_id: UUID | None = None) -> bool:
        """Whether `permission` is held; for team roles in `team_id`, or in any team when it is not given."""
        if self.trusted:
            return True
        if self.scopes is not None and not scope_allows(self.scopes, permission):
            return False
        if any(permission in PERMISSIONS.get(role, frozenset()) for role in self.roles):
            return True
        return any(
            permission in PERMISSIONS.get(role, frozenset()) and team_id in (None, team)
            for team, role in self.team_roles
        )

    def require(self, permission: str, *, team_id: UUID | None = None) -> None:
        """Raise `NotPermitted` unless `permission` is held."""
        if not self.may(permission, team_id=team_id):
            raise NotPermitted(
                filled(
                    "This needs the permission “%(permission)s”. Ask an administrator for a role that has it.",
                    permission=permission,
                )
            )
