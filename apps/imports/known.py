"""What the register holds about the models and uses that a file speaks of, read in batches: no query per entry."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model as DjangoModel

from apps.accounts.models import Team, User
from apps.core.models import BaseModel
from apps.facts.models import Assertion
from apps.facts.selectors import assertions_at
from apps.facts.subjects import SubjectRef
from apps.imports.folding import by_upper, folded
from apps.imports.known_parties import KnownParties
from apps.imports.models import Import, ImportRow, SourceDocument
from apps.imports.records import ModelRecord, PartyRecord, UseRecord
from apps.licences.models import TextSighting
from apps.registry.models import Artefact, Deployment, LineageClaim, Model, ModelAlias, Release, Use, UseCase
from apps.registry.references import MOVING
from apps.registry.services.lineage import ParentName

Record = ModelRecord | UseRecord | PartyRecord


def revision_of(record: ModelRecord) -> str:
    """The revision as the register holds it: empty for what moves, commits in small letters."""
    revision = record.revision.strip()
    if revision.casefold() in MOVING:
        return ""
    commit = len(revision) in (40, 64) and all(digit in "0123456789abcdef" for digit in revision.lower())
    return revision.lower() if commit else revision


def model_of(record: ModelRecord | UseRecord) -> ModelRecord:
    """The model that an entry is about."""
    return record.model if isinstance(record, UseRecord) else record


class Known:
    """What is in the register, and what the entries before this one will have put there."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.aliases: dict[tuple[str, str], UUID] = {}
        self.by_identifier: dict[str, set[UUID]] = defaultdict(set)
        self.by_name: dict[str, set[UUID]] = defaultdict(set)
        self.identified: set[UUID] = set()
        """Models that have an identifier."""
        self.models: dict[UUID, Model] = {}
        self.releases: dict[tuple[UUID, str], Release] = {}
        self.artefacts: dict[UUID, dict[str, Artefact]] = defaultdict(dict)
        self.statements: dict[tuple[str, UUID], dict[str, list[Assertion]]] = defaultdict(lambda: defaultdict(list))
        self.documents: dict[UUID, str] = {}
        self.texts: set[tuple[UUID, str]] = set()
        """Release and SHA-256 of the licence texts that came with it."""
        self.claims: dict[tuple[UUID, str, UUID | str, str], LineageClaim] = {}
        """By child, relation, parent (its folded name while it is not resolved) and source: what this kind claims."""
        self.teams: dict[str, set[Team]] = defaultdict(set)
        self.people: dict[str, User] = {}
        self.parties = KnownParties()
        self.uses: dict[tuple[UUID | None, str], list[Use]] = defaultdict(list)
        self.pairs: dict[tuple[UUID, UUID], Use] = {}
        """By use case and deployment."""
        self.use_cases: dict[tuple[UUID | None, str], list[UseCase]] = defaultdict(list)
        self.deployments: dict[tuple[UUID | None, str], list[Deployment]] = defaultdict(list)
        self.stated: dict[tuple[str, UUID, str], str] = {}
        """What this file has said already, and where."""
        self.remembered: dict[str, UUID] = {}
        """The models that entries of this very file were about when it was imported before, by locator."""
        self.new: set[UUID] = set()
        """Rows that do not stand in the database yet."""

    # Reading --------------------------------------------------------------------------------------------------------

    def load(self, records: Sequence[Record], described: Mapping[str, PartyRecord]) -> None:
        """Read what `records` speak of. Some fifteen queries, whatever their number.

        `described` are the parties of which the file says more than their names, by folded name.
        """
        self._load_models([model_of(record) for record in records if not isinstance(record, PartyRecord)])
        self.parties.load(records, described)
        uses = [record for record in records if isinstance(record, UseRecord)]
        if uses:
            self._load_uses(uses)
        self._load_people(records)
        self._load_statements()

    def recall(self, sha256: str, locators: Sequence[str]) -> None:
        """Read what entries of this file were about before: a name that two bear by now means what it meant then."""
        rows = ImportRow.objects.filter(
            of__sha256=sha256, of__kind=self.kind, of__state=Import.State.DONE, subject_type="model"
        )
        found = rows.filter(locator__in=locators).order_by("of__created_at")
        self.remembered |= {locator: key for locator, key in found.values_list("locator", "subject_id") if key}

    def _load_models(self, records: Sequence[ModelRecord]) -> None:
        named = {folded(identifier) for record in records for _, identifier in record.identifiers}
        alone = {folded(record.name) for record in records}
        parents = {ParentName.of(parent.name).folded for record in records for parent in record.parents}
        for alias in ModelAlias.objects.filter(identifier_folded__in=named | alone | parents).order_by():
            self.add_alias(alias)
        names = {text.strip().upper() for text in self._texts(records)}
        for name, model_id in by_upper(Model.objects.all(), names).values_list("name", "id"):
            self.by_name[folded(name)].add(model_id)
        wanted = set(self.aliases.values()) | {one for ids in self.by_name.values() for one in ids}
        missing = wanted - self.models.keys()
        self.models |= Model.objects.select_related("developer").in_bulk(missing)
        self.identified |= set(
            ModelAlias.objects.filter(model_id__in=missing).order_by().values_list("model_id", flat=True)
        )
        for release in Release.objects.filter(model_id__in=missing).order_by():
            self.releases[release.model_id, release.revision] = release
        said = LineageClaim.objects.select_related("edge").filter(
            edge__child_id__in=missing, edge__ended_at__isnull=True, withdrawn_at__isnull=True, channel=self.kind
        )
        for claim in said.order_by():
            edge = claim.edge
            key = (edge.child_id, edge.relation, edge.parent_id or edge.parent_folded, claim.source_label)
            self.claims[key] = claim
        self._load_files(records, missing)

    def _texts(self, records: Sequence[ModelRecord]) -> Iterator[str]:
        for record in records:
            yield record.name
            yield from (parent.name for parent in record.parents)

    def _load_files(self, records: Sequence[ModelRecord], model_ids: Iterable[UUID]) -> None:
        if any(record.files for record in records):
            for artefact in Artefact.objects.filter(release__model_id__in=model_ids).order_by():
                self.artefacts[artefact.release_id][artefact.path] = artefact
        if any(licence.text for record in records for licence in record.licences):
            ids = [release.id for release in self.releases.values()]
            seen = TextSighting.objects.filter(release_id__in=ids).order_by()
            self.texts |= {(key, sum_) for key, sum_ in seen.values_list("release_id", "text__sha256") if key}
        rows = SourceDocument.objects.filter(
            release__model_id__in=model_ids, kind=self.kind, superseded_at__isnull=True
        ).order_by()
        self.documents |= dict(rows.values_list("release_id", "digest"))

    def claimed(self, name: str, model_id: UUID) -> list[Use]:
        """Uses of a name on a model, whichever team has them."""
        found = [use for (_, folded_name), uses in self.uses.items() if folded_name == folded(name) for use in uses]
        return [use for use in found if use.deployment.release.model_id == model_id]

    def _load_uses(self, records: Sequence[UseRecord]) -> None:
        if not self.teams:
            for team in Team.objects.all():
                self.teams[folded(team.name)].add(team)
                self.teams[folded(team.slug)].add(team)
        names = {record.use.strip().upper() for record in records}
        of_uses = Use.objects.select_related("deployment__release", "use_case")
        for use in by_upper(of_uses, names).exclude(status=Use.Status.RETIRED):
            self.add_use(use)
        cases = {(record.use_case or record.use).strip().upper() for record in records}
        for case in by_upper(UseCase.objects.all(), cases):
            _put(self.use_cases[case.team_id, folded(case.name)], case)
        services = {(record.deployment or record.use).strip().upper() for record in records}
        for deployment in by_upper(Deployment.objects.select_related("release"), services):
            _put(self.deployments[deployment.team_id, folded(deployment.name)], deployment)
        ids = {case.id for found in self.use_cases.values() for case in found}
        for use in of_uses.filter(use_case_id__in=ids - self.new).exclude(status=Use.Status.RETIRED).order_by():
            self.pairs[use.use_case_id, use.deployment_id] = use

    def _load_people(self, records: Sequence[Record]) -> None:
        mails = {
            str(fact.value).strip().lower()
            for record in records
            for fact in record.facts
            if isinstance(fact.value, str) and "@" in fact.value
        }
        mails |= {record.owner_email.strip().lower() for record in records if isinstance(record, UseRecord)}
        mails -= {"", *self.people}
        if mails:
            self.people |= {user.email.lower(): user for user in User.objects.filter(email__in=mails, is_active=True)}

    def _load_statements(self) -> None:
        subjects = [
            *(("model", key) for key in self.models),
            *(("release", release.id) for release in self.releases.values()),
            *(("deployment", row.id) for rows in self.deployments.values() for row in rows),
            *(("use_case", row.id) for rows in self.use_cases.values() for row in rows),
            *(("deployment", use.deployment_id) for rows in self.uses.values() for use in rows),
            *(("use_case", use.use_case_id) for rows in self.uses.values() for use in rows),
            *(("party", key) for key in self.parties.held),
        ]
        missing = [key for key in dict.fromkeys(subjects) if key not in self.statements and key[1] not in self.new]
        if missing:
            for key in missing:
                self.statements[key] = defaultdict(list)
            for assertion in assertions_at(SubjectRef(*key) for key in missing).order_by():
                self.statements[assertion.subject_type, assertion.subject_id][assertion.field].append(assertion)

    # What entries put there -----------------------------------------------------------------------------------------

    def add_alias(self, alias: ModelAlias) -> None:
        """An identifier that names a model."""
        self.aliases[alias.namespace, alias.identifier_folded] = alias.model_id
        self.by_identifier[alias.identifier_folded].add(alias.model_id)
        self.identified.add(alias.model_id)

    def add_use(self, use: Use) -> None:
        """A use with its use case and deployment."""
        _put(self.uses[use.team_id, folded(use.name)], use)
        self.pairs[use.use_case_id, use.deployment_id] = use

    def add(self, row: BaseModel) -> None:
        """A row that an entry makes: the entries after it find it like any other."""
        self.new.add(row.id)
        if isinstance(row, Model):
            self.models[row.id] = row
            self.by_name[folded(row.name)].add(row.id)
        elif isinstance(row, ModelAlias):
            self.add_alias(row)
        elif isinstance(row, Release):
            self.releases[row.model_id, row.revision] = row
        elif isinstance(row, Artefact):
            self.artefacts[row.release_id][row.path] = row
        elif isinstance(row, Deployment):
            self.deployments[row.team_id, folded(row.name)].append(row)
        elif isinstance(row, UseCase):
            self.use_cases[row.team_id, folded(row.name)].append(row)
        elif isinstance(row, Use):
            self.add_use(row)
        elif isinstance(row, SourceDocument):
            self.documents[row.release_id] = row.digest
        else:
            self.parties.add(row)


def _put(rows: list[Any], row: DjangoModel) -> None:
    if all(one.pk != row.pk for one in rows):
        rows.append(row)
