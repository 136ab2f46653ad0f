"""What all pages have in common: sign-in, preferences, headers, errors, parts of pages."""

import io
import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import OperationalError, connections
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path

from apps.accounts import services as accounts
from apps.accounts.models import RefusedSignIn
from apps.accounts.signing_in import MOST_FOR_ONE, MOST_FROM_ONE_PLACE
from apps.audit.models import AuditEntry
from apps.core.errors import WeighbridgeError
from apps.web.errors import csrf_failure, server_error
from apps.web.middleware import CONTENT_SECURITY_POLICY
from tests.clock import days_later
from tests.making import PASSWORD, SETUP
from tests.web.conftest import ClientOf
from tests.web.world import World

SECRET = "the inside of the machine"


def broken(request: Any) -> Any:
    raise RuntimeError(SECRET)


def refused(request: Any) -> Any:
    raise WeighbridgeError("Say it otherwise.")


def asked_strangely(request: Any) -> Any:
    from django.core.exceptions import SuspiciousOperation

    raise SuspiciousOperation(SECRET)


urlpatterns = [
    path("broken", broken),
    path("refused", refused),
    path("asked-strangely", asked_strangely),
    path("", include("apps.config.urls")),
]
handler400 = "apps.web.errors.bad_request"
handler403 = "apps.web.errors.forbidden"
handler404 = "apps.web.errors.not_found"
handler500 = "apps.web.errors.server_error"


@pytest.fixture
def with_broken_pages() -> Iterator[Client]:
    """A browser that is shown error pages, and an installation with pages that break."""
    with override_settings(ROOT_URLCONF=__name__):
        yield Client(raise_request_exception=False)


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in", {"email": email, "password": password, **more})


