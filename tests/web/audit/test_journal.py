"""The journal on pages."""

from apps.audit.models import AuditEntry
from apps.parties.models import Party
from tests.web.conftest import ClientOf
from tests.web.reading import main_of
from tests.web.world import FORMULA, NASTY, World


class TestJournal:
    def test_shows_who_did_what_when_why_and_from_where(self, world: World, client_of: ClientOf) -> None:
        officer = client_of("officer")
        officer.post(f"/uses/{world.ours.use.id}/retire", {"reason": "Replaced in spring"}, REMOTE_ADDR="198.51.100.9")
        text = main_of(client_of("auditor").get("/journal?q=use.retire"))
        person = world.people["officer"]
        for shown in ("use.retire", f"{person.name} <{person.email}>", "Replaced in spring", "198.51.100.9", "status"):
            assert shown in text, shown

    def test_an_entry_shows_each_value_before_and_after_and_what_else_was_written(
        self, world: World, client_of: ClientOf
    ) -> None:
        client_of("officer").post(f"/uses/{world.ours.use.id}/retire", {"reason": "Replaced"})
        entry = AuditEntry.objects.get(action="use.retire", subject_type="registry.use", operation="update")
        page = client_of("auditor").get(f"/journal/{entry.id}")
        text = main_of(page)
        assert "status active retired" in text
        assert f"No. {entry.seq}" in text
        assert entry.request_id in text
        others = AuditEntry.objects.filter(change_id=entry.change_id).exclude(id=entry.id)
        for other in others:
            assert f'href="/journal/{other.id}"' in page.content.decode()

    def test_secrets_are_not_in_it(self, world: World, client_of: ClientOf) -> None:
        entry = AuditEntry.objects.filter(subject_type="accounts.user", operation="insert").latest("seq")
        text = main_of(client_of("auditor").get(f"/journal/{entry.id}"))
        assert "password" in text
        assert "md5$" not in text

    def test_filters_by_operation_way_and_subject(self, world: World, client_of: ClientOf) -> None:
        client = client_of("auditor")
        rows = client.get("/journal?operation=insert&by=command&subject=parties.party").context["listing"].rows
        assert rows
        assert {(row.operation, row.actor_kind, row.subject_type) for row in rows} == {
            ("insert", "command", "parties.party")
        }

    def test_values_are_text(self, world: World, client_of: ClientOf) -> None:
        client_of("officer").post("/parties/new", {"name": NASTY, "native_name": FORMULA, "kind": "company"})
        party = Party.objects.get(name=NASTY)
        entry = AuditEntry.objects.get(subject_id=party.id)
        for address in ("/journal", f"/journal/{entry.id}"):
            page = client_of("auditor").get(address).content.decode()
            assert "<script>alert" not in page

    def test_there_is_no_way_to_change_it(self, world: World, client_of: ClientOf) -> None:
        client = client_of("administrator")
        path = f"/journal/{world.shared['entry_id']}"
        for method in ("post", "put", "patch", "delete"):
            assert getattr(client, method)(path).status_code == 405
            assert getattr(client, method)("/journal").status_code == 405
