"""Who may what: every address as owner, team mate, stranger, auditor, CI job, reader and nobody."""

import datetime as dt
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.urls import URLPattern

from apps.accounts import services as accounts
from apps.accounts.models import Organisation
from apps.accounts.roles import Role, Scope
from apps.api.urls import ACTIONS, NOUNS, urlpatterns
from apps.audit.models import AuditEntry
from apps.core.clock import now
from apps.core.ids import uuid7
from apps.imports.models import Import
from apps.licences.models import Licence
from apps.licences.services import store_text
from apps.parties.models import Party
from apps.parties.services import add_domain, add_name, record_stake
from apps.registry.models import LineageEdge, Release, TrustedSigner
from apps.registry.services import Suggestion, suggest_parents
from apps.reviews.models import Change
from apps.reviews.noticing import note_changes
from apps.sanctions.models import Match
from tests.api.calling import NOBODY, Caller, Form, Holder, a_caller, with_token
from tests.api.register import COMMIT, TEAM_NOUNS, Register, a_register
from tests.making import SETUP, a_team, a_user
from tests.registry.verification.signing import Key, a_folder, sign_with_key
from tests.sanctions.measures.making import an_event, moved

pytestmark = pytest.mark.django_db
OPEN = {"openapi.json", "docs", "problems/<str:code>", "gate/public-key", ""}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
UNSAFE = METHODS[1:]
SHARED = {
    "assertions",
    "models",
    "releases",
    "lineage-edges",
    "lineage-suggestions",
    "artefacts",
    "parties",
    "stakes",
    "licences",
    "lists",
}
SHARED |= {
    "trusted-signers",
    "verifications",
    "hosting-offers",
    "restriction-events",
    "packs",
    "rules",
    "policy-versions",
}
SHARED |= {"licence-texts", "changes"}


@pytest.fixture
def register() -> Register:
    return a_register()


def addresses(key: str | None = None) -> Iterator[str]:
    """Every address that needs a token, as the table of addresses has it."""
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern)
        if route not in OPEN:
            yield route.replace("<str:pk>", key or str(uuid7()))


class TestWithoutAToken:
    @pytest.mark.parametrize("method", METHODS)
    def test_nobody_gets_anything(self, method: str) -> None:
        for address in addresses():
            answer = NOBODY.call(method, address, None if method == "GET" else {})
            assert answer.status_code == 401, address
            assert answer["WWW-Authenticate"] == 'Bearer realm="weighbridge"'
            assert answer["Content-Type"] == "application/problem+json"

    def test_tokens_that_open_nothing(self) -> None:
        working, revoked, shut_out = (a_caller(Role.OFFICER) for _ in range(3))
        accounts.revoke_token(actor=SETUP, token=revoked.token)
        accounts.set_active(actor=SETUP, user=shut_out.user, active=False, reason="left")
        for secret in ("x", "wb_", "wb_" + "a" * 43, "wb_" + "a" * 5000, working.secret + "x", working.secret[:-1]):
            Caller(secret).refused("GET", "parties", status=401)
        for caller in (revoked, shut_out):
            caller.refused("GET", "parties", status=401)
        working.get("parties")

    def test_an_expired_token_opens_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        caller = with_token(a_user(Role.OFFICER), expires_at=now() + dt.timedelta(minutes=5))
        caller.get("parties")
        later = now() + dt.timedelta(minutes=6)
        monkeypatch.setattr("apps.accounts.models.now", lambda: later)
        caller.refused("GET", "parties", status=401)

    def test_only_bearers_are_heard(self) -> None:
        secret = a_caller(Role.OFFICER).secret
        for header in (f"Basic {secret}", f"Token {secret}", secret, f"Bearer{secret}"):
            NOBODY.refused("GET", "parties", status=401, headers={"Authorization": header})
        for header in (f"bearer {secret}", f"BEARER  {secret} "):
            assert NOBODY.call("GET", "parties", headers={"Authorization": header}).status_code == 200

    def test_what_is_open_needs_no_token(self) -> None:
        assert NOBODY.call("GET", "openapi.json").status_code == 200
        assert b"BEGIN PUBLIC KEY" in NOBODY.call("GET", "gate/public-key").content
        assert NOBODY.call("GET", "problems/conflict").status_code == 200


