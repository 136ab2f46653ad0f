"""Bad input: a problem document that says what and where, nothing written, nothing of the inside told."""

import json
import logging
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.test import Client
from pytest_django.fixtures import Settings

from apps.accounts.roles import Role
from apps.api.parsing import DEEPEST
from apps.api.problems import KINDS, problem
from apps.api.v1.parties import Parties
from apps.audit.models import AuditEntry
from apps.core.ids import uuid7
from apps.parties.models import Party, Stake
from apps.registry.models import Artefact, LineageEdge, Model, Use
from tests.api.calling import NOBODY, Caller, a_caller, pointers, problem_of
from tests.making import a_model, a_party, a_release, a_team, a_use

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> Caller:
    return a_caller(Role.OFFICER)


def nested(levels: int) -> bytes:
    return b'{"name": ' + b"[" * levels + b"]" * levels + b"}"


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b'{"name": "A",}',
            b"{'name': 'A'}",
            b'{"name": "A"} {}',
            b'\xff\xfe{"name": "A"}',
            b'\xef\xbb\xbf{"name": "A"}',
            b'{"name": "\x00"}',
            b'{"name": "line\nbreak"}',
            b'{"name": "A", "name": "B"}',
            b'{"name": "A", "kind": {"a": 1, "a": 2}}',
            b'{"name": NaN}',
            b'{"name": Infinity}',
            b'{"name": -Infinity}',
            b'{"name": 1e999}',
            b'{"name": 9223372036854775808}',
            b'{"name": ' + b"9" * 5000 + b"}",
            nested(DEEPEST + 1),
            nested(5000),
            nested(100_000),
        ],
    )
    def test_what_is_no_json_to_everybody_is_refused(self, officer: Caller, body: bytes) -> None:
        expected = 422 if not body else 400
        found = officer.refused("POST", "parties", body, status=expected)
        assert expected == 422 or found["type"] == "/api/v1/problems/malformed"
        assert not Party.objects.exists()

    @pytest.mark.parametrize(
        ("body", "where"),
        [
            ({"name": "A\x00"}, "/name"),
            ({"name": "A\ud800"}, "/name"),
            ({"name": "A", "kind": ["x", {"y/z": "\udfff"}]}, "/kind/1/y~1z"),
            ({"name": "A", "\x00": 1}, ""),
            ({"name": "A\u202eB"}, "/name"),
            ({"name": "A\x07"}, "/name"),
            ({"name": ""}, "/name"),
            ({"name": "   "}, "/name"),
            ({"name": None}, "/name"),
            ({"name": ["A"]}, "/name"),
            ({"name": {"en": "A"}}, "/name"),
            ({"name": True}, "/name"),
            ({"name": "A" * 301}, "/name"),
            ({"name": "A", "kind": "planet"}, "/kind"),
            ({"name": "A", "kind": None}, "/kind"),
            ({"name": "A", "colour": "red"}, "/colour"),
            ({"name": "A", "id": "01a20f90-d4b6-76c0-9036-337281e6ff4a"}, "/id"),
            ({}, "/name"),
            ([], ""),
            ([{"name": "A"}], ""),
            ("A", ""),
            (7, ""),
            (None, ""),
        ],
    )
    def test_wrong_fields_are_pointed_at(self, officer: Caller, body: Any, where: str) -> None:
        found = officer.refused("POST", "parties", json.dumps(body).encode(), status=422)
        assert where in pointers(found)
        assert not Party.objects.exists()

    def test_all_mistakes_are_told_at_once(self, officer: Caller) -> None:
        body = {"name": "", "developer": "x", "kind": "x", "aliases": [{"namespace": "api"}, 3]}
        found = officer.refused("POST", "models", body, status=422)
        assert {"/name", "/developer", "/kind", "/aliases/0/identifier", "/aliases/1"} <= set(pointers(found))

    def test_markup_and_formulas_are_names_like_any_other(self, officer: Caller) -> None:
        for name in ("<script>alert(1)</script>", "=HYPERLINK(1)", "'; DROP TABLE x; --", "{{ 7*7 }}", "研发"):
            assert officer.post("parties", {"name": name})["name"] == name

    def test_a_body_that_is_too_large_is_not_read(self, officer: Caller, settings: Settings) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
        officer.post("parties", json.dumps({"name": "A"}).encode().ljust(1000))
        found = officer.refused("POST", "parties", json.dumps({"name": "B"}).encode().ljust(1001), status=413)
        assert "1000" in found["detail"]
        officer.refused("POST", "gate/decisions", b" " * 1001, status=413)

    @pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "x"])
    def test_only_json_is_taken(self, officer: Caller, kind: str) -> None:
        found = officer.refused("POST", "parties", b'{"name": "A"}', status=415, content_type=kind)
        assert found["type"] == "/api/v1/problems/unsupported-media-type"

    def test_a_charset_is_no_reason_to_read_anything_but_utf_8(self, officer: Caller) -> None:
        kind = "application/json; charset=iso-8859-1"
        officer.refused("POST", "parties", '{"name": "Bär"}'.encode("latin-1"), status=400, content_type=kind)

    def test_a_body_in_chunks_is_not_taken_for_an_empty_one(self, officer: Caller) -> None:
        use = a_use(a_team())
        address, headers = f"uses/{use.id}/evaluate", {"Transfer-Encoding": "chunked"}
        officer.refused("POST", address, status=411, headers=headers)


