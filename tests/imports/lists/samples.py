"""One small whole file of each format, for tests that spoil them."""

import json

from tests.imports.lists import test_csl, test_ofac_csv, test_uk, test_xml

KEYS = {"generic-json": "US-1260H", "generic-csv": "US-1260H"}
"""The list that a file is read as, where the format does not say it."""
SAMPLES: dict[str, bytes] = {
    "ofac-sdn-csv": test_ofac_csv.PRIM.encode(),
    "ofac-consolidated-csv": test_ofac_csv.WHOLE,
    "ofac-sdn-xml": test_xml.OFAC.format(programme="EXAMPLE1", count=1).encode(),
    "ofac-consolidated-xml": test_xml.OFAC.format(programme="CMIC-EO13959", count=1).encode(),
    "us-csl-json": test_csl.official().encode(),
    "us-csl-csv": f"{test_csl.HEADER}\n{test_csl.row(source=test_csl.SDN, name='EXAMPLE')}\n".encode(),
    "eu-fsf-xml": test_xml.EU.encode(),
    "uk-sanctions-list-ods": test_uk.ods(test_uk.line(*test_uk.HEADERS), test_uk.ROW),
    "uk-sanctions-list-csv": test_uk.CSV.encode(),
    "uk-sanctions-list-xml": test_uk.XML.encode(),
    "un-xml": test_xml.UN.encode(),
    "generic-json": json.dumps({"list_id": "dow-1260h", "count": 1, "entities": [{"name": "Example"}]}).encode(),
    "generic-csv": b"name,country\nExample,China\n",
}
JSON = tuple(name for name in SAMPLES if name.endswith("json"))
XML = tuple(name for name in SAMPLES if name.endswith("xml"))
CSV = tuple(name for name in SAMPLES if name.endswith("csv"))
PLAIN = tuple(name for name, content in SAMPLES.items() if not content.startswith(b"PK"))
"""Those whose sample is no archive."""