@pytest.mark.django_db
class TestSignIn:
    def test_with_the_right_password_one_is_where_one_wanted_to_be(self, world: World) -> None:
        client, person = Client(), world.people["officer"]
        page = client.get("/models?q=x")
        assert page["Location"] == "/sign-in?next=%2Fmodels%3Fq%3Dx"
        form = client.get(page["Location"])
        assert '<input type="hidden" name="next" value="/models?q=x">' in form.content.decode()
        answer = sign_in(client, f"  {person.email.upper()} ", next="/models?q=x")
        assert answer["Location"] == "/models?q=x"
        assert client.get("/models?q=x").status_code == 200
        assert sign_in(client, person.email)["Location"] == "/"  # whoever is in already needs no form

    @pytest.mark.parametrize(
        ("email", "password"),
        [
            ("officer", "wrong password"),
            ("officer", PASSWORD.upper()),
            ("officer", f" {PASSWORD}"),
            ("somebody@example.test", PASSWORD),
            ("officer", "\x00"),
            ("closed", PASSWORD),
        ],
    )
    def test_anything_else_says_the_same_and_opens_nothing(self, world: World, email: str, password: str) -> None:
        accounts.set_active(actor=SETUP, user=world.people["auditor"], active=False, reason="left")
        address = {"officer": world.people["officer"].email, "closed": world.people["auditor"].email}.get(email, email)
        client = Client()
        answer = sign_in(client, address, password)
        text = answer.content.decode()
        assert answer.status_code == 200
        assert "Address and password do not fit together, or the account is closed." in text or "\x00" in password
        assert password not in text
        assert client.get("/").status_code == 302

    def test_after_too_many_wrong_passwords_even_the_right_one_waits(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client, email = Client(), world.people["officer"].email
        for number in range(MOST_FOR_ONE):
            assert sign_in(client, email, f"wrong {number}").status_code == 200
        refused = sign_in(client, email.upper())
        assert (refused.status_code, refused["Retry-After"]) == (429, "900")
        assert "There were too many wrong passwords." in refused.content.decode()
        assert sign_in(Client(REMOTE_ADDR="192.0.2.7"), email).status_code == 302, (
            "from elsewhere the owner still gets in"
        )
        assert sign_in(client, world.people["auditor"].email).status_code == 302, "others of the same place get in"
        assert email not in str(list(RefusedSignIn.objects.values()))
        days_later(monkeypatch, 1)
        assert sign_in(Client(), email).status_code == 302

    def test_one_place_cannot_go_through_many_addresses(self, world: World) -> None:
        RefusedSignIn.objects.bulk_create(
            RefusedSignIn(address="127.0.0.1", attempt=f"{number:064}") for number in range(MOST_FROM_ONE_PLACE)
        )
        assert sign_in(Client(), world.people["officer"].email).status_code == 429

    def test_the_present_password_cannot_be_guessed_from_a_session_left_open(
        self, world: World, client_of: ClientOf
    ) -> None:
        client = client_of("officer")
        for _ in range(MOST_FOR_ONE):
            client.post("/account", {"current": "a guess", "password": "a new and long one"})
        answer = client.post("/account", {"current": PASSWORD, "password": "a new and long one"})
        assert "There were too many wrong passwords." in answer.content.decode()

    def test_what_is_left_out_is_said_at_the_field(self, world: World) -> None:
        text = sign_in(Client(), "", "").content.decode()
        assert text.count("This field is required.") == 2
        assert 'aria-invalid="true"' in text

    @pytest.mark.parametrize(
        "wanted",
        [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example",
            "http:evil.example",
            "javascript:alert(1)",
            "\x00/models",
            " //evil.example",
        ],
    )
    def test_it_leads_to_no_foreign_address(self, world: World, wanted: str) -> None:
        client = Client()
        shown = client.get(f"/sign-in?{urlencode({'next': wanted})}").content.decode()
        assert 'name="next" value="/"' in shown
        assert sign_in(client, world.people["officer"].email, next=wanted)["Location"] == "/"

    def test_a_session_ends_with_the_sign_out_and_not_by_a_link(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        assert client.get("/sign-out").status_code == 405
        before = client.cookies[settings.SESSION_COOKIE_NAME].value
        assert client.post("/sign-out")["Location"] == "/sign-in"
        assert client.get("/").status_code == 302
        client.cookies[settings.SESSION_COOKIE_NAME] = before
        assert client.get("/").status_code == 302, "the old session still opens the door"

    def test_a_closed_account_is_out_at_once(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        accounts.set_active(actor=SETUP, user=world.people["officer"], active=False, reason="left")
        assert client.get("/").status_code == 302

    def test_signing_in_changes_the_session_so_that_none_can_be_planted(self, world: World) -> None:
        client = Client()
        client.get("/sign-in")
        client.cookies[settings.SESSION_COOKIE_NAME] = "planted"
        sign_in(client, world.people["officer"].email)
        assert client.cookies[settings.SESSION_COOKIE_NAME].value != "planted"

    def test_the_sign_in_form_is_protected_and_is_not_kept_by_caches(self, world: World) -> None:
        strict = Client(enforce_csrf_checks=True)
        assert (
            strict.post("/sign-in", {"email": world.people["officer"].email, "password": PASSWORD}).status_code == 403
        )
        assert "no-store" in strict.get("/sign-in")["Cache-Control"]


@pytest.mark.django_db
class TestPreferences:
    def test_language_and_theme_are_kept_and_in_the_journal(self, world: World, client_of: ClientOf) -> None:
        client, person = client_of("auditor"), world.people["auditor"]
        assert 'lang="en"' in client.get("/models").content.decode()
        answer = client.post("/preferences", {"language": "de", "next": "/models?q=x"})
        assert answer["Location"] == "/models?q=x"
        client.post("/preferences", {"theme": "dark", "next": "/models"})
        person.refresh_from_db()
        assert (person.language, person.theme) == ("de", "dark")
        page = client.get("/models")
        assert '<html lang="de" data-theme="dark">' in page.content.decode()
        assert page["Content-Language"] == "de"
        entries = AuditEntry.objects.filter(action="user.preferences", subject_id=person.id).order_by("seq")
        assert [(entry.before or {}, entry.after) for entry in entries] == [
            ({"language": "en"} | _rest(entries[0].before, "language"), entries[0].after),
            ({"theme": "auto"} | _rest(entries[1].before, "theme"), entries[1].after),
        ]

    @pytest.mark.parametrize("sent", [{"language": "xx"}, {"theme": "pink"}, {"language": "<script>"}])
    def test_others_are_refused(self, world: World, client_of: ClientOf, sent: dict[str, str]) -> None:
        before = AuditEntry.objects.count()
        assert client_of("auditor").post("/preferences", sent).status_code == 422
        assert AuditEntry.objects.count() == before

    def test_they_lead_to_no_foreign_address(self, client_of: ClientOf) -> None:
        answer = client_of("auditor").post("/preferences", {"theme": "dark", "next": "https://evil.example/"})
        assert answer["Location"] == "/"

    @pytest.mark.parametrize(
        ("accepted", "shown"),
        [("de-AT,de;q=0.9", "de"), ("fr,de;q=0.5", "de"), ("fr", "en"), ("", "en"), ("x" * 999, "en")],
    )
    def test_before_the_sign_in_the_browser_says_the_language(self, db: None, accepted: str, shown: str) -> None:
        page = Client(headers={"accept-language": accepted}).get("/sign-in")
        assert f'<html lang="{shown}"' in page.content.decode()


def _rest(values: Any, name: str) -> dict[str, Any]:
    return {key: value for key, value in (values or {}).items() if key != name}


HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@pytest.mark.django_db
class TestHeaders:
    def test_every_kind_of_answer_bears_them(self, world: World, with_broken_pages: Client) -> None:
        client = with_broken_pages
        client.force_login(world.people["officer"])
        asked = {
            "/models": 200,
            "/nothing": 404,
            "/broken": 500,
            "/refused": 400,
            "/asked-strangely": 400,
            "/settings/people": 403,
            "/sign-out": 405,
            "/sign-in": 302,
            "/healthz": 200,
        }
        for address, status in asked.items():
            answer = client.get(address)
            assert answer.status_code == status, address
            for name, value in HEADERS.items():
                assert answer.headers.get(name) == value, (address, name)
            assert answer["X-Request-ID"], address

    def test_static_files_bear_them_too(self, client: Client) -> None:
        answer = client.get("/static/app.css")
        assert answer.status_code == 200
        missing = {name for name in HEADERS if answer.headers.get(name) != HEADERS[name]} - {"X-Frame-Options"}
        assert not missing
        assert b"--ink" in b"".join(answer.streaming_content)

    def test_the_policy_allows_nothing_inline_and_nothing_foreign(self) -> None:
        assert "unsafe" not in CONTENT_SECURITY_POLICY
        assert "http" not in CONTENT_SECURITY_POLICY
        assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")

    def test_pages_hold_no_inline_script_style_or_handler(self, world: World, client_of: ClientOf) -> None:
        page = client_of("officer").get(f"/models/{world.model.id}").content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert "<style" not in page
        assert not re.search(r"<[^>]*\s(on\w+|style)=", re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL))

    def test_pages_are_nobody_elses_to_keep(self, client_of: ClientOf) -> None:
        answer = client_of("officer").get("/models")
        assert answer["Cache-Control"] == "private, no-cache"
        assert "HX-Request" in answer["Vary"]
        assert "Cookie" in answer["Vary"]

    def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(self, world: World) -> None:
        client = Client()
        client.get("/sign-in")
        sign_in(client, world.people["officer"].email)
        for cookie in client.cookies.values():
            assert cookie["httponly"], cookie.key
            assert cookie["samesite"] == "Lax", cookie.key


@pytest.mark.django_db
class TestRequestId:
    def test_it_is_in_the_answer_and_in_the_journal(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        answer = client.post("/parties/new", {"name": "New Ltd", "kind": "company"})
        given = answer["X-Request-ID"]
        assert len(given) == 32
        assert AuditEntry.objects.filter(action="party.create", request_id=given).exists()
        known = client.get("/models", headers={"X-Request-ID": "proxy-4711.a_b"})
        assert known["X-Request-ID"] == "proxy-4711.a_b"

    @pytest.mark.parametrize("strange", ["short", "a" * 65, "with space 12", "<script>1234", "a\tbcdefgh", "äöüäöüäöü"])
    def test_a_strange_one_is_replaced(self, client: Client, strange: str) -> None:
        assert client.get("/healthz", headers={"X-Request-ID": strange})["X-Request-ID"] != strange


@pytest.mark.django_db
class TestErrorPages:
    def test_what_broke_is_in_the_log_and_not_on_the_page(
        self, world: World, with_broken_pages: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with_broken_pages.force_login(world.people["officer"])
        lines = io.StringIO()
        console = next(one for one in logging.getLogger().handlers if one.get_name() == "console")
        monkeypatch.setattr(console, "stream", lines)
        answer = with_broken_pages.get("/broken")
        text = answer.content.decode()
        assert answer.status_code == 500
        for inside in (SECRET, "Traceback", "RuntimeError", __name__, str(settings.BASE_DIR), settings.SECRET_KEY):
            assert inside not in text
        assert "Something went wrong on our side" in text
        reference = answer["X-Request-ID"]
        assert f"<code>{reference}</code>" in text
        assert f"[{reference}] Internal Server Error: /broken" in lines.getvalue()
        assert SECRET in lines.getvalue()

    def test_the_page_stands_when_the_database_does_not(
        self, world: World, with_broken_pages: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with_broken_pages.force_login(world.people["officer"])

        def down(*args: Any, **kwargs: Any) -> Any:
            raise OperationalError("connection refused")

        monkeypatch.setattr(connections["default"], "cursor", down)
        answer = with_broken_pages.get("/models")
        monkeypatch.undo()
        text = answer.content.decode()
        assert answer.status_code == 500
        assert "Something went wrong on our side" in text
        assert answer["X-Request-ID"] in text
        assert answer["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert "connection refused" not in text

    def test_it_needs_no_session_and_no_user(self) -> None:
        request = RequestFactory().get("/models")
        assert server_error(request).status_code == 500

    @pytest.mark.parametrize(
        ("address", "status", "title"),
        [
            ("/refused", 400, "The request could not be done"),
            ("/asked-strangely", 400, "This request cannot be understood"),
            ("/settings/people", 403, "Not permitted"),
            ("/nothing", 404, "Not found"),
            ("/models/01a20fa4-0000-7000-8000-000000000000", 404, "Not found"),
            ("/models/no-uuid", 404, "Not found"),
            ("/models?cursor=x", 422, "The input is not valid"),
            ("/models?access=x", 422, "The input is not valid"),
            ("/models?q=%00", 422, "The input is not valid"),
        ],
    )
    def test_each_says_what_happened_what_to_do_and_under_which_number(
        self, world: World, with_broken_pages: Client, address: str, status: int, title: str
    ) -> None:
        with_broken_pages.force_login(world.people["officer"])
        answer = with_broken_pages.get(address)
        text = answer.content.decode()
        assert answer.status_code == status
        assert f"<h1>{title}</h1>" in text
        assert answer["X-Request-ID"] in text
        assert 'href="/"' in text
        assert SECRET not in text

    def test_a_method_that_is_not_answered_is_explained(self, world: World, client_of: ClientOf) -> None:
        answer = client_of("officer").post("/models")
        assert answer.status_code == 405
        assert answer["Allow"] == "GET, HEAD"
        assert answer["X-Request-ID"] in answer.content.decode()

    def test_a_body_too_large_is_refused_with_a_page(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        client.raise_request_exception = False
        before = AuditEntry.objects.count()
        answer = client.post("/parties/new", {"name": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)})
        assert answer.status_code == 413
        assert answer["X-Request-ID"] in answer.content.decode()
        many = client.post("/parties/new", {f"field{number}": "x" for number in range(2001)})
        assert many.status_code in (400, 413)
        assert AuditEntry.objects.count() == before

    def test_a_form_from_elsewhere_is_refused_with_a_page_that_says_what_to_do(self, world: World) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(world.people["officer"])
        before = AuditEntry.objects.count()
        answer = strict.post("/parties/new", {"name": "New Ltd", "kind": "company"})
        text = answer.content.decode()
        assert answer.status_code == 403
        assert "This form has expired" in text
        assert "Nothing was changed" in text
        assert answer["X-Request-ID"] in text
        assert AuditEntry.objects.count() == before
        assert csrf_failure.__name__ in settings.CSRF_FAILURE_VIEW

    def test_errors_are_in_the_language_of_the_page(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        client.post("/preferences", {"language": "de"})
        assert '<html lang="de"' in client.get("/nothing").content.decode()


@pytest.mark.django_db
class TestParts:
    """htmx gets the part that changes and nothing else."""

    def test_a_list_without_its_frame(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        whole, part = client.get("/models").content.decode(), client.get("/models", headers={"HX-Request": "true"})
        assert "<html" in whole
        text = part.content.decode()
        assert "<html" not in text
        assert "<h1" not in text
        assert "Alpha-7B" in text
        assert 'role="status"' in text
        assert text.strip() in whole

    def test_going_back_gets_the_whole_page(self, client_of: ClientOf) -> None:
        headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
        assert "<html" in client_of("officer").get("/models", headers=headers).content.decode()

    def test_when_signed_out_the_browser_goes_to_the_door(self, world: World) -> None:
        answer = Client().get("/models?q=x", headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert answer["HX-Redirect"] == "/sign-in?next=%2Fmodels%3Fq%3Dx"
        assert not answer.content

    def test_an_error_takes_the_place_of_the_content(self, client_of: ClientOf) -> None:
        answer = client_of("officer").get("/models?cursor=x", headers={"HX-Request": "true"})
        assert answer.status_code == 422
        assert answer["HX-Retarget"] == "#main"
        assert "<html" not in answer.content.decode()
        assert "The input is not valid" in answer.content.decode()


@pytest.mark.django_db
class TestNavigation:
    def test_shows_what_one_may_open_and_where_one_is(self, world: World, client_of: ClientOf) -> None:
        auditor = client_of("auditor").get("/settings/system").content.decode()
        assert "/settings/people" not in auditor
        assert 'href="/settings/system" aria-current="page"' in auditor
        owner = client_of("owner").get("/models").content.decode()
        assert 'href="/journal"' not in owner
        assert 'href="/models" aria-current="page"' in owner
        administrator = client_of("administrator").get("/settings/teams").content.decode()
        assert 'href="/settings/people"' in administrator

    def test_every_link_of_it_opens(self, world: World, client_of: ClientOf) -> None:
        for persona in ("officer", "administrator", "approver", "auditor", "owner"):
            client = client_of(persona)
            seen: set[str] = set()
            waiting = {"/"}
            while waiting:
                address = waiting.pop()
                seen.add(address)
                page = client.get(address)
                assert page.status_code == 200, (persona, address)
                side = re.search(r'<nav class="side".*?</nav>', page.content.decode(), re.DOTALL)
                assert side
                waiting |= set(re.findall(r'<a href="(/[^"]*)"', side.group())) - seen

    def test_names_of_people_and_of_the_organisation_are_text(self, world: World, client_of: ClientOf) -> None:
        accounts.set_up_organisation(actor=SETUP, name="<b>AG</b>")
        page = client_of("officer").get("/models").content.decode()
        assert "&lt;b&gt;AG&lt;/b&gt;" in page
        assert "<b>AG</b>" not in page
