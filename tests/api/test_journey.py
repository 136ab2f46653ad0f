"""The main job by API alone: enter a model, see why its use may not pass, mend it, ask the gate, print, look back."""

import datetime as dt
from typing import Any

import pytest

from apps.accounts.roles import Role, Scope
from apps.core.clock import now, today
from tests.api.calling import Holder, a_caller, with_token
from tests.making import a_policy, a_rule, a_team, a_user

pytestmark = pytest.mark.django_db
REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def policy() -> None:
    a_policy(
        a_rule("WB-T-001", 'use_case.data_class == "restricted"'),
        a_rule("WB-T-002", "deployment.retention_days > 30", gate="review", severity="medium"),
        a_rule("WB-T-003", "!version.pinned", gate="warn", severity="low"),
    )


def enter_the_model(officer: Holder) -> dict[str, Any]:
    maker = officer.post("parties", {"name": "Alpha Labs", "native_name": "阿尔法"})
    base = officer.post("models", {"name": "Alpha-7B", "developer": maker["id"], "access": "open_weights"})
    aliases = [{"namespace": "huggingface", "identifier": "Ours/Alpha-7B-Legal"}]
    tuned = officer.post("models", {"name": "Alpha-7B-Legal", "kind": "fine_tune", "aliases": aliases})
    edge = {"child": tuned["id"], "parent": base["id"], "relation": "finetune", "source": "Model card"}
    assert officer.post("lineage-edges", edge)["weights_transfer"] is True
    release = officer.post("releases", {"model": tuned["id"], "revision": REVISION.upper()})
    assert (release["revision"], release["pinned"]) == (REVISION, True)
    assert release["purl"] == f"pkg:huggingface/Ours/Alpha-7B-Legal@{REVISION}"
    artefact = {"release": release["id"], "path": "model.safetensors", "sha256": "AB" * 32, "size": 15_000_000_000}
    assert officer.post("artefacts", artefact)["sha256"] == "ab" * 32
    return {"model": tuned, "release": release}


@pytest.mark.usefixtures("policy")
def test_the_journey() -> None:
    team = a_team("Legal")
    officer, approver = a_caller(Role.OFFICER), a_caller(Role.APPROVER)
    owner = a_caller(Role.OWNER, team=team)
    job = with_token(a_user(Role.CI, team=team, kind="service"), Scope.GATE)
    entered = enter_the_model(officer)

    use = owner.post(
        "uses",
        {
            "name": "Contract review",
            "release": entered["release"]["id"],
            "team": str(team.id),
            "environment": "production",
            "hosting_mode": "on_premises",
            "use_case_facts": [
                {"field": "data_class", "value": "restricted", "source": "Register of processing"},
                {"field": "owner", "value": str(owner.user.id)},
            ],
        },
    )
    assert (use["decision"], use["findings"], use["unknowns"]) == ("block", 1, 1)
    before = now()

    verdicts = owner.get(f"verdicts?use={use['id']}")["results"]
    assert [(one["rule"], one["outcome"]) for one in verdicts] == [
        ("WB-T-001", "finding"),
        ("WB-T-002", "unknown"),
        ("WB-T-003", "pass"),
    ]
    [read] = verdicts[0]["facts"]
    assert (read["path"], read["value"], read["source"]) == (
        "use_case.data_class",
        "restricted",
        "Register of processing",
    )
    assert verdicts[1]["missing"] == ["deployment.retention_days"]
    german = owner.get(f"verdicts?use={use['id']}&outcome=finding&language=de")["results"]
    assert [one["title"] for one in german] == ["Text zu WB-T-001"]

    [task] = owner.get(f"tasks?use={use['id']}&status=open")["results"]
    assert task["missing"] == [{"path": "deployment.retention_days", "rules": ["WB-T-002"]}]
    owner.post("assertions", _about("deployment", use["deployment"], "retention_days", 10))
    judged = owner.post(f"uses/{use['id']}/evaluate", {}, status=200)
    assert (judged["decision"], judged["findings"], judged["unknowns"]) == ("block", 1, 0)

    project = officer.post("projects", {"name": "contracts", "team": str(team.id)})
    question = {"project": project["name"], "models": [{"id": "ours/alpha-7b-legal", "revision": REVISION}]}
    question["models"][0]["locations"] = [{"path": "app/llm.py", "line": 14}]
    told = job.post("gate/decisions", question, status=200)
    assert told["decision"] == "block"
    assert [(one["rule"], one["path"], one["line"]) for one in told["results"]] == [("WB-T-001", "app/llm.py", 14)]
    assert job.get(f"gate/decisions/{told['decision_id']}") == told
    assert job.get(f"gate/decisions/{told['decision_id']}/receipt")["signatures"]
    shadow = job.post("gate/decisions", {**question, "models": [{"id": "nobody/knows"}]}, status=200)
    assert (shadow["decision"], len(shadow["unregistered"])) == ("undecided", 1)

    [finding] = owner.get(f"findings?use={use['id']}&status=open")["results"]
    waiver = owner.post(
        "waivers",
        {
            "finding": finding["id"],
            "reason": "A pilot with made-up contracts.",
            "compensating_controls": ["Nobody uploads real ones"],
            "expires_on": _day(60),
        },
    )
    owner.refused("POST", f"waivers/{waiver['id']}/approve", {"reason": "mine"}, status=403)
    approved = approver.post(f"waivers/{waiver['id']}/approve", {"reason": "agreed"}, status=200)
    assert (approved["state"], approved["effective"]) == ("approved", True)
    assert owner.get(f"uses/{use['id']}")["decision"] == "pass"
    assert job.post("gate/decisions", question, status=200)["decision"] == "pass"

    today_sheet, old_sheet = (owner.get(f"uses/{use['id']}/fact-sheet{asked}") for asked in ("", _as_of(before)))
    assert today_sheet["digest"] != old_sheet["digest"]
    assert _value(today_sheet, "deployment.retention_days") == 10
    assert _value(old_sheet, "deployment.retention_days") is None
    owner.refused("GET", f"uses/{use['id']}/fact-sheet?as_of=2020-01-01T00:00:00Z", status=404)

    next_review = _day(300)
    review = {"use": use["id"], "conclusion": "confirmed", "next_review": next_review, "note": "Fine"}
    assert owner.post("reviews", review)["decision"] == "pass"
    assert owner.get(f"use-cases/{use['use_case']}")["next_review"] == next_review

    report = {"kind": "dossier", "subject": {"type": "use", "id": use["id"]}, "language": "de"}
    assert owner.post("reports", report, status=202)["state"] == "queued"

    owner.refused("GET", "journal", status=403)
    actions = [row["action"] for row in officer.get("journal?page_size=500&ordering=seq")["results"]]
    for action in ("party.create", "model.register", "lineage.add", "release.add", "artefact.add", "use.register"):
        assert action in actions
    for action in ("gate.decide", "waiver.propose", "waiver.approve", "review.complete", "report.request"):
        assert action in actions


