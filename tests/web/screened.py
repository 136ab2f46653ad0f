"""Parties that were compared with a list: what the pages of screening show."""

from typing import Any
from uuid import UUID

from apps.parties.models import Party
from apps.sanctions.models import Match, Screening, ScreeningRun
from apps.sanctions.screening.asking import Asked
from apps.sanctions.screening.running import screen
from tests.making import SETUP, a_party
from tests.sanctions.lists.making import a_source, in_use, listed

KEY = "screened-list"
NAME = "Quandrexo Maritime Ltd"


def a_screened_party(developer: Party, nasty: str) -> dict[str, Any]:
    """A match that waits for a judgement, and the run that found it; by arguments of addresses."""
    entries = [
        listed("7", developer.name, list_key=KEY, remarks=nasty, addresses=(nasty,), countries=("CN",)),
        listed("8", NAME, nasty, list_key=KEY),
    ]
    in_use(a_source("", KEY), entries)
    run = screen(actor=SETUP, party_ids=[developer.id, a_party(NAME).id], reason="change")
    return {"match_id": Match.objects.get(party=developer).id, "run_id": run.id}


def many_screened(number: int, run_id: UUID) -> None:
    """So many parties with a match each, as many runs, and as many results in one that there is."""
    names = [f"Quandrexo {word} Maritime Ltd" for word in _words(number)]
    in_use(a_source("", KEY), [listed(str(at), name, list_key=KEY) for at, name in enumerate(names)])
    for name in names:
        party = a_party(name)
        screen(actor=SETUP, party_ids=[party.id], reason="change")
    run = ScreeningRun.objects.get(id=run_id)
    asked = [Asked(name=name) for name in names]
    Screening.objects.bulk_create(
        Screening(run=run, asked=one.body, asked_digest=one.digest, result=Screening.Result.CLEAN) for one in asked
    )


def _words(number: int) -> list[str]:
    syllables = ("zor", "vex", "qua", "mil", "dra", "pon", "tus", "rek", "lum", "bah")
    return [f"{syllables[at // 10 % 10]}{syllables[at % 10]}" for at in range(number)]
