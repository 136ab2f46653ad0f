"""The outbox on pages: read, write now, queue again."""

from apps.core.changes import change
from apps.notices.models import OutboxMessage
from apps.notices.services import write_review_digests
from tests.making import SETUP
from tests.web.conftest import ClientOf
from tests.web.reading import entries_since, main_of, newest
from tests.web.world import NASTY, World


def the_message(world: World) -> OutboxMessage:
    return OutboxMessage.objects.get(id=world.shared["message_id"])


class TestReading:
    def test_a_message_shows_what_became_of_it(self, world: World, client_of: ClientOf) -> None:
        message = the_message(world)
        text = main_of(client_of("officer").get(f"/outbox/{message.id}"))
        for shown in (message.subject, message.to_address, message.period, "550 no such box", message.message_id):
            assert shown in text, shown
        assert "Letters of Claims" in text

    def test_as_html_it_is_shut_in_a_frame_in_which_nothing_runs(self, world: World, client_of: ClientOf) -> None:
        page = client_of("officer").get(f"/outbox/{world.shared['message_id']}").content.decode()
        assert '<iframe class="mail-frame" sandbox' in page
        inside = client_of("officer").get(f"/outbox/{world.shared['message_id']}/html")
        policy = inside["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "sandbox" in policy
        assert "script" not in policy
        assert inside["X-Frame-Options"] == "SAMEORIGIN"

    def test_everybody_reads_what_was_written_to_them(self, world: World, client_of: ClientOf) -> None:
        owner, stranger = client_of("owner"), client_of("stranger")
        assert owner.get(f"/outbox/{world.shared['message_id']}").status_code == 200
        assert stranger.get(f"/outbox/{world.shared['message_id']}").status_code == 404
        assert "Letters of Claims" not in main_of(stranger.get("/outbox"))
        assert "Write due digests now" not in main_of(owner.get("/outbox"))

    def test_subjects_and_addresses_are_text(self, world: World, client_of: ClientOf) -> None:
        with change(SETUP, "tests.fill"):
            OutboxMessage.objects.update(subject=NASTY, text=NASTY, last_error=NASTY)
        for address in ("/outbox", f"/outbox/{world.shared['message_id']}"):
            assert "<script>alert" not in client_of("officer").get(address).content.decode()


class TestQueueingAgain:
    def test_a_failed_message_goes_out_again(self, world: World, client_of: ClientOf) -> None:
        client, before = client_of("administrator"), newest()
        path = f"/outbox/{world.shared['message_id']}"
        assert "Queue again" in main_of(client.get(path))
        answer = client.post(f"{path}/retry", follow=True)
        assert "The message is queued again." in main_of(answer)
        assert the_message(world).state == OutboxMessage.State.KEPT  # no mail server is set: kept to be read
        assert entries_since(before)[0].action == "notice.retry"
        assert "Queue again" not in main_of(answer)

    def test_one_that_has_not_failed_is_left_alone(self, world: World, client_of: ClientOf) -> None:
        client = client_of("administrator")
        path = f"/outbox/{world.shared['message_id']}/retry"
        client.post(path)
        before = newest()
        answer = client.post(path)
        assert answer.status_code == 409
        assert "Only a message that has failed can be queued again." in main_of(answer)
        assert not entries_since(before)


class TestWriting:
    def test_due_digests_are_written_once(self, world: World, client_of: ClientOf) -> None:
        with change(SETUP, "tests.clean"):
            OutboxMessage.objects.all().delete()
        client = client_of("administrator")
        assert "2 digests written." in main_of(client.post("/outbox/write", follow=True))
        assert set(OutboxMessage.objects.values_list("state", flat=True)) == {OutboxMessage.State.KEPT}
        assert "0 digests written." in main_of(client.post("/outbox/write", follow=True))
        assert write_review_digests(actor=SETUP).written == 0
