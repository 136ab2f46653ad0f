"""How old and how complete the facts are that matter most."""

from functools import cache

from apps.facts.catalogue import paths
from apps.policy.sheets.entries import Entry, is_known


@cache
def _material() -> tuple[str, ...]:
    return tuple(path for path, spec in paths().items() if spec.material)


def freshness(facts: dict[str, Entry]) -> dict[str, Entry]:
    """`facts.unknown_material` and `facts.oldest_material_as_of` over the fields that the catalogue calls material."""
    material = _material()
    unknown = sorted(path for path in material if not is_known(facts.get(path)))
    dated = sorted(
        (facts[path]["as_of"], path) for path in material if is_known(facts.get(path)) and facts[path].get("as_of")
    )
    found: dict[str, Entry] = {
        "facts.unknown_material": {
            "value": unknown,
            "state": "verified",
            "source": "Register: the record of this use",
            "as_of": None,
            "derived": True,
        }
    }
    if dated:
        oldest, path = dated[0]
        found["facts.oldest_material_as_of"] = {
            "value": oldest,
            "state": "verified",
            "source": f"Register: {path}",
            "as_of": oldest,
            "derived": True,
        }
    return found
