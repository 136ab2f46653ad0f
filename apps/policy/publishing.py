"""From the packs that come with the product to an immutable policy version."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from django.db.models import Max

from apps.accounts.actors import Actor
from apps.core.changes import change
from apps.core.clock import now
from apps.core.errors import NotFound
from apps.policy.engine.canonical import digest
from apps.policy.engine.content import PolicyContent, content_from_json, content_to_json
from apps.policy.engine.judge import CompiledPolicy, compile_policy
from apps.policy.models import Pack, Parameter, PolicyVersion, Rule


def policy_in_force() -> PolicyVersion:
    """The newest policy version. Raises `NotFound` while none is published."""
    found = PolicyVersion.objects.defer("content").first()
    if found is None:
        raise NotFound("No policy is published yet. Run `manage.py load_knowledge`.")
    return found


def parameters_at(moment: dt.datetime | None = None) -> Mapping[str, Any]:
    """The parameters by name of the policy in force, or of the one that was at a past moment; empty while none was."""
    versions = PolicyVersion.objects.defer("content")
    found = (versions.filter(published_at__lte=moment) if moment else versions).first()
    return {one.name: one.value for one in content_of(found).params} if found else {}


@lru_cache(maxsize=4)
def _compiled(policy_digest: str, version_id: Any) -> tuple[PolicyContent, CompiledPolicy]:
    content = content_from_json(PolicyVersion.objects.get(id=version_id).content)
    return content, compile_policy(content)


def compiled(version: PolicyVersion) -> CompiledPolicy:
    """The programs of a policy version; compiled once per process."""
    return _compiled(version.digest, version.id)[1]


def content_of(version: PolicyVersion) -> PolicyContent:
    """Packs, rules and parameters of a policy version."""
    return _compiled(version.digest, version.id)[0]


def publish(*, actor: Actor, content: PolicyContent, note: str = "") -> tuple[PolicyVersion, bool]:
    """Make `content` the policy in force; returns the version and whether it is new.

    Nothing happens when the version in force has the same digest. Raises `PolicyProblems` when a rule does not compile.
    """
    actor.require("policy.change")
    compile_policy(content)
    new_digest = digest(content)
    existing = PolicyVersion.objects.first()
    if existing and existing.digest == new_digest:
        return existing, False
    with change(actor, "policy.publish", reason=note):
        _write_rows(content)
        number = (PolicyVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        version = PolicyVersion(
            number=number,
            content=content_to_json(content),
            digest=new_digest,
            published_at=now(),
            published_by=actor.label,
            note=note,
        )
        version.save()
    return version, True


def _write_rows(content: PolicyContent) -> None:
    """Keep the rows that pages list in step with what is published; rows that stay the same are not touched."""
    packs = {pack.code: pack for pack in Pack.objects.all()}
    for position, pack in enumerate(content.packs):
        columns = {
            "title_en": pack.title["en"],
            "title_de": pack.title["de"],
            "description_en": pack.description["en"],
            "description_de": pack.description["de"],
            "applies_if": pack.applies_if,
            "position": position,
        }
        packs[pack.code] = _store(packs.get(pack.code) or Pack(code=pack.code), columns)
    rules = {rule.code: rule for rule in Rule.objects.all()}
    plain = {rule["code"]: rule for rule in content_to_json(content)["rules"]}
    for rule in content.rules:
        columns = {
            "pack": packs[rule.pack],
            "version": rule.version,
            "title_en": rule.title["en"],
            "title_de": rule.title["de"],
            "severity": rule.severity,
            "gate": rule.gate,
            "content": plain[rule.code],
        }
        _store(rules.get(rule.code) or Rule(code=rule.code), columns)
    Rule.objects.exclude(code__in=[rule.code for rule in content.rules]).delete()
    Pack.objects.exclude(code__in=[pack.code for pack in content.packs]).delete()
    parameters = {parameter.name: parameter for parameter in Parameter.objects.all()}
    for parameter in content.params:
        rest = {key: value for key, value in asdict(parameter).items() if key not in ("name", "value")}
        columns = {"value": parameter.value, "content": rest}
        _store(parameters.get(parameter.name) or Parameter(name=parameter.name), columns)
    Parameter.objects.exclude(name__in=[parameter.name for parameter in content.params]).delete()


def _store(row: Any, columns: dict[str, Any]) -> Any:
    if row.row_version == 0 or any(getattr(row, name) != value for name, value in columns.items()):
        for name, value in columns.items():
            setattr(row, name, value)
        row.save()
    return row
