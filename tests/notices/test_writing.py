"""Writing digests: for whom, about what, in which words, and never twice."""

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.db import connection
from django.utils import translation
from django.utils.translation import trans_real
from pytest_django import Settings

from apps.accounts import services as accounts
from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.accounts.selectors import actor_for
from apps.audit.models import AuditEntry
from apps.core.changes import change
from apps.core.clock import now, today
from apps.core.errors import NotPermitted
from apps.findings.models import Finding
from apps.notices import services, tasks
from apps.notices.models import OutboxMessage
from apps.notices.services import write_review_digests
from apps.registry.services import retire_use
from apps.reviews.services import complete_review
from tests.database import TestDatabase
from tests.making import SETUP, a_model, a_release, a_team, a_user, an_actor
from tests.notices.conftest import TUESDAY, Clock
from tests.notices.making import an_owner, due_use, written, written_to

db = pytest.mark.django_db
pytestmark = pytest.mark.usefixtures("clock")


@db
@pytest.mark.parametrize(
    ("in_days", "told"), [(-400, True), (-1, True), (0, True), (14, True), (15, False), (None, False)]
)
def test_reviews_are_asked_for_two_weeks_ahead(in_days: int | None, told: bool) -> None:
    due_use(an_owner(), in_days=in_days)
    assert bool(written()) is told


@db
def test_a_retired_use_needs_no_review() -> None:
    use = due_use(an_owner(), in_days=-5)
    retire_use(actor=SETUP, use=use, reason="replaced")
    assert written() == []


@db
def test_an_owner_gets_one_digest_about_all_own_uses_and_no_others() -> None:
    anna, ben = an_owner(), an_owner()
    for name in ("Letters", "Claims"):
        due_use(anna, name=name)
    due_use(ben, name="Chat")
    assert len(written()) == 2
    text = written_to(anna).text
    assert text.startswith("Confirm 2 uses by Tuesday 24 November\n")
    assert "Letters" in text
    assert "Claims" in text
    assert "Chat" not in text


def shut_out(user: User) -> None:
    accounts.set_active(actor=SETUP, user=user, active=False, reason="left")


def moved_away(user: User) -> None:
    accounts.revoke_role(actor=SETUP, grant=user.grants.get())
    accounts.grant_role(actor=SETUP, user=user, role=Role.OWNER, team=a_team())


def made_reader(user: User) -> None:
    accounts.revoke_role(actor=SETUP, grant=user.grants.get())
    accounts.grant_role(actor=SETUP, user=user, role=Role.AUDITOR)


@db
@pytest.mark.parametrize("gone", [shut_out, moved_away, made_reader])
@pytest.mark.parametrize("with_deputy", [True, False])
def test_who_can_no_longer_review_a_use_is_not_told_of_it(gone: object, with_deputy: bool) -> None:
    team = a_team()
    owner, deputy, officer = an_owner(team), an_owner(team), a_user(Role.OFFICER)
    due_use(owner, deputy=deputy if with_deputy else None, name="Letters")
    assert callable(gone)
    gone(owner)
    (message,) = written()
    assert message.recipient == (deputy if with_deputy else officer)
    assert ("You stand in" in message.text) is with_deputy
    assert ("Nobody answers for this use" in message.text) is not with_deputy


@db
def test_officers_are_asked_to_find_an_owner() -> None:
    first, second = a_user(Role.OFFICER), a_user(Role.OFFICER)
    shut_out(a_user(Role.OFFICER))
    due_use(team=a_team(), in_days=-1)
    due_use(in_days=3)
    messages = written()
    assert {message.recipient_id for message in messages} == {first.id, second.id}
    assert {message.subject for message in messages} == {
        "Find an owner for 2 uses, or confirm them, by Friday 27 November"
    }


