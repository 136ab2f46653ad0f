"""What a licence says, as typed terms. Pure: no database.

Every term says in which state it is (see `STATES`), in which text it was read, the clause and a brief quotation.
A reading aid, not legal advice. The format and why it is so: docs/licences.md.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

STATES = ("text", "copy", "quote", "absent_in_full_text", "not_verified")
"""Read in the licensor's text, in another's full copy, as others quote it; not in the full text; unseen."""
COMMERCIAL = ("allowed", "with_conditions", "needs_authorisation", "prohibited")
METRICS = (
    *("monthly_active_users", "daily_active_users", "monthly_revenue", "annual_revenue", "revenue_12_months"),
    "business",
)
"""What is measured: persons or USD; `business` is not measured, being in one of the businesses is enough."""
SCOPES = ("licensee", "product", "products_using_it", "commercial_products")
EFFECTS = ("no_rights", "separate_agreement", "approval", "display_mark", "notify")
BUSINESSES = ("model_as_a_service", "ai_work_assistant", "software_services", "cloud_services")
TESTS = ("principal_place_of_business", "use")
OUTPUTS = (
    *("allowed", "with_naming", "with_mark", "makes_derivative", "not_for_competing", "own_family_only"),
    *("research_only", "non_commercial", "prohibited", "not_stated"),
)
DISTILLATION = ("derivative", "no_derivative", "not_stated")
FLOW_DOWN = ("none", "restrictions", "same_licence")
RELICENSING = ("own_terms", "own_terms_keeping_conditions", "same_terms", "not_allowed", "not_stated")
HOSTING = ("distribution", "prohibited", "prohibited_commercially")
PATENT = ("express_grant", "limited_grant", "no_grant", "not_stated")
NOTICES = (
    *("keep_notices", "notice_file", "mark_changes", "copy_of_licence", "name_creator", "name_licence"),
    *("link_licence", "keep_model_card", "cite_in_publications", "as_documented"),
)
MARK_WHEN = (
    *("distributing", "distributing_or_product", "distributing_models_made_with_it", "commercial"),
    *("public_statement_on_derivative", "cosmos", "encouraged"),
)
GROUNDS = (
    *("breach", "litigation", "convenience", "revocable", "delete_copies", "cure_period", "remote_restriction"),
    *("threshold", "guardrails", "insolvency", "unused", "update"),
)
PROHIBITED = (
    *("military", "critical_infrastructure", "weapons", "national_security_harm", "surveillance"),
    *("biometric_processing", "law_enforcement", "automated_justice", "medical_advice", "clinical_use"),
    *("automated_decisions", "automated_legal_decisions", "high_stakes_automated_decisions"),
    *("decisions_about_persons", "services_for_minors", "output_as_human", "malware", "unlawful", "unethical"),
    *("unlawful_in_china", "harassment_fraud_sensitive_data", "reverse_engineering", "benchmarking"),
    *("competing_product", "distribution", "hosting_for_others", "commercial_hosting"),
)
CONDITIONS = (
    *("applicable_law", "remote_restriction", "disclose_machine_generated", "human_review_of_high_stakes"),
    *("approval_for_national_security", "keep_guardrails", "eu_ai_act", "non_production_only"),
)
POLICIES = ("none", "attached", "own_document")
NOTHING_FOUND = frozenset({"absent_in_full_text"})


class UnknownTerms(ValueError):
    """Terms that this version cannot read; the message names the place."""


@dataclass(frozen=True, slots=True)
class Said:
    """Where a term stands. `state` is one of `STATES`."""

    state: str = "not_verified"
    source: str = ""
    url: str = ""
    clause: str = ""
    quote: str = ""

    @property
    def verified(self) -> bool:
        """Whether a text was seen that says the term, or that says nothing of the kind."""
        return self.state != "not_verified"


@dataclass(frozen=True, slots=True)
class Word:
    """A term that is one word of a list."""

    value: str
    said: Said


@dataclass(frozen=True, slots=True)
class Threshold:
    """Above `over` (persons or USD) something follows. Measured once on `date` for the month before, or running."""

    metric: str
    effect: str
    said: Said
    over: float | None = None
    scope: str = "licensee"
    affiliates: bool | None = None
    """Whether affiliates count; None where the text does not say."""
    measured: str = "running"
    date: dt.date | None = None
    businesses: tuple[str, ...] = ()
    """Only licensees in one of these businesses are meant; empty: all."""
    mark: str = ""
    internal_use_exempt: bool = False
    integrated_product_relief: bool = False


@dataclass(frozen=True, slots=True)
class Territory:
    """Where the licence does not reach: `excluded` are country codes or EU."""

    said: Said
    excluded: tuple[str, ...] = ()
    test: str = ""
    only_for: str = "all"
    exception: str = ""
    stands_in: str = "licence"
    outputs_too: bool = False
    supported_only: bool = False
    """Only countries that the provider lists are served."""
    embargoes: bool = False
    hits: str = ""
    """`none_released`: the clause is there, but no model it speaks of was released."""


@dataclass(frozen=True, slots=True)
class Naming:
    """How a model made with it must be named."""

    said: Said
    prefix: str = ""
    when: str = "distributed"
    made_with_outputs: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Words to show, and when."""

    words: str
    when: str


