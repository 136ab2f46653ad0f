"""Which repository of the hub a file's name speaks of. Pure.

Browsers send the last part of a path only, so that `owner/model/README.md` arrives as `README.md`. The hub's own
programs write `owner--model` where a slash cannot stand, and no repository may have two hyphens in its name.
"""

import re

_OWNER, _NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}?", r"[A-Za-z0-9._-]{1,96}?"
_PATH = re.compile(rf"(?P<owner>{_OWNER})/(?P<name>{_NAME})(@[^/]*)?/(?P<file>[^/]+)")
_JOINED = re.compile(rf"(models--)?(?P<owner>{_OWNER})--(?P<name>{_NAME})--(?P<file>[^/]+)")


def repository_of(file_name: str) -> str:
    """`owner/name` of `owner/name/FILE` and of `owner--name--FILE`; empty where the name speaks of no repository."""
    found = _PATH.fullmatch(file_name.strip()) or _JOINED.fullmatch(file_name.strip().rpartition("/")[2])
    return f"{found['owner']}/{found['name']}" if found else ""
