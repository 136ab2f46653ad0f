"""Take a staged version into use: two rows change, and every entry counts or ends with them."""

from django.dispatch import Signal
from django.utils.translation import gettext_noop

from apps.accounts.actors import Actor
from apps.core.changes import change, one_at_a_time
from apps.core.clock import now
from apps.core.errors import Conflict
from apps.core.text import clean_text
from apps.sanctions.lists.signals import list_switched
from apps.sanctions.lists.staging import lock_name
from apps.sanctions.models import ListVersion


def switch(*, actor: Actor, version: ListVersion) -> ListVersion:
    """Let a version that the guards let pass replace the one in use. Raises `Conflict` for any other."""
    actor.require("lists.manage")
    with change(actor, "list.switch"):
        version = _locked(version)
        if version.state != ListVersion.State.STAGED or version.staged_at is None or version.refusals:
            raise Conflict(_NOT_STAGED)
        return _take(actor, version)


def accept(*, actor: Actor, version: ListVersion, reason: str) -> ListVersion:
    """Take a version into use although guards refused it: somebody looked and says why.

    Raises `InvalidInput` without a reason, `Conflict` for a version that no guard refused or that was overtaken.
    """
    actor.require("lists.manage")
    reason = clean_text(reason, pointer="/reason", max_length=2000)
    with change(actor, "list.accept", reason=reason):
        version = _locked(version)
        if version.state != ListVersion.State.REFUSED or version.staged_at is None:
            raise Conflict(_NOT_REFUSED)
        version.accepted_by, version.accepted_because = actor.label[:300], reason
        return _take(actor, version)


_NOT_STAGED = gettext_noop("This version does not wait to be taken into use.")
_NOT_REFUSED = gettext_noop("This version does not wait for somebody to accept it; a newer file may have come.")


def _locked(version: ListVersion) -> ListVersion:
    one_at_a_time(lock_name(version.source))
    return ListVersion.objects.select_for_update(of=("self",)).select_related("source").get(id=version.id)


def _take(actor: Actor, version: ListVersion) -> ListVersion:
    moment, source = now(), version.source
    for old in source.versions.filter(state=ListVersion.State.IN_USE):
        old.state, old.used_until = ListVersion.State.REPLACED, moment
        old.save()
    version.state, version.used_from = ListVersion.State.IN_USE, moment
    version.save()
    source.confirmed_at, source.failure = moment, {}
    source.save()
    list_switched.send(sender=Signal, actor=actor, version=version)
    return version
