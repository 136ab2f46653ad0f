"""Projects, CI jobs and questions to the gate."""

from dataclasses import dataclass
from typing import Any

from apps.accounts.actors import Actor
from apps.accounts.models import Team
from apps.accounts.roles import Role
from apps.gate.models import GateDecision, Project
from apps.gate.services import create_project, decide
from apps.registry.models import Model, Use
from apps.registry.services.models import AliasInput
from tests.making import SETUP, a_model, a_release, a_team, a_use, an_actor, officer, state

NAME = "Example-AI/Model-7B-Instruct"
"""The identifier on the hub of the model that most questions are about."""


@dataclass
class Shop:
    """A team with a project, its CI job, and a model that it uses."""

    team: Team
    project: Project
    job: Actor
    model: Model
    use: Use

    def ask(self, *references: Any, key: str = "", **more: Any) -> GateDecision:
        """The gate's decision about some models (the shop's own, unless told), as the job asks."""
        models = [{"id": one} if isinstance(one, str) else one for one in references or (NAME,)]
        body = {"project": self.project.name, "models": models, **more}
        return decide(actor=self.job, body=body, idempotency_key=key)

    def answer(self, *references: Any, **more: Any) -> dict[str, Any]:
        """What the job reads."""
        response: dict[str, Any] = self.ask(*references, **more).response
        return response


def a_shop(name: str = NAME, **use: Any) -> Shop:
    """A team whose project asks, with one use of one model in production. A policy must be published first."""
    team = a_team()
    model = a_model(name=f"Model {name}", aliases=[AliasInput("huggingface", name)])
    made = a_use(team, release=a_release(model), **{"environment": "production", **use})
    return Shop(
        team=team,
        project=create_project(actor=officer(), name=f"project-{team.slug}", team=team),
        job=an_actor(Role.CI, team=team),
        model=model,
        use=made,
    )


def keeping(use: Use, days: int | None) -> None:
    """State for how long the operator keeps inputs: what most rules of these tests read."""
    state("deployment", use.deployment_id, retention_days=days)


__all__ = ["NAME", "SETUP", "Shop", "a_shop", "keeping"]