class TestTeams:
    def test_a_team_sees_its_own_rows_and_a_stranger_is_told_there_are_none(self, register: Register) -> None:
        mate = a_caller(Role.OWNER, team=register.ours.team)
        for noun in TEAM_NOUNS:
            mine, foreign = register.ours.rows[noun], register.theirs.rows[noun]
            for caller in (register.ours.owner, mate):
                ids = {row["id"] for row in caller.get(f"{noun}?page_size=500")["results"]}
                assert mine in ids, noun
                assert foreign not in ids, noun
                caller.get(f"{noun}/{mine}")
                hidden = caller.refused("GET", f"{noun}/{foreign}", status=404)
                missing = caller.refused("GET", f"{noun}/{uuid7()}", status=404)
                assert hidden == missing, noun

    def test_nothing_can_be_done_below_what_is_not_in_sight(self, register: Register) -> None:
        before = AuditEntry.objects.count()
        for noun in TEAM_NOUNS:
            for address, methods in ACTIONS.get(noun, {}).items():
                for method in methods:
                    body: Any = {"reason": "mine now"} if address != "evaluate" else {}
                    if address == "claim":
                        body["team"] = str(register.ours.team.id)
                    body = None if method == "get" else body
                    path = f"{noun}/{register.theirs.rows[noun]}/{address}"
                    register.ours.owner.refused(method.upper(), path, body, status=404)
        assert AuditEntry.objects.count() == before

    def test_filters_do_not_reach_other_teams(self, register: Register) -> None:
        owner, theirs = register.ours.owner, register.theirs
        for address in (
            f"uses?team={theirs.team.id}",
            f"findings?use={theirs.use.id}",
            f"assertions?subject_id={theirs.use.use_case_id}",
            "gate/decisions?project=payments-2",
            f"users?email={theirs.owner.user.email}",
            f"teams?q={theirs.team.name.replace(' ', '%20')}",
            f"tokens?user={theirs.owner.user.id}",
        ):
            assert owner.get(address)["results"] == [], address
        owner.refused("GET", f"verdicts?use={theirs.use.id}", status=404)

    def test_bodies_do_not_reach_other_teams(self, register: Register) -> None:
        owner, theirs = register.ours.owner, register.theirs
        ours = str(register.ours.team.id)
        name = {"name": "Theft", "model": str(register.model.id)}
        for noun, body, status in (
            ("uses", {**name, "team": str(theirs.team.id)}, 422),
            ("uses", {**name, "team": ours, "use_case": theirs.rows["use-cases"]}, 422),
            ("uses", name, 422),
            ("waivers", _waiver(theirs.rows["findings"]), 422),
            ("reviews", {"use": theirs.rows["uses"], "conclusion": "confirmed", "next_review": _soon()}, 422),
            ("assertions", _fact("use_case", theirs.rows["use-cases"]), 404),
            ("assertions", _fact("deployment", theirs.rows["deployments"], field="retention_days", value=3), 404),
            ("reports", {"kind": "dossier", "subject": {"type": "use", "id": theirs.rows["uses"]}}, 404),
            ("gate/decisions", {"project": "payments-2", "models": [{"id": "Alpha/Alpha-7B"}]}, 404),
        ):
            owner.refused("POST", noun, body, status=status)

    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OFFICER, Role.APPROVER, Role.AUDITOR])
    def test_the_other_roles_see_every_team(self, register: Register, role: str) -> None:
        caller = a_caller(role)
        for noun in TEAM_NOUNS:
            for side in (register.ours, register.theirs):
                caller.get(f"{noun}/{side.rows[noun]}")


def _soon() -> str:
    return (now().date() + dt.timedelta(days=60)).isoformat()


def _waiver(finding: str) -> dict[str, Any]:
    return {"finding": finding, "reason": "A pilot", "compensating_controls": ["People look"], "expires_on": _soon()}


def _fact(subject_type: str, subject_id: str, **more: Any) -> dict[str, Any]:
    plain = {"field": "data_class", "value": "public"}
    return {"subject_type": subject_type, "subject_id": subject_id, **plain, **more}


@cache
def _bundle() -> bytes:
    """What somebody signed; whether they are trusted is not the question here."""
    with TemporaryDirectory() as folder:
        return sign_with_key(a_folder(Path(folder) / "model"), Key.new())


def _suspect(register: Register, name: str) -> Any:
    rows = [Suggestion(name=f"Gamma/{name}", reason="The text of the card names it")]
    channel = f"card {uuid7().hex[-20:]}"
    return suggest_parents(actor=SETUP, child=register.model, suggestions=rows, channel=channel)[0].id


