"""The sections about the model itself: identity, releases, parties, lineage, licences."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.facts.words import place_in_words
from apps.licences.models import Duty, Licence
from apps.licences.speaking import OUTCOMES, sentence
from apps.parties.models import Party, PartyName, Stake
from apps.registry.drawing import Arrow, Box, lineage_svg
from apps.registry.licensing import CONCLUDED, DECLARED
from apps.registry.models import Artefact, LineageEdge
from apps.reports.rendering.words import NOTHING, Words, blocks, ranges, table

FONTS = "'DejaVu Sans', 'WenQuanYi Micro Hei', sans-serif"


def identity(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """What is published about the model."""
    part = evidence["identity"]
    return {
        "facts": words.facts(part["facts"]),
        "identifiers": table([{**row, **words.sourced(row)} for row in part["identifiers"]]),
    }


def releases(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """Every release with its facts and files."""
    rows = [
        {
            **row,
            "title": row["revision"] or _("Floating release (no fixed revision)"),
            "statement": words.sourced(row["statement"]),
            "facts": words.facts(row["facts"]),
            "files": table([_file(file, words) for file in row["files"]]),
            "deployments": ranges(row["deployments"], "D"),
        }
        for row in evidence["releases"]
    ]
    return {"releases": blocks(rows)}


def _file(row: dict[str, Any], words: Words) -> dict[str, Any]:
    size = f"{row['size']:,}".replace(",", "\u202f") if row["size"] is not None else NOTHING
    return {**row, **words.sourced(row), "size": size, "signature": Artefact.Signature(row["signature"]).label}


def parties(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """Every party with roles, names, facts and who holds shares in it."""
    rows = [
        {
            **row,
            "kind": Party.Kind(row["kind"]).label,
            "roles": [_role(role) for role in row["roles"]],
            "names": [
                {**name, **words.sourced(name), "kind": PartyName.Kind(name["kind"]).label} for name in row["names"]
            ],
            "facts": words.facts(row["facts"]),
            "stakes": [_stake(stake, words) for stake in row["stakes"]],
        }
        for row in evidence["parties"]
    ]
    return {"parties": blocks(rows)}


def _role(role: dict[str, str]) -> str:
    texts = {
        "developer": _("Developer of %s"),
        "operator": _("Operator of %s"),
        "ancestor_developer": _("Developer of the ancestor %s"),
        "entity": _("Legal entity that stands for %s"),
        "group": _("Group of %s"),
        "owner": _("Owner, directly or through others"),
    }
    text = texts[role["role"]]
    return text % role["of"] if "%s" in text else text


def _stake(row: dict[str, Any], words: Words) -> dict[str, Any]:
    return {
        **row,
        **words.sourced(row),
        "basis": Stake.Basis(row["basis"]).label,
        "equity": f"{row['equity_pct']} %" if row["equity_pct"] is not None else _("not known"),
        "voting": f"{row['voting_pct']} %" if row["voting_pct"] is not None else _("not known"),
        "period": f"{row['valid_from'] or '…'} – {row['valid_to'] or '…'}",
    }


def lineage(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """The figure, the edges and what follows from them about origin."""
    part = evidence["lineage"]
    unresolved = [
        {"country": _("Unknown"), "role": _("Ancestor by weights"), "party": NOTHING, "model": row["parent"]}
        for row in part["ancestors"]
        if row["weights_pass"] and not row["resolved"]
    ]
    return {
        "figure": _figure(evidence, words) if part["ancestors"] or part["descendants"] else "",
        "ancestors": table([_edge(row, words) for row in part["ancestors"]]),
        "descendants": table([_edge(row, words) for row in part["descendants"]]),
        "origin": [
            {
                "uses": ranges(row["uses"], "U"),
                "facts": [words.fact(fact) for fact in row["statements"]],
                "elements": [*(_element(element, words) for element in row["elements"]), *unresolved],
            }
            for row in evidence["origin"]
        ],
    }


def _element(row: dict[str, Any], words: Words) -> dict[str, Any]:
    roles = {
        "developer": _("Developer"),
        "weight_ancestor": _("Ancestor by weights"),
        "teacher": _("Teacher"),
        "publisher": _("Publisher"),
        "host": _("Operator"),
        "licence_law": _("Law of the licence"),
    }
    country = place_in_words(row["country"], words.language)
    return {**row, "country": country, "role": roles.get(row["role"], row["role"].replace("_", " "))}


def _edge(row: dict[str, Any], words: Words) -> dict[str, Any]:
    return {
        **row,
        **words.sourced(row),
        "relation": LineageEdge.Relation(row["relation"]).label,
        "weights": _("yes") if row["weights_pass"] else _("no"),
    }


def _figure(evidence: dict[str, Any], words: Words) -> str:
    part = evidence["lineage"]
    name = evidence["identity"]["name"]
    boxes = {
        row["parent"]: Box(row["parent"], row["parent"], row["parent_developer"] or _open(row), not row["resolved"])
        for row in part["ancestors"]
    }
    boxes |= {row["child"]: Box(row["child"], row["child"]) for row in part["descendants"]}
    edges = [*part["ancestors"], *part["descendants"]]
    arrows = [
        Arrow(row["parent"], row["child"], str(LineageEdge.Relation(row["relation"]).label), row["weights_pass"])
        for row in edges
    ]
    title = ngettext(
        "Lineage of %(name)s: %(count)d relation, listed in the tables of this section",
        "Lineage of %(name)s: %(count)d relations, listed in the tables of this section",
        len(edges),
    ) % {"name": name, "count": len(edges)}
    boxes.pop(name, None)
    return lineage_svg(Box(name, name), boxes.values(), arrows, title=title, more=_("+ %d more"), font=FONTS)


def _open(row: dict[str, Any]) -> str:
    return "" if row["resolved"] else _("not in the register")


def licences(evidence: dict[str, Any], words: Words) -> dict[str, Any]:
    """What is declared and concluded, and the terms and duties of each licence."""
    part = evidence["licences"]
    said = {DECLARED: _("declared"), CONCLUDED: _("concluded")}
    return {
        "judgement": _licence_judgement(part.get("judgement")),
        "declared": table(
            [
                {
                    **row,
                    **words.statement(row["reference"]),
                    "revision": row["revision"] or _("floating"),
                    "said": said.get(row.get("said", ""), ""),
                }
                for row in part["declared"]
            ]
        ),
        "licences": blocks(
            [
                {
                    **row,
                    "category": Licence.Category(row["category"]).label,
                    "facts": words.facts(row["facts"]),
                    "duties": [_duty(duty, words) for duty in row["duties"]],
                }
                for row in part["licences"]
            ]
        ),
    }


def _licence_judgement(found: dict[str, Any] | None) -> dict[str, Any] | None:
    """The judgement with a sentence per reason; None in documents of the time before there was one."""
    if found is None:
        return None
    relations = dict(LineageEdge.Relation.choices)
    reasons = [
        {
            **row,
            "label": OUTCOMES[row["outcome"]],
            "text": sentence(row["code"], row["holder"], row["licence"], row["detail"]),
            "way": " → ".join(f"{relations.get(step['relation'], '')} {step['parent']}" for step in row["path"])
            or row["holder"],
        }
        for row in found["reasons"]
    ]
    return {"label": OUTCOMES[found["outcome"]], "of_use": found["of_use"], "reasons": table(reasons)}


def _duty(row: dict[str, Any], words: Words) -> dict[str, Any]:
    term = row["term"]
    return {
        **row,
        **words.sourced(row),
        "term": Duty.Term(term).label if term in Duty.Term.values else term,
        "text": words.both(row["text"]),
    }
