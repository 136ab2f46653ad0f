"""What the header of a weights file says, in one form for all formats."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Header:
    """`metadata` is what the file says about itself; `parameters` is None where the header does not tell them."""

    format: str
    """As in the fact `file_formats`."""
    label: str
    """For people, such as `GGUF 3`."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    tensors: int = 0
    types: Mapping[str, int] = field(default_factory=dict)
    """Type of numbers -> elements of that type."""
    parameters: int | None = None
    notes: tuple[str, ...] = ()