@db
def test_nobody_to_ask_is_reported_not_hidden(caplog: pytest.LogCaptureFixture) -> None:
    due_use()
    assert write_review_digests(actor=SETUP) == services.Written(written=0, already=0, unanswered=1)
    assert "nobody to ask" in caplog.text


@db
def test_a_digest_says_what_it_is_about_why_one_gets_it_and_how_to_stop_it(settings: Settings) -> None:
    settings.BASE_URL = "https://weighbridge.bank.example"
    officer = a_user(Role.OFFICER, name="Olga Ober")
    owner = an_owner()
    use = due_use(owner, in_days=-8, name="Claims triage", release=a_release(a_model("Qwen2.5-7B-Instruct")))
    message = written_to(owner)
    assert message.subject == "Confirm “Claims triage” by Friday 27 November"
    link = f"https://weighbridge.bank.example/uses/{use.id}/review"
    for body in (message.text, message.html):
        for words in (
            *(
                message.subject,
                "Claims triage",
                "Qwen2.5-7B-Instruct",
                "Not judged yet",
                "16 Nov 2026",
                "8 days overdue",
            ),
            *("owner of these uses", "once a week at most", "To stop it", officer.name, officer.email, link),
        ):
            assert words in body
    assert message.text.index("Confirm") == 0
    assert f'href="{link}"' in message.html
    assert (message.period, message.state, message.language) == ("2026-W48", "queued", "en")
    assert message.to_address == owner.email


@db
def test_a_digest_says_what_changed_since_the_last_review(clock: Clock) -> None:
    owner = an_owner()
    use = due_use(owner, in_days=-8)
    day = today() + dt.timedelta(days=90)
    complete_review(actor=actor_for(owner), use=use, conclusion="confirmed", next_review=day)
    with change(SETUP, "tests.find"):
        Finding(
            use=use, rule_code="WB-X-001", rule_version=1, title_en="X", title_de="X", outcome="finding",
            severity="high", gate="block", opened_at=now() + dt.timedelta(minutes=1),
        ).save()  # fmt: skip
    clock.on(day)
    message = written_to(owner)
    for body in (message.text, message.html):
        assert "1 finding since the review of" in body


@db
def test_many_uses_are_named_without_filling_the_screen() -> None:
    owner = an_owner()
    team = owner.grants.get().team
    uses = [due_use(owner, team=team, in_days=number, name=f"Use no {number:02}") for number in range(10)]
    message = written_to(owner)
    for use in uses:
        assert str(use.id) in message.text
        assert str(use.id) in message.html
    assert message.text.count("Verdict now:") == 4
    assert "Also due:" in message.text


@db
def test_an_installation_with_very_many_due_uses_says_how_many_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.notices.rendering.NAMED", 2)
    owner = an_owner()
    for number in range(9):
        due_use(owner, name=f"Use no {number}")
    message = written_to(owner)
    assert "and 3 more" in message.text
    assert "and 3 more" in message.html
    assert "Confirm 9 uses" in message.subject


@db
def test_names_are_text_and_never_markup_or_lines_of_the_mail() -> None:
    owner = an_owner(name="Eve\r\nBcc: all@example.test")
    use = due_use(owner, name='<img src="http://evil.test/x">\nDue: never\u2028& "more"')
    message = written_to(owner)
    assert use.name.count("\n") == 1
    assert "\n" not in message.subject
    assert "<img" not in message.html
    assert "&lt;img src=&quot;http://evil.test/x&quot;&gt; Due: never &amp; &quot;more&quot;" in message.html
    assert '* <img src="http://evil.test/x"> Due: never & "more"\n' in message.text


@db
def test_a_long_name_leaves_the_subject_readable() -> None:
    owner = an_owner()
    due_use(owner, name="A" * 300)
    message = written_to(owner)
    assert len(message.subject) < 130
    assert message.subject.endswith("by Tuesday 24 November")


