"""Writes: made once per key, refused when somebody was faster, each with one entry of the journal."""

import datetime as dt
import hashlib
import json
import threading
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from apps.accounts import services as accounts
from apps.accounts.roles import Role
from apps.api.idempotency import KEPT, forget_old_answers
from apps.api.models import IdempotentAnswer
from apps.api.tasks import forget_old_idempotent_answers
from apps.audit.models import AuditEntry
from apps.core.canonical import digest
from apps.core.clock import now
from apps.core.ids import uuid7
from apps.parties.models import Party, Stake
from apps.policy.evaluation import judge_uses
from apps.registry.models import LineageEdge, Model, Use
from apps.reports.models import Report
from apps.reports.services import make_report
from tests.api.calling import Holder, a_caller, pointers, with_token
from tests.api.register import a_register
from tests.api.test_access import every_write
from tests.making import SETUP, a_model, a_party, a_policy, a_rule, a_team, a_use, a_user

KEY = {"Idempotency-Key": "job-17"}


@pytest.fixture
def officer(db: None) -> Holder:
    return a_caller(Role.OFFICER)


@pytest.mark.django_db
class TestOnce:
    def test_the_same_request_is_answered_alike_and_made_once(self, officer: Holder) -> None:
        first = officer.call("POST", "parties", {"name": "A", "kind": "company"}, headers=KEY)
        again = officer.call("POST", "parties", {"kind": "company", "name": "A"}, headers=KEY)
        assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
        assert (again["Location"], again["ETag"]) == (first["Location"], first["ETag"])
        assert Party.objects.count() == 1

    def test_another_request_with_the_same_key_is_refused(self, officer: Holder) -> None:
        officer.post("parties", {"name": "A"}, headers=KEY)
        for address, body in (("parties", {"name": "B"}), ("teams", {"name": "A"}), ("models", {"name": "A"})):
            found = officer.refused("POST", address, body, status=409, headers=KEY)
            assert found["type"] == "/api/v1/problems/conflict"
        assert Party.objects.count() == 1

    def test_keys_belong_to_their_holder_and_not_to_a_token(self, officer: Holder) -> None:
        officer.post("parties", {"name": "A"}, headers=KEY)
        a_caller(Role.OFFICER).post("parties", {"name": "B"}, headers=KEY)
        again = with_token(officer.user).post("parties", {"name": "A"}, headers=KEY)
        assert again["name"] == "A"
        assert Party.objects.count() == 2

    def test_a_write_that_failed_can_be_tried_again(self, officer: Holder) -> None:
        a_model("One")
        officer.refused("POST", "models", {"name": "One"}, status=409, headers=KEY)
        assert not IdempotentAnswer.objects.exists()
        officer.post("models", {"name": "Two"}, headers=KEY)

    @pytest.mark.parametrize("key", ["", " ", "x" * 201, "a\x07b"])
    def test_keys_are_short_texts(self, officer: Holder, key: str) -> None:
        found = officer.refused("POST", "parties", {"name": "A"}, status=422, headers={"Idempotency-Key": key})
        assert pointers(found) == ["/Idempotency-Key"]
        assert not Party.objects.exists()

    def test_an_answer_is_forgotten_after_a_day(self, officer: Holder) -> None:
        officer.post("parties", {"name": "A"}, headers=KEY)
        IdempotentAnswer.objects.update(created_at=now() - KEPT)
        officer.post("parties", {"name": "B"}, headers=KEY)
        assert officer.post("parties", {"name": "B"}, headers=KEY)["name"] == "B"
        assert forget_old_answers() == 0
        IdempotentAnswer.objects.update(created_at=now() - KEPT - dt.timedelta(seconds=1))
        forget_old_idempotent_answers()
        assert not IdempotentAnswer.objects.exists()

    def test_every_write_takes_a_key(self) -> None:
        register = a_register()
        accounts.set_up_organisation(actor=SETUP, name="Example AG")
        callers = [a_caller(Role.ADMINISTRATOR, Role.OFFICER), a_caller(Role.APPROVER), register.ours.owner]
        for number, (method, address, body) in enumerate(every_write(register)):
            headers, statuses = {"Idempotency-Key": f"write-{number}"}, set()
            for caller in callers:
                first = caller.call(method, address, body, headers=headers)
                statuses.add(first.status_code)
                if first.status_code < 300:
                    before = AuditEntry.objects.count()
                    again = caller.call(method, address, body, headers=headers)
                    assert again.status_code == first.status_code, address
                    assert json.loads(again.content or b"0") == json.loads(first.content or b"0"), address
                    assert AuditEntry.objects.count() == before, address
                    break
            # What is done can be in the way of what comes later in the table: a waiver is decided once.
            assert statuses & {200, 201, 202, 204, 409}, address


