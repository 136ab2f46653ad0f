"""Identifiers: UUIDv7 (RFC 9562, section 5.7), sortable by the millisecond in which they were made."""

import os
import time
import uuid

_last_ms = 0
_sequence = 0


def uuid7() -> uuid.UUID:
    """A new UUIDv7; identifiers made by one process within one millisecond keep their order."""
    global _last_ms, _sequence
    now_ms = time.time_ns() // 1_000_000
    if now_ms > _last_ms:
        _last_ms = now_ms
        _sequence = int.from_bytes(os.urandom(2)) & 0x7FF  # half of the space is left to count upwards
    else:
        _sequence += 1
        if _sequence > 0xFFF:
            _last_ms += 1
            _sequence = 0
    random_tail = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    value = (_last_ms & ((1 << 48) - 1)) << 80 | 0x7 << 76 | _sequence << 64 | 0b10 << 62 | random_tail
    return uuid.UUID(int=value)