def every_write(register: Register) -> Iterator[tuple[str, str, Any]]:
    """Method, address and a good body of every write that there is."""
    ours, model = register.ours, str(register.model.id)
    use, team, user = ours.rows["uses"], str(ours.team.id), str(ours.owner.user.id)
    reason = {"reason": "because"}
    waiver = ours.rows["waivers"]
    two = [str(party.id) for party in Party.objects.filter(name__in=("Ada Founder", "Alpha Labs")).order_by("name")]
    yield "POST", "licence-texts", {"text": "A licence.", "source": "LICENSE"}
    unknown, other = (
        store_text(actor=SETUP, content=text, source="LICENSE", release=register.model.releases.get(revision=""))
        for text in (b"Nobody knows it.", b"Nor that one.")
    )
    note_changes([register.ours.use.id])
    (change,) = Change.objects.filter(after__texts__0__sha256=other.sha256)
    licence = str(Licence.objects.get(key="licence-1").id)
    yield "POST", f"licence-texts/{unknown.id}/confirm", {"licence": licence}
    yield "POST", f"licence-texts/{other.id}/refuse", {"note": "A licence of its own."}
    for way in ("approve", "propose", "agree", "refuse"):
        yield "POST", f"changes/{change.id}/{way}", reason
    yield "POST", "parties", {"name": "New Ltd"}
    yield "POST", "models", {"name": "New-1B"}
    yield "POST", f"models/{model}/aliases", {"namespace": "api", "identifier": "new"}
    yield "POST", "releases", {"model": model, "revision": "2026-01-01"}
    yield (
        "POST",
        "artefacts",
        {"release": str(Release.objects.get(revision=COMMIT).id), "path": "new", "sha256": "1" * 64},
    )
    release = Release.objects.get(revision=COMMIT).id
    yield "POST", f"releases/{release}/sums", {"files": [{"path": "new.bin", "sha256": "2" * 64}]}
    yield "POST", f"releases/{release}/signature", Form(_bundle(), part="bundle")
    signer = {"party": str(register.model.developer_id), "kind": "key", "material": Key.new().public_pem, "source": "S"}
    yield "POST", "trusted-signers", signer
    yield "POST", f"trusted-signers/{TrustedSigner.objects.earliest('id').id}/withdraw", reason
    yield "POST", "lineage-edges", {"child": model, "parent_name": "x/y", "relation": "finetune", "source": "Card"}
    yield "POST", f"lineage-edges/{LineageEdge.objects.earliest('id').id}/remove", reason
    for asked, body in (("confirm", {"relation": "merge", **reason}), ("refuse", reason)):
        yield "POST", f"lineage-suggestions/{_suspect(register, asked)}/{asked}", body
    yield "POST", "stakes", {"owner": two[0], "owned": two[1], "basis": "votes", "source": "R", "as_of": "2026-01-01"}
    yield from _party_writes(two[0], reason)
    yield from _measure_writes(two[0], reason)
    yield "POST", "uses", {"name": "New", "model": model, "team": team}
    yield "POST", f"uses/{use}/evaluate", {}
    yield "POST", f"uses/{use}/claim", {"team": team, **reason}
    yield "POST", f"uses/{use}/retire", reason
    yield "POST", "assertions", _fact("use_case", ours.rows["use-cases"])
    yield "POST", "reviews", {"use": use, "conclusion": "confirmed", "next_review": _soon()}
    yield "POST", "reports", {"kind": "dossier", "subject": {"type": "use", "id": use}}
    yield "POST", "imports", Form(b"model.name\nImported-1B\n")
    done, previewed = Import.objects.filter(file_name="register.csv").order_by("id")[:2]
    yield "POST", f"imports/{previewed.id}/apply", {}
    yield "POST", f"imports/{done.id}/undo", reason
    yield "POST", "exports", {"format": "spdx", "subject": {"type": "use", "id": use}}
    yield "POST", "waivers", _waiver(ours.rows["findings"])
    yield "POST", f"waivers/{waiver}/approve", reason
    yield "POST", f"waivers/{waiver}/refuse", reason
    yield "POST", f"waivers/{waiver}/withdraw", reason
    match = Match.objects.order_by("id")[0].id
    yield "POST", "screenings", {"parties": [{"name": "Example"}]}
    yield "POST", f"matches/{match}/decide", {"agree": True}
    yield "POST", f"matches/{match}/judge", {"outcome": "different", "ground": "name-differs"}
    yield "POST", f"matches/{match}/reopen", reason
    yield "POST", "projects", {"name": "new", "team": team}
    yield "POST", "gate/decisions", {"project": "payments-1", "models": [{"id": "Alpha/Alpha-7B"}]}
    yield "POST", "teams", {"name": "New team"}
    yield "POST", "users", {"email": "new@example.test", "name": "New"}
    yield "PATCH", f"users/{user}", {"language": "de"}
    yield "POST", f"users/{user}/grant", {"role": "auditor"}
    yield "POST", f"users/{user}/revoke", {"role": "owner", "team": team}
    yield "POST", f"users/{user}/deactivate", reason
    yield "POST", f"users/{user}/activate", reason
    yield "POST", f"tokens/{ours.owner.token.id}/revoke", reason
    yield "PATCH", "organisation", {"name": "New AG"}


