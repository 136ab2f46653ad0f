"""Words for kinds of input and output. Pure."""

from collections.abc import Iterable

KINDS = ("text", "image", "audio", "video")


def modalities(formats: Iterable[str]) -> tuple[list[str], bool]:
    """The kinds that formats name, and whether they name them in so many words; `image/png` only implies one.

    Nothing where one of the formats names none, because the list would then be incomplete.
    """
    found: dict[str, None] = {}
    stated = True
    for text in formats:
        word = text.strip().casefold()
        main, slash, _ = word.partition("/")
        if main not in KINDS:
            return [], False
        stated = stated and not slash
        found[main] = None
    return list(found), stated
