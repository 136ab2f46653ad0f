"""Generated records as an export gathers them: every kind of statement, with strings that are awkward on purpose."""

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from hypothesis import strategies as st

from apps.exports.gathering import Gathered, ModelEntry, UseEntry
from apps.facts.models import State
from apps.imports.own_properties import mention
from apps.imports.records import (
    DomainRecord,
    FactRecord,
    FileRecord,
    ModelRecord,
    NameRecord,
    NamespaceRecord,
    ParentRecord,
    PartyRecord,
    Provenance,
    StakeRecord,
    UseRecord,
)
from apps.parties.models import Party, PartyName, Stake
from apps.registry.models import LineageEdge

SPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
AWKWARD = ["Qwen2.5-7B-Instruct", "月之暗面", "=HYPERLINK(1)", '<b>"&', "a/b@c", "x" * 300, "ﬀ–ı", "{}", "~0/~1"]
texts = st.sampled_from(AWKWARD) | st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1, max_size=30
)
words = st.text("abcdefgABCDEFG0123456789-._", min_size=1, max_size=12)
days = st.dates(dt.date(2000, 1, 1), dt.date(2026, 11, 24))
addresses = words.map(lambda word: f"https://example.test/{word}")
origins = st.builds(
    Provenance,
    source=texts,
    source_url=st.just("") | addresses,
    source_quality=st.sampled_from(["", "primary", "secondary", "weak", "unofficial"]),
    as_of=st.none() | days,
    valid_until=st.none() | days,
)
_VALUES: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("model", "parameters"): st.integers(0, 10**12),
    ("model", "modalities_in"): st.lists(st.sampled_from(["text", "image", "audio"]), unique=True),
    ("model", "release_date"): days.map(str),
    ("model", "lineage_complete"): st.booleans(),
    ("model", "training_compute_flop"): st.floats(0, 1e29, allow_nan=False),
    ("release", "licence_declared"): st.sampled_from(
        [
            "Apache-2.0",
            "MIT OR Apache-2.0",
            "llama3.1",
            "other/modified-mit",
            "GPL-2.0-only WITH Classpath-exception-2.0",
        ]
    )
    | texts,
    ("release", "licence_concluded"): st.sampled_from(["apache-2-0", "qwen-research"]),
    ("release", "scan_state"): st.sampled_from(["clean", "malicious"]),
}
_OF_USES: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("deployment", "operator"): texts,
    ("deployment", "processing_countries"): st.lists(st.sampled_from(["DE", "US-CA", "CN"]), unique=True),
    ("deployment", "retention_days"): st.integers(0, 400),
    ("use_case", "purpose"): texts,
    ("use_case", "data_class"): st.sampled_from(["public", "restricted"]),
}
_OF_PARTIES: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("party", "hq_country"): st.sampled_from(["DE", "CN", "US"]),
    ("party", "id_code"): words,
    ("party", "id_type"): st.sampled_from(["LEI", "USCC"]),
    ("party", "aliases"): st.lists(texts, max_size=2),
    ("party", "ultimate_parent"): texts,
    ("party", "ownership_resolved_pct"): st.integers(0, 100),
}


@st.composite
def facts(draw: st.DrawFn, known: dict[tuple[str, str], st.SearchStrategy[Any]]) -> list[FactRecord]:
    """Some of the fields, each with a state of its own; disputed and unknown ones without a value."""
    chosen = draw(st.lists(st.sampled_from(sorted(known)), unique=True, max_size=len(known)))
    found = []
    for subject, field in sorted(chosen):
        state = draw(st.sampled_from(State.values))
        silent = state in (State.UNKNOWN, State.DISPUTED)
        sides = draw(
            st.lists(st.builds(lambda v, s: {"value": v, "source": s}, known[subject, field], texts), max_size=2)
        )
        found.append(
            FactRecord(
                subject=subject,
                field=field,
                value=None if silent else draw(known[subject, field]),
                state=state,
                note=draw(st.just("") | texts),
                conflict=tuple(sides),
                provenance=draw(origins),
            )
        )
    return found