def _stake(**more: Any) -> dict[str, Any]:
    two = [str(a_party().id) for _ in range(2)]
    plain = {"owner": two[0], "owned": two[1], "basis": "equity", "source": "Report", "as_of": "2026-01-01"}
    return {**plain, **more}


class TestMeaning:
    """Right kinds of values that mean nothing."""

    @pytest.mark.parametrize(
        ("change", "where"),
        [
            ({"equity_pct": "100.001"}, "/equity_pct"),
            ({"equity_pct": -1}, "/equity_pct"),
            ({"voting_pct": 1e300}, "/voting_pct"),
            ({"equity_pct": "NaN"}, "/equity_pct"),
            ({"equity_pct": "12.3456"}, "/equity_pct"),
            ({"as_of": "2026-02-30"}, "/as_of"),
            ({"as_of": "yesterday"}, "/as_of"),
            ({"as_of": 20260101}, "/as_of"),
            ({"source_url": "javascript:alert(1)"}, "/source_url"),
            ({"source_url": "https://" + "a" * 1000}, "/source_url"),
            ({"owner": "not-a-uuid"}, "/owner"),
            ({"owner": str(uuid7())}, "/owner"),
        ],
    )
    def test_stakes(self, officer: Caller, change: dict[str, Any], where: str) -> None:
        assert set(pointers(officer.refused("POST", "stakes", _stake(**change), status=422))) == {where}
        assert not Stake.objects.exists()

    def test_nobody_owns_themselves_but_two_may_own_each_other(self, officer: Caller) -> None:
        first = _stake()
        officer.post("stakes", first)
        officer.post("stakes", {**first, "owner": first["owned"], "owned": first["owner"]})
        own = {**first, "owner": first["owned"]}
        assert pointers(officer.refused("POST", "stakes", own, status=422)) == ["/owner"]

    def test_nothing_is_made_from_itself_through_others(self, officer: Caller) -> None:
        models = [str(a_model().id) for _ in range(3)]
        for child, parent in ((0, 1), (1, 2)):
            officer.post("lineage-edges", _edge(models[child], models[parent]))
        for child, parent in ((2, 0), (1, 1)):
            found = officer.refused("POST", "lineage-edges", _edge(models[child], models[parent]), status=422)
            assert pointers(found) == ["/parent"]
        assert LineageEdge.objects.count() == 2

    def test_what_there_is_already_is_named(self, officer: Caller) -> None:
        party = officer.post("parties", {"name": "Alpha Labs"})
        found = officer.refused("POST", "parties", {"name": "ALPHA LABS"}, status=409)
        assert (found["type"], found["existing"]) == ("/api/v1/problems/duplicate", party["id"])
        aliases = [{"namespace": "huggingface", "identifier": "A/B"}]
        model = officer.post("models", {"name": "One", "aliases": aliases})
        found = officer.refused("POST", "models", {"name": "Two", "aliases": aliases}, status=409)
        assert (found["existing"], pointers(found)) == (model["id"], ["/aliases/0/identifier"])
        assert Model.objects.count() == 1

    def test_one_alias_twice_in_a_body_writes_nothing(self, officer: Caller) -> None:
        aliases = [{"namespace": "api", "identifier": "a"}] * 2
        officer.refused("POST", "models", {"name": "One", "aliases": aliases}, status=409)
        assert not Model.objects.exists()

    @pytest.mark.parametrize("digest", ["", "0" * 63, "0" * 65, "g" * 64, " " + "0" * 63])
    def test_digests_are_digests(self, officer: Caller, digest: str) -> None:
        body = {"release": str(a_release().id), "path": "x", "sha256": digest}
        assert set(pointers(officer.refused("POST", "artefacts", body, status=422))) == {"/sha256"}
        assert not Artefact.objects.exists()

    @pytest.mark.parametrize(
        ("facts", "where"),
        [
            ([{"field": "retention_days", "value": -1}], "/value"),
            ([{"field": "retention_days", "value": "many"}], "/value"),
            ([{"field": "processing_countries", "value": ["XX"]}], "/value"),
            ([{"field": "retention_days"}], "/value"),
            ([{"field": "retention_days", "state": "unknown", "value": 1}], "/value"),
            (
                [{"field": "retention_days", "value": 1, "as_of": "2026-02-01", "valid_until": "2026-01-01"}],
                "/valid_until",
            ),
            ([{"field": "retention_days", "value": 1, "as_of": "2999-01-01"}], "/as_of"),
            ([{"field": "colour", "value": "red"}], "/field"),
            ([{"field": "operator", "value": "nobody"}], "/operator"),
            ([{"field": "retention_days", "value": 1}] * 101, "/deployment_facts"),
            ("retention_days", "/deployment_facts"),
            ([["retention_days", 1]], "/deployment_facts/0"),
        ],
    )
    def test_a_use_with_a_wrong_fact_is_not_registered(self, officer: Caller, facts: Any, where: str) -> None:
        model = a_model()
        body = {"name": "Letters", "model": str(model.id), "deployment_facts": facts}
        found = officer.refused("POST", "uses", body, status=422)
        assert any(pointer.startswith(where) for pointer in pointers(found)), found
        assert not Use.objects.exists()

    @pytest.mark.parametrize(
        ("more", "where"),
        [
            ({}, "/model"),
            ({"model": None}, "/model"),
            ({"model": str(uuid7())}, "/model"),
            ({"release": str(uuid7())}, "/release"),
            ({"offer": "nothing"}, "/offer"),
            ({"team": str(uuid7())}, "/team"),
            ({"use_case": str(uuid7())}, "/use_case"),
            ({"operator": str(uuid7())}, "/operator"),
        ],
    )
    def test_a_use_of_nothing_is_not_registered(self, officer: Caller, more: dict[str, Any], where: str) -> None:
        known = {} if where in ("/model", "/release") else {"model": str(a_model().id)}
        assert pointers(officer.refused("POST", "uses", {"name": "X", **known, **more}, status=422)) == [where]
        assert not Use.objects.exists()

    def test_a_release_of_another_model_is_refused(self, officer: Caller) -> None:
        body = {"name": "X", "model": str(a_model().id), "release": str(a_release().id)}
        assert pointers(officer.refused("POST", "uses", body, status=422)) == ["/release"]

    @pytest.mark.parametrize("moment", ["", "today", "2026-11-24", "2026-11-24T12:00:00", "2026-13-01T00:00:00Z",
                                        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "%00"])  # fmt: skip
    def test_a_past_moment_is_a_time_with_its_zone(self, officer: Caller, moment: str) -> None:
        use = a_use(a_team())
        found = officer.refused("GET", f"uses/{use.id}/fact-sheet?as_of={moment.replace('+', '%2B')}", status=422)
        assert pointers(found) == ["/as_of"]

    def test_a_refused_write_leaves_no_trace(self, officer: Caller) -> None:
        before = AuditEntry.objects.count()
        officer.refused(
            "POST", "models", {"name": "One", "aliases": [{"namespace": "a b", "identifier": "x"}]}, status=422
        )
        assert AuditEntry.objects.count() == before
        assert not Model.objects.exists()


