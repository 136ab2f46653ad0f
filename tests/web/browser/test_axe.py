"""Every page in a real browser: no violation that axe finds, in both themes and on a phone, nothing in the console."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page

from tests.database import REPOSITORY
from tests.web.addresses import pages
from tests.web.browser.conftest import SignedIn
from tests.web.world import RULES, World

pytestmark = pytest.mark.browser
AXE = REPOSITORY / "node_modules" / "axe-core" / "axe.min.js"
NO_PAGE = {
    *("report-file", "export-file", "report-evidence", "verification-proof", "import-template", "import-quarantine"),
    *("list-file", "screening-table", "party-screening-table", "message-html", "sign-in", "import-progress"),
}
"""Files; a mail, in which nothing may run, not even axe; the page with a test of its own below; a part of a page."""
BAD = ("critical", "serious", "moderate")
DESK, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}
RUN = """rules => {
  const wanted = {resultTypes: ['violations'], iframes: false, ...(rules ? {runOnly: rules} : {})};
  window.axeRuns = axe.run(document, wanted);  // kept, or the browser may collect the promise before it is done
  return window.axeRuns;
}"""
NARROW = [
    "summary-name",
    "button-name",
    "link-name",
    "label",
    "select-name",
    "target-size",
    "scrollable-region-focusable",
]
"""What can be otherwise on a narrow page: texts give way to pictures, boxes begin to scroll."""
MORE = (
    "/search?q=alpha",
    "/models?q=no+such+model",
    "/uses/new?model=alpha",
    "/api/v1/docs",
    "/no-such-page",
    "/models?cursor=x",
)


@dataclass
class Look:
    """A page, and what it said in the console."""

    page: Page
    said: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        # The browser notes every answer that is not 200; that of an error page is what it should be.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.said.append(message.text)

    def at(self, path: str) -> None:
        """Look at a page in both themes and on a phone."""
        self.said.clear()
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(DESK)  # type: ignore[arg-type]
        self.page.goto(path)
        self.page.evaluate(AXE.read_text())
        self.check(f"{path} (light)", None)
        self.page.emulate_media(color_scheme="dark")
        self.check(f"{path} (dark)", ["color-contrast", "link-in-text-block"])
        self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        self.check(f"{path} (390 px)", NARROW)
        self.found += [f"{path}: console: {text}" for text in self.said]

    def narrow(self, where: str) -> None:
        """Note a page that is wider than its window."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.found.append(f"{where}: scrolls sideways by {wide} px")

    def check(self, where: str, rules: list[str] | None) -> None:
        """Note what axe finds, and a page wider than its window."""
        self.narrow(where)
        for violation in self.page.evaluate(RUN, rules)["violations"]:
            if violation["impact"] in BAD:
                self.found.append(f"{where}: {_in_words(violation)}")


def _in_words(violation: dict[str, Any]) -> str:
    first = violation["nodes"][0]
    return f"{violation['id']} ({violation['impact']}, {len(violation['nodes'])}×): {first['html'][:200]}"


@pytest.fixture
def look(signed_in: SignedIn) -> Look:
    return Look(signed_in("officer"))


def paths(world: World) -> Iterator[str]:
    """Every page that can be looked at, and some that only an address with a question shows."""
    for address in pages():
        if address.name not in NO_PAGE:
            yield address.path(world.arguments)
    yield f"/uses/{world.ours.use.id}?part=all"
    yield f"/findings?rule={RULES[0]}&status=any"
    yield f"/uses/new?model={world.model.id}"
    yield from MORE


def test_every_page(look: Look, signed_in: SignedIn, shown_world: World) -> None:
    administrator = Look(signed_in("administrator"))
    for path in paths(shown_world):
        refused = look.page.request.get(path).status == 403
        (administrator if refused else look).at(path)
    assert not look.found + administrator.found


def test_longer_words_fit_a_phone_too(signed_in: SignedIn, shown_world: World) -> None:
    german = Look(signed_in("mate", viewport=PHONE))
    for path in paths(shown_world):
        german.page.goto(path)
        german.narrow(f"{path} (German, 390 px)")
    assert german.page.evaluate("document.documentElement.lang") == "de"
    assert not german.found


def test_the_sign_in_page(browser: Any, address: str) -> None:
    context = browser.new_context(base_url=address, locale="en")
    look = Look(context.new_page())
    look.at("/sign-in")
    look.page.fill("#id_email", "nobody@example.test")
    look.page.fill("#id_password", "wrong")
    look.page.keyboard.press("Enter")
    look.page.wait_for_selector(".note-error")
    look.page.evaluate(AXE.read_text())
    look.check("/sign-in after a mistake", None)
    context.close()
    assert not look.found


def test_forms_with_mistakes(look: Look, shown_world: World) -> None:
    for path in ("/parties/new", "/models/new", f"/uses/{shown_world.ours.use.id}/review"):
        look.page.goto(path)
        look.page.eval_on_selector("main form", "form => { form.noValidate = true; form.submit() }")
        look.page.wait_for_selector(".field-error")
        look.page.evaluate(AXE.read_text())
        look.check(f"{path} with mistakes", None)
    assert not look.found
