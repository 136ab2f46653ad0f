"""HTML to an archivable, accessible PDF (PDF/A-3a and PDF/UA-1) that is made again byte for byte."""

import datetime as dt
import gc
import hashlib
import io
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from typing import Any

from django.utils.translation import gettext_noop

from apps.core.errors import WeighbridgeError

ATTACHMENT = "evidence.json"
_HAN = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")

# PDF/A lets a document use only metadata that it describes; that of PDF/UA is not among those known to it.
_ALSO_UA = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part>\
</rdf:Description><rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 to which the document conforms</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"""


class MissingFont(WeighbridgeError):
    """A name cannot be printed with the fonts that this machine has."""

    status = 500
    code = "missing-font"
    title = "A font is missing"


class FetchRefused(Exception):
    """Something in the document asked for a file or an address."""


class Refusing:
    """The renderer's way to the outside: there is none, whatever a name or a source says."""

    _fail_on_errors = False
    """Read by the renderer: it goes on without what it did not get."""

    def __call__(self, url: str, *args: Any, **kwargs: Any) -> Any:
        raise FetchRefused(f"the document asked for {url[:200]}")


refuse = Refusing()


def pdf_from(html: str, attached: bytes, *, as_of: str) -> tuple[bytes, int]:
    """The PDF of `html` with `attached` inside as `evidence.json`, and its number of pages.

    Raises `MissingFont` when Chinese, Japanese or Korean text cannot be drawn; a character of another script that no
    font has is written as its code point, never as an empty box.
    """
    with _undisturbed():
        content, pages, missing = _write(html, attached, as_of)
        if missing:
            if _HAN.search(missing):
                raise MissingFont(
                    gettext_noop(
                        "Names in Chinese, Japanese or Korean cannot be printed: no font on the server has their "
                        "characters. Have the package fonts-wqy-microhei (or another such font) installed, ask again."
                    )
                )
            content, pages, _ = _write(_spelled_out(html, missing), attached, as_of)
    return content, pages


def _write(html: str, attached: bytes, as_of: str) -> tuple[bytes, int, str]:
    """The PDF, its number of pages, and the characters that no font had."""
    # Costs half a second and is needed by the worker only.
    from weasyprint import HTML, Attachment
    from weasyprint.css import ColorProfile

    moment = dt.datetime.fromisoformat(as_of).astimezone(dt.UTC)
    attachment = Attachment(
        string=attached.decode(), name=ATTACHMENT, description="Evidence of this document", relationship="Source",
        created=moment, modified=moment,
    )  # fmt: skip
    options = {
        "pdf_variant": "pdf/a-3a",
        "pdf_identifier": hashlib.sha256(attached).hexdigest()[:32].encode(),
        "attachments": [attachment],
        "output_intent": "own",
    }
    profile = ColorProfile(io.BytesIO(_srgb()), "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))
    document = HTML(string=html, url_fetcher=refuse).render(
        font_config=_fonts(), color_profiles={"own": profile}, **options
    )
    target = io.BytesIO()
    document.write_pdf(target, finisher=_finish, **options)
    missing = {chr(code) for font in document.fonts.values() for code in font.missing}
    return target.getvalue(), len(document.pages), "".join(sorted(missing))


def _finish(document: Any, pdf: Any) -> None:
    """Say, legibly, that the document is PDF/UA too, and name the attachment once."""
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    metadata.compress = False
    metadata.stream = [part.replace(b"</rdf:RDF>", _ALSO_UA) for part in metadata.stream]
    pdf.catalog["AF"] = type(pdf.catalog["AF"])(dict.fromkeys(pdf.catalog["AF"]))
    compress_streams(pdf)


def compress_streams(pdf: Any) -> None:
    """Compress the streams of a document, and those that are added while it is written, unless that ends in CR.

    With the line feed that follows, such an end would be read as one line break, and the stream as a byte too long.
    """
    add = pdf.add_object

    def add_compressed(item: Any) -> None:
        _compress(item)
        add(item)

    for item in pdf.objects:
        _compress(item)
    pdf.add_object = add_compressed


def _compress(item: Any) -> None:
    if not getattr(item, "compress", False):
        return
    item.compress = False
    raw = item.data.partition(b"stream\n")[2].removesuffix(b"\nendstream")
    packed = zlib.compress(raw, 6)
    if not packed.endswith(b"\r"):
        item.stream, item.extra["Filter"] = [packed], "/FlateDecode"


def _spelled_out(html: str, characters: str) -> str:
    return re.sub(f"[{re.escape(characters)}]", lambda found: f"[U+{ord(found[0]):04X}]", html)


@lru_cache(maxsize=1)
def _srgb() -> bytes:
    return (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()


@lru_cache(maxsize=1)
def _fonts() -> Any:
    """Reading the fonts takes a while; once per process is enough."""
    from weasyprint.text.fonts import FontConfiguration

    # Whatever writes a date into a font writes this one.
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    return FontConfiguration()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Layout makes millions of objects that live until the end; looking for garbage among them costs a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
