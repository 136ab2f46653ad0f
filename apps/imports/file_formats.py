"""The format of a weights file by its name, as the register tells it, too. Pure."""

from collections.abc import Iterable

from apps.registry.formats import by_name as format_of

__all__ = ["PICKLE", "format_of", "formats_of"]
PICKLE = "pickle"


def formats_of(paths: Iterable[str]) -> list[str]:
    """The formats that occur, in order."""
    return sorted({found for path in paths if (found := format_of(path))})
