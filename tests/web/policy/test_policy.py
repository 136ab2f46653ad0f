"""The policy in force on pages."""

from apps.policy.publishing import policy_in_force
from tests.making import a_policy, a_rule
from tests.web.conftest import ClientOf
from tests.web.reading import main_of
from tests.web.world import NASTY, RULES, World


def test_packs_list_their_rules_with_severity_and_effect(world: World, client_of: ClientOf) -> None:
    page = client_of("owner").get("/policy/packs")
    text = main_of(page)
    for code in RULES:
        assert f"{code} Text of {code}" in text
        assert f'href="/policy/rules/{code}"' in page.content.decode()
    assert "Critical" in text
    assert f"In force: {policy_in_force().label}" in text
    assert "4 rules" in text


class TestOneRule:
    def test_says_what_it_asks_and_on_which_uses_it_found_something(self, world: World, client_of: ClientOf) -> None:
        text = main_of(client_of("officer").get(f"/policy/rules/{RULES[0]}"))
        for shown in (
            'use_case.data_class == "restricted"',
            "A missing fact is asked for; until then the outcome is unknown, never a pass.",
            "Can be asked for; somebody else decides.",
            "Letters of Claims",
            "Letters of Marketing",
        ):
            assert shown in text, shown
        assert "Cannot be waived." in main_of(client_of("officer").get(f"/policy/rules/{RULES[2]}"))

    def test_a_team_sees_its_own_uses_only(self, world: World, client_of: ClientOf) -> None:
        text = main_of(client_of("owner").get(f"/policy/rules/{RULES[0]}"))
        assert "Letters of Claims" in text
        assert "Letters of Marketing" not in text

    def test_one_that_there_is_not(self, world: World, client_of: ClientOf) -> None:
        assert client_of("officer").get("/policy/rules/WB-NO-999").status_code == 404
        assert client_of("officer").get("/policy/rules/%3Cscript%3E").status_code == 404

    def test_its_words_are_text(self, world: World, client_of: ClientOf) -> None:
        a_policy(a_rule("WB-N-001", 'use_case.purpose == "<script>alert(1)</script>"'))
        page = client_of("officer").get("/policy/rules/WB-N-001").content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_parameters_show_meaning_value_source_and_date(world: World, client_of: ClientOf) -> None:
    text = main_of(client_of("owner").get("/policy/parameters"))
    for shown in ("data_classes", "public, restricted", "Test", "2026-11"):
        assert shown in text, shown


def test_versions_are_listed_newest_first(world: World, client_of: ClientOf) -> None:
    a_policy(a_rule("WB-T-009", "true"), note_of_tests=NASTY)
    page = client_of("auditor").get("/policy/versions")
    numbers = [row.number for row in page.context["listing"].rows]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 2
    assert policy_in_force().digest in main_of(page)
