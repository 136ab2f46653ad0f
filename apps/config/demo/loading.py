"""Fills an empty register with the demo company, through the services that people use, each in their own name."""

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.accounts import services as accounts
from apps.accounts.actors import Actor
from apps.accounts.models import Team, User
from apps.accounts.roles import TEAM_ROLES, Scope
from apps.accounts.selectors import actor_for
from apps.config.demo.company import company, day, facts
from apps.core.clock import now
from apps.core.errors import Conflict
from apps.findings.selectors import findings
from apps.findings.services import approve_waiver, propose_waiver
from apps.gate import services as gate
from apps.licences.selectors import licences
from apps.parties.models import Party
from apps.parties.services import create_party
from apps.policy.evaluation import judge_uses
from apps.registry import services as registry
from apps.registry.models import HostingOffer, Model, Release, Use
from apps.registry.selectors import models
from apps.registry.services import AliasInput
from apps.registry.services.facts import FactInput, state_facts
from apps.reviews.services import complete_review

SETUP = Actor.command("load_demo")
TOKEN_LIFE = dt.timedelta(days=365)


@dataclass
class Loaded:
    """What the steps hand on."""

    teams: dict[str, Team] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)
    models: dict[str, Model] = field(default_factory=dict)
    """The company's own; all others are found by their key."""
    uses: dict[str, Use] = field(default_factory=dict)

    def actor(self, key: str) -> Actor:
        """A person, signed in at the demo."""
        return actor_for(User.objects.prefetch_related("grants").get(id=self.people[key].id), origin="load_demo")

    def model(self, key: str) -> Model:
        """A model of the knowledge, or one of the company's own."""
        return self.models.get(key) or models().get(key=key)

    @property
    def officer(self) -> Actor:
        """The company's compliance officer."""
        return self.actor("ines")


STEPS = (
    *("_people", "_organisation", "_parties", "_models", "_licences", "_releases"),
    *("_uses", "_waivers", "_reviews", "_projects"),
)


def load_demo() -> Loaded:
    """Load everything or nothing. Raises `Conflict` when there are people already: this is no place for a demo."""
    if User.objects.exists():
        raise Conflict("There are people in this installation already; the demo is only for an empty one.")
    loaded = Loaded()
    with transaction.atomic():
        for step in STEPS:
            globals()[step](loaded)
    return loaded


def _people(loaded: Loaded) -> None:
    for key, name in company()["teams"].items():
        loaded.teams[key] = accounts.create_team(actor=SETUP, name=name)
    for key, person in company()["people"].items():
        kind = person.get("kind", User.Kind.PERSON)
        password = secrets.token_urlsafe(12) if kind == User.Kind.PERSON else None
        user = accounts.create_user(
            actor=SETUP,
            email=person["email"],
            name=person["name"],
            password=password,
            language=person.get("language", "en"),
            kind=kind,
        )
        team = loaded.teams[person["team"]] if person["role"] in TEAM_ROLES else None
        accounts.grant_role(actor=SETUP, user=user, role=person["role"], team=team)
        scopes = [Scope.GATE] if kind == User.Kind.SERVICE else [Scope.WRITE]
        _token, secret = accounts.issue_token(
            actor=SETUP, user=user, name="Demo", scopes=scopes, expires_at=now() + TOKEN_LIFE
        )
        loaded.people[key], loaded.tokens[key] = user, secret
        if password:
            loaded.passwords[key] = password


def _organisation(loaded: Loaded) -> None:
    described = company()["organisation"]
    organisation = accounts.set_up_organisation(actor=SETUP, name=described["name"])
    stated = facts((), described["facts"], described["source"], described["days"])
    state_facts(actor=loaded.officer, subject_type="org", subject_id=organisation.id, facts=list(stated.values()))


def _parties(loaded: Loaded) -> None:
    for key, described in company()["parties"].items():
        party = create_party(actor=loaded.officer, name=described["name"], kind=described["kind"])
        stated = facts((), described["facts"], "Commercial register extract", 40)
        state_facts(actor=loaded.officer, subject_type="party", subject_id=party.id, facts=list(stated.values()))
        loaded.parties[key] = party


