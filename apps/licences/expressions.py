"""Licence expressions: `OR` lets the licensee choose, `AND` binds to all. Pure."""

from itertools import product

from license_expression import ExpressionError, ExpressionParseError, Licensing

MOST = 64
_LICENSING = Licensing()


def alternatives(text: str) -> list[list[str]]:
    """The choices that an expression leaves, each the names that then apply together; a single name is one choice.

    Text that is no expression (a tag of the hub such as `other/NAME`) stands for itself.
    """
    plain = [[text.strip()]]
    words = text.split()
    if "OR" not in words and "AND" not in words:
        return plain
    try:
        parsed = _LICENSING.parse(text)
    except (ExpressionError, ExpressionParseError):
        return plain
    found = _choices(parsed)
    return found if len(found) <= MOST else plain


def _choices(node: object) -> list[list[str]]:
    arguments = getattr(node, "args", ())
    operator = str(getattr(node, "operator", "")).strip()
    if operator == "OR":
        return [choice for one in arguments for choice in _choices(one)]
    if operator == "AND":
        picked = product(*(_choices(one) for one in arguments))
        return [[name for names in choice for name in names] for choice in picked]
    return [[str(node)]]
