"""Reads PDFs the hard way: which glyphs are drawn, and which characters they stand for."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from fontTools.ttLib import TTFont

_PAIRS = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]*)>")


@dataclass
class Drawn:
    """One glyph on one page: its number, the characters it says it stands for, and the font that has its shape."""

    page: int
    glyph: int
    text: str
    font: str


def opened(content: bytes) -> pikepdf.Pdf:
    """The document."""
    return pikepdf.open(io.BytesIO(content))


def drawn(pdf: pikepdf.Pdf, only: int = 0) -> Iterator[Drawn]:
    """Every glyph, of one page or of all, in the order in which it is drawn."""
    for number, page in enumerate(pdf.pages, start=1):
        if only not in (0, number):
            continue
        fonts = {str(name): _meanings(font) for name, font in page.Resources.Font.items()}
        current = ""
        for instruction in pikepdf.parse_content_stream(page):
            operator = str(instruction.operator)
            if operator == "Tf":
                current = str(instruction.operands[0])
            elif operator in ("Tj", "TJ"):
                for code in _codes(instruction.operands[0]):
                    yield Drawn(number, code, fonts[current].get(code, ""), current)


def _codes(operand: Any) -> Iterator[int]:
    parts = operand if isinstance(operand, pikepdf.Array) else [operand]
    for part in parts:
        if isinstance(part, pikepdf.String):
            data = bytes(part)
            yield from (int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2))


def _meanings(font: Any) -> dict[int, str]:
    stream = font.ToUnicode.read_bytes()
    found = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.DOTALL):
        for glyph, text in _PAIRS.findall(block):
            found[int(glyph, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    return found


def text_of(pdf: pikepdf.Pdf, page: int = 0) -> str:
    """The text of a page, or of the whole document, without spaces: they are gaps as often as glyphs."""
    return "".join(glyph.text for glyph in drawn(pdf, page)).replace(" ", "")


def has_shape(pdf: pikepdf.Pdf, glyph: Drawn) -> bool:
    """Whether the embedded font draws something for a glyph that is not the one for missing characters."""
    font = pdf.pages[glyph.page - 1].Resources.Font[glyph.font]
    data = font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()
    shapes = TTFont(io.BytesIO(data), lazy=True)
    name = shapes.getGlyphName(glyph.glyph)
    return glyph.glyph != 0 and shapes["glyf"][name].numberOfContours != 0


def bookmarks(pdf: pikepdf.Pdf) -> list[tuple[str, int]]:
    """Titles of the first level with the page they lead to."""
    with pdf.open_outline() as outline:
        return [(str(item.title), _page_of(pdf, item)) for item in outline.root]


def _page_of(pdf: pikepdf.Pdf, item: Any) -> int:
    target = item.destination[0]
    return next(number for number, page in enumerate(pdf.pages, start=1) if page.obj.objgen == target.objgen)
