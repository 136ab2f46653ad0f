"""Which reader a file is for, told by how it begins."""

import pytest

from apps.imports.kinds import guess_kind

HEAD = b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"---\nlicense: mit\n---\n# A model", "README.md", "hf-card"),
        (b"\xef\xbb\xbf---\nlicense: mit\n---\n", "card", "hf-card"),
        (b"# Only words", "README.md", "hf-card"),
        (b'{"id": "a/b", "siblings": []}', "b.json", "hf-card"),
        (b'{"bomFormat": "CycloneDX", "specVersion": "1.6"}', "bom.json", "cyclonedx"),
        (b'{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}', "x.json", "spdx"),
        (b'{"repo_id": "a/b", "direct_fields": {}, "rag_fields": {}}', "x.json", "spdx"),
        (b"repo_id,github_link,autonomyType,autonomyType_sources\n", "golden.csv", "spdx"),
        (b"model.name,deployment.region\n", "register.csv", "register"),
        (b"PK\x03\x04rest", "register.xlsx", "register"),
        (b"id,canonical_slug,hugging_face_id,name\n", "models.csv", "openrouter"),
        (b'{"data": [{"id": "a/b", "canonical_slug": "a/b"}]}', "models.json", "openrouter"),
        (b"model_list:\n  - model_name: a\n", "config.yaml", "litellm"),
        (b"GGUF\x03\x00\x00\x00", "any", "weights-header"),
        (len(HEAD).to_bytes(8, "little") + HEAD, "any", "weights-header"),
        (b"what is this", "notes.txt", ""),
    ],
)
def test_a_file_is_told_by_its_beginning_and_else_by_its_name(content: bytes, name: str, kind: str) -> None:
    assert guess_kind(content, name) == kind
