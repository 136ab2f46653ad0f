"""Which object a path of a use's fact sheet is about, and who may speak about it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from apps.accounts.actors import Actor
from apps.accounts.selectors import organisation
from apps.core.errors import NotFound
from apps.facts.subjects import SubjectRef
from apps.registry.models import Release, Use
from apps.registry.selectors import declared_release
from apps.registry.services.facts import may_state
from apps.web.facts import Line

TYPES = {
    "use_case": "use_case",
    "deployment": "deployment",
    "version": "release",
    "screening": "screening",
    "model": "model",
    "licence": "licence",
    "provider": "party",
    "operator": "party",
    "org": "org",
}
"""Beginning of a path -> type of its subject; what is not here is derived and stated nowhere."""


@dataclass(frozen=True)
class Subjects:
    """The subjects around one use, for one reader."""

    actor: Actor
    use: Use
    past: bool = False
    """Whether facts of a past moment are shown: those are not corrected."""

    def ref(self, prefix: str) -> SubjectRef | None:
        """The subject that paths with `prefix` are about; None where there is none, such as an unknown operator."""
        kind = TYPES.get(prefix)
        key = self._id(prefix) if kind else None
        return SubjectRef(kind, key) if kind and key else None

    def _id(self, prefix: str) -> UUID | None:
        use, release = self.use, self.use.deployment.release
        found: dict[str, Callable[[], UUID | None]] = {
            "use_case": lambda: use.use_case_id,
            "deployment": lambda: use.deployment_id,
            "version": lambda: release.id,
            "screening": lambda: use.id,
            "model": lambda: release.model_id,
            "licence": lambda: self.licensed.licence_id,
            "provider": lambda: release.model.developer_id,
            "operator": lambda: use.deployment.operator_id,
            "org": lambda: self._organisation,
        }
        return found[prefix]()

    @cached_property
    def licensed(self) -> Release:
        """The release whose licence counts."""
        return declared_release(self.use.deployment.release)

    @cached_property
    def _organisation(self) -> UUID | None:
        try:
            return organisation().id
        except NotFound:
            return None

    def may_state(self, path: str) -> bool:
        """Whether the reader is offered to state the fact at `path`."""
        prefix, _, name = path.partition(".")
        kind = TYPES.get(prefix)
        if kind is None or not may_state(self.actor, kind, name) or self.ref(prefix) is None:
            return False
        return self.actor.may("facts.assert", team_id=self.use.team_id)

    def with_way(self, line: Line) -> Line:
        """The line with the address where it is corrected, for those who may."""
        if self.past or not self.may_state(line.path):
            return line
        return replace(line, edit_url=f"/uses/{self.use.id}/facts?field={line.path}")
