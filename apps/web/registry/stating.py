"""Complete the record: one form for everything that rules wait for; or one fact, corrected or withdrawn."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.actors import Actor
from apps.accounts.roles import Role
from apps.core.errors import NotFound, NotPermitted
from apps.facts.catalogue import paths
from apps.facts.selectors import assertions_at
from apps.facts.subjects import SubjectRef
from apps.policy.selectors import explain, missing_of, verdict_of
from apps.registry.models import Use
from apps.registry.selectors import use_by_id
from apps.registry.services import state_facts
from apps.web.facts_forms import Offered
from apps.web.forms import attempt
from apps.web.pages import language, page
from apps.web.registry.history import Said, said
from apps.web.registry.judging import in_words, judge_again
from apps.web.registry.state_forms import CorrectionForm, SourceForm, StatementForm
from apps.web.registry.subjects import TYPES, Subjects

HEADINGS: Mapping[str, Any] = {
    "deployment": gettext_lazy("Deployment"),
    "use_case": gettext_lazy("Use case"),
    "version": gettext_lazy("Release"),
    "screening": gettext_lazy("Screening of the parties"),
    "model": gettext_lazy("Model: shared by all its uses"),
    "licence": gettext_lazy("Licence: shared by all models under it"),
    "provider": gettext_lazy("Developer: shared by all its models"),
    "operator": gettext_lazy("Operator: shared by all it hosts"),
    "org": gettext_lazy("Our organisation: shared by all uses"),
}
"""By beginning of the path, in the order of the page."""


@dataclass(frozen=True)
class Asked:
    """A missing fact with its form."""

    form: StatementForm
    rules: Sequence[str]
    statements: Sequence[Said]


@dataclass(frozen=True)
class Group:
    """The missing facts of one subject."""

    heading: Any
    ref: SubjectRef
    asked: list[Asked] = field(default_factory=list)


@dataclass(frozen=True)
class Elsewhere:
    """A missing fact that this reader cannot state here, and why."""

    label: str
    meaning: str
    rules: Sequence[str]
    why: str


@page("GET", "POST")
def facts(request: HttpRequest, actor: Actor, use_id: UUID) -> HttpResponse:
    """State the facts of a use."""
    use = use_by_id(actor, use_id)
    actor.require("facts.assert", team_id=use.team_id)
    chosen = request.GET.get("field", "")
    return _one(request, actor, use, chosen) if chosen else _all(request, actor, use)


def _all(request: HttpRequest, actor: Actor, use: Use) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    offered = Offered(actor, language())
    missing = _missing(use)
    common = SourceForm(offered, data)
    groups, elsewhere = _sorted(Subjects(actor, use), missing, offered, data)
    forms = [one.form for group in groups for one in group.asked]
    if data is not None and _valid(common, forms) and (count := _record(actor, groups, common)):
        _tell(request, use, count)
        return HttpResponseRedirect(f"/uses/{use.id}")
    return render(
        request,
        "registry/facts.html",
        {"use": use, "common": common, "groups": groups, "elsewhere": elsewhere, "wrong": _wrong(common, forms)},
    )


def _missing(use: Use) -> Sequence[Mapping[str, Any]]:
    """What the rules that judged the use last wait for."""
    verdict = verdict_of(use.id)
    return missing_of(explain(verdict.evaluation)) if verdict else []


def _sorted(
    subjects: Subjects, missing: Sequence[Mapping[str, Any]], offered: Offered, data: Any
) -> tuple[list[Group], list[Elsewhere]]:
    here = [one for one in missing if subjects.may_state(one["path"])]
    statements = _statements(subjects, [one["path"] for one in here])
    groups: dict[str, Group] = {}
    for one in here:
        path = one["path"]
        prefix = path.partition(".")[0]
        ref = subjects.ref(prefix)
        if ref is None:
            continue
        group = groups.setdefault(prefix, Group(HEADINGS[prefix], ref))
        form = StatementForm(path, paths()[path], offered, data)
        group.asked.append(Asked(form, one["rules"], statements.get(path, [])))
    others = [_elsewhere(subjects, one) for one in missing if not subjects.may_state(one["path"])]
    return [groups[prefix] for prefix in HEADINGS if prefix in groups], others


def _statements(subjects: Subjects, wanted: Sequence[str]) -> dict[str, list[Said]]:
    """What is said about paths now, both sides of a dispute included. Three queries."""
    by_subject = {ref: path.partition(".")[0] for path in wanted if (ref := subjects.ref(path.partition(".")[0]))}
    found: dict[str, list[Said]] = defaultdict(list)
    for one in said(list(assertions_at(by_subject).order_by("-recorded_at", "-id")), language()):
        ref = SubjectRef(one.statement.subject_type, one.statement.subject_id)
        found[f"{by_subject[ref]}.{one.statement.field}"].append(one)
    return found


def _elsewhere(subjects: Subjects, one: Mapping[str, Any]) -> Elsewhere:
    spec = paths().get(one["path"])
    label = spec.label_in(language()) if spec else one["path"]
    meaning = spec.meaning_in(language()) if spec else ""
    return Elsewhere(label, meaning, one["rules"], _why(subjects, one["path"]))


def _why(subjects: Subjects, path: str) -> str:
    spec, prefix = paths().get(path), path.partition(".")[0]
    if spec is None or not spec.asserted or prefix not in TYPES:
        return _("Follows from other facts: it is known as soon as they are.")
    if subjects.ref(prefix) is None:
        return _("Can be stated once it is known whom or what it is about.")
    return _("Is stated by: %(roles)s.") % {"roles": ", ".join(str(Role(role).label) for role in spec.may_assert)}


def _valid(common: SourceForm, forms: Sequence[StatementForm]) -> bool:
    """Whether all is well, asking every form so that all mistakes are shown at once."""
    return all([common.is_valid(), *(form.is_valid() for form in forms)])


def _wrong(common: SourceForm, forms: Sequence[StatementForm]) -> bool:
    return bool(common.errors) or any(form.errors for form in forms)


def _record(actor: Actor, groups: Sequence[Group], common: SourceForm) -> int:
    """Record what was entered, all or nothing per subject. Returns how many; 0 with a message at the form."""
    count = 0
    for group in groups:
        stated = [one.form.fact(common) for one in group.asked if one.form.given]
        if not stated:
            continue
        kind, key = group.ref.type, group.ref.id
        rows = attempt(
            common,
            lambda kind=kind, key=key, stated=stated: state_facts(  # type: ignore[misc]
                actor=actor, subject_type=kind, subject_id=key, facts=stated
            ),
        )
        if rows is None:
            return 0
        count += len(rows)
    if not count:
        common.add_error(None, _("Nothing was entered."))
    return count


def _tell(request: HttpRequest, use: Use, count: int) -> None:
    verdict = judge_again(use)
    recorded = ngettext("%(count)d fact is recorded.", "%(count)d facts are recorded.", count) % {"count": count}
    messages.success(request, f"{recorded} {in_words(verdict)}" if verdict else recorded)


def _one(request: HttpRequest, actor: Actor, use: Use, path: str) -> HttpResponse:
    """Correct one fact, or withdraw it."""
    subjects = Subjects(actor, use)
    spec, prefix = paths().get(path), path.partition(".")[0]
    ref = subjects.ref(prefix)
    if spec is None or ref is None:
        raise NotFound("There is no such fact of this use.")
    if not subjects.may_state(path):
        raise NotPermitted(_why(subjects, path))
    statements = _statements(subjects, [path]).get(path, [])
    present = next((one.statement.value for one in statements if one.statement.value is not None), None)
    form = CorrectionForm(spec, Offered(actor, language()), request.POST or None, present=present)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: state_facts(
                actor=actor,
                subject_type=ref.type,
                subject_id=ref.id,
                facts=[form.fact()],
                reason=form.plain("reason"),
            ),
        )
        if done:
            _tell(request, use, len(done))
            return HttpResponseRedirect(f"/uses/{use.id}")
    rules: Sequence[str] = next((one["rules"] for one in _missing(use) if one["path"] == path), [])
    context: dict[str, Any] = {"use": use, "form": form, "statements": statements, "rules": rules}
    context |= {"label": spec.label_in(language()), "meaning": spec.meaning_in(language())}
    return render(request, "registry/fact.html", {**context, "heading": HEADINGS[prefix]})
