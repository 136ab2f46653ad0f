"""Texts, JSON and YAML from outside, read strictly: what is ambiguous or made to hurt is refused. Pure.

Every message says what is wrong and where; none quotes a text, since texts may be secrets.
"""

from apps.imports.strict.json_text import STRICT_NUMBERS, json_of, object_of
from apps.imports.strict.texts import MAX_BYTES, text_of
from apps.imports.strict.yaml_text import yaml_of

__all__ = ["MAX_BYTES", "STRICT_NUMBERS", "json_of", "object_of", "text_of", "yaml_of"]
