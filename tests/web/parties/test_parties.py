"""Parties on pages: everything known, and entering one."""

import pytest

from apps.core.changes import change
from apps.parties.models import Domain, Party
from tests.making import SETUP, a_party
from tests.web.conftest import ClientOf
from tests.web.reading import entries_since, errors_of, main_of, newest
from tests.web.world import FORMULA, NASTY, NATIVE, SOURCE, World


class TestOneParty:
    def test_shows_what_is_known_of_it_each_with_its_source(self, world: World, client_of: ClientOf) -> None:
        with change(SETUP, "tests.fill"):
            Domain(party=world.developer, domain="alpha-labs.example", lookalike=True, **SOURCE).save()
        text = main_of(client_of("officer").get(f"/parties/{world.developer.id}"))
        for shown in (
            "Alpha Labs",
            NATIVE,
            "alpha-labs.example",
            "Looks like its domain, is not",
            "Holding AG",
            "60",
            "unknown",
            "Annual report",
            "Export Control List",
            "It does not forbid buying from the party.",
            "Data Protection Authority: Rule on data",
            "Alpha-7B",
            "Letters of Claims",
            "Letters of Marketing",
            "China (CN)",
        ):
            assert shown in text, shown

    def test_a_team_sees_its_own_uses_only(self, world: World, client_of: ClientOf) -> None:
        text = main_of(client_of("owner").get(f"/parties/{world.developer.id}"))
        assert "Letters of Claims" in text
        assert "Letters of Marketing" not in text

    def test_nothing_known_is_said_to_be_no_clearance(self, world: World, client_of: ClientOf) -> None:
        text = main_of(client_of("officer").get(f"/parties/{a_party('Quiet Ltd').id}"))
        assert "That is no clearance" in text
        assert "that is not the same as none existing" in text
        assert "Unknown" in text

    def test_names_are_text(self, world: World, client_of: ClientOf) -> None:
        party = a_party(NASTY, native_name=FORMULA)
        page = client_of("officer").get(f"/parties/{party.id}").content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert FORMULA in page
        assert "<b>bold" not in client_of("officer").get("/parties").content.decode()
        assert "<b>bold" not in client_of("officer").get("/search?q=bold").content.decode()


class TestEntering:
    def test_a_party_is_entered_and_stands_in_the_journal(self, world: World, client_of: ClientOf) -> None:
        before = newest()
        sent = {"name": "  深度求索 Ltd ", "native_name": "深度求索", "kind": "company"}
        answer = client_of("owner").post("/parties/new", sent, follow=True)
        made = Party.objects.get(name="深度求索 Ltd")
        assert answer.redirect_chain == [(f"/parties/{made.id}", 302)]
        assert "深度求索 Ltd is entered." in main_of(answer)
        entries = entries_since(before)
        assert {entry.action for entry in entries} == {"party.create"}
        assert {entry.actor_label for entry in entries} == {f"{world.ours.owner.name} <{world.ours.owner.email}>"}

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 301}, "name"),
            ({"name": "user\u202egnp"}, "name"),
            ({"name": "ok", "native_name": "x" * 301}, "native_name"),
            ({"name": "ok", "kind": "planet"}, "kind"),
            ({"name": "ok", "kind": ""}, "kind"),
        ],
    )
    def test_bad_input_is_said_at_the_field_and_kept(
        self, world: World, client_of: ClientOf, sent: dict[str, str], field: str
    ) -> None:
        before = newest()
        page = client_of("officer").post("/parties/new", {"kind": "company", "native_name": "深度", **sent})
        assert list(errors_of(page)) == [field]
        assert f'value="{sent["name"]}"' in page.content.decode() or not sent["name"]
        assert 'aria-invalid="true"' in page.content.decode()
        assert not entries_since(before)

    def test_a_party_that_is_there_is_offered_instead(self, world: World, client_of: ClientOf) -> None:
        page = client_of("officer").post("/parties/new", {"name": "alpha labs", "kind": "company"})
        assert f'href="/parties/{world.developer.id}"' in page.content.decode()
        assert "Open it" in main_of(page)
        assert Party.objects.filter(name__iexact="alpha labs").count() == 1