def _party_writes(party: str, reason: dict[str, str]) -> Iterator[tuple[str, str, Any]]:
    said = {"source": "R", "as_of": "2026-01-01"}
    yield "POST", f"parties/{party}/names", {"name": "Brand", "kind": "brand", **said}
    yield "POST", f"parties/{party}/domains", {"domain": "example.test", **said}
    names = {"source": "R", "as_of": dt.date(2026, 1, 1), "actor": SETUP, "party": Party.objects.get(id=party)}
    name = add_name(name=f"Alias {uuid7()}", kind="alias", **names)
    domain = add_domain(domain=f"{uuid7()}.example.test", **names)
    yield "POST", f"parties/{party}/remove-name", {"name": str(name.id), **reason}
    yield "POST", f"parties/{party}/remove-domain", {"domain": str(domain.id), **reason}
    for way, body in (("end", {"valid_to": "2026-06-30", **said}), ("correct", reason), ("withdraw", reason)):
        stake = record_stake(owned=names["party"], owner_name="Somebody", basis="equity", actor=SETUP, **_dated(said))
        yield "POST", f"stakes/{stake.id}/{way}", body


def _measure_writes(party: str, reason: dict[str, str]) -> Iterator[tuple[str, str, Any]]:
    said = {"source": "Gazette", "as_of": "2026-01-01"}
    plain = {"authority": "Office", "jurisdiction": "US", "effect": "advisory", "effect_class": "advisory"}
    yield "POST", "restriction-events", {**plain, "status": "pending", "parties": [party], **said}
    event = an_event(Party.objects.get(id=party), actor=SETUP)
    yield "PATCH", f"restriction-events/{event.id}", {"binds": "Everybody", **reason}
    yield "POST", f"restriction-events/{event.id}/status", {"status": "in_force", "on": "2026-11-03", **said}
    other = an_event(Party.objects.get(id=party), actor=SETUP)
    step = moved(other, "in_force", dt.date(2026, 11, 3), actor=SETUP)
    yield "POST", f"restriction-events/{other.id}/step-back", {"step": str(step.id), **reason}


def _dated(said: dict[str, str]) -> dict[str, Any]:
    return {**said, "as_of": dt.date.fromisoformat(said["as_of"])}


