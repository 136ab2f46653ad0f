"""What is an IRI reference: as the validator of the schemas' own library judges, which takes 40 ms for each."""

import time

import pytest
from jsonschema import Draft7Validator

from apps.imports.cyclonedx.addresses import is_iri_reference

REFERENCES = [
    *("https://huggingface.co/Qwen/Qwen2.5-7B-Instruct", "http://user:secret@host.test:8080/a?b=c/d?e#f?/", "urn:a:b"),
    *(
        "",
        "#a",
        "?a=b",
        "a/b",
        "/a//b",
        "//host/a",
        "./a:b",
        "mailto:a@b.test",
        "http://[2001:db8:1:2:3:4:5:6]:80/",
        "http://",
    ),
    *("https://例え.jp/引き割り.html", "a%20b", "http://[v1.a:b]/", "git+ssh://git@host/a.git", "file:///etc/hosts"),
    *("pkg:huggingface/a/b@c?d=e", "http://host:/", "a@b", "//", "http:a", "http:///a", "a?b#c"),
]
OTHERS = [
    *("a b", "http://a b/", "%", "a%2", "%zz", "http://[::1", "http://[zz]/", "http://host:80a/", "a#b#c", "<a>"),
    *("a\\b", "1a:b", ":a", "http://a/{b}", '"a"', "a|b", "http://a/\n", "http://[fe80::1%25eth0]/", "a^b", "`a`"),
]


@pytest.mark.parametrize("text", [*REFERENCES, *OTHERS])
def test_it_judges_like_the_official_grammar(text: str) -> None:
    assert is_iri_reference(text) is (text in REFERENCES)
    assert Draft7Validator.FORMAT_CHECKER.conforms(text, "iri-reference") is (text in REFERENCES)


def test_addresses_of_hosts_may_be_shortened() -> None:
    assert is_iri_reference("http://[2001:db8::1]:80/")


@pytest.mark.parametrize("piece", ["a:", "/", "%41", "a@", "//", "[", "?", ".", "a/", "é", "%"])
def test_long_texts_are_done_with_soon(piece: str) -> None:
    start = time.process_time()
    for text in (piece * 100_000, "http://" + piece * 100_000 + " ", "a" + piece * 100_000 + "\n"):
        is_iri_reference(text)
    assert time.process_time() - start < 1
