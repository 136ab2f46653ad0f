"""What a model card says, and what it only seems to say."""

import json
from typing import Any

import pytest

from apps.imports.records import UnreadableFile
from tests.imports.hub_card.cards import COMMIT, answer, card, card_of, fact, model, parent, parents, reading, row

CLAIMED, INFERRED = "claimed_by_provider", "inferred"

# front matter, what is declared, words of a note
LICENCES = [
    ("license: apache-2.0", ["apache-2.0"], ""),
    ("license: 3.0", ["3.0"], ""),
    ("license: NO", ["NO"], ""),
    ("license: llama3.1", ["llama3.1"], ""),
    ("license: [mit, apache-2.0]", ["mit", "apache-2.0"], "More than one licence"),
    ("license:\n- gemma", ["gemma"], ""),
    ("license: other\nlicense_name: mrl", ["other/mrl"], ""),
    ("license: Other\nlicense_name: mrl", ["other/mrl"], ""),
    ("license: other", ["other"], "without a name"),
    ("license: other\nlicense_name: '{name}'", ["other"], "without a name"),
    ("license_name: house-1.0", ["other/house-1.0"], "without “license: other”"),
    ("license: mit\nlicense_name: house-1.0", ["mit"], "licence of its own"),
    ("licence: license", [], "The key “licence” is none of the hub's"),
    ("licence: mit", [], "The key “licence” is none of the hub's"),
    ("license: license", [], "unfilled place of a template"),
    ("license: {license}", [], "unfilled place of a template"),
    ("license: {{ license }}", [], "unfilled place of a template"),
    ("license: '[More Information Needed]'", [], "unfilled place of a template"),
    ("license: unknown", [], "only “unknown”"),
    ("license: '?'", [], "only “?”"),
    ("license:", [], "No licence is declared"),
    ("license: {a: b}", [], "is no text"),
    ("language: en", [], "No licence is declared"),
]


@pytest.mark.parametrize(("front", "declared", "note"), LICENCES)
def test_a_licence_is_read_as_it_is_written(front: str, declared: list[str], note: str) -> None:
    found = row(card(front))
    assert found.record is not None
    assert [licence.declared for licence in model(card(front)).licences] == declared
    assert not note or any(note in each for each in found.notes)


def test_the_link_of_a_licence_leads_into_the_repository_where_it_is_known() -> None:
    front = card("license: other\nlicense_name: x\nlicense_link: LICENSE.md")
    assert model(front).licences[0].link == ""
    assert any("LICENSE.md" in note for note in row(front).notes)
    linked = model(front, "maker/Tuned-7B/README.md").licences[0].link
    assert linked == "https://huggingface.co/maker/Tuned-7B/blob/main/LICENSE.md"
    remote = card("license: other\nlicense_name: x\nlicense_link: https://example.org/terms")
    assert model(remote).licences[0].link == "https://example.org/terms"


def test_a_licence_in_the_prompt_of_a_gate_is_the_text_of_the_licence() -> None:
    text = "# House Research License\n\n" + "You may do this. " * 200
    found = model(card_of({"license": "other", "license_name": "house", "extra_gated_prompt": text}))
    assert found.licences[0].text == text.strip()
    asked = model(card_of({"license": "mit", "extra_gated_prompt": "Please share your name."}))
    assert asked.licences[0].text == ""


