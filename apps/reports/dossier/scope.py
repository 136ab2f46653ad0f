"""What one dossier is about, and what its reader may see of it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from apps.accounts.actors import Actor
from apps.accounts.models import User
from apps.accounts.selectors import teams
from apps.facts.resolution import Fact
from apps.facts.selectors import FactsBySubject, current_facts
from apps.facts.subjects import SubjectRef
from apps.licences.meanings import Meanings
from apps.licences.models import Licence
from apps.parties.models import Party
from apps.policy.models import Evaluation, PolicyVersion
from apps.registry.licensing import Licensing, licensing
from apps.registry.models import Deployment, LineageEdge, Model, Release, Use
from apps.registry.selectors import Lineage, deployment_by_id, deployments, model_by_id, use_by_id, uses
from apps.reports.dossier.statements import Ledger, numbered, people_and_parties
from apps.reports.models import Report


@dataclass
class Scope:
    """Everything that the parts of a dossier read in common. Uses and deployments are those in the reader's sight."""

    reader: Actor
    as_of: dt.datetime
    model: Model
    uses: Sequence[Use]
    deployments: Sequence[Deployment]
    lineage: Lineage
    only_use: bool = False
    """The document is about one use, not about a model."""
    ledger: Ledger = field(default_factory=Ledger)

    @classmethod
    def of(cls, report: Report, reader: Actor) -> "Scope":
        """Raises `NotFound` when the reader may no longer see the subject."""
        if report.subject_type == "use":
            use = use_by_id(reader, report.subject_id)
            chosen, places = [use], [deployment_by_id(reader, use.deployment_id)]
            model = model_by_id(use.deployment.release.model_id)
        else:
            model = model_by_id(report.subject_id)
            chosen = list(uses(reader).filter(deployment__release__model=model).order_by("name", "id"))
            places = list(deployments(reader).filter(release__model=model).order_by("name", "id"))
        only_use = report.subject_type == "use"
        lineage = Lineage.above(model.id, report.as_of)
        return cls(reader, report.as_of, model, chosen, places, lineage, only_use)

    @cached_property
    def use_numbers(self) -> dict[UUID, int]:
        """U1, U2, … in the document."""
        return numbered(use.id for use in self.uses)

    @cached_property
    def deployment_numbers(self) -> dict[UUID, int]:
        """D1, D2, … in the document."""
        return numbered(deployment.id for deployment in self.deployments)

    @cached_property
    def use_case_numbers(self) -> dict[UUID, int]:
        """C1, C2, … in the document."""
        return numbered(use.use_case_id for use in self.uses)

    @cached_property
    def ancestors(self) -> list[LineageEdge]:
        """Every edge from the model upwards, nearest first."""
        return self.lineage.ancestors(self.model.id)

    @cached_property
    def ancestor_ids(self) -> list[UUID]:
        """The ancestors that are in the register."""
        return [key for key in dict.fromkeys(edge.parent_id for edge in self.ancestors) if key]

    @cached_property
    def floating(self) -> Mapping[UUID, Release]:
        """By model, ancestors included: the release without a fixed revision, whose licence is the declared one."""
        rows = Release.objects.filter(model_id__in=[self.model.id, *self.ancestor_ids], revision="")
        return {row.model_id: row for row in rows}

    @cached_property
    def releases(self) -> list[Release]:
        """The model's releases, the floating one first; for one use only that which runs."""
        running = {deployment.release_id for deployment in self.deployments}
        rows = sorted(self.model.releases.all(), key=lambda row: (row.revision, str(row.id)))
        return rows if len(rows) <= 1 else [row for row in rows if not row.revision or row.id in running] or rows

    @cached_property
    def release_facts(self) -> FactsBySubject:
        """The facts of the model's releases and of its ancestors' floating ones, as recorded at that moment."""
        rows = [*self.releases, *self.floating.values()]
        return current_facts({SubjectRef("release", row.id) for row in rows}, recorded=self.as_of)

    @cached_property
    def licensing(self) -> Mapping[UUID, Licensing]:
        """By release, what its facts said of its licence at that moment: the columns of a release are of today."""
        meanings = Meanings.load()
        return {subject.id: licensing(facts, meanings) for subject, facts in self.release_facts.items()}

    @cached_property
    def licences(self) -> dict[UUID, Licence]:
        """The licences of the model and of its ancestors, those of the model first."""
        rows = [*self.releases, *self.floating.values()]
        meant = (self.licensing[row.id].licence for row in rows)
        ids = list(dict.fromkeys(key for key in meant if key))
        found = Licence.objects.prefetch_related("duties").in_bulk(ids)
        return {key: found[key] for key in ids}

    @cached_property
    def facts(self) -> FactsBySubject:
        """The facts of all subjects but the parties, as recorded at the moment of the document."""
        subjects = [SubjectRef("model", self.model.id)]
        subjects += [SubjectRef("licence", key) for key in self.licences]
        subjects += [SubjectRef("deployment", key) for key in self.deployment_numbers]
        subjects += [SubjectRef("use_case", key) for key in self.use_case_numbers]
        return {**self.release_facts, **current_facts(subjects, recorded=self.as_of)}

    def facts_of(self, subject: str, key: UUID) -> Mapping[str, Fact]:
        """The stated facts of one subject."""
        return self.facts.get(SubjectRef(subject, key), {})

    @cached_property
    def names(self) -> dict[str, str]:
        """The people and parties that the facts name by identifier."""
        people: set[str] = set()
        parties: set[str] = set()
        for subject, stated in self.facts.items():
            some, others = people_and_parties([stated], subject.type)
            people |= some
            parties |= others
        found = {str(key): name for key, name in User.objects.filter(id__in=people).values_list("id", "name")}
        found |= {str(key): name for key, name in Party.objects.filter(id__in=parties).values_list("id", "name")}
        return found

    @cached_property
    def evaluations(self) -> dict[UUID, Evaluation]:
        """By use: the evaluation that was in force at the moment of the document."""
        rows = (
            Evaluation.objects.select_related("policy_version", "sheet")
            .defer("policy_version__content")
            .filter(use_id__in=list(self.use_numbers), created_at__lte=self.as_of)
            .order_by("use_id", "-created_at", "-id")
            .distinct("use_id")
        )
        return {row.use_id: row for row in rows}

    @cached_property
    def policy(self) -> PolicyVersion | None:
        """The policy version in force at the moment of the document."""
        return PolicyVersion.objects.filter(published_at__lte=self.as_of).first()

    def sight(self) -> dict[str, Any]:
        """For whom the evidence was gathered, and how far they see."""
        return {
            "reader": self.reader.label,
            "whole_register": self.reader.sees_all,
            "teams": [] if self.reader.sees_all else sorted(teams(self.reader).values_list("name", flat=True)),
        }
