"""What an entry says about a use: its team, use case and deployment, those there are or new ones."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop

from apps.core.errors import filled
from apps.core.models import BaseModel
from apps.core.text import clean_text
from apps.facts.models import State
from apps.imports.folding import folded
from apps.imports.planning.models import Models
from apps.imports.records import (
    FactRecord,
    UseRecord,
)
from apps.registry.models import Deployment, Release, Use, UseCase


class Uses(Models):
    """An entry about a use of a model."""

    def _use(self, record: UseRecord, release: Release) -> Use:
        team_id = self._team(record)
        name = clean_text(record.use, pointer=self.row.locator)
        found = self.known.uses.get((team_id, folded(name)), [])
        if not found and _is_observed(record):
            found = self.known.claimed(name, release.model_id)
        if len(found) > 1:
            raise self._refuse(filled("the team has several uses called “%(name)s”", name=name))
        use = found[0] if found else self._new_use(record, release, team_id, name)
        if use.deployment.release.model_id != release.model_id:
            raise self._refuse(filled("“%(name)s” runs another model in the register", name=name))
        if release.revision and use.deployment.release_id != release.id:
            raise self._refuse(filled("“%(name)s” runs another version in the register", name=name))
        facts = [fact for fact in record.facts if fact.field != "observed_only" or record.team or not use.team_id]
        if record.owner_email and not any(fact.field == "owner" for fact in facts):
            state = State.CLAIMED_BY_OWNER
            facts.append(FactRecord(subject="use_case", field="owner", value=record.owner_email, state=state))
        self._facts(facts, {"deployment": use.deployment_id, "use_case": use.use_case_id})
        return use

    def _team(self, record: UseRecord) -> UUID | None:
        if not record.team:
            self.planned.notes.append(gettext_noop("No team answers for this use yet."))
            return None
        teams = self.known.teams.get(folded(record.team), set())
        if len(teams) != 1:
            message = (
                gettext_noop("several teams are called “%(name)s”") if teams else gettext_noop("“%(name)s” is no team")
            )
            raise self._refuse(filled(message, name=record.team[:80]))
        return next(iter(teams)).id

    def _new_use(self, record: UseRecord, release: Release, team_id: UUID | None, name: str) -> Use:
        deployment = self._shared(self.known.deployments, record.deployment, team_id, Deployment)
        if deployment is not None and deployment.release_id != release.id:
            raise self._refuse(filled("the deployment “%(name)s” runs another model", name=deployment.name))
        if deployment is None:
            deployment = Deployment(name=self._name(record.deployment or name), release=release, team_id=team_id)
            self._make(deployment)
        case = self._shared(self.known.use_cases, record.use_case, team_id, UseCase)
        if case is None:
            case = UseCase(name=self._name(record.use_case or name), team_id=team_id)
            self._make(case)
        taken = self.known.pairs.get((case.id, deployment.id))
        if taken is not None:
            raise self._refuse(filled("this use case on this deployment is “%(name)s” already", name=taken.name))
        use = Use(name=name, use_case=case, deployment=deployment, team_id=team_id)
        self._make(use)
        self.planned.change("use", "name", None, name)
        return use

    def _name(self, text: str) -> str:
        return clean_text(text, pointer=self.row.locator)

    def _shared(self, rows: Any, name: str, team_id: UUID | None, kind: type[BaseModel]) -> Any:
        """The use case or deployment of a name that was stated, if the team has exactly one."""
        found = rows.get((team_id, folded(name)), []) if name else []
        if len(found) > 1:
            words = kind._meta.verbose_name
            raise self._refuse(filled("the team has several of the name “%(name)s” (%(kind)s)", name=name, kind=words))
        return found[0] if found else None


def _is_observed(record: UseRecord) -> bool:
    """Whether a use was only seen; once a team has claimed it, it is that team's."""
    return not record.team and any(fact.field == "observed_only" and fact.value is True for fact in record.facts)
