"""Whatever is done to a valid document, it is read or refused in words; and a vendor's fields survive to an export."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.canonical import digest
from apps.exports import cyclonedx as to_cyclonedx
from apps.exports import spdx as to_spdx
from apps.exports.gathering import Gathered, ModelEntry
from apps.exports.kept import Kept
from apps.exports.writing import complaints
from apps.imports import cyclonedx, spdx
from apps.imports.pointers import at, leaves, steps, walk
from apps.imports.records import ModelRecord, Reading, UnreadableFile
from tests.imports.boms import documents

KINDS: dict[str, tuple[Callable[..., Reading], Callable[[], dict[str, Any]], Any]] = {
    "cyclonedx": (cyclonedx.read, documents.cyclonedx, to_cyclonedx.write),
    "spdx": (spdx.read, documents.spdx, to_spdx.write),
}
SPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
PLACES = {kind: [pointer for pointer, _ in walk(made()) if pointer] for kind, (_, made, _write) in KINDS.items()}
OBJECTS = {
    kind: [pointer for pointer, value in walk(made()) if isinstance(value, dict)]
    for kind, (_, made, _write) in KINDS.items()
}
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["machine-learning-model", "pkg:huggingface/a/b@c", "https://huggingface.co/a/b", "_:info", "MIT"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
SETTINGS = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def changed(document: dict[str, Any], pointer: str, value: Any, how: str) -> dict[str, Any]:
    """The document with something else at a place, without it, or with it twice."""
    *above, last = steps(pointer)
    holder = at(document, "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in above))
    key: Any = int(last) if isinstance(holder, list) else last
    if how == "without":
        del holder[key]
    elif how == "twice" and isinstance(holder, list):
        holder.append(holder[key])
    else:
        holder[key] = value
    return document


def tried(call: Callable[[], Reading]) -> Reading | UnreadableFile:
    """What it gives, or with what it is refused; anything else fails the test."""
    try:
        return call()
    except UnreadableFile as error:
        return error


@pytest.mark.parametrize("kind", KINDS)
@SETTINGS
@given(data=st.data())
def test_a_changed_document_is_read_or_refused_in_words(kind: str, data: st.DataObject) -> None:
    read, made, _write = KINDS[kind]
    document = made()
    for _ in range(data.draw(st.integers(1, 3))):
        places = [pointer for pointer, _ in walk(document) if pointer]
        place, value = data.draw(st.sampled_from(places)), data.draw(plain)
        document = changed(document, place, value, data.draw(st.sampled_from(["value", "without", "twice"])))
        if not document:
            break
    found = tried(lambda: read(json.dumps(document).encode(), name="f"))
    if isinstance(found, UnreadableFile):
        assert found.message
        assert len(found.errors) <= 20
    else:
        assert found.document is not None
        assert set(found.accounted) == {pointer for pointer, _ in leaves(found.document)}
        assert all((row.record is None) == bool(row.errors) for row in found.rows)


@pytest.mark.parametrize("kind", KINDS)
@SETTINGS
@given(content=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_refused_in_words(kind: str, content: bytes) -> None:
    with pytest.raises(UnreadableFile) as caught:
        KINDS[kind][0](content, name="f")
    assert caught.value.message


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_vendors_fields_are_exported_again_in_a_valid_document(kind: str, data: st.DataObject) -> None:
    read, made, write = KINDS[kind]
    document, marks = made(), []
    for number in range(data.draw(st.integers(1, 3))):
        holder = at(document, data.draw(st.sampled_from(OBJECTS[kind])))
        mark = f"mark-{number}-{data.draw(st.integers(10**6, 10**7))}"
        holder[f"vendor:{number}"] = data.draw(st.sampled_from([mark, [mark], {"deep": {"er": mark}}]))
        marks.append(mark)
    reading = read(json.dumps(document).encode(), name="f")
    entries, kept = left_behind(reading)
    exported = write(entries, product=("Weighbridge", "1"), licences={}, kept=kept, foreign={})
    assert not complaints(kind, exported)
    text = json.dumps(exported)
    assert [mark for mark in marks if mark not in text] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("out", KINDS)
def test_a_vendors_field_at_every_place_is_exported_again_whatever_the_standard(kind: str, out: str) -> None:
    read, made, _write = KINDS[kind]
    document = made()
    for number, place in enumerate(OBJECTS[kind]):
        at(document, place)["vendor:extra"] = f"mark-{number}."
    entries, kept = left_behind(read(json.dumps(document).encode(), name="f"))
    both: dict[str, Any] = {"kept": kept, "foreign": {}} if out == kind else {"kept": {}, "foreign": kept}
    exported = KINDS[out][2](entries, product=("Weighbridge", "1"), licences={}, **both)
    assert not complaints(out, exported)
    text = json.dumps(exported)
    assert [place for number, place in enumerate(OBJECTS[kind]) if f"mark-{number}." not in text] == []


def test_elements_and_extensions_of_a_vendors_classes_are_exported_again_in_a_valid_document() -> None:
    document = documents.spdx()
    package = next(one for one in document["@graph"] if one["type"] == "ai_AIPackage")
    package["extension"] = [{"type": "https://vendor.example/ns#Card", "vendor:grade": "mark-1"}]
    thing = {"type": "vendor_Thing", "spdxId": "https://vendor.example/1", "vendor:taste": "mark-2"}
    document["@graph"].insert(0, thing)
    entries, kept = left_behind(spdx.read(json.dumps(document).encode(), name="f"))
    exported = to_spdx.write(entries, product=("Weighbridge", "1"), licences={}, kept=kept, foreign={})
    assert not complaints("spdx", exported)
    assert all(mark in json.dumps(exported) for mark in ("mark-1", "mark-2"))


def left_behind(reading: Reading) -> tuple[Gathered, dict[UUID, Kept]]:
    """What an import of the reading leaves in the register, and what it keeps of the document."""
    assert reading.document is not None
    entries, kept = [], {}
    for number, row in enumerate(reading.rows):
        if isinstance(row.record, ModelRecord) and row.record.described:
            entry = ModelEntry(row.record, uuid5(SPACE, f"m{number}"), uuid5(SPACE, f"r{number}"), True)
            entries.append(entry)
            kept[entry.release_id] = Kept(row.raw, reading.document, row.locator, digest(reading.document))
    return Gathered(entries), kept
