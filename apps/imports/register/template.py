"""The template for a register, made from the columns: CSV, or XLSX with an example and a legend."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.core.spreadsheets import Sheet, csv_bytes, xlsx_bytes
from apps.imports.register.columns import Column, columns

FORMATS = ("csv", "xlsx")
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_EXAMPLES: Sequence[dict[str, str]] = (
    {
        "model.name": "Qwen2.5-7B-Instruct",
        "model.identifier": "huggingface:Qwen/Qwen2.5-7B-Instruct",
        "version.revision": "a09a35458c702b33eeacc393d103063234e8bc28",
        "use.name": "Claims triage, own installation",
        "use.team": "Claims",
        "use_case.name": "Claims triage",
        "deployment.name": "Cluster in Frankfurt",
        "deployment.environment": "production",
        "deployment.hosting_mode": "self_hosted_cloud",
        "deployment.region": "eu-central-1",
        "deployment.processing_countries": "DE",
        "deployment.retention_days": "0",
        "use_case.data_class": "confidential",
        "use_case.data_categories": "personal; health",
        "use_case.countries": "DE; AT",
        "use_case.customer_facing": "no",
        "use_case.next_review": "2027-03-31",
    },
    {
        "model.name": "gpt-4.1-mini",
        "model.identifier": "api:gpt-4.1-mini",
        "use.name": "Drafts of letters",
        "use.team": "Correspondence",
        "deployment.environment": "test",
        "deployment.hosting_mode": "first_party_api",
        "deployment.processing_countries": "unknown",
        "use_case.data_class": "internal",
        "use_case.owner": "owner@example.com",
    },
)


def template(format: str, language: str) -> bytes:  # noqa: A002 - the word of the address
    """The empty table in a format, its second row and its legend in a language."""
    found = list(columns().values())
    heads = [[column.path for column in found], [column.label_in(language) for column in found]]
    if format == "csv":
        return csv_bytes(heads)
    choices = {at: _offered(column) for at, column in enumerate(found) if _offered(column)}
    widths = [max(14, min(34, len(column.path) + 2)) for column in found]
    examples = [[row.get(column.path, "") for column in found] for row in _EXAMPLES]
    with override(language):
        sheets = (
            Sheet(title="Register", rows=heads, heads=2, widths=widths, choices=choices),
            Sheet(title=_("Example"), rows=[*heads, *examples], heads=2, widths=widths),
            Sheet(title=_("Legend"), rows=_legend(found, language), widths=(34, 30, 70, 14, 60)),
        )
    return xlsx_bytes(sheets)


def _offered(column: Column) -> Sequence[str]:
    if column.spec is None:
        return ()
    if column.spec.type == "boolean":
        return ("yes", "no", "unknown")
    return (*column.spec.allowed, "unknown") if column.spec.type == "choice" else ()


def _legend(found: Sequence[Column], language: str) -> list[Sequence[str]]:
    head = (_("Column"), _("Name"), _("What belongs there"), _("Unit"), _("How it is written"))
    rows = [
        (
            column.path,
            column.label_in(language),
            column.meaning_in(language),
            column.spec.unit if column.spec else "",
            _spelling(column, language),
        )
        for column in found
    ]
    general = _("An empty cell says nothing. “unknown” says that it is not known. Formulas are refused: paste values.")
    return [head, *rows, ("", "", general, "", "")]


def _spelling(column: Column, language: str) -> str:
    spec = column.spec
    if spec is None:
        return _("text")
    if spec.allowed:
        values = ", ".join(f"{value} ({spec.value_label(value, language)})" for value in spec.allowed)
        return _("several, with semicolons between: %(values)s") % {"values": values} if spec.type == "list" else values
    spellings = {
        "number": _("a number without thousands separators"),
        "boolean": _("yes or no"),
        "date": _("a date such as 2026-11-24"),
        "list": _("texts with semicolons between"),
        "map": _("pairs such as US=5000; DE=200"),
        "country": _("a country code such as DE"),
        "countries": _("country codes with semicolons between, such as DE; FR"),
        "url": _("an address that begins with https://"),
        "party": _("the name of a party of the register"),
        "user": _("the e-mail address of somebody with an account"),
    }
    return spellings.get(spec.type, _("text"))
