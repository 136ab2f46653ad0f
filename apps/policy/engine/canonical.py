"""The digest that names a policy: equal content, equal digest, on every machine."""

from apps.core import canonical

from .content import PolicyContent, content_to_json


def digest(content: PolicyContent) -> str:
    """`sha256:…` over the canonical JSON of the content, packs, rules and parameters ordered by their keys."""
    data = content_to_json(content)
    data["packs"].sort(key=lambda pack: pack["code"])
    data["rules"].sort(key=lambda rule: rule["code"])
    data["params"].sort(key=lambda param: param["name"])
    return canonical.digest(data)
