"""The columns of a register as a table: who and what a row is about, and one column per fact that can be stated."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from apps.facts.catalogue import FIELDS, PREFIXES, FieldSpec

SUBJECTS = ("model", "release", "deployment", "use_case")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `path` is its stable header; `spec` is set for a fact, not for what says what a row is about."""

    path: str
    subject: str
    label: Mapping[str, str]
    meaning: Mapping[str, str]
    spec: FieldSpec | None = None
    longest: int = 300

    def label_in(self, language: str) -> str:
        """The column's name for readers of a language."""
        return self.label.get(language) or self.label["en"]

    def meaning_in(self, language: str) -> str:
        """What belongs into the column."""
        return self.meaning.get(language) or self.meaning["en"]


def _about(path: str, subject: str, en: str, de: str, meaning_en: str, meaning_de: str, longest: int = 300) -> Column:
    words = MappingProxyType({"en": en, "de": de})
    return Column(path, subject, words, MappingProxyType({"en": meaning_en, "de": meaning_de}), longest=longest)


ABOUT = (
    _about(
        "model.name",
        "model",
        "Model",
        "Modell",
        "The name that the developer gives the model. Every row needs it or an identifier.",
        "Der Name, den der Entwickler dem Modell gibt. Jede Zeile braucht ihn oder eine Kennung.",
    ),
    _about(
        "model.identifier",
        "model",
        "Identifiers of the model",
        "Kennungen des Modells",
        "Where the model is found, the place in front, such as huggingface:Qwen/Qwen2.5-7B-Instruct; several by ;",
        "Wo das Modell zu finden ist, der Ort davor, etwa huggingface:Qwen/Qwen2.5-7B-Instruct; mehrere mit ;",
        2000,
    ),
    _about(
        "model.developer",
        "model",
        "Developer",
        "Entwickler",
        "The party that made the model, under a name that the register knows.",
        "Die Partei, die das Modell gemacht hat, unter einem Namen, den das Register kennt.",
    ),
    _about(
        "model.family",
        "model",
        "Family",
        "Familie",
        "The line of models it belongs to, for a model that is new here.",
        "Die Modellreihe, zu der es gehört, bei einem Modell, das hier neu ist.",
        200,
    ),
    _about(
        "version.revision",
        "release",
        "Revision",
        "Revision",
        "The commit or dated snapshot; empty for the version that moves.",
        "Der Commit oder datierte Stand; leer für die Fassung, die sich bewegt.",
        120,
    ),
    _about(
        "use.name",
        "use",
        "Use",
        "Nutzung",
        "A use case on a deployment. A row without it is about the model alone.",
        "Ein Anwendungsfall auf einem Einsatz. Eine Zeile ohne ihn handelt nur vom Modell.",
    ),
    _about(
        "use.team",
        "use",
        "Team",
        "Team",
        "The team that answers for the use, by its name here.",
        "Das Team, das für die Nutzung einsteht, mit seinem Namen hier.",
    ),
    _about(
        "use_case.name",
        "use_case",
        "Use case",
        "Anwendungsfall",
        "What the model is used for, in few words; the name of the use when left out.",
        "Wofür das Modell verwendet wird, in wenigen Worten; ohne Angabe der Name der Nutzung.",
    ),
    _about(
        "deployment.name",
        "deployment",
        "Deployment",
        "Einsatz",
        "The installation or service on which it runs; the name of the use when left out.",
        "Die Installation oder der Dienst, auf dem es läuft; ohne Angabe der Name der Nutzung.",
    ),
)
"""What says what a row is about. In the order of the template."""


@cache
def columns() -> Mapping[str, Column]:
    """Every column by its path: those that identify, then every fact of the catalogue that can be asserted."""
    found = {column.path: column for column in ABOUT}
    for subject in SUBJECTS:
        for name, spec in FIELDS[subject].items():
            path = f"{PREFIXES[subject][0]}.{name}"
            if spec.asserted and path not in found:
                found[path] = Column(path, subject, spec.label, spec.meaning, spec)
    return MappingProxyType(found)


def nearest(path: str) -> str:
    """The known column that a misspelt header most likely means; empty when none is near."""
    plain = path.strip().casefold().replace("release.", "version.").replace("usecase.", "use_case.")
    close = difflib.get_close_matches(plain, columns(), n=1, cutoff=0.6)
    return close[0] if close else ""
