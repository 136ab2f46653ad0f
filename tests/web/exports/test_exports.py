"""Exports on pages: ask for one, watch it, download it; and what is missing of a model's record."""

import json
from typing import Any

import pytest
from django.test import TestCase

from apps.core.changes import change
from apps.exports.models import Export
from apps.exports.writing import complaints
from tests.making import SETUP, state
from tests.web.conftest import ClientOf
from tests.web.reading import entries_since, main_of, newest
from tests.web.world import World


def made(client: Any, **sent: str) -> Any:
    """The page of an export that was asked for and made."""
    with TestCase.captureOnCommitCallbacks(execute=True):  # the task runs when the request is stored
        answer = client.post("/exports", sent)
    assert answer.status_code == 302, answer.content.decode()
    return client.get(answer["Location"])


class TestMaking:
    @pytest.mark.parametrize("format", ["cyclonedx", "spdx"])
    def test_from_the_page_of_a_model_to_the_file(self, world: World, client_of: ClientOf, format: str) -> None:  # noqa: A002
        client, before = client_of("owner"), newest()
        assert 'action="/exports"' in client.get(f"/models/{world.model.id}").content.decode()
        page = made(client, format=format, subject_type="model", subject_id=str(world.model.id))
        export = page.context["export"]
        assert export.state == Export.State.DONE
        assert export.file_sha256 in main_of(page)
        assert "hx-trigger" not in page.content.decode()
        assert "export.request" in {entry.action for entry in entries_since(before)}
        file = client.get(f"/exports/{export.id}/file")
        document = json.loads(b"".join(file.streaming_content))
        assert not complaints(format, document)
        assert "Alpha-7B" in str(document)
        assert file["Content-Disposition"].startswith('attachment; filename="weighbridge-alpha-7b-')

    def test_the_button_of_a_use_makes_a_file_about_it(self, world: World, client_of: ClientOf) -> None:
        use = world.ours.use
        page = made(client_of("owner"), format="cyclonedx", subject_type="use", subject_id=str(use.id))
        assert use.name in main_of(page)
        assert f'value="{use.id}"' in client_of("owner").get(f"/uses/{use.id}").content.decode()

    def test_a_table_of_a_team_holds_its_own_uses_only(self, world: World, client_of: ClientOf) -> None:
        client = client_of("owner")
        page = made(client, format="register", table="csv")
        text = b"".join(client.get(f"/exports/{page.context['export'].id}/file").streaming_content).decode("utf-8-sig")
        assert world.ours.use.name in text
        assert world.theirs.use.name not in text
        assert "Beta-7B" not in text

    def test_an_officers_table_has_every_model_and_runs_no_formula(self, world: World, client_of: ClientOf) -> None:
        state("use_case", world.ours.use.use_case_id, purpose="=HYPERLINK(1)")
        client = client_of("officer")
        page = made(client, format="register", table="csv")
        text = b"".join(client.get(f"/exports/{page.context['export'].id}/file").streaming_content).decode("utf-8-sig")
        assert "Beta-7B" in text
        assert ",'=HYPERLINK(1)," in text

    @pytest.mark.parametrize("sent", [{"format": "novel"}, {"format": ""}, {"format": "spdx", "subject_id": "x"}])
    def test_a_strange_request_is_refused_with_a_page(
        self, world: World, client_of: ClientOf, sent: dict[str, str]
    ) -> None:
        before = newest()
        assert client_of("officer").post("/exports", sent).status_code == 422
        assert not entries_since(before)

    def test_what_is_not_in_sight_is_not_exported(self, world: World, client_of: ClientOf) -> None:
        before, owner = newest(), client_of("owner")
        theirs = {"format": "spdx", "subject_type": "use", "subject_id": str(world.theirs.use.id)}
        assert owner.post("/exports", theirs).status_code == 404
        assert owner.post("/exports", {"format": "cyclonedx"}).status_code == 403
        assert owner.post("/exports", {"format": "journal"}).status_code == 403
        assert not entries_since(before)


class TestWatching:
    def test_while_it_is_made_the_page_asks_again_by_itself_and_by_a_link(
        self, world: World, client_of: ClientOf
    ) -> None:
        page = client_of("owner").get(f"/exports/{world.ours.rows['export_id']}")
        assert 'hx-trigger="every 1s"' in page.content.decode()
        assert "Look again" in main_of(page)
        assert client_of("owner").get(f"/exports/{world.ours.rows['export_id']}/file").status_code == 409

    def test_one_that_failed_says_why_and_can_be_asked_for_again(self, world: World, client_of: ClientOf) -> None:
        export = Export.objects.get(id=world.ours.rows["export_id"])
        with change(SETUP, "tests.fill"):
            export.state, export.error = Export.State.FAILED, "Nobody finished <this> file."
            export.save()
        text = client_of("owner").get(f"/exports/{export.id}").content.decode()
        assert "Nobody finished &lt;this&gt; file." in text
        assert "Ask again" in text


class TestCompleteness:
    def test_a_known_fact_counts_and_an_unknown_one_is_missing(self, world: World, client_of: ClientOf) -> None:
        client = client_of("auditor")
        path = f"/models/{world.model.id}/completeness"
        before = client.get(path).context["completeness"]
        state("model", world.model.id, release_date="2026-01-01", parameters=None)
        after = client.get(path).context["completeness"]
        assert after.known == before.known + 1
        assert {(one.cluster, one.key) for one in before.missing} - {
            (one.cluster, one.key) for one in after.missing
        } == {("models", "timestamp")}
        assert ("models", "properties") in {(one.cluster, one.key) for one in after.missing}

    def test_the_page_says_that_the_list_is_not_verified(self, world: World, client_of: ClientOf) -> None:
        assert "not verified" in main_of(client_of("owner").get(f"/models/{world.model.id}/completeness"))

    def test_the_models_page_fetches_the_card_and_has_a_link_without_script(
        self, world: World, client_of: ClientOf
    ) -> None:
        text = client_of("owner").get(f"/models/{world.model.id}").content.decode()
        path = f"/models/{world.model.id}/completeness"
        assert f'href="{path}"' in text
        assert f'hx-get="{path}"' in text
        card = client_of("owner").get(path, headers={"HX-Request": "true"}).content.decode()
        assert card.strip().startswith('<section class="card" id="completeness">')
        assert "<html" not in card
