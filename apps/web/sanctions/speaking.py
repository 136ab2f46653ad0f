"""Codes of matching and screening in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

FEATURES: Mapping[str, Any] = {
    "names": _("Both names, word against word"),
    "spelt-otherwise": _("Words are spelt otherwise"),
    "words-differ": _("Words on both sides contradict each other"),
    "another-person": _("A name of the person is another one"),
    "words-not-asked": _("The list has further words"),
    "words-not-listed": _("The party has further words"),
    "country-agrees": _("A country is the same"),
    "country-differs": _("The countries differ"),
    "kind-differs": _("One is a person, vessel or aircraft, the other is not"),
    "identifier-equal": _("A register number is the same"),
    "single-word": _("A short single word needs a second signal"),
    "one-name-only": _("Only one name of the person agrees"),
    "no-word-the-same": _("No word is exactly the same"),
    "one-distinctive-word": _("Only one word that stands out agrees"),
    "no-distinctive-word": _("No word that stands out agrees"),
    "common-words-only": _("Only common words agree"),
}
KINDS: Mapping[str, Any] = {
    "organisation": _("Organisation"),
    "person": _("Natural person"),
    "vessel": _("Vessel"),
    "aircraft": _("Aircraft"),
    "unknown": _("Unknown"),
}


def feature_word(code: str) -> str:
    """What made a score higher or lower; a code of another version is shown as it is."""
    return str(FEATURES.get(code, code))


def kind_word(kind: str) -> str:
    """What sort of thing is listed."""
    return str(KINDS.get(kind, kind))
