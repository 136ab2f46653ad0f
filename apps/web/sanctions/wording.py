"""Measures in words: what they do and what they cover."""

from django.utils.translation import gettext as _


def measure_word(effect: str) -> str:
    """What a measure does, for one whose instrument bears no name; an unknown word is shown as it is."""
    words = {
        "access_order": _("Order on who may have access"),
        "advisory": _("Advisory"),
        "app_store": _("Removal from app stores"),
        "data_rule": _("Rule on data"),
        "device_ban": _("Ban on devices"),
        "pending": _("Proceedings"),
        "procurement_ban": _("Exclusion from procurement"),
    }
    return words.get(effect, effect)


def scope_word(scope: str) -> str:
    """What a measure covers."""
    words = {
        "api": _("the API"),
        "app": _("the app"),
        "devices": _("devices"),
        "government": _("public bodies"),
        "procurement": _("procurement"),
        "weights": _("the weights"),
    }
    return words.get(scope, scope)
