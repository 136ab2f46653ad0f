"""Reads of checks of releases' files, and of whose signatures count."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.core.errors import InvalidInput, NotFound
from apps.parties.models import HubOrganisation, Party
from apps.registry.models import ModelAlias, Release, TrustedSigner, Verification

Found = TypeVar("Found")


def parties_signing(release: Release) -> tuple[set[UUID], set[UUID]]:
    """Whose signature may be on a release: its developer and the parties of its namespaces; and these namespaces."""
    names = ModelAlias.objects.filter(model_id=release.model_id, identifier__contains="/")
    wanted = Q(pk__in=[])
    for namespace, identifier in names.values_list("namespace", "identifier"):
        wanted |= Q(hub=namespace, name__iexact=identifier.split("/", 1)[0])
    organisations = dict(HubOrganisation.objects.filter(wanted).values_list("id", "party_id"))
    developer = {release.model.developer_id} if release.model.developer_id else set()
    return developer | set(organisations.values()), set(organisations)


def signers_for(release: Release, kind: str = "") -> list[TrustedSigner]:
    """The declared signers whose signature counts for a release, newest first."""
    parties, organisations = parties_signing(release)
    found = TrustedSigner.objects.select_related("party", "hub_organisation").filter(
        Q(hub_organisation__isnull=True) | Q(hub_organisation__in=organisations),
        party__in=parties,
        withdrawn_at__isnull=True,
    )
    return list(found.filter(kind=kind) if kind else found)


def trusted_signers() -> QuerySet[TrustedSigner]:
    """Every signer ever declared. Keys for checking are public, and who is trusted is nobody's secret."""
    return TrustedSigner.objects.select_related("party", "hub_organisation")


def verifications() -> QuerySet[Verification]:
    """Checks of releases' files, newest first, without what only one of them needs."""
    return Verification.objects.select_related("release__model", "trusted_signer__party").defer("proof", "files")


def namespace_of(party: Party, name: str) -> HubOrganisation | None:
    """A namespace of a party by its name, case aside; None for no name. Raises `InvalidInput` for a strange one."""
    if not name:
        return None
    found = HubOrganisation.objects.filter(party=party, name__iexact=name.strip()).first()
    if found is None:
        raise InvalidInput("is no namespace of this party in the register", pointer="/namespace")
    return found


def verification_by_id(verification_id: UUID) -> Verification:
    """One check with all that was kept of it. Raises `NotFound`."""
    found = Verification.objects.select_related("release__model", "trusted_signer__party").filter(id=verification_id)
    return _one(found.first(), "There is no such check.")


def signer_by_id(signer_id: UUID) -> TrustedSigner:
    """One declared signer. Raises `NotFound`."""
    return _one(trusted_signers().filter(id=signer_id).first(), "There is no such signer.")


def search_signers(rows: QuerySet[TrustedSigner], text: str) -> QuerySet[TrustedSigner]:
    """The signers whose party, identity or fingerprint holds a text."""
    wanted = Q(party__name__icontains=text) | Q(identity__icontains=text) | Q(fingerprint__startswith=text.lower())
    return rows.filter(wanted)


def _one(found: Found | None, otherwise: str) -> Found:
    if found is None:
        raise NotFound(otherwise)
    return found
