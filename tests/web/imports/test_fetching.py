"""A model card fetched on the page by the identifier of its repository."""

from collections.abc import Iterator

import pytest
from django.test import TestCase, override_settings

from apps.imports.models import Import
from apps.registry.models import Model
from tests.imports.hub_server import Hub, hub
from tests.web.conftest import ClientOf
from tests.web.reading import main_of
from tests.web.world import World


@pytest.fixture
def served() -> Iterator[Hub]:
    with hub() as found, override_settings(HUB_URL=found.url):
        found.model()
        yield found


def test_a_repository_is_previewed_and_then_applied(world: World, client_of: ClientOf, served: Hub) -> None:
    client = client_of("officer")
    assert "Identifier on the hub" in main_of(client.get("/imports/new"))
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = client.post("/imports/fetch", {"identifier": "https://huggingface.co/maker/Tuned-7B"})
    assert answer.status_code == 302
    text = main_of(client.get(answer["Location"]))
    assert "Tuned-7B" in text
    assert not Model.objects.filter(name="Tuned-7B").exists()
    with TestCase.captureOnCommitCallbacks(execute=True):
        client.post(f"{answer['Location']}/apply")
    assert Model.objects.filter(name="Tuned-7B").exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"identifier": "maker/Nothing"}, "There is no model “maker/Nothing” on the hub"),
        ({"identifier": "not an identifier"}, "must be an identifier such as"),
        ({"identifier": "maker/Tuned-7B", "revision": "../x"}, "must be a commit, a tag or a branch"),
        ({}, "This field is required"),
    ],
)
def test_what_cannot_be_fetched_is_told_beside_the_field(
    world: World, client_of: ClientOf, served: Hub, sent: dict[str, str], words: str
) -> None:
    before = Import.objects.count()
    answer = client_of("officer").post("/imports/fetch", sent)
    assert answer.status_code == 422
    assert words in main_of(answer)
    assert Import.objects.count() == before


def test_without_a_hub_the_page_offers_the_upload(world: World, client_of: ClientOf) -> None:
    client = client_of("officer")
    assert "Identifier on the hub" not in main_of(client.get("/imports/new"))
    assert "This installation fetches nothing" in main_of(client.get("/imports/fetch"))
    answer = client.post("/imports/fetch", {"identifier": "maker/Tuned-7B"})
    assert answer.status_code == 422