def test_two_at_once_are_made_once(committed_db: Any) -> None:
    caller = a_caller(Role.OFFICER)
    start, answers = threading.Barrier(4), []

    def ask() -> None:
        start.wait()
        answer = caller.call("POST", "parties", {"name": "At once"}, headers=KEY)
        answers.append((answer.status_code, answer.content))
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert {status for status, _ in answers} == {201}
    assert len({content for _, content in answers}) == 1
    assert Party.objects.count() == 1


@pytest.mark.django_db
class TestIfMatch:
    def test_a_change_of_the_version_that_was_read_is_made(self, officer: Holder) -> None:
        use = a_use(a_team())
        tag = officer.call("GET", f"uses/{use.id}")["ETag"]
        answer = officer.call("POST", f"uses/{use.id}/retire", {"reason": "ended"}, headers={"If-Match": tag})
        assert answer.status_code == 200
        assert answer["ETag"] not in ("", tag)
        assert officer.call("GET", f"uses/{use.id}")["ETag"] == answer["ETag"]

    @pytest.mark.parametrize("tag", ['"0"', '"999"', "1", '""', '"x", "y"', "W/"])
    def test_a_change_of_another_version_is_refused_and_writes_nothing(self, officer: Holder, tag: str) -> None:
        use = a_use(a_team())
        found = officer.refused(
            "POST", f"uses/{use.id}/retire", {"reason": "ended"}, status=412, headers={"If-Match": tag}
        )
        assert use.etag in found["detail"]
        assert Use.objects.get(id=use.id).status == "active"

    def test_any_of_several_and_a_star_and_a_weak_tag_are_good(self, officer: Holder) -> None:
        for tag in ("*", '"7", "1"', 'W/"1"'):
            use = a_use(a_team())
            officer.post(f"uses/{use.id}/retire", {"reason": "x"}, status=200, headers={"If-Match": tag})

    def test_every_change_looks_at_it(self) -> None:
        register = a_register()
        accounts.set_up_organisation(actor=SETUP, name="Example AG")
        caller = a_caller(Role.ADMINISTRATOR, Role.OFFICER, Role.APPROVER)
        stale = {"If-Match": '"never"'}
        writes = list(every_write(register))
        before = AuditEntry.objects.count()
        seen = 0
        for method, address, body in writes:
            if method == "PATCH" or address.count("/") > 1:
                caller.refused(method, address, body, status=412, headers=stale)
                seen += 1
        assert seen > 10
        assert AuditEntry.objects.count() == before

    def test_people_and_models_have_another_version_when_what_hangs_on_them_changes(self) -> None:
        admin = a_caller(Role.ADMINISTRATOR)
        somebody, model = a_user(), a_model()
        for address, change, body in (
            (f"users/{somebody.id}", "grant", {"role": "auditor"}),
            (f"users/{somebody.id}", "revoke", {"role": "auditor"}),
            (f"models/{model.id}", "aliases", {"namespace": "api", "identifier": "x"}),
        ):
            tag = admin.call("GET", address)["ETag"]
            admin.post(f"{address}/{change}", body, status=200, headers={"If-Match": tag})
            assert admin.call("GET", address)["ETag"] != tag


@pytest.mark.django_db
class TestJournal:
    def test_every_write_has_entries_with_the_token_as_origin(self) -> None:
        register = a_register()
        accounts.set_up_organisation(actor=SETUP, name="Example AG")
        callers = [a_caller(Role.ADMINISTRATOR, Role.OFFICER), a_caller(Role.APPROVER), register.ours.owner]
        silent = []
        for method, address, body in every_write(register):
            for caller in callers:
                last = AuditEntry.objects.latest("seq").seq
                answer = caller.call(method, address, body)
                if answer.status_code < 300:
                    own = AuditEntry.objects.filter(seq__gt=last, actor_kind="token")
                    assert {entry.actor_id for entry in own} <= {caller.user.id}, address
                    assert {entry.origin for entry in own} <= {"127.0.0.1"}, address
                    assert len({entry.change_id for entry in own}) <= 1, address
                    silent += [] if own else [address.rpartition("/")[2]]
                    break
        # Judging a use again without a change is no write; a fact that is stated about an unchanged use is.
        assert silent == ["evaluate"]

    def test_an_entry_says_who_what_before_and_after_why_and_from_where(self) -> None:
        admin = a_caller(Role.ADMINISTRATOR)
        somebody = a_user(name="Jana")
        admin.post(f"users/{somebody.id}/deactivate", {"reason": "left"}, status=200)
        entry = admin.get(f"journal?subject_id={somebody.id}&action=user.deactivate")["results"][0]
        assert (entry["before"], entry["after"]) == ({"is_active": True}, {"is_active": False})
        assert (entry["reason"], entry["operation"], entry["subject_type"]) == ("left", "update", "accounts.user")
        assert (entry["actor_kind"], entry["actor_id"]) == ("token", str(admin.user.id))
        assert entry["origin"] == "127.0.0.1"
        assert admin.get(f"journal/{entry['id']}") == entry


