"""What stands in cards instead of a value: places of templates, ways of saying nothing, paths of somebody's machine."""

import re

_PLACE = re.compile(r"[{}<>]|^\$|^\[.*\]$")
_NOTHING = frozenset(
    {"", "?", "-", "none", "null", "nil", "n/a", "na", "tbd", "todo", "unknown", "undefined", "more information needed"}
)
_TEMPLATE_WORDS = frozenset({"license", "licence", "base_model", "model_id", "your-license", "your_license"})
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_CHECKPOINT = re.compile(r"(^|/)(checkpoint-\d+|output|outputs|checkpoints|results)(/|$)", re.IGNORECASE)


def is_place(text: str) -> bool:
    """Whether it is the unfilled place of a template, such as `{base_model}` or `[More Information Needed]`."""
    return bool(_PLACE.search(text.strip())) or text.strip().casefold() in _TEMPLATE_WORDS


def says_nothing(text: str) -> bool:
    """Whether it is a way of saying nothing, such as `unknown`, `?` or `n/a`."""
    return text.strip().casefold() in _NOTHING


def is_path(text: str) -> bool:
    """Whether it is a path on the machine where the model was trained, not a repository."""
    return (
        text.startswith(("/", "./", "../", "~", ".\\"))
        or bool(_DRIVE.match(text))
        or "\\" in text
        or text.count("/") > 1
        or bool(_CHECKPOINT.search(text))
    )
