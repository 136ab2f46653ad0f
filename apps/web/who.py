"""Who said or did something, as people read it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.imports.models import Import

_CHANNELS: Mapping[str, Any] = {**dict(Import.Kind.choices), "knowledge": _("shipped with Weighbridge")}


def who(label: str) -> str:
    """A person by name, without the mail address that tells namesakes apart; what an import or the product brought."""
    name, bracket, _address = str(label).partition(" <")
    return str(_CHANNELS.get(label, name if bracket else label))
