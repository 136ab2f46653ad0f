"""Whether a text is an IRI reference as RFC 3987 has it, in linear time: the schemas ask it of every address. Pure."""

import re
from ipaddress import AddressValueError, IPv6Address

_SEGMENT = r"[A-Za-z0-9\-._~!$&'()*+,;=:@\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U000efffd]"
_ESCAPED = "%[0-9A-Fa-f]{2}"
_NAME = _SEGMENT.replace(":@", "")
_AUTHORITY = (
    rf"//(?:(?:{_NAME}|:|{_ESCAPED})*@)?(?:\[(?P<literal>[^\]]*)\]|(?:{_NAME}|{_ESCAPED})*)(?::[0-9]*)?(?=[/?#]|\Z)"
)
_REFERENCE = re.compile(
    # Without a scheme, the first part of a path holds no colon.
    r"(?:[A-Za-z][A-Za-z0-9+.\-]*:|(?![^/?#]*:)|(?=//))"
    rf"(?:{_AUTHORITY}|(?!//))(?:{_SEGMENT}|/|{_ESCAPED})*"
    rf"(?:\?(?:{_SEGMENT}|[/?\ue000-\uf8ff]|{_ESCAPED})*)?"
    rf"(?:\#(?:{_SEGMENT}|[/?]|{_ESCAPED})*)?"
)
_FUTURE = re.compile(r"[vV][0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+")


def is_iri_reference(text: object) -> bool:
    """Whether a text has the form of an IRI, whole or relative; what is no text is judged elsewhere."""
    if not isinstance(text, str):
        return True
    found = _REFERENCE.fullmatch(text)
    return found is not None and (found["literal"] is None or _is_literal(found["literal"]))


def _is_literal(text: str) -> bool:
    try:
        return bool(_FUTURE.fullmatch(text) or (IPv6Address(text) and "%" not in text))
    except AddressValueError:
        return False
