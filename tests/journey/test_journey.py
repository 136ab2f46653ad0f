"""The main job, end to end, clicked through in a real browser on a running installation."""

import re
import time
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import Page, expect

from apps.config.embedded import APP, EmbeddedServer
from tests.journey.conftest import House

pytestmark = [pytest.mark.running, pytest.mark.browser, pytest.mark.xdist_group("house")]
Visit = Callable[..., Page]


def test_the_register_shows_a_company_and_every_fact_its_source(house: House, visit: Visit) -> None:
    page = visit("officer")
    page.get_by_role("link", name="Register", exact=True).click()
    count = int(re.sub(r"\D", "", page.locator("#list .count").inner_text()))
    assert count >= 40
    for decision in ("block", "undecided", "pass"):
        page.goto(f"{house.address}/uses?decision={decision}")
        assert page.locator("#list tbody tr").count() > 0, decision
    page.goto(f"{house.address}/uses?q=Summaries+of+contracts")
    page.get_by_role("link", name="Summaries of contracts").click()
    expect(page.locator("#WB-GDPR-003")).to_contain_text("Because")
    fact = page.locator("#WB-GDPR-003 .fact").first
    for part in (".fact-value", ".fact-state", ".fact-source", ".fact-date"):
        assert fact.locator(part).inner_text().strip()


def test_a_use_is_registered_judged_completed_and_never_twice(house: House, visit: Visit) -> None:
    page = visit("owner")
    team = house.account("owner")["team"]
    _register(page, team)
    expect(page.get_by_role("heading", level=1)).to_have_text("Reading of expert opinions")
    expect(page.locator("main")).to_contain_text("Complete the record")
    expect(page.locator("main")).to_contain_text("unknown is never a pass")
    use = page.url
    _register(page, team)
    expect(page.locator("main")).to_contain_text("this use already")
    page.get_by_role("link", name="Open it").click()
    assert page.url.split("?")[0] == use.split("?")[0]
    page.get_by_role("link", name="Fill in one form").click()
    page.locator("[name='deployment.retention_days-value']").fill("14")
    page.locator("[name='source']").fill("Operations handbook")
    page.get_by_role("button", name=re.compile("Record")).click()
    expect(page.locator(".messages")).to_contain_text("1 fact is recorded")


def _register(page: Page, team: str) -> None:
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + "/uses/new")
    page.get_by_label("Name or hub identifier").fill("Qwen/Qwen2.5-14B-Instruct")
    page.get_by_label("Name or hub identifier").press("Enter")
    card = page.locator("article", has=page.get_by_role("heading", name="Qwen2.5-14B-Instruct", exact=True))
    expect(card).to_contain_text("Alibaba")
    card.get_by_role("link", name=re.compile("Choose")).click()
    page.get_by_label("Team that answers for it").select_option(label=team)
    page.locator("select[name$=environment]").select_option("production")
    page.locator("select[name$=hosting_mode]").select_option("self_hosted_cloud")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name of the use").fill("Reading of expert opinions")
    page.locator("select[name$=data_class]").select_option("confidential")
    page.get_by_role("button", name="Register and judge").click()


def test_the_gate_answers_a_job_and_its_page_says_why(house: House, visit: Visit) -> None:
    def ask(*models: str) -> dict[str, object]:
        body = {
            "project": "payments-api",
            "ref": "refs/heads/main",
            "environment": "production",
            "models": [{"id": model, "locations": [{"path": "app/llm.py", "line": 14}]} for model in models],
        }
        found: dict[str, object] = house.call("gate/decisions", body, role="ci")
        return found

    assert ask("Qwen/Qwen2.5-7B-Instruct")["decision"] == "pass"
    answer = ask("Qwen/Qwen2.5-7B-Instruct", "example/nobody-knows-it")
    assert answer["decision"] == "undecided"
    page = visit("owner", 1)
    page.goto(f"{house.address}/gate/decisions/{answer['decision_id']}")
    expect(page.locator("main")).to_contain_text("example/nobody-knows-it")
    expect(page.locator("main")).to_contain_text("app/llm.py:14")
    expect(page.locator("main")).to_contain_text("Undecided is not a pass")


