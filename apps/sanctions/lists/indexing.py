"""The door to matching: the names of new entries become findable while they are staged."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from apps.sanctions.models import EntryName

MATCHING = "apps.sanctions.matching"


def index(names: Sequence[EntryName]) -> None:
    """Let matching write the keys of names that have just been stored."""
    if find_spec(MATCHING) is not None:
        import_module(MATCHING).index_names(names)
