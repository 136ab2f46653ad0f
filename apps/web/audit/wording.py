"""Entries of the journal in words."""

import json
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.audit.models import AuditEntry
from apps.audit.triggers import journaled_models

SUBJECTS = {
    "accounts.apitoken": _("token"),
    "accounts.organisation": _("organisation"),
    "accounts.rolegrant": _("role"),
    "accounts.team": _("team"),
    "accounts.user": _("account"),
    "exports.export": _("export"),
    "facts.assertion": _("statement"),
    "findings.finding": _("finding"),
    "findings.task": _("task"),
    "findings.waiver": _("waiver"),
    "gate.gatedecision": _("gate decision"),
    "gate.project": _("project"),
    "imports.import": _("import"),
    "imports.sourcedocument": _("document of a source"),
    "licences.duty": _("duty of a licence"),
    "licences.licence": _("licence"),
    "licences.licencetext": _("licence text"),
    "licences.textsighting": _("place where a licence text was seen"),
    "notices.outboxmessage": _("message"),
    "parties.domain": _("domain of a party"),
    "parties.huborganisation": _("namespace of a party"),
    "parties.party": _("party"),
    "parties.partyname": _("name of a party"),
    "parties.stake": _("stake"),
    "policy.pack": _("pack"),
    "policy.parameter": _("parameter"),
    "policy.policyversion": _("policy version"),
    "policy.rule": _("rule"),
    "registry.artefact": _("file of a release"),
    "registry.deployment": _("deployment"),
    "registry.hostingoffer": _("hosting offer"),
    "registry.lineageclaim": _("claim about a parent of a model"),
    "registry.lineageedge": _("parent of a model"),
    "registry.lineagesuggestion": _("suspected parent of a model"),
    "registry.model": _("model"),
    "registry.modelalias": _("identifier of a model"),
    "registry.release": _("release"),
    "registry.trustedsigner": _("trusted signer"),
    "registry.use": _("use"),
    "registry.usecase": _("use case"),
    "registry.verification": _("check of files"),
    "reports.report": _("report"),
    "reviews.approvalsnapshot": _("what an approval rests on"),
    "reviews.change": _("change since an approval"),
    "reviews.reopening": _("reopened approval"),
    "reviews.review": _("review"),
    "sanctions.eventparty": _("party of a measure"),
    "sanctions.judgement": _("judgement of a match"),
    "sanctions.eventstep": _("step of a measure"),
    "sanctions.listing": _("entry of a list"),
    "sanctions.listsource": _("source of lists"),
    "sanctions.listversion": _("version of a list"),
    "sanctions.match": _("match with a list"),
    "sanctions.screeningrun": _("screening"),
    "sanctions.restrictedpartylist": _("list"),
    "sanctions.restrictionevent": _("measure"),
}
ACTIONS = {
    "administrator.create": _("First administrator created"),
    "artefact.add": _("File of a release recorded"),
    "change.agree": _("Agreed that a change is not material"),
    "change.approve": _("Approved again after a change"),
    "change.propose": _("Proposed that a change is not material"),
    "change.refuse": _("Disagreed that a change is not material"),
    "artefact.record_sums": _("Checksums of a release recorded"),
    "artefact.state": _("Facts of recorded files stated"),
    "artefact.verify": _("Files of a release checked"),
    "export.fail": _("Export failed"),
    "export.finish": _("Export made"),
    "export.progress": _("Export being made"),
    "export.request": _("Export asked for"),
    "fact.withdraw": _("Fact withdrawn"),
    "gate.decide": _("Gate asked"),
    "gate.receipt": _("Receipt of a decision signed"),
    "import.apply": _("File imported"),
    "import.ask_to_apply": _("Import of a previewed file asked for"),
    "import.ask_to_undo": _("Undoing of an import asked for"),
    "import.begin": _("Work on a file begun"),
    "import.fail": _("Import failed"),
    "import.preview": _("File previewed"),
    "import.progress": _("Import in progress"),
    "import.receive": _("File received"),
    "import.undo": _("Import undone"),
    "knowledge.load": _("Knowledge loaded"),
    "licence_text.settle": _("Licence of a text settled"),
    "licence_text.store": _("Licence text recorded"),
    "lineage.add": _("Parent of a model recorded"),
    "lineage.remove": _("Parent of a model removed"),
    "lineage.suggest": _("Parents of a model suspected"),
    "lineage.confirm_suggestion": _("Suspected parent of a model confirmed"),
    "lineage.refuse_suggestion": _("Suspected parent of a model refused"),
    "lineage.withdraw": _("Claim about a parent of a model withdrawn"),
    "list.accept": _("Refused version of a list accepted"),
    "list.confirm": _("List found unchanged"),
    "list.drop": _("Unused version of a list dropped"),
    "list.fail": _("Refresh of a list failed"),
    "list.refuse": _("Version of a list refused"),
    "list.stage": _("Version of a list read"),
    "list.switch": _("Version of a list taken into use"),
    "match.decide": _("Judgement of a match decided by a second person"),
    "match.expire": _("Judgement of a match expired"),
    "match.judge": _("Match judged"),
    "match.reopen": _("Match opened again"),
    "screening.begin": _("Screening begun"),
    "screening.compare": _("Parties compared with lists"),
    "screening.cover": _("Parties covered by a new version of a list"),
    "screening.finish": _("Screening finished"),
    "screening.request": _("Names compared on request"),
    "list_source.change": _("Source of lists changed"),
    "list_source.create": _("Source of lists entered"),
    "model.add_alias": _("Identifier of a model recorded"),
    "model.register": _("Model entered"),
    "notice.retry": _("Message queued again"),
    "notice.send": _("Message sent"),
    "notice.write": _("Message written"),
    "organisation.set_up": _("Organisation set up"),
    "party.create": _("Party entered"),
    "party.domain": _("Domain of a party recorded"),
    "party.name": _("Name of a party recorded"),
    "party.undomain": _("Domain of a party removed"),
    "party.unname": _("Name of a party removed"),
    "policy.publish": _("Policy published"),
    "project.create": _("Project entered"),
    "release.add": _("Release recorded"),
    "report.fail": _("Report failed"),
    "report.finish": _("Report finished"),
    "report.freeze": _("Evidence of a report gathered"),
    "report.progress": _("Report in progress"),
    "report.request": _("Report asked for"),
    "restriction_event.correct": _("Measure corrected"),
    "restriction_event.enter": _("Measure entered"),
    "restriction_event.name": _("Parties of a measure named"),
    "restriction_event.status": _("Status of a measure changed"),
    "restriction_event.step_back": _("Step of a measure taken back"),
    "review.complete": _("Review completed"),
    "review.note_changes": _("Approvals compared with what is now"),
    "role.grant": _("Role given"),
    "role.revoke": _("Role taken back"),
    "signer.declare": _("Trusted signer declared"),
    "signer.withdraw": _("Trusted signer withdrawn"),
    "stake.correct": _("Stake corrected"),
    "stake.end": _("Stake ended"),
    "stake.record": _("Stake recorded"),
    "stake.withdraw": _("Stake withdrawn"),
    "team.create": _("Team entered"),
    "token.issue": _("Token issued"),
    "token.revoke": _("Token revoked"),
    "use.claim": _("Use claimed"),
    "use.judge": _("Use judged"),
    "use.register": _("Use registered"),
    "use.retire": _("Use retired"),
    "user.activate": _("Account opened or closed"),
    "user.create": _("Person entered"),
    "user.password": _("Password changed"),
    "user.preferences": _("Language or theme changed"),
    "waiver.approve": _("Waiver approved"),
    "waiver.propose": _("Waiver asked for"),
    "waiver.refuse": _("Waiver refused"),
    "waiver.withdraw": _("Waiver withdrawn"),
}
"""Words of the actions that services record, save for stating facts, which has one for every kind of subject."""


def action_word(action: str) -> str:
    """What somebody did, such as “Use registered” for `use.register`; the code of an action that has no word."""
    if action.endswith(".state_facts"):
        return str(_("Facts stated"))
    return str(ACTIONS.get(action, action))


def subject_word(subject_type: str) -> str:
    """What kind of thing an entry is about, such as “use case” for `registry.usecase`."""
    return str(SUBJECTS.get(subject_type, subject_type))


def subject_choices() -> list[tuple[str, str]]:
    """Every kind of thing that entries can be about."""
    found = [(model._meta.label_lower, subject_word(model._meta.label_lower)) for model in journaled_models()]
    return sorted(found, key=lambda choice: choice[1])


def changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """Each column that the entry is about, with its values before and after as text."""
    before, after = entry.before or {}, entry.after or {}
    return [(name, _text(before.get(name)), _text(after.get(name))) for name in sorted({**before, **after})]


def _text(value: Any) -> str:
    if value is None or value == "":
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
