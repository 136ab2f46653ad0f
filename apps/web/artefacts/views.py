"""The files of a release: checksums, formats, signatures, checks with their reasons and proofs."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.actors import Actor
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.policy.sheets.entries import from_fact
from apps.registry import file_selectors, selectors
from apps.registry.models import Release, Verification
from apps.registry.services.signatures import Given, verify_signature
from apps.registry.services.sums import Recorded, compare_sums, may_change, record_sums, require_change
from apps.registry.verification.sums import read_sums
from apps.web.artefacts.forms import SignatureForm, SumsForm
from apps.web.artefacts.signers import signer_lines
from apps.web.facts import Line, sheet_lines
from apps.web.forms import attempt
from apps.web.pages import language, page

SHOWN_FILES = 300
SHOWN_CHECKS = 50
_FACTS = ("signature_state", "artifact_sha256_matches", "file_formats", "needs_remote_code", "scan_state")


@page()
def artefacts(request: HttpRequest, actor: Actor, release_id: UUID) -> HttpResponse:
    """The recorded files of a release, what they show, and every check of them."""
    actor.require("register.read")
    release = selectors.release_by_id(release_id)
    files = release.artefacts.order_by("path")
    context = {
        "release": release,
        "lines": _lines(release),
        "files": files[:SHOWN_FILES],
        "file_count": files.count(),
        "shown_files": SHOWN_FILES,
        "checks": file_selectors.verifications().filter(release=release)[:SHOWN_CHECKS],
        "signers": file_selectors.signers_for(release),
        "may_change": may_change(actor, release),
        "may_declare": actor.may("register.change") and actor.sees_all,
    }
    return render(request, "artefacts/artefacts.html", context)


def _lines(release: Release) -> list[Line]:
    subject = SubjectRef("release", release.id)
    entries = {f"version.{name}": from_fact(fact) for name, fact in current_facts([subject])[subject].items()}
    shown = {one.path: one for one in sheet_lines("version", entries, language())}
    return [shown[f"version.{name}"] for name in _FACTS]


@page("GET", "POST")
def sums(request: HttpRequest, actor: Actor, release_id: UUID) -> HttpResponse:
    """Record a list of checksums, or compare it with what is recorded."""
    release = selectors.release_by_id(release_id)
    require_change(actor, release)
    form = SumsForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: _with_sums(actor, release, form.cleaned_data))
        if isinstance(made, Verification):
            return HttpResponseRedirect(reverse("verification", args=[made.id]))
        if made is not None:
            messages.success(request, _recorded(made))
            return HttpResponseRedirect(reverse("artefacts", args=[release_id]))
    return render(request, "artefacts/sums.html", {"form": form, "release": release})


def _with_sums(actor: Actor, release: Release, data: dict[str, Any]) -> Recorded | Verification:
    listed = read_sums(data["file"].read())
    if data["action"].startswith("compare"):
        return compare_sums(actor=actor, release=release, sums=listed, in_use=data["action"] == "compare_in_use")
    return record_sums(
        actor=actor,
        release=release,
        sums=listed,
        source=data["source"],
        source_url=data["source_url"],
        replace=data["action"] == "replace",
        reason=data["reason"],
    )


def _recorded(made: Recorded) -> str:
    text = ngettext(
        "%(created)d checksum recorded, %(unchanged)d unchanged, %(replaced)d replaced.",
        "%(created)d checksums recorded, %(unchanged)d unchanged, %(replaced)d replaced.",
        made.created,
    ) % {"created": made.created, "unchanged": made.unchanged, "replaced": made.replaced}
    if made.unsummed:
        text += " " + _("Listed without a SHA-256: %(count)d.") % {"count": made.unsummed}
    return text


@page("GET", "POST")
def signature(request: HttpRequest, actor: Actor, release_id: UUID) -> HttpResponse:
    """Verify a model signature."""
    release = selectors.release_by_id(release_id)
    require_change(actor, release)
    form = SignatureForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: _verified(actor, release, form.cleaned_data))
        if made:
            return HttpResponseRedirect(reverse("verification", args=[made.id]))
    context = {"form": form, "release": release, "signers": file_selectors.signers_for(release)}
    return render(request, "artefacts/signature.html", context)


def _verified(actor: Actor, release: Release, data: dict[str, Any]) -> Verification:
    given = Given(
        public_key=_text(data["public_key"]),
        certificates=_text(data["certificates"]),
        trust_config=_text(data["trust_config"]),
        identity=data["identity"],
        issuer=data["issuer"],
    )
    return verify_signature(
        actor=actor, release=release, bundle=data["bundle"].read(), given=given, record=data["record"]
    )


def _text(file: Any) -> str:
    return file.read().decode(errors="replace") if file else ""


@page()
def verification(request: HttpRequest, actor: Actor, verification_id: UUID) -> HttpResponse:
    """One check: what was found, why, for every file, and the proof."""
    actor.require("register.read")
    found = file_selectors.verification_by_id(verification_id)
    context = {
        "check": found,
        "release": found.release,
        "reasons": [_(one["pattern"]) % one["values"] for one in found.reasons],
        "signer": signer_lines(found.signer),
        "files": found.files[:SHOWN_FILES],
        "more": max(0, len(found.files) - SHOWN_FILES),
    }
    return render(request, "artefacts/verification.html", context)


@page()
def proof(request: HttpRequest, actor: Actor, verification_id: UUID) -> HttpResponse:
    """The proof of a check, as a file."""
    actor.require("register.read")
    found = file_selectors.verification_by_id(verification_id)
    response = HttpResponse(bytes(found.proof), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="weighbridge-proof-{found.id}.zip"'
    return response
