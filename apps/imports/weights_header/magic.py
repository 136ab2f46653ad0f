"""Formats by their first bytes, as the register recognises them, too: one recogniser for readers and for files."""

from apps.registry.magic import format_by_magic as format_by_magic
