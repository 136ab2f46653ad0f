"""The queue of matches, one match, its judgement, runs, and names to compare: as people meet them."""

from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.sanctions.models import Judgement, Match, ScreeningRun
from tests.web.conftest import ClientOf
from tests.web.reading import text_of
from tests.web.world import World

pytestmark = pytest.mark.django_db


def _match(world: World) -> str:
    return f"/screening/matches/{world.shared['match_id']}"


def test_the_queue_shows_what_waits_the_nearest_first(world: World, client_of: ClientOf) -> None:
    page = client_of("officer").get("/screening/matches")
    rows = page.context["listing"].rows
    assert {row.state for row in rows} == {"open"}
    assert [row.score for row in rows] == sorted((row.score for row in rows), reverse=True)
    by_party = {row.party.name: row for row in rows}
    assert by_party[world.developer.name].uses == 2


def test_a_match_stands_side_by_side_with_its_reasons(world: World, client_of: ClientOf) -> None:
    text = text_of(client_of("auditor").get(_match(world)))
    for shown in ("Side by side", "What made the likeness", "Both names, word against word", "CN", "wb-names-1"):
        assert shown in text
    assert "Judge and go to the next" not in text


def test_judging_goes_on_to_the_next_match(world: World, client_of: ClientOf) -> None:
    officer = client_of("officer")
    answer = officer.post(f"{_match(world)}/judge", {"judgement": "different:country-differs", "comment": "Another."})
    match = Match.objects.get(id=world.shared["match_id"])
    waiting = Judgement.objects.get(match=match)
    assert waiting.state == ("proposed" if match.score >= 0.85 else "in_force")
    other = Match.objects.exclude(id=match.id).get(state="open")
    assert answer["Location"] == f"/screening/matches/{other.id}"


def test_a_judgement_without_a_choice_comes_back_with_what_was_typed(world: World, client_of: ClientOf) -> None:
    answer = client_of("officer").post(f"{_match(world)}/judge", {"comment": "I looked at the register."})
    assert answer.status_code == 422
    assert "Choose a judgement." in text_of(answer)
    assert "I looked at the register." in text_of(answer)
    assert not Judgement.objects.exists()


def test_a_second_person_decides_and_the_first_is_told_so(world: World, client_of: ClientOf) -> None:
    officer, approver = client_of("officer"), client_of("approver")
    officer.post(f"{_match(world)}/judge", {"judgement": "different:other", "comment": "Not them."})
    assert "Another person than the first one decides." in text_of(officer.get(_match(world)))
    assert "Disagree: it stays open" in text_of(approver.get(_match(world)))
    approver.post(f"{_match(world)}/decide", {"way": "agree"})
    assert Match.objects.get(id=world.shared["match_id"]).state == "different"
    officer.post(f"{_match(world)}/reopen", {"reason": "A mistake."})
    assert Match.objects.get(id=world.shared["match_id"]).state == "open"


@pytest.mark.parametrize(("persona", "status"), [("owner", 403), ("stranger", 403), ("auditor", 200)])
def test_who_sees_matches(world: World, client_of: ClientOf, persona: str, status: int) -> None:
    assert client_of(persona).get("/screening/matches").status_code == status
    assert client_of(persona).get(_match(world)).status_code == status


def test_names_are_compared_and_the_result_is_a_page_and_a_table(world: World, client_of: ClientOf) -> None:
    officer = client_of("officer")
    typed = f"{world.developer.name}; cn\nHarmless Bakery GmbH\n"
    answer = officer.post("/screening/ask", {"names": typed})
    page = officer.get(answer["Location"])
    assert [(row.asked["name"], row.result) for row in page.context["listing"].rows] == [
        (world.developer.name, "matches"),
        ("Harmless Bakery GmbH", "clean"),
    ]
    table = officer.get(f"{answer['Location']}/results.csv").content.decode("utf-8-sig").splitlines()
    assert table[0].startswith("name,country,result,list,effect,entry,listed name,score")
    assert table[1].startswith(f"{world.developer.name},CN,matches,screened-list,")
    assert table[2].startswith("Harmless Bakery GmbH,,clean,")


def test_a_table_of_names_is_read(world: World, client_of: ClientOf) -> None:
    content = "name;country;aliases;kind\nHarmless Bakery;DE;HB|Bakery H;organisation\n\n'=Formula Ltd;;;\n"
    file = SimpleUploadedFile("names.csv", content.encode("utf-8-sig"))
    answer = client_of("owner").post("/screening/ask", {"file": file})
    run = ScreeningRun.objects.get(id=UUID(answer["Location"].rsplit("/", 1)[1]))
    asked = list(run.screenings.order_by("id").values_list("asked", flat=True))
    assert [row["name"] for row in asked] == ["Harmless Bakery", "=Formula Ltd"]
    assert (asked[0]["aliases"], asked[0]["countries"], asked[0]["kind"]) == (
        ["HB", "Bakery H"],
        ["DE"],
        "organisation",
    )


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({"names": " "}, "name at least one party"),
    "no letters": ({"names": "Fine\n---"}, "must contain letters or digits"),
    "a country there is not": ({"names": "Fine; QQ"}, "two letters"),
    "no column of names": ({"file": b"firma\nX\n"}, "must name the columns"),
    "an unknown column": ({"file": b"name,land\nX,DE\n"}, "must name the columns"),
    "no UTF-8": ({"file": "name\nMüller\n".encode("latin-1")}, "not UTF-8"),
    "both": ({"names": "Fine", "file": b"name\nX\n"}, "not both"),
}


@pytest.mark.parametrize(("sent", "said"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_compared_is_said_at_the_form(
    world: World, client_of: ClientOf, sent: dict[str, Any], said: str
) -> None:
    before = ScreeningRun.objects.count()
    if "file" in sent:
        sent = {**sent, "file": SimpleUploadedFile("names.csv", sent["file"])}
    answer = client_of("officer").post("/screening/ask", sent)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert ScreeningRun.objects.count() == before


def test_an_owner_sees_the_runs_they_asked_for_and_no_others(world: World, client_of: ClientOf) -> None:
    owner = client_of("owner")
    assert owner.get(f"/screening/runs/{world.shared['run_id']}").status_code == 404
    own = owner.post("/screening/ask", {"names": "Harmless Bakery"})["Location"]
    assert owner.get(own).status_code == 200
    assert [row.id for row in owner.get("/screening/runs").context["listing"].rows] == [UUID(own.rsplit("/", 1)[1])]
