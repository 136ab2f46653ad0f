"""Lists' files as they came: each kept once, under the name of its checksum. They are evidence, and are never deleted.

They lie beside the other files of the installation, so that every process reaches them and a backup holds them.
"""

import gzip
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from django.conf import settings

from apps.core.errors import InvalidInput, NotFound, filled

MOST_BYTES = 300 * 1024 * 1024
"""Of one file as it comes; the largest official one has about a third of it."""
_CHUNK = 1024 * 1024
_PACKED = (b"\x1f\x8b", b"PK\x03\x04")


def folder() -> Path:
    """Where they lie."""
    found: Path = settings.WEIGHBRIDGE_HOME / "files" / "lists"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


@contextmanager
def incoming() -> Iterator[IO[bytes]]:
    """A file to write into, gone at the end: `keep` copies what is to stay."""
    with tempfile.TemporaryFile(dir=folder()) as file:
        yield file


def keep(file: IO[bytes]) -> tuple[str, int]:
    """Keep what a file holds; its SHA-256 in hexadecimal and its size in bytes.

    Text is kept compressed. Raises `InvalidInput` for a file that is empty or larger than `MOST_BYTES`.
    """
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while piece := file.read(_CHUNK):
        digest.update(piece)
        size += len(piece)
        if size > MOST_BYTES:
            message = filled("has more than %(most)d MiB", most=MOST_BYTES // 1024**2)
            raise InvalidInput(message, pointer="/file")
    if not size:
        raise InvalidInput("is empty", pointer="/file")
    if _kept(digest.hexdigest()) is None:
        _write(file, digest.hexdigest())
    return digest.hexdigest(), size


def kept(sha256: str) -> IO[bytes]:
    """The file with a checksum, as it came, to be closed by whoever asks. Raises `NotFound` where it is not here."""
    path = _kept(sha256)
    if path is None:
        raise NotFound("The file is not on this machine; the folder of files may not be shared, or not restored.")
    return cast(IO[bytes], gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _kept(sha256: str) -> Path | None:
    paths = (folder() / f"{sha256}{suffix}" for suffix in ("", ".gz"))
    return next((path for path in paths if path.is_file()), None)


def _write(file: IO[bytes], sha256: str) -> None:
    """Whole or not at all: another process may keep the same file at this moment."""
    file.seek(0)
    packed = file.read(4).startswith(_PACKED)
    file.seek(0)
    number, name = tempfile.mkstemp(dir=folder(), suffix=".part")
    try:
        with os.fdopen(number, "wb") as raw:
            if packed:
                shutil.copyfileobj(file, raw, _CHUNK)
            else:
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=6, mtime=0) as target:
                    shutil.copyfileobj(file, target, _CHUNK)
        Path(name).replace(folder() / (sha256 if packed else f"{sha256}.gz"))
    finally:
        Path(name).unlink(missing_ok=True)
