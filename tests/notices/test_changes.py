"""What changed since an approval stands in the digest of the owner and of whoever approved."""

import pytest

from apps.accounts.roles import Role
from apps.notices.models import OutboxMessage
from apps.notices.services import write_review_digests
from tests.making import SETUP, a_team, a_user, state
from tests.reviews.changing import TEXT, a_policy_in_force, an_approved_use, bring, compared

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Changed since the approval"), ("de", "")],
)
def test_owner_and_approver_read_what_changed_and_where_to_settle_it(language: str, sentence: str) -> None:
    a_policy_in_force()
    team = a_team()
    owner = a_user(Role.OWNER, team=team, language=language)
    approver = a_user(Role.APPROVER, language=language)
    use = an_approved_use(team=team, name="Letters to customers")
    state("use_case", use.use_case_id, owner=str(owner.id), approver=str(approver.id))
    write_review_digests(actor=SETUP)
    assert not OutboxMessage.objects.exists()
    bring(use, TEXT.replace("100", "50"))
    compared()
    write_review_digests(actor=SETUP)
    messages = {message.recipient_id: message for message in OutboxMessage.objects.all()}
    assert set(messages) == {owner.id, approver.id}
    for message in messages.values():
        for body in (message.text, message.html):
            assert "Letters to customers" in body
            assert use.deployment.release.model.name in body
            assert f"/uses/{use.id}/review" in body
            assert sentence in body
    if language == "en":
        assert "You approved this use: approve it again" in messages[approver.id].text
        assert "You get this because you approved uses" in messages[approver.id].text
        assert "You approved this use" not in messages[owner.id].text
    write_review_digests(actor=SETUP)
    assert OutboxMessage.objects.count() == 2
