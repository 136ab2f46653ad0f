"""The pages of published lists: what they show, and what is done on them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, TestCase, override_settings
from django.test.utils import CaptureQueriesContext

from apps.audit.models import AuditEntry
from apps.core.changes import change
from apps.imports.models import Import
from apps.sanctions.models import ListSource, ListVersion
from tests.imports.hub_server import hub
from tests.making import SETUP
from tests.sanctions.lists.making import a_source, in_use, listed
from tests.web.conftest import ClientOf
from tests.web.reading import main_of
from tests.web.world import World

SOURCE = "/screening/sources/example-source"


@pytest.fixture(autouse=True)
def home(tmp_path: Path) -> Iterator[None]:
    with override_settings(WEIGHBRIDGE_HOME=tmp_path):
        yield


def text_at(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return main_of(answer)


def refused() -> ListVersion:
    return ListVersion.objects.get(source__key="example-source", state="refused")


class TestWhatTheyShow:
    def test_a_list_with_its_effect_its_version_and_its_alarm(self, world: World, client_of: ClientOf) -> None:
        text = text_at(client_of("auditor"), "/screening/lists")
        for shown in ("Export Control List", "It does not forbid buying", "version 2", "22", "less than an hour ago"):
            assert shown in text
        assert "A newer version was refused" in text
        assert "+1 ~1 −1" in text

    def test_a_list_finds_its_entries_by_part_of_any_of_their_names(self, world: World, client_of: ClientOf) -> None:
        client = client_of("auditor")
        assert "Rewound Turbines" in text_at(client, "/screening/lists/example-list?q=unwound")
        assert "Rewound Turbines" in text_at(client, "/screening/lists/example-list?q=50")
        assert "Nothing fits" in text_at(client, "/screening/lists/example-list?q=gone+turbines")

    def test_an_entry_with_all_that_it_says_and_its_other_wording(self, world: World, client_of: ClientOf) -> None:
        text = text_at(client_of("auditor"), f"/screening/entries/{world.shared['listed_id']}")
        for shown in ("It does not forbid buying", "Unwound Turbines (Also known as)", "since version 1", "sha256:"):
            assert shown in text

    def test_what_a_version_changed_with_old_and_new(self, world: World, client_of: ClientOf) -> None:
        answer = client_of("auditor").get(f"/screening/versions/{world.shared['list_version_id']}")
        found = {row.reference: row for row in answer.context["listing"].rows}
        assert {key: row.change for key, row in found.items()} == {"50": "changed", "51": "removed", "52": "added"}
        (difference,) = found["50"].differences
        assert (list(difference.old), list(difference.new)) == ([], ["Unwound Turbines (Also known as)"])
        assert "<script>" not in answer.content.decode().partition("<main")[2]

    def test_the_alarm_stands_on_the_overview_and_on_the_page_of_the_system(
        self, world: World, client_of: ClientOf
    ) -> None:
        for path in ("/", "/settings/system"):
            assert "A newer version was refused" in text_at(client_of("administrator"), path)

    def test_a_thousand_entries_cost_the_queries_of_ten(self, world: World, client_of: ClientOf) -> None:
        client = client_of("auditor")
        client.get("/screening/lists/example-list")
        with CaptureQueriesContext(connection) as few:
            client.get("/screening/lists/example-list?q=kept")
        big = a_source("big", "example-list")
        in_use(big, [listed(str(number), f"Kept {number}", list_key="example-list") for number in range(1000)])
        with CaptureQueriesContext(connection) as many:
            client.get("/screening/lists/example-list?q=kept")
        assert len(few) == len(many)


class TestAccepting:
    def test_an_officer_takes_a_refused_version_into_use_with_a_reason(self, world: World, client_of: ClientOf) -> None:
        client, version = client_of("officer"), refused()
        path = f"/screening/versions/{version.id}"
        text = text_at(client, path)
        assert "example-list has 3 entries; the version in use has 22" in text
        assert client.post(f"{path}/accept", {"reason": " "}).status_code == 422
        version.refresh_from_db()
        assert version.state == "refused"
        assert client.post(f"{path}/accept", {"reason": "The authority took them off."}).status_code == 302
        version.refresh_from_db()
        assert version.state == "in_use"
        assert version.accepted_by.startswith("The officer")
        assert AuditEntry.objects.filter(action="list.accept", reason="The authority took them off.").exists()
        assert client.post(f"{path}/accept", {"reason": "again"}).status_code == 422

    def test_an_auditor_sees_no_button(self, world: World, client_of: ClientOf) -> None:
        client, path = client_of("auditor"), f"/screening/versions/{refused().id}"
        assert "Accept and use" not in text_at(client, path)
        assert client.post(f"{path}/accept", {"reason": "x"}).status_code == 403


class TestUpload:
    def test_a_file_is_read_by_a_task_and_says_what_came_of_it(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        rows = "name,reference\n" + "".join(f"Kept Works {number},{number}\n" for number in range(21))
        answer = self.sent(client, rows.encode())
        assert answer.status_code == 302
        text = text_at(client, answer["Location"])
        assert "Done" in text
        assert "The source of this list" in text
        assert "Undo this import" not in text
        one = Import.objects.get(kind="list")
        assert (one.state, one.rows_read) == ("done", 21)
        assert client.post(f"/imports/{one.id}/again", {"kind": "register"}).status_code == 409

    def test_a_web_page_is_refused_and_the_reason_stands_at_the_source(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        text = text_at(client, self.sent(client, b"<!doctype html><html></html>")["Location"])
        assert "web page" in text
        assert "web page" in text_at(client, SOURCE)

    def test_an_empty_file_is_told_at_the_field(self, world: World, client_of: ClientOf) -> None:
        answer = self.sent(client_of("officer"), b"")
        assert answer.status_code == 422
        assert "The file is empty." in main_of(answer)

    def sent(self, client: Client, content: bytes) -> Any:
        with TestCase.captureOnCommitCallbacks(execute=True):
            return client.post(f"{SOURCE}/upload", {"file": SimpleUploadedFile("list.csv", content), "format": ""})


class TestSources:
    def test_an_administrator_changes_address_and_hours(self, world: World, client_of: ClientOf) -> None:
        client = client_of("administrator")
        body = {"url": "https://new.example/list.json", "every_hours": 6, "oldest_hours": 12, "most_lost": 5}
        assert client.post(f"{SOURCE}/change", {**body, "enabled": "on"}).status_code == 302
        source = ListSource.objects.get(key="example-source")
        assert (source.url, source.enabled, source.every_hours, source.most_lost) == (body["url"], True, 6, 5)
        for wrong in ({"url": "ftp://x"}, {"every_hours": 0}, {"most_lost": 101}, {"oldest_hours": 99999}):
            assert client.post(f"{SOURCE}/change", {**body, **wrong}).status_code == 422, wrong

    def test_and_enters_another_one(self, world: World, client_of: ClientOf) -> None:
        client = client_of("administrator")
        body = {"key": "xx-national", "title": "National list", "format": "generic-csv", "list_keys": "example-list"}
        body |= {"every_hours": "24", "oldest_hours": "48", "most_lost": "20"}
        assert client.post("/screening/sources/new", body).status_code == 302
        assert ListSource.objects.get(key="xx-national").list_keys == ["example-list"]
        answer = client.post("/screening/sources/new", body)
        assert "There is a source with this key." in main_of(answer)
        assert client.post("/screening/sources/new", {**body, "key": "a/b"}).status_code == 422

    def test_fetching_by_button(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        with hub() as served, override_settings(LISTS=True):
            served.page("/list.json", [{"name": "Fetched Works", "reference": "1"}])
            with change(SETUP, "tests.fill"):
                ListSource.objects.filter(key="example-source").update(url=f"{served.url}/list.json", most_lost=100)
            assert "Fetch now" in text_at(client, SOURCE)
            with TestCase.captureOnCommitCallbacks(execute=True):
                assert client.post(f"{SOURCE}/refresh").status_code == 302
        assert served.asked["/list.json"] == 1
        version = ListVersion.objects.get(source__key="example-source", state="in_use")
        assert (version.url, version.counts) == (f"{served.url}/list.json", {"example-list": 1})

    def test_where_nothing_is_fetched_there_is_no_button(self, world: World, client_of: ClientOf) -> None:
        text = text_at(client_of("officer"), SOURCE)
        assert "Fetch now" not in text
        assert "fetches no lists" in text_at(client_of("officer"), "/screening/lists")


def test_the_file_of_a_version_comes_back_as_it_came(world: World, client_of: ClientOf) -> None:
    client = client_of("officer")
    content = b"name,reference\n" + b"".join(b"Kept Works %d,%d\n" % (number, number) for number in range(21))
    TestUpload().sent(client, content)
    version = ListVersion.objects.get(source__key="example-source", file_name="list.csv")
    answer = client.get(f"/screening/versions/{version.id}/file")
    assert answer.getvalue() == content
    assert "attachment" in answer["Content-Disposition"]
