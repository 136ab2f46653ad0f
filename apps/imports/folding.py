"""How names are compared, here and in the database."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Upper


def folded(text: str) -> str:
    """As texts are compared: without regard to case and space around."""
    return text.strip().casefold()


def by_upper(rows: QuerySet[Any], names: set[str]) -> QuerySet[Any]:
    """The rows whose name, in capitals, is one of `names`."""
    if not names - {""}:
        return rows.filter(Q(pk__in=[]))
    found: QuerySet[Any] = rows.annotate(upper=Upper(F("name"))).filter(upper__in=names - {""}).order_by()
    return found
