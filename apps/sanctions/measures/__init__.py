"""Authorities' measures as officers keep them: entered from a source, corrected, moved on step by step."""

from apps.sanctions.measures.entering import correct_event, enter_event, name_parties
from apps.sanctions.measures.stepping import NEXT, change_status, take_back_step

__all__ = ["NEXT", "change_status", "correct_event", "enter_event", "name_parties", "take_back_step"]
