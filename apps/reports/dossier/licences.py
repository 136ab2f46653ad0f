"""Under which licences: declared and concluded per release, with terms, duties and clauses, ancestors included."""

from typing import Any
from uuid import UUID

from apps.facts.resolution import UNKNOWN, Fact
from apps.licences.judging import Reason
from apps.licences.models import Duty, Licence
from apps.policy.licences import licence_of_release, licence_of_use
from apps.registry.licensing import CONCLUDED, DECLARED
from apps.registry.models import Model, Release
from apps.reports.dossier.scope import Scope
from apps.reports.dossier.statements import day


def licences(scope: Scope) -> dict[str, Any]:
    """What releases were said to be under at the moment of the document, and every licence once with its terms."""
    numbers = {key: number for number, key in enumerate(scope.licences, start=1)}
    names = dict(Model.objects.filter(id__in=scope.ancestor_ids).values_list("id", "name"))
    bearers = [(scope.model.name, release, False) for release in scope.releases]
    bearers += [(names[key], scope.floating[key], True) for key in scope.ancestor_ids if key in scope.floating]
    declared = [
        {"model": name, "revision": release.revision, "ancestor": is_ancestor, **row}
        for name, release, is_ancestor in bearers
        for row in _said(scope, release, numbers)
    ]
    own = {scope.licensing[release.id].licence for release in scope.releases}
    return {
        "declared": declared,
        "judgement": _judgement(scope),
        "licences": [
            {"number": number, "ancestor_only": key not in own, **_licence(scope, scope.licences[key])}
            for key, number in numbers.items()
        ],
    }


def _judgement(scope: Scope) -> dict[str, Any]:
    """What the effective licence means for our profile; for one use in its circumstances, else for business use."""
    if scope.only_use:
        view = licence_of_use(scope.uses[0], recorded=scope.as_of)
    else:
        release = next((row for row in scope.releases if not row.revision), None) or scope.releases[0]
        release.model = scope.model
        view = licence_of_release(release, recorded=scope.as_of)
    return {
        "outcome": view.judgement.outcome,
        "of_use": scope.only_use,
        "reasons": [_reason(scope, reason) for reason in view.judgement.reasons],
    }


def _reason(scope: Scope, reason: Reason) -> dict[str, Any]:
    bound, said = reason.bound, reason.clause.said if reason.clause else None
    return {
        "outcome": reason.outcome,
        "code": reason.code,
        "holder": bound.holder_name,
        "licence": bound.licence_name or bound.declared,
        "detail": reason.detail,
        "clause": said.clause if said else "",
        "quote": said.quote if said else "",
        "source": scope.ledger.cite(said.source, said.url, None) if said and said.source else None,
        "path": [{"relation": step.relation, "parent": step.parent} for step in bound.via],
    }


def _said(scope: Scope, release: Release, numbers: dict[UUID, int]) -> list[dict[str, Any]]:
    """A row for the declared licence and one for the concluded, which decides; one without a value if nobody spoke."""
    facts, found = scope.facts_of("release", release.id), scope.licensing[release.id]
    said = [(name, facts[name]) for name in (DECLARED, CONCLUDED) if name in facts and _says_something(facts[name])]
    licence = scope.licences.get(found.licence) if found.licence else None
    rows = []
    for name, fact in said or [("", UNKNOWN)]:
        decides = fact is found.fact
        text = licence.name if licence and decides and name == CONCLUDED else ""
        rows.append(
            {
                "said": name,
                "reference": scope.ledger.fact(fact, text),
                "licence": numbers[licence.id] if licence and decides else None,
                "as_floating": bool(release.revision) and not found.said,
            }
        )
    return rows


def _says_something(fact: Fact) -> bool:
    return fact.known or bool(fact.conflicts or fact.source)


def _licence(scope: Scope, licence: Licence) -> dict[str, Any]:
    return {
        "ref": licence.ref,
        "name": licence.name,
        "category": licence.category,
        "text_sha256": licence.text_sha256,
        "text_source": scope.ledger.cite(licence.text_source, "", day(licence.text_date)),
        "text_date": day(licence.text_date),
        "facts": scope.ledger.facts("licence", scope.facts_of("licence", licence.id), scope.names),
        "duties": [_duty(scope, duty) for duty in licence.duties.all()],
    }


def _duty(scope: Scope, duty: Duty) -> dict[str, Any]:
    as_of = day(duty.as_of)
    return {
        "term": duty.term,
        "text": {"en": duty.text_en, "de": duty.text_de},
        "clause": duty.clause,
        "state": duty.state,
        "source": scope.ledger.cite(duty.source_label, duty.source_url, as_of),
        "as_of": as_of,
    }
