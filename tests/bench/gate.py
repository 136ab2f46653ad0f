"""How long one answer of the gate takes, without HTTP."""

import statistics
from collections import Counter
from itertools import cycle, islice

from apps.accounts.roles import Role
from apps.gate.services import create_project, decide
from apps.policy.evaluation import judge_uses
from tests.bench.populating import SETUP, Population
from tests.bench.rows import Row, Samples, spread
from tests.making import an_actor

CALLS = 400
MANY = 50


def rows(population: Population) -> list[Row]:
    """One model each time, over all models that the team uses; then fifty models in one question."""
    judge_uses(actor=SETUP)
    team = population.teams[0]
    create_project(actor=SETUP, name="bench", team=team)
    job = an_actor(Role.CI, team=team)
    used = {use.deployment.release.model_id for use in population.uses if use.team_id == team.id}
    names = [f"bench-{index}/{model.name}" for index, model in enumerate(population.models) if model.id in used]
    decisions: Counter[str] = Counter()

    def ask(*models: str) -> None:
        body = {
            "project": "bench",
            "ref": "refs/heads/feature",
            "environment": "production",
            "models": [{"id": one, "locations": [{"path": "app/llm.py", "line": 14}]} for one in models],
        }
        decisions[decide(actor=job, body=body).decision] += 1

    ask(names[0])  # compiles the policy
    one, many = Samples(), Samples()
    for name in islice(cycle(names), CALLS):
        one.take(lambda name=name: ask(name))
    number = f"{len(population.uses):,}"
    own = Row("of it the process's own work, median", f"{statistics.median(one.own):.1f} ms")
    found = spread(f"one gate decision in-process at {number} uses", one, median_below=15, p99_below=60)
    found.append(own)
    for start in range(20):
        many.take(lambda start=start: ask(*islice(cycle(names), start, start + MANY)))
    found += spread(f"one gate decision about {MANY} models", many)
    answers = ", ".join(f"{count} {decision}" for decision, count in decisions.most_common())
    return [*found, Row("what the gate said", answers)]