# front matter and body, the parents as (name, relation, state)
PARENTS: list[tuple[str, list[tuple[str, str, str]]]] = [
    ("base_model: base/A", [("base/A", "finetune", INFERRED)]),
    ("base_model: gpt2", [("gpt2", "finetune", INFERRED)]),
    ("base_model: base/A\nbase_model_relation: adapter", [("base/A", "adapter", CLAIMED)]),
    ("base_model: base/A\nbase_model_relation: Quantized", [("base/A", "quantized", CLAIMED)]),
    ("base_model: base/A\nbase_model_relation: made-of", [("base/A", "finetune", INFERRED)]),
    ("base_model: base/A\nlibrary_name: peft", [("base/A", "adapter", INFERRED)]),
    ("base_model: base/A\ntags: [lora]", [("base/A", "adapter", INFERRED)]),
    ("base_model: [base/A, base/B]", [("base/A", "merge", INFERRED), ("base/B", "merge", INFERRED)]),
    (
        "base_model: [base/A, base/B]\nlibrary_name: peft",
        [("base/A", "adapter", INFERRED), ("base/B", "adapter", INFERRED)],
    ),
    ("base_model: [base/A, base/A]", [("base/A", "finetune", INFERRED)]),
    ("base_model: base/A\ntags: [gguf]", [("base/A", "quantized", INFERRED)]),
    ("base_model: base/A\ntags: [awq]", [("base/A", "quantized", INFERRED)]),
    ("base_model: base/A\nlibrary_name: gguf", [("base/A", "quantized", INFERRED)]),
    ("base_model: base/A\nquantized_by: somebody", [("base/A", "quantized", INFERRED)]),
    ("base_model: https://huggingface.co/base/A", [("base/A", "finetune", INFERRED)]),
    ("base_model: base/A@abc1234", [("base/A", "finetune", INFERRED)]),
    ("base_model: './out/model'", [("./out/model", "finetune", INFERRED)]),
    ("base_model: 'A and B'", [("A and B", "finetune", INFERRED)]),
    ("base_model: {embedder_model}", []),
    ("base_model: ['{embedder_model}', '<model>']", []),
    ("base_model: None", []),
    ("base_model: [{a: b}]", []),
    ("base_model:", []),
    ("base_models: base/A", []),
    ("model: base/A", []),
]


@pytest.mark.parametrize(("front", "expected"), PARENTS)
def test_parents_and_their_relation(front: str, expected: list[tuple[str, str, str]]) -> None:
    assert parents(card(front)) == expected


def test_a_concluded_relation_says_from_what() -> None:
    assert "library_name: peft" in parent(card("base_model: base/A\nlibrary_name: peft")).note
    assert "without a sign" in parent(card("base_model: base/A")).note
    assert parent(card("base_model: base/A\nbase_model_relation: merge")).note == ""


def test_only_repositories_are_names_of_the_hub() -> None:
    assert parent(card("base_model: base/A")).namespace == "huggingface"
    assert parent(card("base_model: /home/me/llama")).namespace == ""
    assert parent(card("base_model: Some backbone (undeclared)")).namespace == ""
    assert parent(card("base_model: base/A@abc1234")).revision == "abc1234"


def test_the_own_repository_is_no_parent() -> None:
    assert parents(card("base_model: Maker/tuned-7b"), "maker/Tuned-7B/README.md") == []


def test_ten_thousand_parents_are_read() -> None:
    many = [f"base/model-{number}" for number in range(10_000)]
    assert len(model(card_of({"base_model": many})).parents) == 10_000


# front matter, body, words of a note
NOTES = [
    ("base_model: [a/b, c/d]\nbase_model_relation: merge", "No weights\nare merged.", "no weights are merged"),
    ("base_model: a/b\nbase_model_relation: merge", "", "only one base model"),
    ("base_model: [a/b, c/d]\ntags: [gguf]", "", "quantised copy"),
    ("base_model: a/b\ntags: [eagle3]", "", "draft model"),
    ("base_model: a/b\nbase_model_relation: child", "", "none of the hub's"),
    ("base_models: a/b", "", "The key “base_models” is none of the hub's"),
    ("base_model: {base}", "", "no parent"),
    ("new_version: maker/Newer", "", "newer model: “maker/Newer”"),
    ("extra_gated_prompt: Accept this", "", "conditions to be accepted"),
]


@pytest.mark.parametrize(("front", "body", "words"), NOTES)
def test_what_a_person_should_know_is_noted(front: str, body: str, words: str) -> None:
    notes = row(card(front, f"# A model\n\n{body}\n")).notes
    assert any(words in note for note in notes), notes