# Who may do a write, among the callers below; "self" is for the holder. Everybody else is refused.
MAY: dict[str, str] = {
    "licence-texts": "admin officer owner",
    "licence-texts/confirm": "admin officer",
    "licence-texts/refuse": "admin officer",
    **dict.fromkeys([f"changes/{way}" for way in ("approve", "propose", "agree", "refuse")], "officer approver owner"),
    "parties": "admin officer owner",
    "models": "admin officer owner",
    "models/aliases": "admin officer",
    "releases": "admin officer owner",
    "artefacts": "admin officer",  # and owners for releases that their team runs
    "releases/sums": "admin officer",  # as artefacts
    "releases/signature": "admin officer",
    "trusted-signers": "admin officer",
    "trusted-signers/withdraw": "admin officer",
    "lineage-edges": "admin officer",
    "lineage-edges/remove": "admin officer",
    "lineage-suggestions/confirm": "admin officer",
    "lineage-suggestions/refuse": "admin officer",
    **dict.fromkeys(
        [f"parties/{way}" for way in ("names", "domains", "remove-name", "remove-domain")], "admin officer"
    ),
    "restriction-events": "officer",
    "restriction-events/": "officer",
    "restriction-events/status": "officer",
    "restriction-events/step-back": "officer",
    "stakes": "admin officer",
    **dict.fromkeys([f"stakes/{way}" for way in ("end", "correct", "withdraw")], "admin officer"),
    "uses": "admin officer owner",
    "uses/evaluate": "admin officer owner",
    "uses/claim": "admin officer",
    "uses/retire": "admin officer owner",
    "assertions": "admin officer owner",
    "reviews": "officer approver owner",
    "reports": "admin officer approver auditor owner",
    "exports": "admin officer approver auditor owner",
    "imports": "admin officer",
    "imports/apply": "admin officer",
    "imports/undo": "admin officer",
    "waivers": "officer owner",
    "waivers/approve": "approver",
    "waivers/refuse": "approver",
    "waivers/withdraw": "approver",
    "screenings": "admin officer approver owner",
    "matches/judge": "officer",
    "matches/decide": "officer approver",
    "matches/reopen": "officer",
    "projects": "admin officer",
    "gate/decisions": "officer owner ci",
    "teams": "admin",
    "users": "admin",
    "users/": "admin",
    "users/grant": "admin",
    "users/revoke": "admin",
    "users/deactivate": "admin",
    "users/activate": "admin",
    "tokens/revoke": "admin",
    "organisation": "admin officer",
}


SHARED_WRITES = frozenset({"parties", "models", "releases", "licence-texts", "screenings"})
"""What every owner may enter, because it is about the world and not about a team."""


def may(who: str, pattern: str) -> bool:
    """Whether one of the callers of the test may do a write."""
    if who == "stranger":
        return pattern in SHARED_WRITES
    return who in MAY[pattern].split()


def a_caller_who_is(who: str, register: Register) -> Holder:
    """One of the callers of the test."""
    ours = register.ours.team
    if who == "ci":
        return a_caller(Role.CI, team=ours, scopes=(Scope.GATE,))
    if who in ("owner", "stranger"):
        return a_caller(Role.OWNER, team=ours if who == "owner" else a_team())
    return a_caller(*{"nobody special": (), "admin": (Role.ADMINISTRATOR,)}.get(who, (who,)))


class TestRoles:
    @pytest.mark.parametrize(
        "who", ["admin", "officer", "approver", "auditor", "owner", "ci", "stranger", "nobody special"]
    )
    def test_what_a_role_lacks_is_refused_and_writes_nothing(self, register: Register, who: str) -> None:
        accounts.set_up_organisation(actor=SETUP, name="Example AG")
        caller = a_caller_who_is(who, register)
        for method, address, body in every_write(register):
            before = AuditEntry.objects.count()
            answer = caller.call(method, address, body)
            seen = (who, address, answer.content)
            if may(who, _pattern(address)):
                # A conflict is an answer to somebody who may: of two decisions on one waiver only the first is made.
                assert answer.status_code in (200, 201, 202, 204, 409), seen
            else:
                # What is not in sight is not found, and cannot be referred to.
                assert answer.status_code in ((403, 404) if who in ("approver", "auditor") else (403, 404, 422)), seen
                assert AuditEntry.objects.count() == before, seen

    def test_every_write_is_in_the_table(self, register: Register) -> None:
        accounts.set_up_organisation(actor=SETUP, name="Example AG")
        known = {_pattern(address) for _, address, _ in every_write(register)}
        assert known == set(MAY)
        there_are = {noun for noun, view in NOUNS.items() if hasattr(view, "create")} - {"tokens"}
        there_are |= {f"{noun}/" for noun, view in NOUNS.items() if hasattr(view, "partial_update")}
        there_are |= {
            f"{noun}/{address}"
            for noun, below in ACTIONS.items()
            for address, methods in below.items()
            if set(methods) - {"get"}
        }
        assert there_are | {"organisation"} == known


def _pattern(address: str) -> str:
    for noun in sorted(NOUNS, key=len, reverse=True):
        if address == noun:
            return noun
        if address.startswith(f"{noun}/"):
            return f"{noun}/{address.removeprefix(f'{noun}/').partition('/')[2]}"
    return address