parents = st.builds(
    ParentRecord,
    name=texts,
    relation=st.sampled_from(LineageEdge.Relation.values),
    namespace=st.sampled_from(["", "huggingface", "api"]),
    state=st.sampled_from(State.values),
    note=st.just("") | texts,
    provenance=origins,
)
files = st.builds(
    FileRecord,
    path=texts,
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    size=st.none() | st.integers(0, 2**40),
    format=st.sampled_from(["", "safetensors", "gguf"]),
)
models = st.builds(
    ModelRecord,
    name=texts,
    identifiers=st.lists(st.tuples(st.sampled_from(["huggingface", "api"]), words), unique=True, max_size=3),
    developer=st.just("") | texts,
    revision=st.just("") | words,
    family=st.just("") | texts,
    parents=st.lists(parents, max_size=3),
    files=st.lists(files, max_size=3, unique_by=lambda one: one.path),
    facts=facts(_VALUES),
)
_SAID: dict[str, Any] = {
    "state": st.sampled_from(State.values),
    "note": st.just("") | texts,
    "provenance": origins,
}
shares = st.just("") | st.decimals(0, 100, places=3).map(lambda one: f"{one.normalize():f}")
stakes = st.builds(
    StakeRecord,
    owner=texts,
    basis=st.sampled_from(Stake.Basis.values),
    equity_pct=shares,
    voting_pct=shares,
    valid_from=st.none() | days,
    valid_to=st.none() | st.dates(dt.date(2026, 11, 24), dt.date(2040, 1, 1)),
    free_float=st.booleans(),
    **_SAID,
)
parties = st.builds(
    PartyRecord,
    name=texts,
    kind=st.sampled_from(Party.Kind.values),
    principal=st.just("") | texts,
    group=st.just("") | texts,
    names=st.lists(
        st.builds(NameRecord, name=texts, kind=st.sampled_from(PartyName.Kind.values), language=words, **_SAID),
        max_size=2,
    ),
    domains=st.lists(
        st.builds(
            DomainRecord,
            domain=st.sampled_from(["alpha.example", "xn--alph-5na.example"]),
            lookalike=st.booleans(),
            **_SAID,
        ),
        max_size=2,
    ),
    namespaces=st.lists(st.builds(NamespaceRecord, hub=words, name=words, **_SAID), max_size=2),
    stakes=st.lists(stakes, max_size=2),
    facts=facts(_OF_PARTIES),
)


@st.composite
def registers(draw: st.DrawFn) -> Gathered:
    """Some models, and uses that run one of them each."""
    found = [
        ModelEntry(record, uuid5(SPACE, f"model {at}"), uuid5(SPACE, f"release {at}"), True)
        for at, record in enumerate(draw(st.lists(models, min_size=1, max_size=4)))
    ]
    uses = []
    for at in range(draw(st.integers(0, 2))):
        entry = draw(st.sampled_from(found))
        record = UseRecord(
            model=mention(entry.record),
            use=draw(texts),
            team=draw(st.just("") | texts),
            use_case=draw(texts),
            deployment=draw(texts),
            owner_email=draw(st.sampled_from(["", "owner@example.test"])),
            facts=draw(facts(_OF_USES)),
        )
        uses.append(UseEntry(record, uuid5(SPACE, f"use {at}"), entry.release_id))
    newest = draw(st.none() | st.datetimes(dt.datetime(2001, 1, 1), timezones=st.just(dt.UTC)))  # noqa: DTZ001
    developers = [one.record.developer for one in found if one.record.developer]
    known = draw(st.lists(parties, max_size=3, unique_by=lambda one: one.name))
    if developers and known:
        known[0] = replace(known[0], name=developers[0])
    return Gathered(found, uses, newest, list({one.name: one for one in known}.values()))
