"""The first page, the search, the state of the installation."""

from apps.accounts import services as accounts
from apps.core.changes import change
from apps.core.heartbeats import beat
from apps.notices.models import OutboxMessage
from apps.registry.models import Deployment
from tests.making import SETUP, a_party, a_use
from tests.web.conftest import ClientOf
from tests.web.reading import main_of
from tests.web.world import FORMULA, NASTY, World


class TestOverview:
    def test_counts_verdicts_and_findings_and_links_to_their_rows(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        page = client.get("/")
        text, source = main_of(page), page.content.decode()
        assert "2 uses are judged." in text
        assert "2 Block" in text
        assert "On whom the uses rest" in text
        assert "China 2" in text
        assert "Alpha Labs 2" in text
        assert "Data Protection Authority: Rule on data" in text
        assert "The gate in the last 24 hours" in text
        for link in (
            '"/uses?decision=block"',
            '"/findings?due=overdue"',
            '"/findings?severity=critical"',
            '"/reviews"',
        ):
            assert f"href={link}" in source, link
            assert client.get(link.strip('"')).status_code == 200

    def test_numbers_are_those_of_the_own_teams(self, world: World, client_of: ClientOf) -> None:
        text = main_of(client_of("owner").get("/"))
        assert "1 use is judged." in text
        assert "Alpha Labs 1" in text
        assert "Marketing" not in text
        assert "Last changes" not in text

    def test_what_waits_depends_on_who_looks(self, world: World, client_of: ClientOf) -> None:
        with change(SETUP, "tests.fill"):
            Deployment.objects.filter(id=world.theirs.use.deployment_id).update(observed_only=True)
        assert "Decide on a waiver: Letters of Claims" in main_of(client_of("approver").get("/"))
        assert "Decide on a waiver" not in main_of(client_of("officer").get("/"))
        assert "Review: Letters of Claims" in main_of(client_of("owner").get("/"))
        assert "Review: Letters of Claims" not in main_of(client_of("mate").get("/"))
        assert "Seen, not registered: Letters of Marketing" in main_of(client_of("officer").get("/"))
        assert "Seen, not registered" not in main_of(client_of("owner").get("/"))

    def test_names_are_text(self, world: World, client_of: ClientOf) -> None:
        a_use(world.ours.team, name=NASTY, operator_id=a_party(NASTY).id)
        page = client_of("officer").get("/").content.decode()
        assert "<script>alert" not in page


class TestSearch:
    def test_finds_uses_models_and_parties_in_sight(self, world: World, client_of: ClientOf) -> None:
        client = client_of("owner")
        assert "Letters of Claims" in main_of(client.get("/search?q=letters"))
        assert "Letters of Marketing" not in main_of(client.get("/search?q=letters"))
        assert "Alpha-7B" in main_of(client.get("/search?q=alpha/alpha"))
        assert "Alpha Labs" in main_of(client.get("/search?q=青山"))

    def test_finds_nothing_politely(self, world: World, client_of: ClientOf) -> None:
        client = client_of("owner")
        assert "Nothing found" in main_of(client.get("/search?q=zzz"))
        assert "Nothing found" not in main_of(client.get("/search"))
        assert client.get("/search?q=%00").status_code == 422
        assert client.get(f"/search?q={'x' * 201}").status_code == 422

    def test_a_use_of_no_team_is_found_by_those_who_see_all(self, world: World, client_of: ClientOf) -> None:
        a_use(None, name="Orphan")
        page = client_of("officer").get("/search?q=orphan")
        assert "Orphan" in main_of(page)
        assert "None" not in main_of(page)

    def test_the_question_is_text(self, world: World, client_of: ClientOf) -> None:
        for asked in (NASTY, FORMULA, '" onmouseover="alert(1)'):
            page = client_of("owner").get("/search", {"q": asked}).content.decode()
            assert "<script>alert" not in page
            assert ' onmouseover="' not in page


class TestSystem:
    def test_shows_what_is_at_work_and_what_waits(self, world: World, client_of: ClientOf) -> None:
        client = client_of("auditor")
        assert "No worker and no scheduler was ever seen" in main_of(client.get("/settings/system"))
        beat("worker")
        text = main_of(client.get("/settings/system"))
        assert "worker at work" in text
        assert f"Messages not delivered {OutboxMessage.objects.filter(state='failed').count()}" in text
        assert "No server is set; messages are kept and shown in the outbox." in text

    def test_before_set_up_the_pages_stand(self, world: World, client_of: ClientOf) -> None:
        accounts.set_up_organisation(actor=SETUP, name="Renamed AG")
        assert "Renamed AG" in client_of("officer").get("/").content.decode()
