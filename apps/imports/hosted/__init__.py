"""Hosted models: configurations of LiteLLM and OpenRouter (what is in use), lists of both (what there is). Pure."""

import csv
import io
import json
import re
from collections.abc import Mapping
from typing import Any

from apps.imports.hosted import litellm, openrouter, prices
from apps.imports.hosted.secrets import without_secrets as _redacted
from apps.imports.records import Reading, UnreadableFile
from apps.imports.strict import json_of, text_of, yaml_of

MOST_BYTES = 16 * 1024 * 1024
_MOST_ROWS = 50_000
_MAY_BE = re.compile(rb"model_list|litellm_params")


def read(content: bytes, *, name: str) -> Reading:
    """Read a configuration or a list, whichever of the forms it is. Raises `UnreadableFile`."""
    text = text_of(content, most=MOST_BYTES)
    if openrouter.is_table(text):
        return openrouter.of_table(_table(text), name)
    data = _data(text)
    if isinstance(data, dict) and litellm.is_configuration(data):
        return litellm.of_configuration(litellm.redacted(data), name)
    if isinstance(data, dict) and prices.is_prices(data):
        return prices.of_prices(data, name)
    found = openrouter.entries_of(data)
    if found is not None:
        return openrouter.of_entries(found, _redacted(data), name)
    raise UnreadableFile(
        "This is neither a configuration of LiteLLM (model_list) nor its list of prices, nor models of OpenRouter."
    )


def without_secrets(content: bytes) -> bytes:
    """The file as it may be kept: configurations without keys and passwords, lists as they are.

    It reads like the original. Raises `UnreadableFile`.
    """
    text = text_of(content, most=MOST_BYTES)
    if openrouter.is_table(text):
        return content
    data = _data(text)
    if isinstance(data, dict) and litellm.is_configuration(data):
        data = litellm.redacted(data)
    elif isinstance(data, dict) and prices.is_prices(data):
        return content
    else:
        data = _redacted(data)
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def is_configuration(content: bytes) -> bool:
    """Whether a file is a configuration with keys and passwords in it, whatever it is taken for."""
    if not _MAY_BE.search(content):
        return False
    try:
        data = _data(text_of(content, most=MOST_BYTES))
    except UnreadableFile:
        return False
    return isinstance(data, dict) and litellm.is_configuration(data)


def _data(text: str) -> Any:
    """JSON, YAML, or one identifier a line."""
    if text.lstrip()[:1] in ("{", "["):
        return json_of(text)
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if lines and all(openrouter.IDENTIFIER.fullmatch(line) for line in lines):
        return lines
    return yaml_of(text)


def _table(text: str) -> list[tuple[int, Mapping[str, str]]]:
    """The rows of a CSV table with their line numbers. Raises `UnreadableFile`."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    found: list[tuple[int, Mapping[str, str]]] = []
    try:
        for row in reader:
            if len(found) >= _MOST_ROWS:
                raise UnreadableFile("The table has more rows than a list of models can have.")
            found.append((reader.line_num, {key: value or "" for key, value in row.items() if isinstance(key, str)}))
    except csv.Error as error:
        raise UnreadableFile("The table is malformed: a quotation mark or a cell does not end.") from error
    return found