def _models(loaded: Loaded) -> None:
    officer = loaded.officer
    for described in company()["models"]:
        model = registry.register_model(
            actor=officer,
            name=described["name"],
            developer=loaded.parties["own"],
            kind=described["kind"],
            access=described["access"],
            aliases=[AliasInput("internal", described["identifier"])],
            source="Training log",
        )
        stated = facts((), described["facts"], "Training log", 40)
        state_facts(actor=officer, subject_type="model", subject_id=model.id, facts=list(stated.values()))
        registry.add_release(actor=officer, model=model, revision=described["revision"], source="Training log")
        loaded.models[described["key"]] = model
    noted = company()["read_by_the_officer"]
    for described in noted["models"]:
        stated = facts((), described["facts"], noted["source"], noted["days"])
        model = loaded.model(described["key"])
        state_facts(actor=officer, subject_type="model", subject_id=model.id, facts=list(stated.values()))


def _licences(loaded: Loaded) -> None:
    approved = company()["approved_licences"]
    for described in approved["licences"]:
        licence = licences().get(key=described["key"])
        own = {"text_sha256_at_approval": licence.text_sha256 or None, **described["facts"]}
        stated = facts((), own, approved["source"], approved["days"])
        state_facts(actor=loaded.officer, subject_type="licence", subject_id=licence.id, facts=list(stated.values()))


def _release(model: Model, revision: str) -> Release:
    """The floating release, the newest fixed one for `pinned`, or the one whose revision begins like this."""
    if not revision:
        return model.releases.get(revision="")
    fixed = model.releases.exclude(revision="").order_by("-as_of", "revision")
    return fixed[0] if revision == "pinned" else fixed.get(revision__startswith=revision)


def _releases(loaded: Loaded) -> None:
    for described in company()["releases"]:
        release = _release(loaded.model(described["model"]), described["revision"])
        stated = facts((described["profile"],), {}, "")
        state_facts(actor=loaded.officer, subject_type="release", subject_id=release.id, facts=list(stated.values()))
        if described.get("manifest"):
            _record_manifest(loaded, release)


def _record_manifest(loaded: Loaded, release: Release) -> None:
    """The company's own list of the files it accepted: its content is as fictional as the company."""
    content = f"Accepted by {company()['organisation']['name']}: {release}"
    registry.add_artefact(
        actor=loaded.officer,
        release=release,
        path="acceptance/manifest.json",
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        size=len(content.encode()),
        format="manifest",
    )


def _uses(loaded: Loaded) -> None:
    for described in company()["uses"]:
        use = _observed(loaded, described) if described.get("observed") else _registered(loaded, described)
        loaded.uses[use.name] = use
    judge_uses(actor=SETUP)


def _observed(loaded: Loaded, described: Mapping[str, Any]) -> Use:
    return registry.register_use(
        actor=Actor.system("egress observation"),
        name=described["name"],
        release=_release(loaded.model(described["model"]), ""),
        team=None,
        environment=described.get("environment", "unknown"),
        offer=_offer(described),
        observed_only=True,
    )


def _offer(described: Mapping[str, Any]) -> HostingOffer | None:
    return HostingOffer.objects.get(key=described["offer"]) if "offer" in described else None


def _registered(loaded: Loaded, described: Mapping[str, Any]) -> Use:
    team, owner = described["team"], described.get("owner")
    deployment = facts(described.get("hosting", ()), described.get("facts", {}), "Contract register")
    use_case = facts(described.get("for", ()), _own_use_case(described), "Intake questionnaire")
    for name in ("owner", "deputy"):
        if name in described:
            use_case[name] = _named(name, loaded.people[described[name]], described)
    approval = {name: fact for name, fact in use_case.items() if name in ("approver", "approved_on")}
    use_case = {name: fact for name, fact in use_case.items() if name not in approval}
    ceiling = deployment.pop("approved_data_class", None)
    operator = deployment.pop("operator", None)
    use = registry.register_use(
        actor=loaded.actor(owner) if owner else loaded.officer,
        name=described["name"],
        release=_release(loaded.model(described["model"]), str(described.get("revision", ""))),
        team=loaded.teams[team],
        environment=described["environment"],
        operator_id=loaded.parties[operator.value].id if operator else None,
        offer=_offer(described),
        deployment_facts=list(deployment.values()),
        use_case_facts=list(use_case.values()),
        status=described.get("status", Use.Status.ACTIVE),
    )
    _by_officer(loaded, use, approval, ceiling, described)
    return use


