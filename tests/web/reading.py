"""Reading pages as people do: by headings, rows and messages."""

import html
import re
from typing import Any

from django.http import HttpResponse

from apps.audit.models import AuditEntry


def text_of(page: HttpResponse) -> str:
    """The words of a page without its tags, white space folded."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


def main_of(page: HttpResponse) -> str:
    """The words of its content."""
    found = re.search(r"<main.*?</main>", page.content.decode(), re.DOTALL)
    assert found, "the page has no content"
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found.group())).split())


def errors_of(page: Any) -> dict[str, list[str]]:
    """The messages at the fields of the form of a page, and under `__all__` those above it."""
    assert page.status_code == 200, page.status_code
    form = page.context["form"]
    text = html.unescape(page.content.decode())
    for name, messages in form.errors.items():
        for message in messages:
            assert re.sub(r"<[^>]+>", "", html.unescape(str(message)))[:40] in re.sub(r"<[^>]+>", "", text), name
    return {name: [str(message) for message in messages] for name, messages in form.errors.items()}


def entries_since(seq: int) -> list[AuditEntry]:
    """What was written into the journal after an entry."""
    return list(AuditEntry.objects.filter(seq__gt=seq).order_by("seq"))


def newest() -> int:
    """The number of the newest entry of the journal."""
    return AuditEntry.objects.latest("seq").seq
