"""What an approval rests on, then and now: which differences are material. Pure.

A state maps each kind of change to what it is about, and that to an item: `name` for people, `shown` as the value for
people, and what the kind compares. Unknown before and known now is material only where the approver could not have
seen it otherwise; white space and layout never are, for texts and cards are compared by their wording.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.core.canonical import digest

Item = Mapping[str, Any]
State = Mapping[str, Mapping[str, Item]]


@dataclass(frozen=True)
class Difference:
    """One thing that is no longer as it was approved."""

    kind: str
    key: str
    before: Item | None
    after: Item | None

    @property
    def identity(self) -> str:
        """The same for the same difference, whichever use it touches."""
        values = [_value(self.kind, item) for item in (self.before, self.after)]
        return digest({"kind": self.kind, "key": self.key, "before": values[0], "after": values[1]})

    @property
    def about(self) -> str:
        """By name, what changed."""
        return str((self.after or self.before or {}).get("name", self.key))


def differences(before: State, after: State) -> list[Difference]:
    """The material differences, in the order of kinds and keys."""
    found = []
    for kind, is_material in MATERIAL.items():
        then, now = before.get(kind, {}), after.get(kind, {})
        for key in sorted({*then, *now}):
            if is_material(then.get(key), now.get(key)):
                found.append(Difference(kind, key, then.get(key), now.get(key)))
    return found


def _value(kind: str, item: Item | None) -> Any:
    if item is None:
        return None
    return sorted({text["wording"] for text in item["texts"]}) if kind == "licence-text" else item.get("is")


def _text_changed(before: Item | None, after: Item | None) -> bool:
    if before is None or after is None:
        return False  # a model that came to the lineage or left it: that is the change
    had = {text["wording"] for text in before["texts"]}
    return any(text["wording"] not in had and _is_news(text, before) for text in after["texts"])


def _is_news(text: Item, before: Item) -> bool:
    """Whether a text that was not there says other things than the licence that was approved."""
    came_with_release = any(one["of"] == "release" for one in before["texts"])
    if came_with_release or (before["texts"] and text["of"] != "release"):
        return True
    if text["of"] == "reference":
        return False  # nothing was known of a text: that the licence is known now is a change of its own
    return text["licence"] is None or text["licence"] != before["licence"]


def _licence_changed(before: Item | None, after: Item | None) -> bool:
    if before is None or after is None:
        return False
    (declared, licence), (declared_now, licence_now) = before["is"], after["is"]
    if declared != declared_now and (declared is not None or licence is None):
        return True
    # Somebody who concludes what an unread name means has not changed what was declared.
    return bool(licence != licence_now and licence is not None)


def _differs(before: Item | None, after: Item | None) -> bool:
    return before is not None and after is not None and before["is"] != after["is"]


def _came_or_went(before: Item | None, after: Item | None) -> bool:
    return (before is None) != (after is None)


MATERIAL: Mapping[str, Callable[[Item | None, Item | None], bool]] = {
    "licence-text": _text_changed,
    "declared-licence": _licence_changed,
    "terms": _differs,
    "card": _differs,
    "parent": _came_or_went,
    "developer": _differs,
    "revision": _differs,
}
