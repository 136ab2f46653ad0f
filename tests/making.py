"""People, teams, models and uses for tests, made through the services that the product uses."""

from itertools import count
from typing import Any

from apps.accounts import services as accounts
from apps.accounts.actors import Actor
from apps.accounts.models import Team, User
from apps.accounts.roles import Role
from apps.accounts.selectors import actor_for
from apps.parties.models import Party
from apps.parties.services import create_party
from apps.policy.engine.content import Bilingual, Pack, Parameter, PolicyContent, Rule
from apps.policy.models import PolicyVersion
from apps.policy.publishing import publish
from apps.registry import services as registry
from apps.registry.models import Model, Release, Use
from apps.registry.services import FactInput

SETUP = Actor.command("tests")
PASSWORD = "correct horse battery"
_numbers = count(1)


def a_team(name: str = "") -> Team:
    """A team of its own."""
    return accounts.create_team(actor=SETUP, name=name or f"Team {next(_numbers)}")


def a_user(*roles: str, team: Team | None = None, **more: Any) -> User:
    """Somebody with roles; `team` is the one of the team roles among them."""
    number = next(_numbers)
    more = {"email": f"person{number}@example.test", "name": f"Person {number}", **more}
    user = accounts.create_user(actor=SETUP, **more)
    for role in roles:
        accounts.grant_role(actor=SETUP, user=user, role=role, team=team if role in (Role.OWNER, Role.CI) else None)
    return user


def an_actor(*roles: str, team: Team | None = None) -> Actor:
    """Somebody with roles, signed in."""
    return actor_for(a_user(*roles, team=team), origin="192.0.2.7", request_id="request-1")


def officer() -> Actor:
    """A compliance officer, signed in."""
    return an_actor(Role.OFFICER)


def a_party(name: str = "", **more: Any) -> Party:
    """A party."""
    return create_party(actor=SETUP, name=name or f"Party {next(_numbers)} Ltd", **more)


def a_model(name: str = "", **more: Any) -> Model:
    """A model with its floating release."""
    return registry.register_model(actor=SETUP, name=name or f"Model-{next(_numbers)}", **more)


def a_release(model: Model | None = None) -> Release:
    """The floating release of a model."""
    return (model or a_model()).releases.get(revision="")


def a_use(team: Team | None = None, **more: Any) -> Use:
    """A use of a model by a team."""
    more = {"name": f"Use {next(_numbers)}", "release": more.pop("release", None) or a_release(), **more}
    return registry.register_use(actor=more.pop("actor", SETUP), team=team, **more)


def state(subject_type: str, subject_id: Any, channel: str = "person", **values: Any) -> None:
    """Claims about one subject: field to value; None says that the value is not known."""
    facts = [
        FactInput(field=field, value=value, state="unknown" if value is None else "claimed_by_owner")
        for field, value in values.items()
    ]
    registry.state_facts(actor=SETUP, subject_type=subject_type, subject_id=subject_id, facts=facts, channel=channel)


def a_rule(code: str, expression: str, **more: Any) -> Rule:
    """A rule of one pack: unknown asks for the fact, a finding blocks, unless told otherwise."""
    text = Bilingual(en=f"Text of {code}", de=f"Text zu {code}")
    plain: dict[str, Any] = {
        "pack": "test",
        "version": 1,
        "title": text,
        "rationale": text,
        "statement": text,
        "remedy": text,
        "reads": (),
        "on_unknown": "task",
        "severity": "high",
        "gate": "block",
        "waivable": True,
        "references": (),
        "examples": (),
    }
    return Rule(code=code, expression=expression, **{**plain, **more})


def a_policy(*rules: Rule, **params: Any) -> PolicyVersion:
    """Publish a policy of these rules in one pack that is for everybody, with parameters by name."""
    text = Bilingual(en="Test", de="Test")
    content = PolicyContent(
        packs=(Pack(code="test", title=text, description=text, applies_if="true", enabled=True),),
        rules=rules,
        params=tuple(Parameter(name, value, text, "Test", "2026-11") for name, value in params.items()),
    )
    return publish(actor=SETUP, content=content)[0]
