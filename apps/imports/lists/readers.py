"""The formats in which lists are published, and who reads each. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import IO

from apps.core.errors import InvalidInput, filled
from apps.imports.lists import eu, un
from apps.imports.lists.csl import csv_file as csl_csv
from apps.imports.lists.csl import json_file as csl_json
from apps.imports.lists.generic import csv_file as generic_csv
from apps.imports.lists.generic import json_file as generic_json
from apps.imports.lists.ofac import csv_files as ofac_csv
from apps.imports.lists.ofac import xml_file as ofac_xml
from apps.imports.lists.reading import Reading
from apps.imports.lists.uk import csv_file as uk_csv
from apps.imports.lists.uk import ods_file as uk_ods
from apps.imports.lists.uk import xml_file as uk_xml
from apps.imports.lists.unpacking import Delivered
from apps.sanctions.entries import ListedParty

Reader = Callable[[Delivered, Reading], Iterator[ListedParty]]
FORMATS: Mapping[str, Reader] = {
    "ofac-sdn-csv": ofac_csv.read_sdn,
    "ofac-consolidated-csv": ofac_csv.read_consolidated,
    "ofac-sdn-xml": ofac_xml.read_sdn,
    "ofac-consolidated-xml": ofac_xml.read_consolidated,
    "us-csl-json": csl_json.read,
    "us-csl-csv": csl_csv.read,
    "eu-fsf-xml": eu.read,
    "uk-sanctions-list-ods": uk_ods.read,
    "uk-sanctions-list-csv": uk_csv.read,
    "uk-sanctions-list-xml": uk_xml.read,
    "un-xml": un.read,
    "generic-json": generic_json.read,
    "generic-csv": generic_csv.read,
}
"""Format -> its reader. A reader sets what it learns of the file on the `Reading` and yields the entries."""


def read(format: str, stream: IO[bytes], *, list_key: str | None = None) -> Reading:  # noqa: A002
    """A list's file, ready to be iterated over once; `stream` must be able to seek and stay open until then.

    `list_key` is the list of the entries where the file does not say it. Raises `InvalidInput` for an unknown format,
    `UnreadableFile` for a file that is none of this format, here or while iterating.
    """
    if format not in FORMATS:
        raise InvalidInput(filled("must be one of %(formats)s", formats=", ".join(FORMATS)), pointer="/format")
    reading = Reading(format=format, list_key=list_key or "")
    reading.begin(FORMATS[format](Delivered(stream), reading))
    return reading
