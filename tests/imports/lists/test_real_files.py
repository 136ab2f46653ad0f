"""The real list files that are at hand: each reads, with as many entries as its description says.

`WEIGHBRIDGE_LIST_TABLE=FILE` adds a line to a table in that file for each: what was read, how quickly, in what memory.
"""

import gzip
import io
import os
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

import pytest

from apps.imports.lists.readers import read
from apps.imports.lists.reading import Reading
from apps.sanctions.entries import ListedParty
from tests.imports.lists.delivering import zipped

DATA = Path(__file__).resolve().parents[3] / "../shared/data/lists"
TABLE = os.environ.get("WEIGHBRIDGE_LIST_TABLE", "")
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the reference data is not installed here")
MOST_MEMORY = 100 * 1024 * 1024
SEVERAL_LISTS = "ofac-consolidated-csv"
"""One row of it may be an entry of two lists."""


@dataclass(frozen=True)
class File:
    """A file, how it is read, and how many entries it holds by its description or by a count of its own."""

    path: str
    format: str
    entries: int
    list_key: str = ""
    more: tuple[str, ...] = ()
    """Files that are delivered with it in one archive."""
    rejected: int = 0


FILES = (
    File("us_csl/csl_2026-07-31.projection.json.gz", "us-csl-json", 25_921),
    File("us_ofac/sdn_2021-07-07.csv.gz", "ofac-sdn-csv", 8_976,
         more=("us_ofac/alt_2021-07-07.csv.gz", "us_ofac/add_2021-07-07.csv.gz")),
    File("us_ofac/cons_prim_2025-12-19.csv.gz", "ofac-consolidated-csv", 442,
         more=tuple(f"us_ofac/cons_{part}_2025-12-19.csv.gz" for part in ("alt", "add", "comments"))),
    File("us_ofac/ofac_sdn_names_2026-06-10.json.gz", "generic-json", 19_066, "US-SDN"),
    File("us_bis_nsfreg/bis_entity_list_2026-07-09.json.gz", "generic-json", 3_409, "US-ENTITY-LIST"),
    File("us_bis_nsfreg/bis_dpl_2026-07-09.json.gz", "generic-json", 564, "US-DPL"),
    File("us_bis_nsfreg/bis_meu_2026-07-09.json.gz", "generic-json", 70, "US-MEU"),
    File("us_bis_nsfreg/cbp_wro_2026-07-09.json.gz", "generic-json", 67, "US-WRO"),
    File("us_bis_nsfreg/dhs_uflpa_2026-07-09.json.gz", "generic-json", 148, "US-UFLPA"),
    File("us_bis_nsfreg/dow_1260h_2026-07-09.json.gz", "generic-json", 80, "US-1260H"),
    File("us_bis_nsfreg/dow_1286_2026-07-09.json.gz", "generic-json", 134, "US-1286"),
    File("us_bis_nsfreg/fcc_covered_2026-07-09.json.gz", "generic-json", 15, "US-FCC-COVERED"),
    File("us_bis_nsfreg/ofac_eo14032_annex_2026-07-09.json.gz", "generic-json", 59, "US-EO14032"),
    File("us_bis_nsfreg/ofac_nscmic_2026-07-09.json.gz", "generic-json", 68, "US-NS-CMIC"),
    File("us_bis_nsfreg/state_debarred_statutory_2026-07-09.json.gz", "generic-json", 779, "US-DTC"),
    File("us_bis_nsfreg/state_debarred_admin_2026-07-09.json.gz", "generic-json", 8, "US-DTC"),
    File("us_bis_nsfreg/state_nonproliferation_2026-07-09.json.gz", "generic-json", 528, "US-ISN"),
    # 5,304 rows of the table: its header, a blank one at the end, and two persons without a name.
    File("uk/FCDO_SL_2025-08-11.ods", "uk-sanctions-list-ods", 5_300, rejected=2),
    File("uk/uk_names_2026-06-10.json.gz", "generic-json", 15_313, "UK-SANCTIONS-LIST"),
    File("eu/eu_fsf_names_2026-06-05.json.gz", "generic-json", 5_994, "EU-CONSOLIDATED"),
    File("eu/eu_travel_names_2026-06-11.json.gz", "generic-json", 3_859, "EU-TRAVEL"),
    File("un/un_consolidated_2026-02-27.xml.gz", "un-xml", 730 + 273),
    File("un/un_names_2026-06-10.json.gz", "generic-json", 1_002, "UN"),
    File("other/au_dfat_names_2026-06.json.gz", "generic-json", 11_046, "AU-DFAT"),
    File("other/ca_sema_names_2026-06.json.gz", "generic-json", 3_502, "CA-SEMA"),
    File("samples/csl_official_header_2019.csv.gz", "us-csl-csv", 115),
    File("samples/csl_official_header_2025.csv.gz", "us-csl-csv", 13),
    File("samples/eu_fsf_sample.xml.gz", "eu-fsf-xml", 7),
    File("samples/unsc_sample.xml.gz", "un-xml", 7),
    File("samples/ita_sdn.xml.gz", "ofac-sdn-xml", 4),
    File("samples/ita_consolidated.xml.gz", "ofac-consolidated-xml", 17),
    File("samples/us_tel_2026-07-08.json", "generic-json", 10, "US-TEL"),
)  # fmt: skip


