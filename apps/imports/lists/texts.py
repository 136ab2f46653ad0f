"""Text and tables out of a stream: UTF-8 read strictly, line by line, within bounds. Pure."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence

from django.utils.translation import gettext_noop

from apps.core.errors import filled
from apps.imports.lists.reading import Reading
from apps.imports.records import UnreadableFile

LONGEST_LINE = 1 << 20
MOST_COLUMNS = 300
END_MARK = "\x1a"
_UTF_16 = gettext_noop("The file is written in UTF-16. Save it as UTF-8.")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def lines_of(stream: io.BufferedReader) -> Iterator[str]:
    """The lines of a text with their ends. A byte order mark is let pass.

    Raises `UnreadableFile` for other encodings than UTF-8, for zero bytes and for endless lines.
    """
    if stream.peek(2).startswith(_WIDE):
        raise UnreadableFile(_UTF_16)
    for number, line in enumerate(_raw_lines(stream), start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            message = gettext_noop("Line %(line)d is not UTF-8 (byte 0x%(byte)s). The list is published in UTF-8.")
            raise UnreadableFile(filled(message, line=number, byte=f"{line[error.start]:02X}")) from error
        if "\x00" in text:
            raise UnreadableFile(filled("Line %(line)d holds zero bytes; it is no text.", line=number))
        yield text


class Text:
    """A text read in pieces, as strictly as `lines_of` reads lines."""

    def __init__(self, stream: io.BufferedReader) -> None:
        if stream.peek(2).startswith(_WIDE):
            raise UnreadableFile(_UTF_16)
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._bytes = 0

    def read(self, size: int) -> str:
        """The next `size` bytes as text; empty at the end only."""
        text = ""
        while not text:
            piece = self._stream.read(size)
            try:
                text = self._decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                message = gettext_noop("The file is not UTF-8 (near byte %(at)d). The list is published in UTF-8.")
                raise UnreadableFile(filled(message, at=self._bytes + error.start)) from error
            self._bytes += len(piece)
            if not piece:
                return text
        if "\x00" in text:
            raise UnreadableFile("The file holds zero bytes; it is no text.")
        return text


def _raw_lines(stream: io.BufferedReader) -> Iterator[bytes]:
    while line := stream.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            raise UnreadableFile(
                filled("A line has more than %(most)d characters; this is no list.", most=LONGEST_LINE)
            )
        yield line


class Table:
    """The rows of a CSV file, read one by one."""

    def __init__(self, stream: io.BufferedReader, *, delimiter: str = ",") -> None:
        self._stream, self._delimiter = stream, delimiter
        self.number = 0
        """The line on which the last row began."""
        self.ended = False
        """Whether the last line that was read has an end, as the last of a whole file mostly has."""

    def __iter__(self) -> Iterator[Sequence[str]]:
        """The rows that are not empty. Raises `UnreadableFile` for what is no CSV."""
        reader = csv.reader(self._lines(), delimiter=self._delimiter, strict=True)
        while True:
            before = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise self._broken(before, error) from error
            if len(cells) > MOST_COLUMNS:
                message = filled("Line %(line)d has more than %(most)d columns.", line=before, most=MOST_COLUMNS)
                raise UnreadableFile(message)
            self.number = before
            if any(cell.strip() for cell in cells):
                yield cells

    @staticmethod
    def _broken(line: int, error: csv.Error) -> UnreadableFile:
        if "unexpected end of data" in str(error):
            return UnreadableFile(filled("The file is cut off in the row that begins on line %(line)d.", line=line))
        return UnreadableFile(filled("Line %(line)d is no CSV (%(error)s).", line=line, error=error))

    def _lines(self) -> Iterator[str]:
        for line in lines_of(self._stream):
            self.ended = line.endswith("\n")
            yield line


def rows_by_header(
    stream: io.BufferedReader,
    reading: Reading,
    *,
    needed: Sequence[str],
    key: Callable[[str], str] = str.strip,
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows of a CSV file by the names in its first row, each with its line; the delimiter is found by itself.

    `key` makes a name of a header. Rows with another number of cells are rejected. Raises `UnreadableFile`
    where one of the `needed` names is missing and where one stands twice.
    """
    start = stream.peek(1 << 14).split(b"\n", 1)[0]
    table = Table(stream, delimiter=max(",;\t", key=lambda mark: start.count(mark.encode())))
    rows = iter(table)
    header = [key(cell) for cell in next(rows, ())]
    check_header(header, needed)
    for cells in rows:
        if len(cells) > len(header) and not any(cell.strip() for cell in cells[len(header) :]):
            cells = cells[: len(header)]
        if len(cells) == len(header):
            yield table.number, dict(zip(header, cells, strict=True))
        elif not table.ended:
            raise cut_off(table.number, len(header), len(cells))
        else:
            message = gettext_noop("It has %(found)d columns, where the first row has %(wanted)d.")
            reading.reject(f"line {table.number}", filled(message, found=len(cells), wanted=len(header)))
    note_end(table, reading)


def note_end(table: Table, reading: Reading) -> None:
    """Tell of a file whose last line has no end: it may be whole, and it may lack what came after."""
    if not table.ended:
        reading.note(f"line {table.number}", gettext_noop("The last line has no end: the file may be cut off."))


def check_header(header: Sequence[str], needed: Sequence[str]) -> None:
    """Raise `UnreadableFile` for a first row that is not that of the list."""
    missing = [name for name in needed if name not in header]
    if missing:
        message = gettext_noop("This is another kind of file: its first row lacks the columns %(names)s.")
        raise UnreadableFile(filled(message, names=", ".join(missing)))
    twice = next((name for name in header if name and header.count(name) > 1), "")
    if twice:
        raise UnreadableFile(filled("The column “%(name)s” stands twice.", name=twice[:60]))


def cut_off(number: int, wanted: int, found: int) -> UnreadableFile:
    """The error for a last row that has too few cells and no end."""
    message = gettext_noop("The file is cut off: its last row, on line %(line)d, has %(found)d of %(wanted)d columns.")
    return UnreadableFile(filled(message, line=number, found=found, wanted=wanted))
