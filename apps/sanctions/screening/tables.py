"""Names to compare from a table, and results as one."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from apps.core.errors import InvalidInput, filled
from apps.core.spreadsheets import plain
from apps.sanctions.models import ScreeningRun
from apps.sanctions.selectors import effects_by_list

COLUMNS = ("name", "country", "aliases", "kind")
MOST_BYTES = 5 * 1024 * 1024
HEAD = (
    *("name", "country", "result", "list", "effect", "entry", "listed name", "score", "band", "judged"),
    *("matched names", "reasons", "lists compared with", "algorithm", "compared at"),
)


def typed(text: str) -> list[dict[str, Any]]:
    """Names of a form: one a line, after a semicolon the country."""
    rows = []
    for line in text.splitlines():
        name, _sep, country = line.rpartition(";") if ";" in line else (line, "", "")
        if name.strip():
            rows.append({"name": name.strip(), "country": country.strip()})
    return rows


def read(content: bytes) -> list[dict[str, Any]]:
    """Names of a CSV file with a heading. Raises `InvalidInput` at `/file` for one that cannot be read."""
    if len(content) > MOST_BYTES:
        raise InvalidInput(filled("The file has more than %(most)d MiB.", most=MOST_BYTES >> 20), pointer="/file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("The file is not UTF-8; save it as CSV UTF-8.", pointer="/file") from error
    first = text.split("\n", 1)[0]
    try:
        table = list(csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ","))
    except csv.Error as error:
        raise InvalidInput("The file is no CSV table.", pointer="/file") from error
    head = [cell.strip().lower() for cell in table[0]] if table else []
    unknown = [cell for cell in head if cell not in COLUMNS]
    if "name" not in head or unknown:
        raise InvalidInput(
            filled("The first line must name the columns; known are %(columns)s.", columns=", ".join(COLUMNS)),
            pointer="/file",
        )
    return [_row(head, cells) for cells in table[1:] if any(cell.strip() for cell in cells)]


def _row(head: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = {name: plain(cell.strip()) for name, cell in zip(head, cells, strict=False)}
    row["aliases"] = [alias.strip() for alias in row.get("aliases", "").split("|") if alias.strip()]
    return row


def results(run: ScreeningRun) -> Iterator[Sequence[Any]]:
    """Each result of a run: a line per match, and one for every name without."""
    yield HEAD
    effects = effects_by_list()
    lists = "; ".join(f"{row['source']} {row['version']} (sha256 {row['sha256'][:12]}…)" for row in run.lists)
    tail = (lists, run.algorithm, run.created_at.isoformat(timespec="seconds"))
    for row in run.screenings.order_by("id").iterator():
        begin = (row.asked["name"], " ".join(row.asked["countries"]), row.result)
        if not row.found:
            yield (*begin, *[""] * 9, *tail)
        for found in row.found:
            yield (*begin, *_match(found, effects), *tail)


def _match(found: dict[str, Any], effects: dict[str, str]) -> Sequence[Any]:
    names = "; ".join(f"{ours} / {theirs}" for ours, theirs in found["matched_names"])
    reasons = "; ".join(f"{row['code']} {row['points']:+.2f} {row['detail']}" for row in found["features"])
    judged = found.get("judged", "")
    what = (found["list"], effects.get(found["list"], ""), found["reference"], found["name"])
    return (*what, found["score"], found["band"], judged, names, reasons)
