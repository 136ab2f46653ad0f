"""The source lists of the US consolidated screening list by the labels that its files write. Pure.

Source: International Trade Administration, "Consolidated Screening List" and its data dictionary.
"""

import re

LABELS = {
    "SDN": "US-SDN",
    "SSI": "US-SSI",
    "NS-MBS List": "US-NS-MBS",
    "MBS": "US-NS-MBS",
    "NS-MBS": "US-NS-MBS",
    "CAP": "US-CAP",
    "CAPTA": "US-CAP",
    "CMIC": "US-NS-CMIC",
    "NS-CMIC": "US-NS-CMIC",
    "PLC": "US-NS-PLC",
    "NS-PLC": "US-NS-PLC",
    "FSE": "US-FSE",
    "ISA": "US-NS-ISA",
    "EL": "US-ENTITY-LIST",
    "MEU": "US-MEU",
    "UVL": "US-UVL",
    "DPL": "US-DPL",
    "DTC": "US-DTC",
    "ISN": "US-ISN",
}
"""Abbreviation in a label -> our key."""
_ABBREVIATION = re.compile(r"\(([^()]+)\)")
_WITHOUT = {"capta list": "US-CAP", "unverified list": "US-UVL", "entity list": "US-ENTITY-LIST"}


def list_of(label: str) -> str:
    """Our key of the list that a label means; empty for one that we do not know, which is for a person to judge."""
    for found in _ABBREVIATION.findall(label):
        if found.strip() in LABELS:
            return LABELS[found.strip()]
    name = _ABBREVIATION.sub("", label).partition(" - ")[0].strip().lower()
    return LABELS.get(label.strip(), "") or _WITHOUT.get(name, "")
