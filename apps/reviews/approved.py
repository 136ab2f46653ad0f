"""What the approval of a use rests on, as it is now: licence texts, licences, terms, cards, parents, developer."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.core.canonical import digest
from apps.facts.models import State as FactState
from apps.facts.resolution import Fact
from apps.facts.selectors import FactsBySubject, current_facts
from apps.facts.subjects import SubjectRef
from apps.imports.models import Import, SourceDocument
from apps.licences.meanings import Meanings
from apps.licences.models import Licence, TextSighting
from apps.licences.prints import known_by_checksum
from apps.licences.selectors import newest_sightings
from apps.licences.wording import wording
from apps.registry.licensing import DECLARED, Licensing, licensing
from apps.registry.models import LineageEdge, Model, Release, Use
from apps.registry.selectors import Lineage
from apps.reviews.comparing import Item

TERMS = (
    "commercial_use",
    "excluded_territories",
    "mau_threshold",
    "monthly_revenue_threshold_usd",
    "annual_revenue_threshold_usd",
    "threshold_consequence",
    "attribution_text",
    "prohibited_uses",
)
"""Facts about a licence that say what its text asks; the others say what we have done about it."""
SOURCING = frozenset({"state", "source", "url", "clause", "quote"})
"""Keys of a typed term that say where it stands."""
PASSING = frozenset(
    {
        *("downloads", "downloadsAllTime", "likes", "trendingScore", "spaces", "lastModified", "createdAt", "sha"),
        *("_id", "usedStorage", "siblings", "inferenceProviderMapping", "inference", "url", "requested"),
    }
)
"""What a hub's answer says beside a card and what changes by itself: counts, times, files."""


@dataclass(frozen=True)
class Ground:
    """What a batch of uses stands on, read in a constant number of queries."""

    lineage: Lineage
    models: Mapping[UUID, Model]
    floating: Mapping[UUID, Release]
    licences: Mapping[UUID, Licence]
    licensing: Mapping[UUID, Licensing]
    facts: FactsBySubject
    with_release: Mapping[UUID, Sequence[TextSighting]]
    of_licence: Mapping[UUID, Sequence[TextSighting]]
    cards: Mapping[UUID, Item]

    def licence_of(self, model_id: UUID, release: Release | None) -> Licensing | None:
        """What a release's facts say of its licence; where they say nothing, those of the model's floating release."""
        own = self.licensing.get(release.id) if release else None
        floating = self.floating.get(model_id)
        if own is not None and own.said:
            return own
        return self.licensing.get(floating.id) if floating else own

    def texts_of(self, model_id: UUID, release: Release | None) -> Sequence[TextSighting]:
        """The texts that came with a release, else with the model's floating release."""
        floating = self.floating.get(model_id)
        own = self.with_release.get(release.id, ()) if release else ()
        return own or (self.with_release.get(floating.id, ()) if floating else ())


def states_of(uses: Iterable[Use]) -> dict[UUID, dict[str, dict[str, Item]]]:
    """By use, what its approval would rest on today. Some twelve queries, whatever the number of uses."""
    rows = list(uses)
    if not rows:
        return {}
    ground = _ground(rows)
    return {use.id: _state(use, ground) for use in rows}


def _ground(uses: Sequence[Use]) -> Ground:
    own = {use.deployment.release_id: use.deployment.release for use in uses}
    models = {release.model_id: release.model for release in own.values()}
    lineage = Lineage.load(of=models)
    for edges in lineage.parents.values():
        models |= {edge.parent_id: edge.parent for edge in edges if edge.parent_id and edge.parent}
    floating = {row.model_id: row for row in Release.objects.filter(model_id__in=models, revision="")}
    releases = {*own, *(row.id for row in floating.values())}
    facts = current_facts({SubjectRef("release", key) for key in releases})
    meanings = Meanings.load()
    licensed = {subject.id: licensing(said, meanings) for subject, said in facts.items()}
    licences = Licence.objects.in_bulk({one.licence for one in licensed.values() if one.licence})
    return Ground(
        lineage=lineage,
        models=models,
        floating=floating,
        licences=licences,
        licensing=licensed,
        facts=facts | current_facts({SubjectRef("licence", key) for key in licences}),
        with_release=_by(newest_sightings(releases=releases), "release_id"),
        of_licence=_by(newest_sightings(licences=licences), "licence_id"),
        cards=_cards(own),
    )


