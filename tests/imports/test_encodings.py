"""An encoding is named only where the file makes a plausible text in it."""

import pytest

from apps.core.errors import InvalidInput
from apps.imports.records import UnreadableFile
from apps.imports.services import receive_import
from apps.imports.strict import text_of
from tests.making import officer

GERMAN = "---\nlicense: mit\n---\nGrüße aus Köln: Größe, Maß und Übermut kosten 5 € – „sehr“ viel.\n"
FRENCH = "Créé à l’été, déjà vérifié : où est le modèle ? Ça dépend. Français, œuvre, naïve, GARÇON, MÜLLER.\n"
CHINESE = "本模型的许可证协议请见说明文件，使用前请阅读。\n"
RUSSIAN = "Привет, модель. Лицензия прилагается.\n"
JAPANESE = "このモデルは研究のために公開されています。\n"
POLISH = "Zażółć gęślą jaźń, świat.\n"


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (GERMAN, "cp1252", "Windows-1252"),
        (GERMAN.replace("€", "EUR").replace("–", "-").replace("„", '"').replace("“", '"'), "latin-1", "Windows-1252"),
        (FRENCH, "cp1252", "Windows-1252"),
        ("Jos\xe9", "latin-1", "Windows-1252"),
        ("ÄÖ", "latin-1", "Windows-1252"),
        (CHINESE, "gb18030", "GB 18030"),
        (CHINESE * 10_000, "gb18030", "GB 18030"),
    ],
)
def test_a_plausible_encoding_is_named(text: str, encoding: str, name: str) -> None:
    with pytest.raises(UnreadableFile, match=f"looks like {name}"):
        text_of(text.encode(encoding))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (POLISH, "cp1250"),
        (CHINESE, "big5hkscs"),
        ("中文", "gb18030"),
    ],
)
def test_nothing_is_named_where_no_text_is_plausible(text: str, encoding: str) -> None:
    content = b"plain\n" + text.encode(encoding, "replace")
    with pytest.raises(UnreadableFile) as caught:
        text_of(content)
    byte = next(f"{one:02X}" for one in content if one > 127)
    assert caught.value.message == f"Line 2 is not UTF-8 (byte 0x{byte}). Save the file as UTF-8."


def test_bytes_that_are_no_text_are_given_no_encoding() -> None:
    with pytest.raises(UnreadableFile) as caught:
        text_of(b"\x89PNG\r\n\x1a\n\x01\x02\x03" + bytes(range(1, 256)))
    assert "looks like" not in caught.value.message


@pytest.mark.django_db
def test_the_one_who_sends_a_card_in_latin_1_reads_what_it_is() -> None:
    with pytest.raises(UnreadableFile, match=r"Line 4 is not UTF-8 \(byte 0xFC\); the file looks like Windows-1252"):
        receive_import(actor=officer(), content=GERMAN.encode("cp1252"), file_name="README.md", kind="hf-card")


@pytest.mark.django_db
def test_a_file_of_no_kind_asks_for_one() -> None:
    with pytest.raises(InvalidInput, match="choose the kind"):
        receive_import(actor=officer(), content=RUSSIAN.encode("koi8-r"), file_name="x.bin")