@dataclass(frozen=True, slots=True)
class Attribution:
    """Notices that go with copies, and words to show."""

    said: Said
    notices: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Restrictions:
    """What must not be done with it. `not_named` are uses that the text was read for and does not name."""

    said: Said
    prohibited: tuple[str, ...] = ()
    not_named: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    policy: str = "none"
    policy_changes: bool = False


@dataclass(frozen=True, slots=True)
class Termination:
    """How it ends."""

    said: Said
    grounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Law:
    """Law and courts."""

    said: Said
    law: str = ""
    courts: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """All terms of one licence."""

    commercial_use: Word
    thresholds: tuple[Threshold, ...]
    no_thresholds: Said | None
    """Where `thresholds` is empty: whether that was read or nothing was seen."""
    territory: Territory
    naming: Naming
    attribution: Attribution
    restrictions: Restrictions
    output_training: Word
    distillation: Word
    flow_down: Word
    relicensing: Word
    termination: Termination
    patent: Word
    governing_law: Law
    hosting: Word | None = None
    redistribution: Word | None = None
    others: tuple[Word, ...] = ()
    """Further clauses, whose words are the duties of the licence; `value` is the term of the duty."""

    @property
    def thresholds_verified(self) -> bool:
        """Whether it is known which thresholds there are."""
        return bool(self.thresholds) or bool(self.no_thresholds and self.no_thresholds.verified)


T = TypeVar("T")


@dataclass
class _Reader:
    """One mapping on its way in: what nobody takes is refused."""

    where: str
    data: Mapping[str, Any]
    taken: set[str] = field(default_factory=set)

    def take(self, key: str, default: Any = None) -> Any:
        self.taken.add(key)
        return self.data.get(key, default)

    def word(self, key: str, allowed: Sequence[str], default: str = "") -> str:
        value = self.take(key, default)
        if value not in allowed and value != default:
            raise UnknownTerms(f"{self.where}.{key}: {value!r} is none of {', '.join(allowed)}")
        if not value and not default and "" not in allowed:
            raise UnknownTerms(f"{self.where}.{key} is missing")
        return str(value)

    def words(self, key: str, allowed: Sequence[str]) -> tuple[str, ...]:
        values = self.take(key, [])
        if not isinstance(values, list) or (unknown := [value for value in values if value not in allowed]):
            raise UnknownTerms(f"{self.where}.{key}: {unknown if isinstance(values, list) else values} is not known")
        return tuple(values)

    def flag(self, key: str) -> bool:
        value = self.take(key, False)
        if not isinstance(value, bool):
            raise UnknownTerms(f"{self.where}.{key} must be true or false")
        return value

    def text(self, key: str) -> str:
        value = self.take(key, "")
        if not isinstance(value, str):
            raise UnknownTerms(f"{self.where}.{key} must be a text")
        return value

    def said(self) -> Said:
        return Said(
            state=self.word("state", STATES),
            **{key: self.text(key) for key in ("source", "url", "clause", "quote")},
        )

    def close(self, found: T) -> T:
        unknown = sorted(set(self.data) - self.taken)
        if unknown:
            raise UnknownTerms(f"{self.where}: {', '.join(unknown)} is not known")
        return found


