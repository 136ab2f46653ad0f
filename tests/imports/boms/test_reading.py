"""What is read of bills of materials, what is kept, and what is refused with which words."""

import json
import time
from typing import Any

import pytest

from apps.imports import cyclonedx, spdx
from apps.imports.cyclonedx import schema
from apps.imports.hub_names import from_address, from_purl
from apps.imports.pointers import at, leaves
from apps.imports.records import ModelRecord, Reading, UnreadableFile
from apps.imports.spdx import schema as spdx_schema
from tests.imports.boms import documents
from tests.imports.boms.documents import COMMIT, SHA

READERS = {"cyclonedx": (cyclonedx.read, documents.cyclonedx), "spdx": (spdx.read, documents.spdx)}


def reading(kind: str, document: Any) -> Reading:
    """The document, or bytes, as its kind reads it."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    found: Reading = READERS[kind][0](content, name="file.json")
    return found


def records(found: Reading) -> dict[str, ModelRecord]:
    """The models by name."""
    return {row.record.name: row.record for row in found.rows if isinstance(row.record, ModelRecord)}


def refusal(kind: str, document: Any) -> UnreadableFile:
    """With what a document is refused."""
    with pytest.raises(UnreadableFile) as caught:
        reading(kind, document)
    return caught.value


class TestCycloneDX:
    @pytest.mark.parametrize("version", ["1.5", "1.6", "1.7"])
    def test_a_model_with_everything(self, version: str) -> None:
        found = reading("cyclonedx", documents.cyclonedx(version))
        record = records(found)["Alpha-7B-Instruct"]
        assert record.identifiers == (("huggingface", "Alpha/Alpha-7B-Instruct"),)
        assert record.revision == COMMIT.lower()
        assert record.developer == ("" if version == "1.5" else "Alpha Labs")
        (licence,) = record.licences
        assert (licence.declared, licence.link, licence.text) == (
            "other/Alpha Community License",
            "https://example.test/licence",
            "Licence",
        )
        assert [(file.path, file.sha256, file.format) for file in record.files] == [
            ("model.safetensors", SHA.lower(), "safetensors")
        ]
        facts = {fact.field: (fact.value, fact.state) for fact in record.facts}
        assert facts == {
            "modalities_in": (["text", "image"], "inferred"),
            "modalities_out": (["text"], "claimed_by_provider"),
        }
        assert [(one.name, one.relation, one.state) for one in record.parents] == [
            ("Alpha/Alpha-7B", "finetune", "inferred"),
            ("Embedder", "runtime_dependency", "inferred"),
        ]
        assert str(found.as_of) == "2026-10-01"
        assert "made by example-tool" in found.source

    def test_a_descendant_is_a_model_that_is_only_mentioned(self) -> None:
        record = records(reading("cyclonedx", documents.cyclonedx()))["Alpha-7B-Q4"]
        assert not record.described
        assert [(one.name, one.state) for one in record.parents] == [("Alpha/Alpha-7B-Instruct", "inferred")]

    def test_a_variant_makes_no_lineage_and_is_told(self) -> None:
        found = reading("cyclonedx", documents.cyclonedx())
        assert "Alpha-7B-Cousin" not in str([record.parents for record in records(found).values()])
        assert any("Variants" in note for row in found.rows for note in row.notes)

    def test_datasets_and_libraries_are_no_models_and_are_kept(self) -> None:
        found = reading("cyclonedx", documents.cyclonedx())
        assert set(records(found)) == {"Alpha-7B-Instruct", "Embedder", "Alpha-7B-Q4"}
        assert found.accounted["/components/2/data/0/classification"] == "kept"
        energy = "/components/0/modelCard/considerations/environmentalConsiderations/energyConsumptions/0/activity"
        assert found.accounted[energy] == "kept"

    def test_a_concluded_licence_is_inferred_and_a_name_that_is_an_identifier_is_one(self) -> None:
        document = documents.cyclonedx()
        document["components"][1]["licenses"] = [{"license": {"name": "MIT", "acknowledgement": "concluded"}}]
        (licence,) = records(reading("cyclonedx", document))["Embedder"].licences
        assert (licence.declared, licence.state) == ("MIT", "inferred")

    def test_a_vendors_field_is_kept_told_and_not_refused(self) -> None:
        document = documents.cyclonedx()
        document["x-vendor"] = {"a": [1]}
        document["components"][0]["modelCard"]["modelParameters"]["x-flops"] = 7
        found = reading("cyclonedx", document)
        assert found.accounted["/x-vendor/a/0"] == "kept"
        assert "/components/0/modelCard/modelParameters/x-flops" in found.notes[0]
        assert found.document == document

    def test_a_document_without_models_says_so(self) -> None:
        document = documents.cyclonedx()
        document["components"] = document["components"][2:]
        found = reading("cyclonedx", document)
        assert not found.rows
        assert "names no component of the type machine-learning-model" in found.notes[0]

    def test_an_invalid_document_is_refused_with_at_most_twenty_places(self) -> None:
        document = documents.cyclonedx()
        document["components"] = [{"type": "no-such-type", "name": str(at)} for at in range(50)]
        error = refusal("cyclonedx", document)
        assert len(error.errors) == 20
        assert error.errors[0].pointer == "/components/0/type"

    @pytest.mark.parametrize("version", ["1.4", "2.0", ""])
    def test_another_version_is_named(self, version: str) -> None:
        document = {**documents.cyclonedx(), "specVersion": version}
        assert "1.5, 1.6 and 1.7" in refusal("cyclonedx", document).message


class TestSpdx:
    def test_a_model_with_everything(self) -> None:
        found = reading("spdx", documents.spdx())
        record = records(found)["Alpha-7B-Instruct"]
        assert record.identifiers == (("huggingface", "Alpha/Alpha-7B-Instruct"),)
        assert (record.revision, record.developer) == (COMMIT.lower(), "Alpha Labs")
        assert [(one.declared, one.state) for one in record.licences] == [("Apache-2.0 OR MIT", "claimed_by_provider")]
        assert [(one.path, one.sha256) for one in record.files] == [("model.safetensors", SHA.lower())]
        assert [(one.name, one.relation, one.state) for one in record.parents] == [
            ("Teacher", "synthetic_data_from", "inferred"),
            ("Alpha/Alpha-7B", "finetune", "inferred"),
        ]
        assert [(one.field, one.value, one.state) for one in record.facts] == [
            ("release_date", "2026-01-02", "inferred")
        ]
        assert (str(found.as_of), "made by example-tool" in found.source) == ("2026-10-01", True)

    def test_a_licence_that_is_only_concluded_is_inferred(self) -> None:
        (licence,) = records(reading("spdx", documents.spdx()))["Alpha-7B"].licences
        assert (licence.declared, licence.state) == ("Apache-2.0 OR MIT", "inferred")

    @pytest.mark.parametrize(
        ("change", "pointer", "words"),
        [
            ({"ai_autonomyType": "maybe"}, "/@graph/5/ai_autonomyType", "not a valid value"),
            ({"releaseTime": "yesterday"}, "/@graph/5/releaseTime", "not a correctly formatted datetime"),
            ({"ai_domain": 7}, "/@graph/5/ai_domain", "ai_AIPackage"),
        ],
    )
    def test_an_invalid_element_is_refused_with_its_place(
        self, change: dict[str, Any], pointer: str, words: str
    ) -> None:
        document = documents.spdx()
        document["@graph"][5] |= change
        (error,) = refusal("spdx", document).errors
        assert error.pointer == pointer
        assert words in error.message

    def test_a_missing_property_is_refused_at_its_element(self) -> None:
        document = documents.spdx()
        del document["@graph"][5]["creationInfo"]
        (error,) = refusal("spdx", document).errors
        assert error.pointer == "/@graph/5"
        assert "creationInfo" in error.message

    def test_a_vendors_property_and_element_are_kept_and_told(self) -> None:
        document = documents.spdx()
        document["@graph"][5]["vendor:rating"] = 7
        document["@graph"].append({"type": "vendor:Thing", "spdxId": "https://example.test/thing", "x": 1})
        found = reading("spdx", document)
        assert found.accounted["/@graph/5/vendor:rating"] == "kept"
        assert "/@graph/5/vendor:rating" in found.notes[0]
        assert found.document == document

    def test_another_version_is_refused(self) -> None:
        document = documents.spdx()
        document["@graph"][0]["specVersion"] = "3.1.0"
        assert refusal("spdx", document).errors[0].pointer == "/@graph/0/specVersion"


class TestOtherFiles:
    def test_the_wrong_kind_is_named(self) -> None:
        assert "but a CycloneDX document" in refusal("spdx", documents.cyclonedx()).message
        assert "but an SPDX 3 document" in refusal("cyclonedx", documents.spdx()).message
        assert "SPDX 2" in refusal("spdx", {"spdxVersion": "SPDX-2.3"}).message
        assert "XML" in refusal("cyclonedx", b"\xef\xbb\xbf<?xml version='1.0'?><bom/>").message

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "empty"),
            (b"   ", "empty"),
            (b"[]", "not an object"),
            (b"{", "line 1, column 2"),
            ('{"a": "ü"}'.encode("latin-1"), "Line 1 is not UTF-8 (byte 0xFC); the file looks like Windows-1252"),
            ('{"a": 1}'.encode("utf-16"), "UTF-16"),
            (b'{"a": NaN}', "NaN"),
            (b'{"a": -Infinity}', "-Infinity"),
            (b'{"a": 1e999}', "too large"),
            (b'{"a": 9223372036854775808}', "64 bits"),
            (b'{"a": ' + b"9" * 100_000 + b"}", "64 bits"),
            (b'{"a": "\\u0000"}', "cannot be stored"),
            (b'{"a": "\\ud800"}', "cannot be stored"),
            (b'{"a":' * 200 + b"1" + b"}" * 200, "nested deeper"),
            (b'{"a":' * 100_000, "nested deeper"),
            (b" " * (33 * 1024 * 1024), "at most"),
        ],
    )
    @pytest.mark.parametrize("kind", READERS)
    def test_bad_input_is_refused_in_words(self, kind: str, content: bytes, words: str) -> None:
        assert words in refusal(kind, content).message

    def test_a_key_that_stands_twice_is_refused_at_its_object(self) -> None:
        error = refusal("cyclonedx", b'{"bomFormat": "CycloneDX", "metadata": {"x": {"a": 1, "a": 2}}}')
        assert error.errors[0].pointer == "/metadata/x"
        assert "“a” stands twice" in error.errors[0].message

    def test_a_byte_order_mark_is_let_pass(self) -> None:
        content = b"\xef\xbb\xbf" + json.dumps(documents.cyclonedx()).encode()
        assert records(reading("cyclonedx", content))


class TestSize:
    @pytest.mark.parametrize("kind", READERS)
    def test_a_document_too_large_for_each_of_its_models_is_read_and_not_kept(
        self, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("apps.imports.formats.MOST_COPIES", 100)
        found = reading(kind, READERS[kind][1]())
        assert found.document is None
        assert records(found)
        assert "too large to be kept" in found.notes[-1]


class TestNames:
    @pytest.mark.parametrize(
        ("purl", "named"),
        [
            ("pkg:huggingface/Qwen/Qwen2.5-7B@ABC", ("huggingface", "Qwen/Qwen2.5-7B", "ABC")),
            ("pkg:huggingface/gpt2", ("huggingface", "gpt2", "")),
            ("pkg:huggingface/a/b@v1.0-RC?x=@y#z", ("huggingface", "a/b", "v1.0-RC")),
            ("pkg:mlflow/Fraud@3", ("mlflow", "Fraud", "3")),
            ("pkg:pypi/openai@1", None),
            ("no purl", None),
        ],
    )
    def test_a_package_url_keeps_the_case_of_its_version(self, purl: str, named: tuple[str, str, str] | None) -> None:
        found = from_purl(purl)
        assert (found and (found.namespace, found.identifier, found.revision)) == named

    @pytest.mark.parametrize(
        ("url", "identifier"),
        [
            ("https://huggingface.co/Qwen/Qwen2.5-7B", "Qwen/Qwen2.5-7B"),
            ("https://hf.co/a/b/tree/main", "a/b"),
            ("https://huggingface.co/datasets/a/b", ""),
            ("https://transformer.huggingface.co/doc/gpt2", ""),
            ("https://huggingface.co.evil.test/a/b", ""),
            ("https://huggingface.co:x", ""),
        ],
    )
    def test_only_repositories_of_models_are_read_off_addresses(self, url: str, identifier: str) -> None:
        found = from_address(url)
        assert (found.identifier if found else "") == identifier

    @pytest.mark.parametrize("kind", READERS)
    def test_every_field_is_accounted_for(self, kind: str) -> None:
        document = READERS[kind][1]()
        found = reading(kind, document)
        assert set(found.accounted) == {pointer for pointer, _ in leaves(document)}
        for pointer, where in found.accounted.items():
            assert where
            assert not isinstance(at(document, pointer), dict | list) or not at(document, pointer)


def test_a_document_of_many_components_and_addresses_is_read_soon() -> None:
    reference = {"type": "website", "url": "https://example.test/a?b=c#d"}
    components = [
        {"type": "library", "name": f"Part {number}", "externalReferences": [reference]} for number in range(5000)
    ]
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}
    start = time.process_time()
    assert not reading("cyclonedx", document).rows
    assert time.process_time() - start < 10
    twice = {**document, "components": components[:2] * 2}
    assert "uniqueItems" in refusal("cyclonedx", twice).errors[0].message


class TestManyComponents:
    """Long lists are judged piece by piece; nothing else is said of them than of short ones."""

    def document(self, number: int = 130) -> dict[str, Any]:
        components = [{"type": "machine-learning-model", "name": f"Alpha-{index}"} for index in range(number)]
        return {"bomFormat": "CycloneDX", "specVersion": "1.7", "version": 1, "components": components}

    def test_what_is_wrong_is_said_at_its_place(self) -> None:
        document = self.document()
        document["components"][77]["type"] = "spell"
        document["components"][129]["licenses"] = [{"license": {"id": "Nobody-1.0"}}]
        document["metadata"] = {"timestamp": "yesterday"}
        assert [error.pointer for error in schema.violations(document, "1.7")] == [
            "/components/129/licenses/0/license/id",
            "/components/77/type",
            "/metadata/timestamp",
        ]

    def test_an_item_that_stands_twice_is_said(self) -> None:
        document = self.document()
        assert schema.violations(document, "1.7") == []
        document["components"].append(document["components"][0])
        (error,) = schema.violations(document, "1.7")
        assert (error.pointer, "uniqueItems" in error.message) == ("/components", True)

    def test_what_does_not_fit_at_the_top_is_said_once(self) -> None:
        document = self.document() | {"version": "one"}
        assert [error.pointer for error in schema.violations(document, "1.7")] == ["/version"]


class TestManyElements:
    """Elements are tried together, and one by one where something is wrong."""

    def test_a_wrong_one_is_said_at_its_place_and_what_stands_twice_too(self) -> None:
        document = documents.spdx()
        agents = [
            {"type": "Organization", "spdxId": f"https://example.test/{index}", "creationInfo": "_:info", "name": "A"}
            for index in range(1200)
        ]
        first = len(document["@graph"])
        document["@graph"] += agents
        assert spdx_schema.violations(document, together=True) == []
        document["@graph"].append(agents[0])
        (twice,) = spdx_schema.violations(document, together=True)
        assert (twice.pointer, twice.message) == (f"/@graph/{first + 1200}", "“https://example.test/0” stands twice")
        assert spdx_schema.violations(document) == []
        agents[1100]["creationInfo"] = 7
        agents[1150]["name"] = ["A"]
        assert [error.pointer for error in spdx_schema.violations(document, together=True)] == [
            f"/@graph/{first + 1100}/creationInfo",
            f"/@graph/{first + 1150}/name",
        ]