def _by(rows: Iterable[TextSighting], name: str) -> dict[UUID, list[TextSighting]]:
    found: dict[UUID, list[TextSighting]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def _cards(releases: Iterable[UUID]) -> dict[UUID, Item]:
    """The model cards that are current, compared by their wording."""
    rows = SourceDocument.objects.filter(
        release_id__in=list(releases), kind=Import.Kind.HF_CARD, superseded_at__isnull=True
    ).select_related("release__model")
    return {
        row.release_id: {
            "is": digest(plainly(row.document)),
            "name": row.release.model.name,
            "shown": row.source,
            "document": str(row.id),
            "source": row.source,
            "url": row.url,
            "as_of": _day(row.as_of or row.recorded_at.date()),
        }
        for row in rows
    }


def plainly(document: Any) -> Any:
    """A document with the wording of every text in it: what is laid out otherwise is the same."""
    if isinstance(document, Mapping):
        return {str(key): plainly(value) for key, value in document.items() if key not in PASSING}
    if isinstance(document, list | tuple):
        return [plainly(value) for value in document]
    return wording(document) if isinstance(document, str) else document


def _state(use: Use, ground: Ground) -> dict[str, dict[str, Item]]:
    release = use.deployment.release
    model = ground.models[release.model_id]
    found: dict[str, dict[str, Item]] = {kind: {} for kind in ("licence-text", "declared-licence", "terms", "parent")}
    edges = ground.lineage.ancestors(model.id)
    made_from = {edge.parent_id for edge in ground.lineage.weight_ancestors(model.id) if edge.parent_id}
    for key in [model.id, *sorted(made_from - {model.id})]:
        own = release if key == model.id else None
        _put_licence(found, ground, ground.models[key], own)
    names = {edge.child_id: ground.models[edge.child_id].name for edge in edges}
    found["parent"] = {_edge_key(edge): _edge(edge, names) for edge in edges}
    developer = model.developer
    return {
        **found,
        "card": {str(release.id): ground.cards[release.id]} if release.id in ground.cards else {},
        "developer": {
            str(model.id): {
                "is": str(developer.id) if developer else None,
                "name": model.name,
                "shown": developer.name if developer else "",
                **_sourced(model),
            }
        },
        "revision": {
            str(use.deployment_id): {
                "is": [str(release.id), release.revision],
                "name": f"{use.deployment.name}",
                "shown": str(release),
            }
        },
    }


def _sourced(row: Any) -> dict[str, Any]:
    return {"source": row.source_label, "url": row.source_url, "as_of": _day(row.as_of)}


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _edge_key(edge: LineageEdge) -> str:
    return f"{edge.child_id} {edge.relation} {edge.parent_name.casefold()}"


def _edge(edge: LineageEdge, names: Mapping[UUID, str]) -> Item:
    shown = f"{edge.parent_name} ({edge.relation})"
    return {"is": True, "name": names[edge.child_id], "shown": shown, **_sourced(edge)}


def _put_licence(found: dict[str, dict[str, Item]], ground: Ground, model: Model, release: Release | None) -> None:
    said = ground.licence_of(model.id, release)
    licence = ground.licences.get(said.licence) if said and said.licence else None
    holder = release if release and ground.licensing[release.id].said else ground.floating.get(model.id)
    facts = ground.facts.get(SubjectRef("release", holder.id), {}) if holder else {}
    key = str(model.id)
    found["declared-licence"][key] = _declared(model, licence, facts.get(DECLARED), said)
    found["licence-text"][key] = {
        "name": model.name,
        "licence": licence.key if licence else None,
        "texts": _texts(ground, model, release, licence),
    }
    if licence:
        found["terms"][licence.key] = _terms(licence, ground.facts.get(SubjectRef("licence", licence.id), {}))


def _declared(model: Model, licence: Licence | None, declared: Fact | None, said: Licensing | None) -> Item:
    words: Any = declared.value if declared and declared.known else None
    if declared and declared.state == FactState.DISPUTED:
        words = sorted({str(side.value) for side in declared.conflicts})
    fact = said.fact if said else None
    shown = words if isinstance(words, str) else " / ".join(words or ())
    if licence:
        shown = f"{shown} → {licence.name}" if shown and shown != licence.name else licence.name
    return {
        "is": [words, licence.key if licence else None],
        "name": model.name,
        "shown": shown,
        "source": fact.source if fact else "",
        "url": fact.source_url if fact else "",
        "as_of": _day(fact.as_of) if fact else None,
    }


def _terms(licence: Licence, facts: Mapping[str, Fact]) -> Item:
    values: dict[str, Any] = {name: facts[name].value for name in TERMS if name in facts and facts[name].known}
    values |= {name: _unsourced(term) for name, term in (licence.terms or {}).items()}
    return {"is": digest(values), "name": licence.name, "shown": "", "values": values}


def _unsourced(term: Any) -> Any:
    """What a term says, without where that was read: a better source is no other term."""
    if isinstance(term, Mapping):
        return {name: _unsourced(value) for name, value in term.items() if name not in SOURCING}
    return [_unsourced(one) for one in term] if isinstance(term, list) else term


def _texts(ground: Ground, model: Model, release: Release | None, licence: Licence | None) -> list[Item]:
    came = ground.texts_of(model.id, release)
    if came:
        return [_text(one, "release") for one in came]
    if licence is None:
        return []
    own = [
        one for one in ground.of_licence.get(licence.id, ()) if not licence.text_date or one.as_of >= licence.text_date
    ]
    if own:
        newest = max(own, key=lambda one: (one.as_of, one.seen_at))
        return [_text(newest, "licence")]
    return [_reference(licence)] if licence.text_sha256 else []


def _text(sighting: TextSighting, of: str) -> Item:
    text = sighting.text
    return {
        "wording": text.wording_sha256,
        "sha256": text.sha256,
        "id": str(text.id),
        "licence": text.licence.key if text.licence else None,
        "of": of,
        "source": sighting.source_label,
        "url": sighting.source_url,
        "as_of": _day(sighting.as_of),
    }


def _reference(licence: Licence) -> Item:
    """The text that the licence's terms were read in: its checksum, and its wording where that is known."""
    known = known_by_checksum().get(licence.text_sha256)
    return {
        "wording": known.wording_sha256 if known else f"sha256:{licence.text_sha256}",
        "sha256": licence.text_sha256,
        "id": None,
        "licence": licence.key,
        "of": "reference",
        "source": licence.text_source or licence.name,
        "url": known.url if known else "",
        "as_of": _day(licence.text_date),
    }
