"""Where each known field of a card went: to a path of ours, or kept as it is. And what a person should know."""

from collections.abc import Mapping

from apps.core.errors import Filled, filled

KEPT = "kept"


def pointed(key: str) -> str:
    """A key as a part of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


class Ledger:
    """Collects both while a card is read."""

    def __init__(self) -> None:
        self._where: dict[str, str] = {}
        self.notes: list[str] = []

    def to(self, pointer: str, place: str) -> None:
        """The value at `pointer` became `place`; several places are joined."""
        before = self._where.get(pointer)
        if before is None or before == KEPT:
            self._where[pointer] = place
        elif place not in before.split(", "):
            self._where[pointer] = f"{before}, {place}"

    def keep(self, pointer: str) -> None:
        """The value at `pointer` has no field of ours and is kept with the document."""
        self._where.setdefault(pointer, KEPT)

    def keep_rest(self, at: str, data: Mapping[str, object]) -> None:
        """Whatever of `data` nobody took is kept."""
        for key, value in data.items():
            pointer = f"{at}/{pointed(str(key))}"
            taken = sum(known.startswith(f"{pointer}/") for known in self._where)
            if not taken or (isinstance(value, list) and taken < len(value)):
                self.keep(pointer)

    def note(self, pattern: str | Filled) -> None:
        """Something a person should know, said once."""
        if pattern not in self.notes:
            self.notes.append(pattern)

    @property
    def accounted(self) -> Mapping[str, str]:
        """JSON pointer -> where it went."""
        return dict(self._where)


__all__ = ["KEPT", "Ledger", "filled", "pointed"]