def _own_use_case(described: Mapping[str, Any]) -> dict[str, Any]:
    own = {"purpose": described["purpose"], **described.get("use_case", {})}
    if "next_review" in described:
        own["next_review"] = {"in_days": described["next_review"]}
    return own


def _named(name: str, user: User, described: Mapping[str, Any]) -> FactInput:
    return FactInput(field=name, value=str(user.id), source="Intake questionnaire", as_of=day({"days": 30}))


def _by_officer(
    loaded: Loaded, use: Use, approval: dict[str, FactInput], ceiling: FactInput | None, described: Mapping[str, Any]
) -> None:
    """What owners may not state themselves: approval, ceiling of the data class, the sanctions desk's file."""
    officer = loaded.officer
    if approval:
        approver = loaded.people[approval["approver"].value]
        named = FactInput(
            field="approver", value=str(approver.id), source="Approval file", as_of=approval["approver"].as_of
        )
        stated = [named, *(fact for name, fact in approval.items() if name != "approver")]
        state_facts(actor=officer, subject_type="use_case", subject_id=use.use_case_id, facts=stated)
    if ceiling:
        state_facts(actor=officer, subject_type="deployment", subject_id=use.deployment_id, facts=[ceiling])
    if "screening" in described:
        screened = facts(described["screening"], {}, "")
        state_facts(actor=officer, subject_type="screening", subject_id=use.id, facts=list(screened.values()))


def _waivers(loaded: Loaded) -> None:
    for described in company()["waivers"]:
        use = loaded.uses[described["use"]]
        actor = loaded.actor(described["by"])
        waivable = findings(actor).filter(use=use, status="open", waivable=True).order_by("severity", "rule_code")
        found = (waivable if described["rule"] == "*" else waivable.filter(rule_code=described["rule"])).first()
        if found is None:
            continue
        waiver = propose_waiver(
            actor=actor,
            finding=found,
            reason=described["reason"],
            compensating_controls=described["controls"],
            expires_on=day(described["days"]),
        )
        if described["state"] == "approved":
            approve_waiver(actor=loaded.actor(described["decided"]), waiver=waiver, reason="The controls are in place.")
    judge_uses(actor=SETUP)


def _reviews(loaded: Loaded) -> None:
    for described in company()["uses"]:
        if "reviewed" in described:
            review = described["reviewed"]
            complete_review(
                actor=loaded.actor(described["owner"]),
                use=loaded.uses[described["name"]],
                conclusion=review["conclusion"],
                next_review=day({"in_days": 180}),
                note=review["note"],
            )
    judge_uses(actor=SETUP)


def _projects(loaded: Loaded) -> None:
    for described in company()["projects"]:
        team = loaded.teams[described["team"]]
        gate.create_project(
            actor=loaded.officer, name=described["name"], team=team, description=described["description"]
        )
    for asked in company()["decisions"]:
        gate.decide(actor=loaded.actor(asked["as"]), body={"project": asked["project"], **asked["body"]})


def write_credentials(loaded: Loaded) -> Path:
    """The demo accounts, for the reader and for scripts: `demo-credentials.json` below the home folder, mode 0600."""
    people = company()["people"]
    rows = [
        {
            "email": people[key]["email"],
            "password": loaded.passwords.get(key),
            "role": people[key]["role"],
            "team": company()["teams"].get(people[key].get("team", "")),
            "token": loaded.tokens[key],
        }
        for key in company()["listed"]
    ]
    file = Path(settings.WEIGHBRIDGE_HOME) / "demo-credentials.json"
    new = file.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps({"base_url": settings.BASE_URL, "accounts": rows}, indent=1, ensure_ascii=False) + "\n")
    new.replace(file)
    return file