def test_the_audit_pdf_is_made_by_the_worker_while_one_watches(house: House, visit: Visit) -> None:
    page = visit("officer")
    page.goto(f"{house.address}/models?q=DeepSeek-R1-Distill-Llama-8B")
    page.get_by_role("link", name="DeepSeek-R1-Distill-Llama-8B").click()
    page.get_by_label("Language of the document").select_option("de")
    page.get_by_role("button", name="Audit PDF").click()
    link = page.get_by_role("link", name="Open the PDF")
    link.wait_for(timeout=90_000)
    answer = page.request.get(f"{house.address}{link.get_attribute('href')}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
    assert len(answer.body()) > 50_000


def test_a_waiver_needs_two_people(house: House, visit: Visit) -> None:
    owner = visit("owner")
    owner.goto(f"{house.address}/uses?q=Claims+letters")
    owner.get_by_role("link", name="Claims letters").click()
    owner.locator("#WB-ORIGIN-001").get_by_role("link", name="Ask for a waiver").click()
    owner.get_by_label("Why the finding can be accepted for a while").fill("The number is being asked for.")
    owner.get_by_label("What is done instead").fill("No connection to the developer")
    owner.get_by_label("Until").fill(time.strftime("%Y-%m-%d", time.localtime(time.time() + 40 * 86400)))
    owner.get_by_role("button", name="Ask", exact=True).click()
    expect(owner.locator("main")).to_contain_text("somebody else decides")
    approver = visit("approver")
    approver.goto(owner.url)
    approver.get_by_label("Reason").fill("Agreed until the number is there.")
    approver.get_by_role("button", name="Approve").click()
    expect(approver.locator(".messages")).to_contain_text("approved")
    approver.goto(f"{house.address}/uses?q=Claims+letters")
    expect(approver.locator("#list tbody tr").first).to_contain_text("Pass")


def test_the_review_mail_is_written_once_a_week_and_can_be_read(house: House, visit: Visit) -> None:
    page = visit("administrator")
    page.goto(f"{house.address}/outbox")
    page.get_by_role("button", name="Write due digests now").click()
    expect(page.locator("#list tbody tr").first).to_contain_text("musterhafen.example")
    before = page.locator("#list tbody tr").count()
    page.get_by_role("button", name="Write due digests now").click()
    expect(page.locator(".messages")).to_contain_text("0 digests written")
    assert page.locator("#list tbody tr").count() == before
    page.locator("#list tbody tr th a").first.click()
    assert "/uses/" in page.locator("pre").inner_text()
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("Weighbridge")


def test_the_journal_has_every_change_and_the_application_cannot_touch_it(house: House, visit: Visit) -> None:
    page = visit("auditor")
    page.goto(f"{house.address}/journal?q=use.register")
    page.locator("#list tbody tr th a").first.click()
    for word in ("Who", "When", "Before", "After"):
        expect(page.locator("main")).to_contain_text(word)
    with psycopg.connect(EmbeddedServer(house.home).dsn(APP), autocommit=True) as connection:
        for statement in ("UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_german_and_dark_are_kept_for_the_person(house: House, visit: Visit) -> None:
    page = visit("auditor")
    page.get_by_role("button", name="DE").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.get_by_role("button", name=re.compile("hell|System")).first.click()
    page.goto(f"{house.address}/uses")
    expect(page.locator("h1")).not_to_contain_text("Register of uses")
    page.get_by_role("button", name=re.compile("^EN")).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_stopping_loses_nothing_and_the_second_start_is_quick(house: House) -> None:
    uses = [row["id"] for row in house.call("uses?page_size=500")["results"]]
    assert house.stop() == 0
    said = "".join(house.start())
    assert "Demo accounts" not in said
    assert [row["id"] for row in house.call("uses?page_size=500")["results"]] == uses
