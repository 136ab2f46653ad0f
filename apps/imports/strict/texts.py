"""Bytes as text: UTF-8, or a message that says what the file is instead, where that can be told. Pure."""

import codecs
import re

from apps.core.errors import filled
from apps.imports.records import UnreadableFile

MAX_BYTES = 8 * 1024 * 1024
_WIDE = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_WESTERN = re.compile(r"[\x00-\x7fÀ-ÖØ-öø-ÿŒœŠšŽžŸ–—‘’“”„…€§°«»·•®©™\u00a0]*")
_LONG_RUN = re.compile(r"[À-ÖØ-öø-ÿŒœŠšŽžŸ]{3}")
_FEWEST_CHINESE = 4
_LOOKED_AT = 64 * 1024


def text_of(content: bytes, *, most: int = MAX_BYTES) -> str:
    """`content` as text: UTF-8, with or without a byte order mark, lines ending in a line feed.

    Raises `UnreadableFile` above `most` bytes and for other encodings; the encoding is named where it can be told.
    """
    if len(content) > most:
        raise UnreadableFile(
            filled("The file has %(count)d bytes; at most %(most)d are read.", count=len(content), most=most)
        )
    for mark, name in _WIDE:
        if content.startswith(mark):
            raise _encoded_in(name)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(content, error) from error
    if "\x00" in text:
        if content[:400].count(0) * 3 >= len(content[:400]):
            raise _encoded_in("UTF-16")
        raise UnreadableFile("The file contains zero bytes; it is no text.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoded_in(name: str) -> UnreadableFile:
    return UnreadableFile(filled("The file is encoded in %(name)s; save it as UTF-8.", name=name))


def _not_utf8(content: bytes, error: UnicodeDecodeError) -> UnreadableFile:
    line, byte = content.count(b"\n", 0, error.start) + 1, f"{content[error.start]:02X}"
    name = likely_encoding(content[content.rfind(b"\n", 0, error.start) + 1 :])
    if not name:
        return UnreadableFile(
            filled("Line %(line)d is not UTF-8 (byte 0x%(byte)s). Save the file as UTF-8.", line=line, byte=byte)
        )
    return UnreadableFile(
        filled(
            "Line %(line)d is not UTF-8 (byte 0x%(byte)s); the file looks like %(name)s. Save it as UTF-8.",
            line=line,
            byte=byte,
            name=name,
        )
    )


def likely_encoding(content: bytes) -> str:
    """The encoding in which some bytes make a plausible text; empty where none does, or nothing tells."""
    for name, codec, is_plausible in (("Windows-1252", "cp1252", _is_western), ("GB 18030", "gb18030", _is_chinese)):
        try:
            # Incremental, since the last character may be cut in two.
            text = codecs.getincrementaldecoder(codec)().decode(content[:_LOOKED_AT])
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text) and is_plausible(text):
            return name
    return ""


def _is_western(text: str) -> bool:
    """Letters and signs that Western European texts use, and never three letters with accents in a row."""
    return bool(_WESTERN.fullmatch(text)) and not _LONG_RUN.search(text)


def _is_chinese(text: str) -> bool:
    """Several Chinese characters, nearly all of them among the 3,755 most used ones of GB 2312, or its punctuation."""
    foreign = [character for character in text if ord(character) > 127]
    common = sum(map(_is_common_chinese, foreign))
    return common >= _FEWEST_CHINESE and common * 10 >= len(foreign) * 9


def _is_common_chinese(character: str) -> bool:
    try:
        first, second = character.encode("gb2312")
    except (UnicodeEncodeError, ValueError):
        return False
    return second >= 0xA1 and (0xB0 <= first <= 0xD7 or first in (0xA1, 0xA3))