# The answer of the hub


def test_an_answer_of_the_hub_is_read_whole() -> None:
    found = model(answer())
    assert (found.name, found.identifiers) == ("Tuned-7B", (("huggingface", "maker/Tuned-7B"),))
    assert found.developer == ""
    assert found.revision == COMMIT
    assert [licence.declared for licence in found.licences] == ["apache-2.0"]
    assert {each.field: (each.value, each.state) for each in found.facts} == {
        "modalities_in": (["text"], CLAIMED),
        "modalities_out": (["text"], CLAIMED),
        "kind": ("fine_tune", INFERRED),
        "parameters": (7241732096, INFERRED),
        "release_date": ("2026-02-03", INFERRED),
        "access": ("open_weights", INFERRED),
        "file_formats": (["safetensors"], INFERRED),
    }
    (file,) = found.files
    assert (file.path, file.sha256, file.size) == ("model.safetensors", "ab" * 32, 14483464192)
    assert str(reading(answer()).as_of) == "2026-03-04"


def test_the_hubs_relation_fills_in_for_one_that_is_not_stated() -> None:
    given = answer(tags=["base_model:quantized:base/Model-7B"])
    assert parents(given) == [("base/Model-7B", "quantized", INFERRED)]
    assert "hub's tag" in parent(given).note


def test_tags_that_contradict_the_card_are_claims_of_their_own() -> None:
    stated = answer(
        cardData={"license": "mit", "base_model": "base/Old-Name", "base_model_relation": "finetune"},
        tags=["base_model:finetune:base/New-Name", "base_model:quantized:base/Old-Name", "license:gemma"],
    )
    assert parents(stated) == [
        ("base/Old-Name", "finetune", CLAIMED),
        ("base/New-Name", "finetune", INFERRED),
        ("base/Old-Name", "quantized", INFERRED),
    ]
    assert [(each.declared, each.state) for each in model(stated).licences] == [("mit", CLAIMED), ("gemma", INFERRED)]


def test_parents_of_the_newer_api_are_read() -> None:
    given = answer(tags=[], cardData={}, baseModels={"relation": "adapter", "models": [{"id": "base/X", "_id": "1"}]})
    assert parents(given) == [("base/X", "adapter", INFERRED)]


# what is different, field, value and state
FACTS: list[tuple[dict[str, Any], str, Any]] = [
    ({"safetensors": {"parameters": {"I32": 900, "F16": 100}, "total": 1000}}, "parameters", None),
    ({"safetensors": {"total": "many"}}, "parameters", None),
    (
        {"safetensors": None, "gguf": {"total": 8030261248, "architecture": "llama"}},
        "parameters",
        (8030261248, INFERRED),
    ),
    ({"createdAt": "2022-03-02T23:29:04.000Z"}, "release_date", None),
    ({"createdAt": "soon"}, "release_date", None),
    ({"private": True}, "access", None),
    ({"siblings": [{"rfilename": "README.md"}]}, "access", None),
    (
        {"siblings": [{"rfilename": "pytorch_model.bin"}, {"rfilename": "a.gguf"}]},
        "file_formats",
        (["gguf", "pickle"], INFERRED),
    ),
    ({"config": {"auto_map": {"AutoModel": "modeling_x.X"}}}, "needs_remote_code", (True, INFERRED)),
    ({"siblings": [{"rfilename": "modeling_x.py"}]}, "needs_remote_code", (True, INFERRED)),
    ({"tags": ["custom_code"]}, "needs_remote_code", (True, INFERRED)),
    ({}, "needs_remote_code", None),
    ({"cardData": {"pipeline_tag": "image-text-to-text"}}, "modalities_in", (["image", "text"], CLAIMED)),
    ({"cardData": {}, "pipeline_tag": "text-to-image"}, "modalities_out", (["image"], INFERRED)),
    ({"cardData": {"pipeline_tag": "feature-extraction"}}, "modalities_in", None),
    ({"cardData": {"pipeline_tag": "any-to-any"}}, "modalities_out", None),
    ({"cardData": {"base_model": "a/b"}, "tags": []}, "kind", None),
    (
        {"cardData": {"base_model": "a/b", "base_model_relation": "quantized"}, "tags": []},
        "kind",
        ("quantisation", CLAIMED),
    ),
]