def _about(subject_type: str, subject_id: str, field: str, value: Any) -> dict[str, Any]:
    return {
        "subject_type": subject_type,
        "subject_id": subject_id,
        "field": field,
        "value": value,
        "reason": "known now",
    }


def _day(distance: int) -> str:
    return (today() + dt.timedelta(days=distance)).isoformat()


def _as_of(moment: dt.datetime) -> str:
    return f"?as_of={moment.isoformat().replace('+', '%2B')}"


def _value(sheet: dict[str, Any], path: str) -> Any:
    return next((fact["value"] for fact in sheet["facts"] if fact["path"] == path), None)


@pytest.mark.usefixtures("policy")
class TestUses:
    def test_a_retired_use_is_judged_no_more(self) -> None:
        officer = a_caller(Role.OFFICER)
        model = officer.post("models", {"name": "M"})
        use = officer.post("uses", {"name": "U", "model": model["id"]})
        assert officer.post(f"uses/{use['id']}/retire", {"reason": "ended"}, status=200)["status"] == "retired"
        officer.refused("POST", f"uses/{use['id']}/evaluate", {}, status=409)
        assert officer.get("uses?status=active")["results"] == []

    def test_evaluating_takes_no_body_or_an_empty_one(self) -> None:
        officer = a_caller(Role.OFFICER)
        use = officer.post("uses", {"name": "U", "model": officer.post("models", {"name": "M"})["id"]})
        assert officer.call("POST", f"uses/{use['id']}/evaluate").status_code == 200
        officer.refused("POST", f"uses/{use['id']}/evaluate", {"force": True}, status=422)

    @pytest.mark.parametrize(
        ("query", "where"),
        [
            ("", "/use"),
            ("use=x", "/use"),
            ("use=01a20f90-d4b6-76c0-9036-337281e6ff4a&outcome=bad", "/outcome"),
            ("use=01a20f90-d4b6-76c0-9036-337281e6ff4a&language=fr", "/language"),
            ("use=01a20f90-d4b6-76c0-9036-337281e6ff4a&colour=red", "/colour"),
            ("use=01a20f90-d4b6-76c0-9036-337281e6ff4a&use=01a20f90-d4b6-76c0-9036-337281e6ff4a", "/use"),
        ],
    )
    def test_verdicts_are_those_of_one_use(self, query: str, where: str) -> None:
        found = a_caller(Role.OFFICER).refused("GET", f"verdicts?{query}", status=422)
        assert where in [error["pointer"] for error in found["errors"]]


def test_a_use_is_registered_before_any_policy_and_judged_after_it() -> None:
    officer = a_caller(Role.OFFICER)
    use = officer.post("uses", {"name": "U", "model": officer.post("models", {"name": "M"})["id"]})
    assert (use["decision"], use["findings"], use["unknowns"]) == (None, None, None)
    officer.refused("GET", f"verdicts?use={use['id']}", status=404)
    officer.refused("POST", f"uses/{use['id']}/evaluate", {}, status=404)
    a_policy(a_rule("WB-T-001", "deployment.retention_days > 30"))
    assert officer.post(f"uses/{use['id']}/evaluate", {}, status=200)["decision"] == "undecided"


def test_a_rule_says_everything_about_itself() -> None:
    a_policy(a_rule("WB-T-001", "deployment.retention_days > 30", reads=("deployment.retention_days",)))
    auditor = a_caller(Role.AUDITOR)
    [listed] = auditor.get("rules?code=WB-T-001")["results"]
    rule = auditor.get(f"rules/{listed['id']}")
    assert rule == listed
    assert (rule["code"], rule["version"], rule["pack"], rule["gate"]) == ("WB-T-001", 1, "test", "block")
    assert rule["title"] == {"en": "Text of WB-T-001", "de": "Text zu WB-T-001"}
    assert (rule["expression"], rule["reads"]) == ("deployment.retention_days > 30", ["deployment.retention_days"])
    assert (rule["on_unknown"], rule["waivable"], rule["references"], rule["examples"]) == ("task", True, [], [])