@pytest.fixture
def german(tmp_path: Path, settings: Settings) -> Iterator[None]:
    """A catalogue with one sentence of the mail, so that the test holds whatever the product's own one says."""
    catalogue = Catalog(locale="de")
    catalogue.add(("Confirm %(count)d use by %(day)s", "Confirm %(count)d uses by %(day)s"), ("Eine", "Viele %(day)s"))
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "django.mo").open("wb") as file:
        write_mo(file, catalogue)
    settings.LOCALE_PATHS = [tmp_path]
    trans_real._translations.clear()  # type: ignore[attr-defined]
    yield
    trans_real._translations.clear()  # type: ignore[attr-defined]


@db
@pytest.mark.usefixtures("german")
def test_everybody_is_written_to_in_their_own_language() -> None:
    german, english = an_owner(language="de"), an_owner()
    for owner in (german, english):
        for _ in range(2):
            due_use(owner, in_days=3)
    with translation.override("de"):
        assert written_to(english).subject == "Confirm 2 uses by Friday 27 November"
        assert 'lang="en"' in written_to(english).html
    with translation.override("en"):
        message = written_to(german)
    assert message.subject == "Viele Freitag, 27. November"
    assert message.text.startswith(message.subject)
    assert "27. Nov. 2026" in message.text
    assert 'lang="de"' in message.html
    assert message.language == "de"


class TestOnce:
    @db
    def test_the_same_week_again_writes_nothing(self, clock: Clock) -> None:
        owner = an_owner()
        due_use(owner)
        assert write_review_digests(actor=SETUP) == services.Written(written=1, already=0, unanswered=0)
        clock.on(TUESDAY + dt.timedelta(days=5))
        due_use(owner)
        assert write_review_digests(actor=SETUP) == services.Written(written=0, already=1, unanswered=0)
        assert OutboxMessage.objects.count() == 1

    @db
    def test_next_week_asks_again(self, clock: Clock) -> None:
        due_use(an_owner())
        first = written()
        clock.on(TUESDAY + dt.timedelta(days=6))
        assert len(written()) == 2
        assert set(OutboxMessage.objects.values_list("period", flat=True)) == {"2026-W48", "2026-W49"}
        assert OutboxMessage.objects.exclude(message_id=first[0].message_id).count() == 1

    @db
    def test_whoever_falls_due_later_in_the_week_is_still_told(self) -> None:
        due_use(an_owner())
        assert len(written()) == 1
        due_use(an_owner())
        assert len(written()) == 2

    def test_two_tasks_at_once_write_one_digest_each(self, committed_db: TestDatabase) -> None:
        owners = [an_owner() for _ in range(5)]
        for owner in owners:
            due_use(owner)
        together = threading.Barrier(4)
        results: list[int | BaseException] = []

        def run() -> None:
            try:
                together.wait()
                results.append(tasks.write_review_digests())
            except BaseException as error:  # noqa: BLE001 - the test looks at it
                results.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(str(result) for result in results) == ["0", "0", "0", "5"]
        assert OutboxMessage.objects.count() == 5


@db
def test_writing_is_in_the_journal_without_the_letter_itself() -> None:
    owner = an_owner()
    due_use(owner, name="Claims triage")
    message = written_to(owner)
    entry = AuditEntry.objects.get(subject_id=message.id)
    assert (entry.action, entry.operation) == ("notice.write", "insert")
    assert entry.after is not None
    assert "text" not in entry.after
    assert "html" not in entry.after


@db
@pytest.mark.parametrize("role", [Role.OFFICER, Role.OWNER, Role.AUDITOR, Role.APPROVER])
def test_only_the_installation_and_administrators_write(role: str) -> None:
    actor: Actor = an_actor(role, team=a_team())
    with pytest.raises(NotPermitted):
        write_review_digests(actor=actor)
    with pytest.raises(NotPermitted):
        services.send_messages(actor=actor)
    write_review_digests(actor=an_actor(Role.ADMINISTRATOR))