@pytest.mark.parametrize(("different", "field", "expected"), FACTS)
def test_facts_only_where_something_states_them(different: dict[str, Any], field: str, expected: Any) -> None:
    assert fact(answer(**different), field) == expected


def test_a_list_of_answers_is_one_row_each() -> None:
    rows = reading([answer(), answer(id="maker/Other")], "models.json").rows
    assert [each.locator for each in rows] == ["/0", "/1"]
    assert reading([answer(), answer(id="maker/Other")]).accounted["/1/sha"] == "release.revision"


# Names


NAMED = [
    (card("model_name: Tuned", "# Something else"), "README.md", "Tuned", ()),
    (card("model-index:\n- name: Indexed\n  results: []", "# Something else"), "README.md", "Indexed", ()),
    (
        card("license: mit", "```python\n# a comment\n```\n# Model Card for **My** [Model](x)_3_M"),
        "README.md",
        "My Model_3_M",
        (),
    ),
    (card("license: mit"), "maker/Tuned-7B/README.md", "Tuned-7B", (("huggingface", "maker/Tuned-7B"),)),
]


@pytest.mark.parametrize(("content", "name", "expected", "identifiers"), NAMED)
def test_the_name_of_the_model(content: bytes, name: str, expected: str, identifiers: Any) -> None:
    found = model(content, name)
    assert (found.name, found.identifiers) == (expected, identifiers)


@pytest.mark.parametrize(
    "content", [card("license: mit", ""), card("license: mit", "# Model Card for Model ID"), b"# A title\n"]
)
def test_a_card_that_names_no_model_is_quarantined(content: bytes) -> None:
    found = row(content)
    assert found.record is None
    assert "names no model" in found.errors[0].message


def test_a_card_without_front_matter_states_nothing() -> None:
    found = row(b"# A title\n\nWe release this under MIT.\n", "maker/Tuned-7B/README.md")
    assert found.record is not None
    assert model(b"# A title\n", "maker/Tuned-7B/README.md").licences == ()
    assert any("no front matter" in note for note in found.notes)


# Everything is accounted for

EVERYTHING = """
language: [en, de]
license: other
license_name: house
license_link: https://example.org/licence
library_name: transformers
tags: [a, b]
datasets: [some/data]
buckets: [some/bucket]
metrics: [accuracy]
base_model: base/A
base_model_relation: finetune
new_version: maker/Newer
pipeline_tag: text-generation
model_name: Tuned
model-index: [{name: Tuned, results: [{task: {type: text-generation}, metrics: [{type: wer, value: 0.9}]}]}]
co2_eq_emissions: {emissions: 12, source: code carbon}
widget: [{text: Hello}]
inference: {parameters: {temperature: 0.7}}
thumbnail: https://example.org/picture.png
mask_token: "[MASK]"
extra_gated_prompt: Please accept
extra_gated_fields: {Name: text}
extra_gated_heading: Heading
extra_gated_description: Description
extra_gated_button_content: Send
quantized_by: somebody
instance_prompt: a photo
arxiv: 2401.00001
a/key with ~ signs: 1
"""


def test_every_key_of_the_front_matter_is_accounted_for() -> None:
    found = reading(card(EVERYTHING))
    keys = [line.split(":")[0] for line in EVERYTHING.strip().splitlines()]
    for key in keys:
        pointer = "/front_matter/" + key.replace("~", "~0").replace("/", "~1")
        assert any(known == pointer or known.startswith(pointer + "/") for known in found.accounted), key
    assert found.accounted["/front_matter/license"] == "release.licence_declared"
    assert found.accounted["/front_matter/base_model"] == "lineage"
    assert found.accounted["/front_matter/pipeline_tag"] == "model.modalities_in, model.modalities_out"
    assert found.accounted["/front_matter/model-index"] == "kept"
    assert found.document is not None
    assert set(found.document["front_matter"]) == set(keys)


