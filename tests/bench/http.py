"""How long the gate and the pages take through HTTP, at one client and at eight."""

import datetime as dt
import json
from itertools import cycle

from apps.accounts.models import User
from apps.accounts.roles import Role, Scope
from apps.accounts.services import issue_token
from apps.core.clock import now
from apps.gate.services import create_project
from apps.policy.evaluation import judge_uses
from tests.bench.populating import SETUP, Population
from tests.bench.rows import Row, spread
from tests.bench.serving import Call, ask, get, queries, serving, signed_in
from tests.making import a_user

GATE_CALLS = 400
PAGE_CALLS = 60
WARM = 20


def rows(population: Population) -> list[Row]:
    """The gate, the register's list, the page of a use."""
    judge_uses(actor=SETUP)
    number = f"{len(population.uses):,}"
    officer = a_user(Role.OFFICER)
    headers = signed_in(officer)
    pages = {
        f"register list (50 rows) at {number} uses": "/uses",
        f"register list by another order at {number} uses": "/uses?order=-name",
        f"page of a use at {number} uses": f"/uses/{population.uses[len(population.uses) // 2].id}",
        f"findings queue at {number} uses": "/findings",
    }
    found = []
    with serving() as port:
        calls = cycle(_gate_calls(population))

        def decision(connection: object) -> None:
            next(calls)(connection)  # type: ignore[arg-type]

        ask(port, decision, WARM, clients=8)
        alone, _rate = ask(port, decision, GATE_CALLS)
        found += spread("one gate decision through HTTP, one client", alone, median_below=15, p99_below=60)
        crowd, rate = ask(port, decision, GATE_CALLS, clients=8)
        found += spread("one gate decision through HTTP, eight clients", crowd)
        found.append(Row("gate decisions a second, eight clients", f"{rate:.0f}"))
        for what, path in pages.items():
            ask(port, get(path, headers), WARM, clients=8)
            samples, _rate = ask(port, get(path, headers), PAGE_CALLS)
            found += spread(what, samples, median_below=80)
    return found + [Row(f"queries: {what}", str(queries(officer, path))) for what, path in pages.items()]


def _gate_calls(population: Population) -> list[Call]:
    team = population.teams[0]
    create_project(actor=SETUP, name="bench-http", team=team)
    job = a_user(Role.CI, team=team, kind=User.Kind.SERVICE)
    _token, secret = issue_token(
        actor=SETUP, user=job, name="bench", scopes=[Scope.GATE], expires_at=now() + dt.timedelta(days=1)
    )
    used = {use.deployment.release.model_id for use in population.uses if use.team_id == team.id}
    names = [f"bench-{index}/{model.name}" for index, model in enumerate(population.models) if model.id in used]
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    calls = []
    for name in names:
        models = [{"id": name, "locations": [{"path": "app/llm.py", "line": 14}]}]
        body = {"project": "bench-http", "ref": "refs/heads/feature", "environment": "production", "models": models}
        calls.append(get("/api/v1/gate/decisions", headers, method="POST", body=json.dumps(body).encode()))
    return calls