def _edge(child: str, parent: str) -> dict[str, str]:
    return {"child": child, "parent": parent, "relation": "finetune", "source": "Card"}


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        ["", "nothing", "parties/", "parties//", "uses/x/y/z", "parties.json", "../api/v1/x", "parties/%00", "gate"],
    )
    def test_nothing_is_at_an_address_that_is_not_known(self, officer: Caller, address: str) -> None:
        for caller in (officer, NOBODY):
            answer = caller.call("GET", address)
            problem_of(answer, 401 if answer.status_code == 401 else 404)

    @pytest.mark.parametrize(
        "key", ["x", "1", "01a20f90", "01a20fcb-50c4-74fc-b1a8-f60c05473fc8", "%F0%9F%92%A9", "..%2f", "null", "%00"]
    )
    def test_nothing_has_an_identifier_that_is_not_known(self, officer: Caller, key: str) -> None:
        for address in (f"parties/{key}", f"uses/{key}", f"uses/{key}/fact-sheet", f"journal/{key}", f"rules/{key}"):
            officer.refused("GET", address, status=404)
        officer.refused("POST", f"uses/{key}/retire", {"reason": "x"}, status=404)

    def test_what_is_not_done_at_an_address_is_refused_with_what_is(self, officer: Caller) -> None:
        party = a_party()
        for method in ("PUT", "PATCH", "DELETE"):
            answer = officer.call(method, f"parties/{party.id}", {"name": "X"})
            problem_of(answer, 405)
            assert "GET" in answer["Allow"]
        problem_of(officer.call("POST", "journal", {}), 405)
        problem_of(officer.call("DELETE", "journal"), 405)
        assert Party.objects.get(id=party.id).name == party.name

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_addresses_without_a_noun_take_no_writes_and_show_no_page_about_forms(self, method: str) -> None:
        client = Client(enforce_csrf_checks=True)
        for address, status in (
            ("nothing", 404),
            ("openapi.json", 405),
            ("docs", 405),
            ("problems/conflict", 405),
            ("gate/public-key", 405),
        ):
            answer = client.generic(method, f"/api/v1/{address}", b"{}", content_type="application/json")
            problem_of(answer, status)
        problem_of(client.generic(method, "/api/v1/parties", b"{}", content_type="application/json"), 401)

    def test_head_and_options_answer(self, officer: Caller) -> None:
        assert officer.call("HEAD", "parties").status_code == 200
        assert officer.call("OPTIONS", "parties").status_code == 200

    @pytest.mark.parametrize("accepted", ["text/html", "application/xml", "image/png"])
    def test_answers_are_json(self, officer: Caller, accepted: str) -> None:
        problem_of(officer.call("GET", "parties", headers={"Accept": accepted}), 406)

    @pytest.mark.parametrize(
        "accepted", ["*/*", "application/json", "application/json; indent=4", "text/html, */*;q=0.1"]
    )
    def test_whoever_takes_json_gets_it(self, officer: Caller, accepted: str) -> None:
        assert officer.call("GET", "parties", headers={"Accept": accepted}).status_code == 200

    def test_nobody_keeps_answers_on_the_way(self, officer: Caller) -> None:
        assert officer.call("GET", "parties")["Cache-Control"] == "no-store"
        assert NOBODY.call("GET", "parties")["Cache-Control"] == "no-store"