def test_every_key_of_an_answer_is_accounted_for() -> None:
    found = reading(answer())
    for key in answer():
        assert any(known == f"/{key}" or known.startswith(f"/{key}/") for known in found.accounted), key
    assert found.document == answer()


# What is refused

REFUSED = [
    (card("license: &a mit\nname: *a"), "anchors and aliases"),
    (card("a: [&x [1,2]]"), "Line 2: anchors"),
    (card("license: mit\nlicense: gemma"), "Line 3: the key “license” stands twice"),
    (card("a: {b: 1, b: 2}"), "“b” stands twice"),
    (card("a: " + "[" * 30 + "]" * 30), "nested more than"),
    (card("a: !!python/object/apply:os.system [ls]"), "Line 2: the tag"),
    (card("a: 'never closed"), "this is no YAML"),
    (card("- a\n- b"), "keys with values"),
    (card("? [a, b]\n: c"), "a key must be text"),
    (card("a: " + "x" * 600_000), "characters"),
    (card("a:\n" + "- b\n" * 70_000), "values"),
    (b"---\nlicense: mit\n", "does not end"),
    (
        "---\nauthor: Jos\xe9\n---\n".encode("latin-1"),
        "Line 2 is not UTF-8 (byte 0xE9); the file looks like Windows-1252",
    ),
    ("---\nlicense: \u8bb8\u53ef\u8bc1\u534f\u8bae\n---\n".encode("gb18030"), "GB 18030"),
    ("---\nlicense: mit\n---\n".encode("utf-16"), "UTF-16"),
    ("---\nlicense: mit\n---\n".encode("utf-16-le"), "UTF-16"),
    ("---\nlicense: mit\n---\n".encode("utf-32"), "UTF-32"),
    (b"---\na: b\x00\n---\n", "zero bytes"),
    (b"---\na: \x07\n---\n", "characters that are not allowed"),
    (b'{"id": "a/b", "id": "c/d"}', "stands twice"),
    (b'{"id": "a/b", "x": NaN}', "NaN is no number"),
    (b'{"id": "a/b", "x": 1e999}', "too large"),
    (b'{"id": "a/b", "x": ' + b"9" * 5000 + b"}", "larger than 64 bits"),
    (b"[" * 200_000, "nested deeper than"),
    (b'{"id": "a/b", "x": "\\u0000"}', "cannot be stored"),
    (b'{"modelId": 5}', "has no id"),
    (b'{"id": "../../etc"}', "has no id"),
    (b"[]", "between 1 and"),
    (b"[1]", "has no id"),
    (b"{", "no valid JSON"),
]


@pytest.mark.parametrize(("content", "words"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_ambiguous_or_made_to_hurt_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        reading(content)
    assert words in caught.value.message


def test_a_byte_order_mark_and_other_line_ends_change_nothing() -> None:
    plain = card("license: mit\nbase_model: base/A")
    for content in (b"\xef\xbb\xbf" + plain, plain.replace(b"\n", b"\r\n"), b"\n\n" + plain):
        assert model(content) == model(plain)


def test_values_stay_text() -> None:
    document = reading(card("a: 3.0\nb: NO\nc: 2024-05-01\nd: true\ne: 0x10\nf: 1_000\ng: ~\nh: ''")).document
    assert document is not None
    assert document["front_matter"] == {
        "a": "3.0",
        "b": "NO",
        "c": "2024-05-01",
        "d": "true",
        "e": "0x10",
        "f": "1_000",
        "g": None,
        "h": "",
    }
    assert json.dumps(document)
