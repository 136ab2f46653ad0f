"""What comes back from another server."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """An answer. `url` is where it came from in the end."""

    url: str
    body: bytes
    content_type: str


@dataclass(frozen=True, kw_only=True)
class Mark:
    """By what a server tells one state of a file from another (RFC 9110, 8.8). Empty where it gave none."""

    etag: str = ""
    last_modified: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """The conditions under which a server need not send the file again."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, kw_only=True)
class Downloaded:
    """A file that was fetched. `url` is where it came from in the end, `sha256` in hexadecimal, `size` in bytes."""

    url: str
    size: int
    sha256: str
    content_type: str
    mark: Mark