class TestUnforeseen:
    def test_an_error_nobody_foresaw_tells_a_number_that_is_in_the_log_and_nothing_else(
        self, officer: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(_: Any) -> Any:
            raise RuntimeError("secret of the inside")

        monkeypatch.setattr(Parties, "rows", broken)
        with caplog.at_level(logging.ERROR):
            found = officer.refused("GET", "parties", status=500)
        assert found["reference"]
        assert found["reference"] in found["detail"]
        assert found["reference"] in caplog.text
        assert "secret of the inside" in caplog.text
        assert "secret" not in json.dumps(found)
        assert "Traceback" not in json.dumps(found)

    @pytest.mark.parametrize(("error", "status"), [(OperationalError("gone"), 503), (IntegrityError("twice"), 409)])
    def test_errors_of_the_database_are_told_in_its_own_words_to_the_log_only(
        self, officer: Caller, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
    ) -> None:
        def broken(_: Any) -> Any:
            raise error

        monkeypatch.setattr(Parties, "rows", broken)
        found = officer.refused("GET", "parties", status=status)
        assert str(error) not in json.dumps(found)


class TestKinds:
    def test_every_kind_of_problem_has_a_page_that_says_what_to_do(self) -> None:
        for code, (status, title, advice) in KINDS.items():
            kind = problem(code).data["type"]
            found = NOBODY.get(kind)
            assert (found["type"], found["status"], found["title"], found["detail"]) == (kind, status, title, advice)

    def test_a_kind_that_is_not_known_has_none(self) -> None:
        assert "duplicate" in NOBODY.refused("GET", "problems/nothing", status=404)["detail"]