@pytest.mark.django_db
class TestAnswers:
    def test_a_creation_says_where_it_is_and_in_which_version(self, officer: Holder) -> None:
        answer = officer.call("POST", "parties", {"name": "A"})
        assert answer.status_code == 201
        there = officer.call("GET", answer["Location"])
        assert there.content == answer.content
        assert there["ETag"] == answer["ETag"] == '"1"'

    def test_a_report_is_accepted_and_says_where_it_will_be(self, officer: Holder) -> None:
        use = a_use(a_team())
        body = {"kind": "dossier", "subject": {"type": "use", "id": str(use.id)}, "language": "de"}
        answer = officer.call("POST", "reports", body)
        assert answer.status_code == 202
        shown = officer.get(answer["Location"])
        assert (shown["state"], shown["language"], shown["subject_name"]) == ("queued", "de", use.name)
        assert Report.objects.count() == 1

    def test_a_finished_report_gives_its_file_and_its_evidence(self, officer: Holder) -> None:
        a_policy(a_rule("WB-T-001", "deployment.retention_days > 30"))
        use = a_use(a_team())
        judge_uses(actor=SETUP, use_ids=[use.id])
        report = officer.post("reports", {"kind": "dossier", "subject": {"type": "use", "id": str(use.id)}}, status=202)
        address = f"reports/{report['id']}"
        for part in ("file", "evidence.json"):
            officer.refused("GET", f"{address}/{part}", status=409)
        make_report(actor=SETUP, report_id=UUID(report["id"]))
        made = officer.get(address)
        assert (made["state"], made["progress"]) == ("done", 1.0)
        for accepted in ("application/pdf", "*/*"):
            answer: Any = officer.call("GET", f"{address}/file", headers={"Accept": accepted})
            content = b"".join(answer.streaming_content)
            assert (answer["Content-Type"], content[:5]) == ("application/pdf", b"%PDF-")
            assert hashlib.sha256(content).hexdigest() == made["file_sha256"]
            assert "attachment" in answer["Content-Disposition"]
        assert digest(officer.get(f"{address}/evidence.json")) == made["evidence_digest"]
        officer.refused("GET", f"reports/{uuid7()}/file", status=404, headers={"Accept": "application/pdf"})

    def test_an_edge_that_was_wrong_is_taken_back_and_the_journal_keeps_it(self, officer: Holder) -> None:
        child = str(a_model().id)
        body = {"child": child, "parent_name": "x/y", "relation": "finetune", "source": "Card"}
        edge = officer.post("lineage-edges", body)
        officer.refused("POST", f"lineage-edges/{edge['id']}/remove", {}, status=422)
        assert officer.post(f"lineage-edges/{edge['id']}/remove", {"reason": "mistaken"}, status=204) is None
        assert not LineageEdge.objects.exists()
        officer.refused("GET", f"lineage-edges/{edge['id']}", status=404)
        entry = officer.get(f"journal?subject_id={edge['id']}&operation=update")["results"][0]
        assert (entry["reason"], entry["before"]["ended_at"]) == ("mistaken", None)


class TestTypes:
    """JSON has types; nothing is turned into something that the caller did not send."""

    @pytest.mark.parametrize(
        ("path", "body", "pointer"),
        [
            ("models", {"name": 5}, "/name"),
            ("models", {"name": 1.5}, "/name"),
            ("models", {"name": True}, "/name"),
            ("models", {"name": "A", "family": 7}, "/family"),
            ("parties", {"name": ["A"]}, "/name"),
            ("parties", {"name": "A", "native_name": {}}, "/native_name"),
        ],
    )
    def test_what_is_no_text_is_refused(self, officer: Holder, path: str, body: dict[str, Any], pointer: str) -> None:
        assert pointers(officer.refused("POST", path, body, status=422)) == [pointer]
        assert not Party.objects.exists()
        assert not Model.objects.exists()

    @pytest.mark.parametrize("day", ["1989-12-31", "2099-01-01"])
    def test_a_source_was_read_on_a_day_that_has_been(self, officer: Holder, day: str) -> None:
        owner, owned, child = a_party("Above"), a_party("Below"), a_model("Child")
        stake = {"owner": str(owner.id), "owned": str(owned.id), "basis": "equity", "source": "s", "as_of": day}
        edge = {"child": str(child.id), "parent_name": "B", "relation": "finetune", "source": "s", "as_of": day}
        for path, body in (("stakes", stake), ("lineage-edges", edge)):
            assert pointers(officer.refused("POST", path, body, status=422)) == ["/as_of"]
        assert not Stake.objects.exists()
        assert not LineageEdge.objects.exists()
