"""Versions as bills of materials write them, and which of them name a fixed revision. Pure."""

from apps.registry.references import MOVING

MAX_REVISION = 120


def revision_of(version: str) -> str:
    """`version` where it names one fixed state; empty for those that move, such as `main`."""
    version = version.strip()
    if version.casefold() in MOVING or len(version) > MAX_REVISION:
        return ""
    return version.lower() if len(version) in (40, 64) and _hexadecimal(version) else version


def _hexadecimal(text: str) -> bool:
    return all(character in "0123456789abcdefABCDEF" for character in text)
