"""Known texts are recognised, near ones told apart or reported as unclear, never silently the wrong one."""

import hashlib
import re
from pathlib import Path

import pytest
import yaml

from apps.licences.prints import SIZE, fingerprint, known_texts, likeness, unpacked
from apps.licences.recognising import CLOSE, Recognition, recognise
from apps.licences.wording import decode, digest_of, wording

TEXTS = Path(__file__).parents[2] / "../shared/data/licence_texts"
KNOWLEDGE = Path(__file__).parents[2] / "apps/imports/knowledge/files/licences"
real = pytest.mark.skipif(not TEXTS.is_dir(), reason="the texts themselves are not part of the product")
FAMILIES = (
    ("moonshot-ai-modified-mit-2025.LICENSE", "kimi-k2.5.LICENSE", "minimax-m2.LICENSE", "mit.LICENSE"),
    ("hunyuan-a13b.LICENSE", "hunyuan-mt.LICENSE", "hunyuan-video.LICENSE", "hunyuan3d-2.1.LICENSE"),
    ("meta-llama3.LICENSE", "meta-llama3_1.LICENSE", "meta-llama3_2.LICENSE", "meta-llama3_3.LICENSE"),
    ("gemma-tou-2024-04-01.LICENSE", "gemma-tou-2025-03-24.LICENSE"),
)


def recognised(content: bytes) -> Recognition:
    said = wording(decode(content).text)
    return recognise(
        sha256=hashlib.sha256(content).hexdigest(), wording_sha256=digest_of(said), print_=fingerprint(said)
    )


def files() -> list[Path]:
    return sorted(path for path in TEXTS.glob("*") if path.is_file()) if TEXTS.is_dir() else []


def test_the_shipped_fingerprints_agree_with_the_sources_of_the_knowledge() -> None:
    sources = {one["key"]: one for one in yaml.safe_load((KNOWLEDGE / "sources.yaml").read_text())}
    licences = {
        one["key"]: one.get("text")
        for path in KNOWLEDGE.glob("*.yaml")
        if path.name != "sources.yaml"
        for one in yaml.safe_load(path.read_text())
    }
    assert len({text.sha256 for text in known_texts()}) == len(known_texts()) > 80
    for text in known_texts():
        if text.key in sources:
            assert text.sha256 == sources[text.key]["sha256"], text.key
            assert set(text.licences) == {key for key, read_in in licences.items() if read_in == text.key}
        assert text.label
        assert text.url.startswith("https://") or not text.url
        assert 0 < len(text.fingerprint.hashes) <= SIZE
    assert {one for one in licences.values() if one} <= {text.key for text in known_texts()}


@real
def test_every_text_recognises_itself_and_itself_laid_out_otherwise() -> None:
    known = {text.sha256: text for text in known_texts()}
    for path in files():
        content = path.read_bytes()
        itself = known[hashlib.sha256(content).hexdigest()]
        found = recognised(content)
        assert (found.how, found.candidates[0].key) == ("exact", itself.key), path.name
        body = re.sub(r"\A\[[^\]]*\]\n", "", decode(content).text)
        other = "\r\n\r\n".join(body.split("\n")).upper().encode()
        if not body.startswith("---"):
            laid_out = recognised(other)
            assert laid_out.how == "wording", path.name
            assert laid_out.candidates[0].licences == itself.licences, path.name


@real
def test_a_filled_in_line_is_recognised_with_a_score_or_reported_as_unclear() -> None:
    known = {text.sha256: text for text in known_texts()}
    for path in files():
        content = path.read_bytes()
        itself = known[hashlib.sha256(content).hexdigest()]
        found = recognised(content + b"\n\nCopyright (c) 2026 Some Company of Musterhafen\n")
        assert found.how in ("similar", "ambiguous"), path.name
        assert not found.certain
        near = [one.key for one in found.candidates if found.candidates[0].score - one.score < CLOSE]
        assert itself.key in near or found.candidates[0].licences == itself.licences != (), path.name
        if found.how == "similar":
            assert found.candidates[0].stands_for == (itself.licences[0] if itself.licences else itself.key)


@real
@pytest.mark.parametrize("family", FAMILIES)
def test_siblings_are_told_apart(family: tuple[str, ...]) -> None:
    prints = {name: fingerprint(wording(decode((TEXTS / name).read_bytes()).text)) for name in family}
    for name, print_ in prints.items():
        for other, its in prints.items():
            assert (likeness(print_.hashes, its.hashes) == 1.0) == (name == other), (name, other)


@real
def test_another_number_is_never_taken_for_the_known_text() -> None:
    for name in ("kimi-k2.5.LICENSE", "moonshot-ai-modified-mit-2025.LICENSE", "minimax-m2.LICENSE"):
        text = (TEXTS / name).read_text().replace("100", "50").replace("million", "thousand")
        found = recognised(text.encode())
        assert not found.certain
        assert found.how in ("similar", "ambiguous")


def test_what_is_like_nothing_is_not_recognised() -> None:
    assert recognised(b"Minutes of the meeting of the board on the colour of the new letter paper.") == Recognition("")


def test_a_fingerprint_survives_packing() -> None:
    print_ = fingerprint(wording(" ".join(f"word {chr(97 + i % 26)}{i}" for i in range(2000))))
    assert unpacked(print_.packed()) == print_.hashes
    assert len(print_.hashes) == SIZE


def test_likeness_of_short_texts_is_exact() -> None:
    one, other = (fingerprint(words).hashes for words in ("a b c d e", "a b c d f"))
    assert likeness(one, other) == pytest.approx(2 / 4)
    assert likeness(one, one) == 1.0
    assert likeness(one, ()) == 0.0
