"""What lists say and what made a likeness, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from apps.sanctions.entries import EntryKind, ListedParty, NameKind

KINDS: Sequence[tuple[str, Any]] = (
    (EntryKind.ORGANISATION.value, _("Organisation")),
    (EntryKind.PERSON.value, _("Person")),
    (EntryKind.VESSEL.value, _("Vessel")),
    (EntryKind.AIRCRAFT.value, _("Aircraft")),
    (EntryKind.UNKNOWN.value, _("Not said by the list")),
)
NAME_KINDS: Mapping[str, Any] = {
    NameKind.PRIMARY: _("Name"),
    NameKind.ALIAS: _("Also known as"),
    NameKind.WEAK: _("Weak alias"),
    NameKind.FORMER: _("Former name"),
    NameKind.NATIVE: _("Name in its own script"),
}
LABELS: Mapping[str, Any] = {
    "kind": _("Kind"),
    "names": _("All names"),
    "countries": _("Countries"),
    "addresses": _("Addresses"),
    "birth_dates": _("Dates of birth"),
    "identifiers": _("Numbers"),
    "programmes": _("Programmes"),
    "listed_on": _("Listed on"),
    "ends_on": _("Ends on"),
    "acts": _("Rests on"),
    "licence_requirement": _("Licence requirement"),
    "licence_policy": _("Licence policy"),
    "remarks": _("Remarks"),
    "url": _("Address"),
}
"""What an entry may say, in the order in which it is shown."""
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
    "generic-words-only": _("Only common words agree"),
}


def values_of(party: ListedParty, name: str) -> list[str]:
    """What an entry says under one of `LABELS`, in words."""
    value = getattr(party, name)
    if name == "kind":
        return [str(dict(KINDS)[value])]
    if name == "names":
        return [f"{one.text} ({NAME_KINDS[one.kind]})" for one in value]
    if name == "identifiers":
        return [" ".join(filter(None, (one.kind, one.value, one.country))) for one in value]
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return [str(value)] if value else []


def feature_word(code: str) -> str:
    """What made a score higher or lower; a code of another version is shown as it is."""
    return str(FEATURES.get(code, code))


ENDINGS = (
    gettext_noop("The entry, the party or the way of comparing has changed."),
    gettext_noop("A year has passed."),
)
"""Why judgements end by themselves; the record keeps the English text."""


def ending_in_words(why: str) -> str:
    """Why a judgement ended; what a person gave as the reason stays as it is."""
    return gettext(why) if why in ENDINGS else why


def kind_word(kind: str) -> str:
    """What sort of thing is listed."""
    return str(dict(KINDS).get(kind, kind))