@contextmanager
def delivered(file: File) -> Iterator[IO[bytes]]:
    """The file as it would be delivered: an archive where several belong together."""
    if file.more:
        parts = [DATA / path for path in (file.path, *file.more)]
        yield io.BytesIO(zipped({part.name.removesuffix(".gz"): gzip.decompress(part.read_bytes()) for part in parts}))
    else:
        with (DATA / file.path).open("rb") as stream:
            yield stream


def whole(file: File) -> tuple[Reading, list[ListedParty]]:
    """The reading of a file and its entries."""
    with delivered(file) as stream:
        found = read(file.format, stream, list_key=file.list_key or None)
        return found, list(found)


@cache
def csl() -> tuple[Reading, list[ListedParty]]:
    """The largest of the files, read once for the tests that look into it."""
    return whole(FILES[0])


def peak_of(file: File) -> int:
    """The most memory, in bytes, that reading a file needs while nobody keeps its entries."""
    with delivered(file) as stream:
        tracemalloc.start()
        try:
            for _entry in read(file.format, stream, list_key=file.list_key or None):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@needs_data
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path)
def test_every_entry_of_a_real_file_is_read(file: File) -> None:
    began = time.perf_counter()
    found, entries = whole(file)
    seconds = time.perf_counter() - began
    assert len(found.rejected) == file.rejected
    assert not found.unknown_labels
    numbers = {(entry.list_key, entry.reference) for entry in entries}
    assert len(numbers) == len(entries) == found.counts.total(), "no two entries of a list have one reference"
    rows = {entry.reference for entry in entries} if file.format == SEVERAL_LISTS else entries
    assert len(rows) == file.entries
    if TABLE:
        _tell(file, found, sum(len(entry.names) for entry in entries), seconds)


@needs_data
def test_the_consolidated_list_has_its_parts_by_list() -> None:
    found, entries = csl()
    assert found.counts == {
        "US-SDN": 19_181,
        "US-ENTITY-LIST": 3_420,
        "US-DPL": 1_596,
        "US-DTC": 787,
        "US-SSI": 286,
        "US-UVL": 222,
        "US-ISN": 161,
        "US-NS-PLC": 78,
        "US-MEU": 70,
        "US-NS-CMIC": 68,
        "US-NS-MBS": 51,
        "US-CAP": 1,
    }
    aliases = sum(len(entry.names) - 1 for entry in entries)
    assert 31_253 - 20 < aliases <= 31_253, "all but those that are written twice in one entry"


@needs_data
def test_two_authorities_agree_about_the_parties_of_a_list() -> None:
    """OFAC's own file of December and the consolidated screening list of July: a few were numbered anew between."""
    ofac = whole(next(file for file in FILES if file.format == SEVERAL_LISTS))[1]
    screening = csl()[1]
    for key in ("US-SSI", "US-NS-PLC", "US-NS-CMIC"):
        ours = {entry.reference for entry in ofac if entry.list_key == key}
        theirs = {entry.reference for entry in screening if entry.list_key == key}
        assert len(ours) == len(theirs)
        assert len(ours & theirs) >= 0.98 * len(ours)


@needs_data
def test_the_largest_file_needs_little_memory() -> None:
    assert peak_of(FILES[0]) < MOST_MEMORY


def _tell(file: File, found: Reading, names: int, seconds: float) -> None:
    table = Path(TABLE)
    more = f" with {len(file.more)} more" if file.more else ""
    cells = (f"{file.path}{more}", file.format, f"{file.entries:,}", f"{found.counts.total():,}", f"{names:,}",
             f"{len(found.rejected)}", f"{seconds:.2f}", f"{peak_of(file) / 1024**2:.1f}")  # fmt: skip
    head = "" if table.exists() else (
        "| file | format | described | entries | names | rejected | seconds | peak MiB |\n"
        "|---|---|--:|--:|--:|--:|--:|--:|\n"
    )  # fmt: skip
    with table.open("a", encoding="utf-8") as stream:
        stream.write(f"{head}| {' | '.join(cells)} |\n")
