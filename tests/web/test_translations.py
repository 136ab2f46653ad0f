"""The German of the interface: nothing is left out, nothing is left over, and it is what readers get."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.test import Client
from django.utils import translation

from apps.config.launch import messages, preparing
from apps.core.errors import InvalidInput, filled, in_language

CATALOGUE = messages.REPOSITORY / "locale" / "de" / "LC_MESSAGES" / "django.po"
HINT = "run `make messages` and write the German of what is new into locale/de/LC_MESSAGES/django.po"
_PRINTF = re.compile(r"%\(\w+\)[a-z]|%[a-z%]")
_BRACES = re.compile(r"\{\w*\}")
_TAGS = re.compile(r"</?[a-z][^>]*>")


@pytest.fixture(scope="module")
def collected() -> Catalog:
    """Every text that code and templates mark."""
    return messages.texts()


@pytest.fixture(scope="module")
def german() -> Catalog:
    """The catalogue as it stands in the repository."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="de")


def _texts(catalogue: Catalog) -> set[tuple[str, str]]:
    """Each text, by its singular, with its context."""
    return {(_forms(message.id)[0], message.context or "") for message in catalogue if message.id}


def _forms(text: object) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (str(text),)


def _pairs(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    """Each English form with its German one."""
    for message in catalogue:
        if message.id:
            yield from zip(_forms(message.id), _forms(message.string), strict=True)


def _named(found: list[Message]) -> list[object]:
    return [message.id for message in found]


class TestComplete:
    def test_every_text_stands_in_the_catalogue(self, collected: Catalog, german: Catalog) -> None:
        assert _texts(collected) - _texts(german) == set(), HINT

    def test_no_text_stands_in_it_that_is_nowhere_shown(self, collected: Catalog, german: Catalog) -> None:
        assert _texts(german) - _texts(collected) == set(), HINT
        assert list(german.obsolete.values()) == [], HINT

    def test_every_text_is_written(self, german: Catalog) -> None:
        empty = [one for one in german if one.id and not all(_forms(one.string))]
        assert _named(empty) == [], HINT

    def test_no_text_is_only_guessed(self, german: Catalog) -> None:
        assert _named([one for one in german if one.id and one.fuzzy]) == [], HINT

    def test_plurals_are_plurals_in_both(self, collected: Catalog, german: Catalog) -> None:
        assert german.num_plurals == 2
        counted = {message.id for message in collected if message.pluralizable}
        assert {message.id for message in german if message.pluralizable} == counted, HINT


class TestFaithful:
    @pytest.mark.parametrize("part", [_PRINTF, _BRACES, _TAGS], ids=["values", "braces", "tags"])
    def test_what_is_filled_in_is_the_same(self, german: Catalog, part: re.Pattern[str]) -> None:
        differ = [one for one in _pairs(german) if Counter(part.findall(one[0])) != Counter(part.findall(one[1]))]
        assert differ == []

    def test_lines_and_edges_are_the_same(self, german: Catalog) -> None:
        def edges(text: str) -> tuple[int, int, int]:
            return text.count("\n"), len(text) - len(text.lstrip()), len(text) - len(text.rstrip())

        assert [one for one in _pairs(german) if edges(one[0]) != edges(one[1])] == []

    def test_quotes_are_german(self, german: Catalog) -> None:
        wrong = [text for english, text in _pairs(german) if "”" in text or text.count("„") != text.count("“")]
        assert wrong == []

    def test_nobody_is_called_sanctioned_without_saying_by_what(self, german: Catalog) -> None:
        assert [text for _english, text in _pairs(german) if "sanktioniert" in text.lower()] == []


class TestUsed:
    """What was compiled is what pages say."""

    @pytest.fixture(autouse=True)
    def _compiled(self) -> None:
        preparing.compile_translations()

    @pytest.mark.parametrize(
        ("english", "text"),
        [
            ("Finding", "Feststellung"),
            ("Ask for a waiver", "Ausnahme beantragen"),
            ("Seen, not registered", "Beobachtet, nicht registriert"),
            ("Way of hosting", "Art des Betriebs"),
        ],
    )
    def test_words(self, english: str, text: str) -> None:
        with translation.override("de"):
            assert translation.gettext(english) == text

    def test_numbers(self) -> None:
        with translation.override("de"):
            texts = [translation.ngettext("in %(count)d day", "in %(count)d days", count) for count in (1, 2)]
        assert texts == ["in %(count)d Tag", "in %(count)d Tagen"]

    def test_one_word_with_two_meanings(self) -> None:
        with translation.override("de"):
            assert translation.gettext("Owner") == "Verantwortlich"
            assert translation.pgettext("of a party", "Owner") == "Eigentümer"

    def test_an_error_with_values_in_it(self) -> None:
        error = InvalidInput(filled("The team “%(name)s” exists already.", name="100 %s"), pointer="/name")
        with translation.override("de"):
            assert in_language(error.message) == "Das Team „100 %s“ gibt es bereits."
            assert in_language(error.errors[0].message) == in_language(error.message)
        assert error.message == "The team “100 %s” exists already."

    @pytest.mark.usefixtures("db")
    def test_the_first_page(self) -> None:
        page = Client(headers={"accept-language": "de"}).get("/sign-in").content.decode()
        assert '<html lang="de"' in page
        assert "Die Prüfstation für KI-Modelle" in page
        assert "Anmelden" in page
