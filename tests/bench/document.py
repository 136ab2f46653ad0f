"""How long one audit PDF takes, evidence and file."""

from apps.accounts.roles import Role
from apps.accounts.selectors import actor_for
from apps.policy.evaluation import judge_uses
from apps.reports.services import make_report, request_report
from tests.bench.populating import SETUP, Population
from tests.bench.rows import Row, clocked, seconds
from tests.making import a_user


def rows(population: Population) -> list[Row]:
    """A model with the uses that stand on it; the first document of a process, then the next ones."""
    judge_uses(actor=SETUP)
    officer = actor_for(a_user(Role.OFFICER))
    found = []
    for what, below in (("the first of a process", None), ("the next one", 3.0)):
        model = population.models[len(population.models) // 2 + len(found)]
        report = request_report(actor=officer, kind="dossier", subject_type="model", subject_id=model.id, language="en")
        with clocked() as clock:
            made = make_report(actor=SETUP, report_id=report.id)
        if made.state != "done":
            raise AssertionError(made.error)
        found.append(seconds(f"audit PDF of a model, {made.pages} pages, {what}", clock, below))
    return found
