"""What is written as a bill of materials is valid by the official schema and reads back as what was written."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from apps.exports import cyclonedx, spdx
from apps.exports.gathering import Gathered
from apps.exports.writing import complaints
from apps.imports.cyclonedx import read as read_cyclonedx
from apps.imports.own_parties import party_property
from apps.imports.own_properties import properties_of, use_properties_of
from apps.imports.records import ModelRecord, PartyRecord, Reading, UseRecord
from apps.imports.spdx import read as read_spdx
from tests.exports.records import registers

LICENCES = {"apache-2-0": "Apache-2.0", "qwen-research": "LicenseRef-Qwen-Research"}
FORMATS = {"cyclonedx": (cyclonedx.write, read_cyclonedx), "spdx": (spdx.write, read_spdx)}


def written(format: str, gathered: Gathered, **more: Any) -> dict[str, Any]:  # noqa: A002
    """The document of a format."""
    plain: dict[str, Any] = {"product": ("Weighbridge", "0.1.0"), "licences": LICENCES, "kept": {}, "foreign": {}}
    made: dict[str, Any] = FORMATS[format][0](gathered, **{**plain, **more})
    return made


def read_back(format: str, document: Mapping[str, Any]) -> Reading:  # noqa: A002
    """The document as an import reads it."""
    return FORMATS[format][1](json.dumps(document).encode(), name="export.json")


def said(record: Any) -> Any:
    """Everything a record says, without where it stood in a file."""
    if isinstance(record, UseRecord):
        return use_properties_of(record), properties_of(record.model)
    if isinstance(record, PartyRecord):
        return party_property(record)
    assert isinstance(record, ModelRecord)
    return properties_of(record)


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(gathered=registers())
def test_every_statement_comes_back(format: str, gathered: Gathered) -> None:  # noqa: A002
    document = written(format, gathered)
    assert not complaints(format, document)
    reading = read_back(format, document)
    assert [row.errors for row in reading.rows if row.errors] == []
    back = [said(row.record) for row in reading.rows]
    assert back == [*map(said, gathered.parties), *(said(one.record) for one in (*gathered.models, *gathered.uses))]


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(gathered=registers())
def test_the_same_register_gives_the_same_bytes(format: str, gathered: Gathered) -> None:  # noqa: A002
    again = replace(gathered, models=list(gathered.models), uses=list(gathered.uses))
    assert json.dumps(written(format, gathered)) == json.dumps(written(format, again))
