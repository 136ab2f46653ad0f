"""Measures in words: what they do and what they cover."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

MEASURES: Mapping[str, Any] = {
    "access_order": _("Order on who may have access"),
    "advisory": _("Advisory"),
    "app_store": _("Removal from app stores"),
    "block": _("Prohibition of dealings"),
    "data_rule": _("Rule on data"),
    "device_ban": _("Ban on devices"),
    "export_licence": _("Licence needed for exports"),
    "pending": _("Proceedings"),
    "procurement_ban": _("Exclusion from procurement"),
}
MEASURE_CHOICES = tuple((code, code) for code in MEASURES)
SCOPES: Mapping[str, Any] = {
    "api": _("the API"),
    "app": _("the app"),
    "data": _("data"),
    "devices": _("devices"),
    "export": _("exports"),
    "government": _("public bodies"),
    "procurement": _("procurement"),
    "weights": _("the weights"),
}


def measure_word(effect: str) -> str:
    """What a measure does, for one whose instrument bears no name; an unknown word is shown as it is."""
    return str(MEASURES.get(effect, effect))


def scope_word(scope: str) -> str:
    """What a measure covers; an unknown word is shown as it is."""
    return str(SCOPES.get(scope, scope))
