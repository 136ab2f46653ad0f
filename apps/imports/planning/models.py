"""What an entry says about a model: which one it is, its version, files, licence texts, parents and document."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext_noop

from apps.core.clock import now
from apps.core.errors import filled
from apps.core.text import clean_text
from apps.facts.models import State
from apps.imports.folding import folded
from apps.imports.known import revision_of
from apps.imports.models import SourceDocument
from apps.imports.planning.plans import Parent, Planned, Suspected, Text
from apps.imports.planning.statements import Statements
from apps.imports.records import (
    FactRecord,
    FileRecord,
    LicenceRecord,
    ModelRecord,
    ParentRecord,
)
from apps.registry.models import Artefact, LineageEdge, Model, ModelAlias, Release
from apps.registry.services.lineage import MOST_PARENTS, ParentName

LICENCE = "licence_declared"


class Models(Statements):
    """An entry about a model."""

    def _model(self, record: ModelRecord) -> tuple[Model, Release]:
        model = self._found(record) or self._new_model(record)
        self._identifiers(model, record)
        release = self._release(model, record)
        about = {"model": model.id, "release": release.id}
        licences = _licence_facts(record.licences, self.planned)
        self._facts([*self._developer_facts(model, record), *record.facts, *licences], about)
        self._texts(release, record.licences)
        self._files(release, record.files)
        self._parents(model, record.parents)
        if record.suspects:
            self.planned.suspected.append(Suspected(child=model, records=record.suspects))
            names = ", ".join(one.name for one in record.suspects[:5])
            message = gettext_noop("Parents that nobody declares are suspected and put up for judgement: %(names)s.")
            self.planned.notes.append(filled(message, names=names))
        if record.described:
            self._document(release)
        return model, release

    def _found(self, record: ModelRecord) -> Model | None:
        """The model that the record means. Raises `InvalidInput` where it may mean several."""
        known = self.known
        keys = [(namespace.lower(), folded(identifier)) for namespace, identifier in record.identifiers]
        ids = {known.aliases[key] for key in keys if key in known.aliases}
        if not ids and not keys:
            ids = known.by_identifier.get(folded(record.name), set()) or known.by_name.get(folded(record.name), set())
        elif not ids:
            ids = self._without_identifier(record)
        if len(ids) > 1 and not keys:
            ids = ids & {known.remembered.get(self.row.locator)} or ids
        if len(ids) > 1:
            names = ", ".join(sorted(known.models[key].name for key in ids))
            raise self._refuse(filled("may mean several models of the register: %(names)s", names=names))
        return known.models[next(iter(ids))] if ids else None

    def _without_identifier(self, record: ModelRecord) -> set[UUID]:
        """The one model of the same name, where the register has no identifier of it yet."""
        same = self.known.by_name.get(folded(record.name), set())
        if len(same) == 1 and not same & self.known.identified:
            return set(same)
        if same:
            message = gettext_noop("Another model of the register is called “%(name)s”; it has other identifiers.")
            self.planned.notes.append(filled(message, name=record.name))
        return set()

    def _new_model(self, record: ModelRecord) -> Model:
        model = Model(
            name=clean_text(record.name, pointer=self.row.locator),
            family=clean_text(record.family, pointer=self.row.locator, max_length=200, required=False),
            state=State.CLAIMED_BY_PROVIDER,
            **self.sourced,
        )
        self._make(model)
        self._make(Release(model=model, revision="", pinned=False, state=State.CLAIMED_BY_PROVIDER, **self.sourced))
        self.planned.change("model", "name", None, model.name)
        return model

    def _developer_facts(self, model: Model, record: ModelRecord) -> list[FactRecord]:
        """The developer as a statement beside others; nothing where the register says just that, or nobody is known."""
        party, state = self._developer(model, record)
        stated = self.known.statements.get(("model", model.id), {}).get("developer", [])
        if party is None or (model.developer_id == party and not stated):
            return []
        if model.developer_id and not stated:
            message = gettext_noop("“%(field)s”: %(who)s says otherwise. Both statements stay, side by side.")
            self.planned.notes.append(filled(message, field="developer", who=model.source_label))
        return [FactRecord(subject="model", field="developer", value=str(party), state=state)]

    def _developer(self, model: Model, record: ModelRecord) -> tuple[UUID | None, str]:
        """Whoever stands behind a namespace known as official, else the party of exactly this name; nobody else."""
        known = self.known
        for namespace, identifier in record.identifiers:
            owner, slash, _ = identifier.partition("/")
            if slash and (found := known.parties.hubs.get((namespace.lower(), folded(owner)))):
                return found, State.INFERRED
        found = self._party_called(record.developer) if record.developer else None
        if found is None and record.developer and not model.developer_id:
            message = gettext_noop("The developer “%(name)s” is no party of the register, so it stays unknown.")
            if known.parties.called(record.developer):
                message = gettext_noop("Several parties are called “%(name)s”, so the developer stays unknown.")
            self.planned.notes.append(filled(message, name=record.developer[:80]))
        return found, State.CLAIMED_BY_OWNER if self.context.kind == "register" else State.CLAIMED_BY_PROVIDER

    def _identifiers(self, model: Model, record: ModelRecord) -> None:
        for namespace, identifier in dict.fromkeys(record.identifiers):
            namespace, identifier = namespace.strip().lower(), clean_text(identifier, pointer=self.row.locator)
            key = (namespace, folded(identifier))
            if key in self.known.aliases or any(
                isinstance(row, ModelAlias) and (row.namespace, row.identifier_folded) == key
                for row in self.planned.rows
            ):
                continue
            if len(namespace) > 40 or any(character.isspace() for character in identifier):
                raise self._refuse(filled("“%(identifier)s” is no identifier", identifier=identifier[:80]))
            self._make(
                ModelAlias(
                    model=model,
                    namespace=namespace,
                    identifier=identifier,
                    identifier_folded=key[1],
                    state=State.CLAIMED_BY_PROVIDER,
                    **self.sourced,
                )
            )
            self.planned.change("model", "identifier", None, f"{namespace}:{identifier}")

    def _release(self, model: Model, record: ModelRecord) -> Release:
        revision = clean_text(revision_of(record), pointer=self.row.locator, max_length=120, required=False)
        planned = (row for row in self.planned.rows if isinstance(row, Release) and row.revision == revision)
        found = self.known.releases.get((model.id, revision)) or next(planned, None)
        if found is not None:
            return found
        commit = len(revision) in (40, 64) and all(digit in "0123456789abcdef" for digit in revision)
        hub = next((one for namespace, one in record.identifiers if namespace == "huggingface"), "")
        release = Release(
            model=model,
            revision=revision,
            pinned=bool(revision),
            purl=f"pkg:huggingface/{hub}@{revision}"[:500] if hub and commit else "",
            state=State.CLAIMED_BY_PROVIDER,
            **self.sourced,
        )
        self._make(release)
        self.planned.change("release", "revision", None, revision)
        return release

    def _texts(self, release: Release, licences: Sequence[LicenceRecord]) -> None:
        for licence in licences:
            content = licence.text.encode("utf-8", "replace")
            key = (release.id, hashlib.sha256(content).hexdigest())
            if content.strip() and key not in self.known.texts:
                self.known.texts.add(key)
                self.planned.texts.append(Text(release=release, content=content, url=licence.link))
                self.planned.change("release", "licence_text", None, f"sha256:{key[1]}")

    def _files(self, release: Release, files: Sequence[FileRecord]) -> None:
        there = dict(self.known.artefacts.get(release.id, {}))
        nameless = 0
        for one in files:
            path, sha256 = clean_text(one.path, pointer=one.pointer, max_length=500), one.sha256.lower()
            if len(sha256) != 64 or any(digit not in "0123456789abcdef" for digit in sha256):
                nameless += 1
            elif path not in there:
                artefact = Artefact(
                    release=release,
                    path=path,
                    sha256=sha256,
                    size=one.size if one.size is not None and 0 <= one.size < 2**62 else None,
                    format=one.format[:40],
                    state=State.CLAIMED_BY_PROVIDER,
                    **self.sourced,
                )
                self._make(artefact)
                there[path] = artefact
                self.planned.change("release", path, None, f"sha256:{sha256}")
            elif there[path].sha256 != sha256:
                message = gettext_noop("The file %(path)s has another checksum here than in the register; it stays.")
                self.planned.notes.append(filled(message, path=path))
        if nameless:
            message = gettext_noop("%(count)d files without a SHA-256 were left out.")
            self.planned.notes.append(filled(message, count=nameless))

    def _parents(self, model: Model, parents: Sequence[ParentRecord]) -> None:
        if len(parents) > MOST_PARENTS:
            message = gettext_noop("names %(count)d parents; a model has at most %(most)d")
            raise self._refuse(filled(message, count=len(parents), most=MOST_PARENTS))
        for parent in parents:
            if parent.relation not in LineageEdge.Relation.values:
                raise self._refuse(filled("“%(relation)s” is no relation of lineage", relation=parent.relation[:40]))
            clean_text(parent.name, pointer=parent.pointer or self.row.locator)
            found = self._parent(parent)
            if found == model.id:
                self.planned.notes.append(gettext_noop("The source names the model as its own parent."))
                continue
            self._claim(model, found, parent)

    def _parent(self, parent: ParentRecord) -> UUID | None:
        known, name = self.known, ParentName.of(parent.name, parent.namespace)
        if name.namespace:
            return known.aliases.get((name.namespace.lower(), name.folded))
        ids = known.by_identifier.get(name.folded) or known.by_name.get(folded(parent.name)) or set()
        return next(iter(ids)) if len(ids) == 1 else None

    def _claim(self, model: Model, found: UUID | None, parent: ParentRecord) -> None:
        source = parent.provenance.source or str(self.sourced["source_label"])
        above = found or ParentName.of(parent.name).folded
        old = self.known.claims.get((model.id, parent.relation, above, source))
        if old is not None:
            day = parent.provenance.as_of or self.reading.as_of
            url = parent.provenance.source_url or str(self.sourced["source_url"])
            said = (parent.state, url, parent.note, parent.name)
            if said == (old.state, old.source_url, old.note, old.parent_name) and (day is None or old.as_of == day):
                return
        planned = Parent(child=model, parent=self.known.models.get(found) if found else None, record=parent)
        if not any(_same_claim(one.record, parent) for one in self.planned.parents):
            self.planned.parents.append(planned)
            self.planned.change("model", parent.relation, old.parent_name if old else None, parent.name, parent.state)

    def _document(self, release: Release) -> None:
        document = self.reading.document
        if document is None or self.known.documents.get(release.id) == self.context.digest:
            return
        self._make(
            SourceDocument(
                release=release,
                of_id=self.context.import_id,
                kind=self.context.kind,
                format=self.reading.format[:100],
                source=str(self.sourced["source_label"]),
                url=str(self.sourced["source_url"]),
                as_of=self.reading.as_of,
                digest=self.context.digest,
                document=document,
                accounted=dict(self.reading.accounted),
                locator=self.row.locator[:300],
                recorded_at=now(),
            )
        )
        self.planned.change("release", "document", self.known.documents.get(release.id), self.context.digest)


def _licence_facts(licences: Sequence[LicenceRecord], planned: Planned) -> list[FactRecord]:
    """What the source declares as one statement; several licences all hold unless the source says how they relate."""
    said = [one for one in licences if one.declared.strip()]
    if not said:
        return []
    names = list(dict.fromkeys(one.declared.strip() for one in said))
    if len(names) > 1:
        planned.notes.append(gettext_noop("The source lists several licences; all of them are taken to hold."))
        names = [f"({name})" if " OR " in name else name for name in names]
    first = said[0]
    return [
        FactRecord(
            subject="release",
            field=LICENCE,
            value=" AND ".join(names),
            state=first.state,
            pointer=first.pointer,
            note=first.link[:1000],
        )
    ]


def _same_claim(one: ParentRecord, other: ParentRecord) -> bool:
    """Whether two entries of a file are about the same edge, from the same source."""
    return (one.relation, one.name, one.provenance.source) == (other.relation, other.name, other.provenance.source)