class TestScopes:
    def test_a_token_for_reading_writes_nothing(self, register: Register) -> None:
        accounts.set_up_organisation(actor=SETUP, name="Example AG")
        users = [register.ours.owner.user, a_user(Role.ADMINISTRATOR), a_user(Role.OFFICER), a_user(Role.APPROVER)]
        for user in users:
            caller = with_token(user, Scope.READ)
            for method, address, body in every_write(register):
                before = AuditEntry.objects.count()
                found = caller.refused(method, address, body, status=403)
                assert "scope" in found["detail"]
                assert AuditEntry.objects.count() == before

    def test_a_token_for_the_gate_is_good_for_nothing_else(self, register: Register) -> None:
        user = register.ours.owner.user
        caller = with_token(user, Scope.GATE)
        for noun in NOUNS:
            if noun not in ("gate/decisions", "projects"):
                caller.refused("GET", noun, status=403)
        assert caller.get("projects")["results"]
        caller.post("gate/decisions", {"project": "payments-1", "models": [{"id": "Alpha/Alpha-7B"}]}, status=200)
        for method, address, body in every_write(register):
            if address != "gate/decisions":
                caller.refused(method, address, body, status=403)

    def test_a_ci_job_asks_the_gate_and_reads_its_decisions_only(self, register: Register) -> None:
        caller = a_caller(Role.CI, team=register.ours.team, scopes=(Scope.GATE, Scope.READ))
        for noun in sorted(SHARED | set(TEAM_NOUNS) - {"gate/decisions", "projects"}):
            caller.refused("GET", noun, status=403)
        assert len(caller.get("gate/decisions")["results"]) == 1

    def test_a_reader_reads_what_the_holder_may(self, register: Register) -> None:
        user = register.ours.owner.user
        caller = with_token(user, Scope.READ)
        for noun in TEAM_NOUNS:
            caller.get(f"{noun}/{register.ours.rows[noun]}")
        caller.refused("GET", "journal", status=403)


class TestReports:
    def test_a_stranger_gets_neither_file_nor_evidence(self, register: Register) -> None:
        report = register.theirs.rows["reports"]
        for address in ("", "/file", "/evidence.json"):
            register.ours.owner.refused("GET", f"reports/{report}{address}", status=404)
        for address in ("/file", "/evidence.json"):
            register.theirs.owner.refused("GET", f"reports/{report}{address}", status=409)


class TestExports:
    def test_a_stranger_gets_no_file(self, register: Register) -> None:
        one = register.theirs.rows["exports"]
        for address in ("", "/file"):
            register.ours.owner.refused("GET", f"exports/{one}{address}", status=404)
        register.theirs.owner.refused("GET", f"exports/{one}/file", status=409)

    def test_the_whole_register_and_the_journal_are_for_those_who_see_them(self, register: Register) -> None:
        for asked in ("cyclonedx", "spdx", "journal"):
            register.ours.owner.refused("POST", "exports", {"format": asked}, status=403)
        register.ours.owner.post("exports", {"format": "register", "table": "csv"}, status=202)


class TestTokens:
    def test_a_token_cannot_issue_tokens_and_the_answer_says_so(self) -> None:
        for caller in (a_caller(Role.ADMINISTRATOR), a_caller(Role.OWNER, team=a_team())):
            found = caller.refused("POST", "tokens", {"name": "immortal"}, status=403)
            assert "cannot issue tokens" in found["detail"]

    def test_secrets_are_shown_to_nobody(self) -> None:
        caller = a_caller(Role.ADMINISTRATOR)
        text = caller.call("GET", "tokens").content + caller.call("GET", "journal?page_size=500").content
        assert caller.secret.encode() not in text
        assert caller.token.digest.encode() not in text

    def test_everybody_revokes_their_own_and_an_administrator_any(self) -> None:
        admin, somebody, other = a_caller(Role.ADMINISTRATOR), a_caller(Role.OFFICER), a_caller(Role.OFFICER)
        address = f"tokens/{somebody.token.id}/revoke"
        other.refused("POST", address, {}, status=404)
        assert admin.post(address, {"reason": "lost"}, status=200)["revoked_at"]
        somebody.refused("GET", "parties", status=401)
        assert other.post(f"tokens/{other.token.id}/revoke", {}, status=200)["revoked_at"]
        other.refused("GET", "parties", status=401)


def test_without_an_organisation_the_address_says_how_to_set_one_up() -> None:
    assert not Organisation.objects.exists()
    assert "setup_organisation" in a_caller(Role.OFFICER).refused("GET", "organisation", status=404)["detail"]
