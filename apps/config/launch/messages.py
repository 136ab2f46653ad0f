"""Collects every text of the interface into the catalogue of each language: `make messages`.

Babel does what GNU gettext would: the tools of that are not on a fresh machine. Texts that went away are dropped; those
that are new wait untranslated, and a test fails until they are not.
"""

import datetime as dt
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

REPOSITORY = Path(__file__).resolve().parents[3]
LANGUAGES = ("de",)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "_require_in_sight": (3,),
    "wrong_property": (2,),
    **dict.fromkeys(
        (
            *("filled", "_refuse", "InvalidInput", "Conflict", "NotFound", "NotPermitted", "DuplicateFound"),
            *("StaleVersion", "TooManyAttempts", "UnreadableFile"),
            *("CannotFetch", "NotThere", "Refused", "NetworkOff", "_Forbidden", "_Passing"),
        ),
        (1,),
    ),
}
"""What marks a text. Messages of errors are marked by being given to an error; pages translate them when shown."""
WRITTEN = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
"""Stands in every file: a date of its own would change the file without a text having changed."""


def texts(repository: Path = REPOSITORY) -> Catalog:
    """Every text that code and templates mark, with the places where it stands."""
    found = Catalog(project="Weighbridge", version="0.1.0", charset="utf-8")
    for path in sorted([*repository.glob("apps/**/*.py"), *repository.glob("templates/**/*.html")]):
        for message, context in _of(path):
            found.add(message, locations=[(str(path.relative_to(repository)), 0)], context=context)
    for path in sorted(repository.glob("templates/**/*.txt")):
        for message, context in _of(path):
            found.add(message, locations=[(str(path.relative_to(repository)), 0)], context=context)
    return found


def _of(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    content = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        from django.utils.translation.template import templatize

        content = templatize(content, origin=str(path))
    source = BytesIO(re.sub(r"\bu(?=['\"])", "", content).encode() if path.suffix != ".py" else content.encode())
    for _line, message, _comments, context in extract("python", source, keywords=KEYWORDS):
        if message and message != " ":  # what joins other messages is none of its own
            yield message, context


def update(repository: Path = REPOSITORY) -> list[Path]:
    """Bring the catalogues in step with the texts; those that were written."""
    template = texts(repository)
    written = []
    for language in LANGUAGES:
        path = repository / "locale" / language / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            with path.open("rb") as file:
                catalogue = read_po(file, locale=language)
        else:
            catalogue = Catalog(locale=language)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.fuzzy = False
        catalogue.creation_date = catalogue.revision_date = WRITTEN
        catalogue.msgid_bugs_address, catalogue.last_translator, catalogue.language_team = "", "Weighbridge", language
        with path.open("wb") as file:
            write_po(file, catalogue, width=120, omit_header=False, sort_output=True, include_lineno=False)
        written.append(path)
    return written