def read_terms(data: Mapping[str, Any]) -> Terms:
    """Terms as they are stored. Raises `UnknownTerms` for anything this version does not know."""
    whole = _Reader("terms", data)

    def part(key: str, read: Callable[[_Reader], T]) -> T:
        reader = _reader(f"terms.{key}", whole.take(key))
        return reader.close(read(reader))

    def optional(key: str, allowed: Sequence[str]) -> Word | None:
        return part(key, lambda reader: _word(reader, allowed)) if key in data else None

    found = Terms(
        commercial_use=part("commercial_use", lambda reader: _word(reader, COMMERCIAL)),
        thresholds=_each(whole, "thresholds", _threshold),
        no_thresholds=part("no_thresholds", _Reader.said) if "no_thresholds" in data else None,
        territory=part("territory", _territory),
        naming=part("naming", _naming),
        attribution=part("attribution", _attribution),
        restrictions=part("restrictions", _restrictions),
        output_training=part("output_training", lambda reader: _word(reader, OUTPUTS)),
        distillation=part("distillation", lambda reader: _word(reader, DISTILLATION)),
        flow_down=part("flow_down", lambda reader: _word(reader, FLOW_DOWN)),
        relicensing=part("relicensing", lambda reader: _word(reader, RELICENSING)),
        termination=part("termination", lambda reader: Termination(reader.said(), reader.words("grounds", GROUNDS))),
        patent=part("patent", lambda reader: _word(reader, PATENT)),
        governing_law=part(
            "governing_law", lambda reader: Law(reader.said(), reader.text("law"), reader.text("courts"))
        ),
        hosting=optional("hosting", HOSTING),
        redistribution=optional("redistribution", ("prohibited",)),
        others=_each(whole, "others", lambda reader: Word(reader.text("term"), reader.said())),
    )
    return whole.close(found)


def _reader(where: str, data: Any) -> _Reader:
    if not isinstance(data, Mapping):
        raise UnknownTerms(f"{where} is missing")
    return _Reader(where, data)


def _each(whole: _Reader, key: str, read: Callable[[_Reader], T]) -> tuple[T, ...]:
    rows = whole.take(key, [])
    if not isinstance(rows, list):
        raise UnknownTerms(f"terms.{key} must be a list")
    readers = [_reader(f"terms.{key}[{index}]", row) for index, row in enumerate(rows)]
    return tuple(reader.close(read(reader)) for reader in readers)


def _word(reader: _Reader, allowed: Sequence[str]) -> Word:
    return Word(reader.word("is", allowed), reader.said())


def _threshold(reader: _Reader) -> Threshold:
    metric, over, date = reader.word("metric", METRICS), reader.take("over"), reader.take("date")
    measured = reader.word("measured", ("once", "running"))
    businesses = reader.words("businesses", BUSINESSES)
    if (over is None) != (metric == "business") or (metric == "business" and not businesses):
        raise UnknownTerms(f"{reader.where}: {metric} and its figure do not fit")
    if (date is None) != (measured == "running"):
        raise UnknownTerms(f"{reader.where}: what is measured once has a date")
    return Threshold(
        metric=metric,
        over=over,
        measured=measured,
        date=dt.date.fromisoformat(date) if date else None,
        businesses=businesses,
        effect=reader.word("effect", EFFECTS),
        scope=reader.word("scope", SCOPES),
        affiliates=reader.take("affiliates"),
        mark=reader.text("mark"),
        internal_use_exempt=reader.flag("internal_use_exempt"),
        integrated_product_relief=reader.flag("integrated_product_relief"),
        said=reader.said(),
    )


def _territory(reader: _Reader) -> Territory:
    excluded = tuple(reader.take("excluded", []))
    return Territory(
        excluded=excluded,
        test=reader.word("test", TESTS) if excluded else "",
        only_for=reader.word("only_for", ("all", "multimodal"), "all"),
        exception=reader.word("exception", ("", "end_users_of_a_product")),
        stands_in=reader.word("stands_in", ("licence", "use_policy"), "licence"),
        hits=reader.word("hits", ("", "none_released")),
        outputs_too=reader.flag("outputs_too"),
        supported_only=reader.flag("supported_only"),
        embargoes=reader.flag("embargoes"),
        said=reader.said(),
    )


def _naming(reader: _Reader) -> Naming:
    return Naming(
        prefix=reader.text("prefix"),
        when=reader.word("when", ("distributed", "always"), "distributed"),
        made_with_outputs=reader.flag("made_with_outputs"),
        said=reader.said(),
    )


def _attribution(reader: _Reader) -> Attribution:
    marks = []
    for index, row in enumerate(reader.take("marks", [])):
        mark = _reader(f"{reader.where}.marks[{index}]", row)
        marks.append(mark.close(Mark(mark.text("words"), mark.word("when", MARK_WHEN))))
    return Attribution(notices=reader.words("notices", NOTICES), marks=tuple(marks), said=reader.said())


def _restrictions(reader: _Reader) -> Restrictions:
    return Restrictions(
        prohibited=reader.words("prohibited", PROHIBITED),
        not_named=reader.words("not_named", PROHIBITED),
        conditions=reader.words("conditions", CONDITIONS),
        policy=reader.word("policy", POLICIES, "none"),
        policy_changes=reader.flag("policy_changes"),
        said=reader.said(),
    )
