"""A repository fetched by its id: everything a reader wants, in one document."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from apps.core.errors import InvalidInput
from apps.imports.hub_card import read
from apps.imports.hub_card.fetching import fetch_card, is_on
from apps.imports.outbound import CannotFetch, NetworkOff, NotThere, Refused
from apps.imports.records import ModelRecord
from tests.imports.hub_card.cards import COMMIT, answer
from tests.imports.hub_server import LICENCE, Hub, hub


@pytest.fixture
def served() -> Iterator[Hub]:
    with hub() as found:
        yield found


def fetched(
    served: Hub, identifier: str = "maker/Tuned-7B", revision: str = ""
) -> tuple[ModelRecord, dict[str, Any], Any]:
    content, name, _ = fetch_card(identifier, revision, outbound=served.outbound)
    reading = read(content, name=name)
    record = reading.rows[0].record
    assert isinstance(record, ModelRecord)
    return record, json.loads(content), reading


def test_card_answer_configuration_and_licence_are_read_together(served: Hub) -> None:
    served.model()
    record, document, reading = fetched(served)
    assert record.identifiers == (("huggingface", "maker/Tuned-7B"),)
    assert record.revision == COMMIT
    assert [(each.declared, each.text) for each in record.licences] == [("other/house-1.0", LICENCE)]
    assert [(each.name, each.relation) for each in record.parents] == [("base/Model-7B", "finetune")]
    facts = {each.field: each.value for each in record.facts}
    assert facts["needs_remote_code"] is False
    assert facts["parameters"] == 7241732096
    assert reading.url == f"{served.url}/maker/Tuned-7B/tree/{COMMIT}"
    assert reading.format == "Hugging Face model card and API"
    assert document["missing"] == {}
    assert reading.accounted["/licence"] == "licence text"
    assert reading.accounted["/config/vocab_size"] == "kept"
    assert reading.accounted["/readme/front_matter/license"] == "release.licence_declared"


def test_the_same_answers_make_the_same_bytes(served: Hub) -> None:
    served.model()
    first = fetch_card("maker/Tuned-7B", outbound=served.outbound)
    served.model(downloads=99999, likes=1000)
    assert fetch_card("maker/Tuned-7B", outbound=served.outbound) == first


def test_a_revision_may_be_asked_for_in_several_ways(served: Hub) -> None:
    served.model()
    for identifier, revision in (
        ("maker/Tuned-7B", "main"),
        ("maker/Tuned-7B@main", ""),
        ("https://huggingface.co/maker/Tuned-7B/tree/main", ""),
        ("hf://maker/Tuned-7B@main", ""),
    ):
        served.asked.clear()
        assert fetched(served, identifier, revision)[0].revision == COMMIT
        assert served.asked["/api/models/maker/Tuned-7B/revision/main"] == 1


def test_a_repository_that_moved_is_read_under_its_new_name(served: Hub) -> None:
    served.model("maker/New-Name")
    served.page("/api/models/maker/Old-Name", "", 307, Location="/api/models/maker/New-Name?blobs=true")
    record, _, reading = fetched(served, "maker/Old-Name")
    assert record.identifiers == (("huggingface", "maker/New-Name"),)
    assert any("“maker/Old-Name” was asked for" in note for note in reading.rows[0].notes)


def test_files_that_are_not_given_out_are_said_to_be_missing(served: Hub) -> None:
    served.model(gated="manual", tags=["license:apache-2.0"])
    served.page(f"/maker/Tuned-7B/resolve/{COMMIT}/README.md", "", 401)
    served.page(f"/maker/Tuned-7B/resolve/{COMMIT}/config.json", "{broken")
    del served.pages[f"/maker/Tuned-7B/resolve/{COMMIT}/LICENSE"]
    record, document, _ = fetched(served)
    assert set(document["missing"]) == {"README.md", "config.json", "LICENSE"}
    assert [each.declared for each in record.licences] == ["apache-2.0"]  # by the hub's answer


def test_a_card_in_another_encoding_is_said_to_be_missing(served: Hub) -> None:
    served.model()
    served.page(f"/maker/Tuned-7B/resolve/{COMMIT}/README.md", "# é".encode("latin-1"))
    assert "Windows-1252" in fetched(served)[1]["missing"]["README.md"]


# status or page of the API, the error, words of it
FAULTS: list[tuple[dict[str, Any], type[CannotFetch], str]] = [
    ({"body": "", "status": 404}, NotThere, "There is no model “maker/Tuned-7B”"),
    ({"body": "", "status": 401}, Refused, "gated"),
    ({"body": "", "status": 429}, CannotFetch, "answer 429"),
    ({"body": "", "status": 500}, CannotFetch, "answer 500"),
    ({"body": "<html>", "Content_Type": "text/html"}, CannotFetch, "text/html instead of JSON"),
    ({"body": "{", "Content_Type": "application/json"}, CannotFetch, "cannot be read"),
    ({"body": [1]}, CannotFetch, "none about a model"),
    ({"body": {"id": "../etc"}}, CannotFetch, "none about a model"),
    ({"body": {"error": "x"}}, CannotFetch, "none about a model"),
    ({"body": b" " * 9_000_000}, CannotFetch, "more than"),
]


@pytest.mark.parametrize(("page", "error", "words"), FAULTS, ids=range(len(FAULTS)))
def test_what_the_hub_does_wrong_is_told(
    served: Hub, page: dict[str, Any], error: type[CannotFetch], words: str
) -> None:
    served.page("/api/models/maker/Tuned-7B", **page)
    with pytest.raises(CannotFetch) as caught:
        fetch_card("maker/Tuned-7B", outbound=served.outbound)
    assert type(caught.value) is error
    assert words in caught.value.message


@pytest.mark.parametrize("identifier", ["", "..", "a/../b", "a b/c", "a/b/c", "maker/../../etc", "ü/x", "a/b?x=1"])
def test_what_is_no_identifier_is_refused_before_anything_is_sent(served: Hub, identifier: str) -> None:
    with pytest.raises(InvalidInput):
        fetch_card(identifier, outbound=served.outbound)
    with pytest.raises(InvalidInput):
        fetch_card("maker/Tuned-7B", "../x", outbound=served.outbound)
    assert not served.asked


def test_nothing_is_fetched_where_the_hub_is_turned_off(served: Hub) -> None:
    with override_settings(HUB_URL=""):
        assert not is_on()
        with pytest.raises(NetworkOff, match="fetches nothing"):
            fetch_card("maker/Tuned-7B")
    served.model()
    with override_settings(HUB_URL=served.url):
        assert is_on()
        assert fetch_card("maker/Tuned-7B")[1] == f"maker/Tuned-7B@{COMMIT[:12]}.json"


def test_an_old_repository_without_an_owner_is_fetched(served: Hub) -> None:
    served.page("/api/models/gpt2", answer(id="gpt2", siblings=[]))
    assert fetched(served, "gpt2")[0].name == "gpt2"
