"""Who may open what, and who may send what: every address, as everybody."""

from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts.models import ApiToken, RoleGrant
from apps.audit.models import AuditEntry
from tests.making import PASSWORD
from tests.registry.verification.signing import Key
from tests.web.addresses import WRITES, Address, addresses, pages
from tests.web.conftest import ClientOf
from tests.web.world import World

ALL = tuple(addresses())
OPEN = {"sign-in", "sign-out"}
"""What answers those whom nobody knows."""

TEAMS = {
    "use_id",
    "deployment_id",
    "use_case_id",
    "finding_id",
    "waiver_id",
    "decision_id",
    "report_id",
    "subject_id",
    "export_id",
}
"""Arguments that name what belongs to a team."""

ACCOUNTS = {"people", "person-new", "person", "teams"}
LIST_SOURCES = {"list-source-change", "list-source-new"}
MEASURES = {
    "restriction-event-new",
    "restriction-event-correct",
    "restriction-event-status",
    "restriction-event-step-back",
}
CHANGES = {"use-new", "use-new-model", "use-facts", "use-claim", "use-retire", "subject-fact", "organisation-facts"} | {
    *(
        "import-new",
        "import-fetch",
        "import-template",
        "model-new",
        "lineage-new",
        "lineage-decide",
        "lineage-withdraw",
        "release-new",
        "file-new",
        "party-new",
        "waiver-new",
        "project-new",
        "licence-text-new",
    ),
    *("licensee", "licensee-facts"),
    *("list-upload", "list-accept"),
    *LIST_SOURCES,
    *("stake-new", "stake-end", "stake-correct", "stake-withdraw"),
    *("party-name-new", "party-name-remove", "party-domain-new", "party-domain-remove"),
    *("artefact-sums", "artefact-signature", "trusted-signer-new", "trusted-signer-withdraw"),
}
REFUSED: dict[str, set[str]] = {
    "officer": ACCOUNTS | LIST_SOURCES,
    "administrator": {"waiver-new", "use-review"} | MEASURES,
    "approver": ACCOUNTS | CHANGES | MEASURES | {"system"},
    "auditor": ACCOUNTS | CHANGES | MEASURES | {"use-review", "screening-ask"},
    "owner": ACCOUNTS
    | {"import-new", "import-fetch", "import-template", "trusted-signer-new", "trusted-signer-withdraw"}
    | {"project-new", "organisation-facts", "system", "journal", "journal-entry", "lineage-new"}
    | {"lineage-decide", "lineage-withdraw", "list-upload", "list-accept"}
    | LIST_SOURCES
    | MEASURES
    | {"matches", "match", "party-screening", "party-screening-table"}
    | {"licensee", "licensee-facts"}
    | {"stake-new", "stake-end", "stake-correct", "stake-withdraw"}
    | {"party-name-new", "party-name-remove", "party-domain-new", "party-domain-remove"},
}
"""Pages that say “not permitted” to somebody who is signed in; everything else opens."""
HIDDEN: dict[str, set[str]] = {
    "officer": {"token-revoke"},
    "approver": {"message", "message-html", "token-revoke"},
    "auditor": {"token-revoke"},
    "owner": {"import", "import-progress", "import-quarantine", "import-apply", "import-undo", "import-again"}
    | {"screening", "screening-table"},
}
"""Pages about what somebody is not to know of."""
NOT_YET = {"report-file", "report-evidence", "export-file"}
"""The document of the example is still being made."""

OWN = {
    "sign-in": "is for those whom nobody knows yet",
    "sign-out": "ends the own session",
    "preferences": "is one's own language and theme",
    "account": "is one's own password",
    "token-new": "everybody issues tokens for themselves, which reach no further than they do",
    "reports": "an auditor may ask for documents: they change nothing in the register",
    "exports": "an auditor may ask for files: they change nothing in the register",
}
"""What an auditor may send, and why that changes nothing of what is audited."""


def status_of(client: Client, address: Address, world: World) -> int:
    return client.get(address.path(world.arguments)).status_code


class TestNobodySignedIn:
    def test_is_sent_to_the_sign_in_page_and_back(self, world: World) -> None:
        client = Client()
        before = AuditEntry.objects.count()
        for address in ALL:
            if address.name in OPEN:
                continue
            path = address.path(world.arguments)
            seen = client.post(path) if address.name in WRITES else client.get(f"{path}?q=x")
            assert seen.status_code == 302, path
            wanted = urlencode({"next": "/" if address.name in WRITES else f"{path}?q=x"})
            assert seen["Location"] == f"/sign-in?{wanted}"
            assert client.post(path).status_code in (302, 405), path
        assert AuditEntry.objects.count() == before

    def test_a_service_account_cannot_sign_in_even_with_a_password(self, world: World) -> None:
        client = Client()
        answer = client.post("/sign-in", {"email": world.people["ci"].email, "password": PASSWORD})
        assert answer.status_code == 200
        assert "do not fit together" in answer.content.decode()
        assert client.get("/").status_code == 302


class TestEveryPage:
    @pytest.mark.parametrize("persona", ["officer", "administrator", "approver", "auditor", "owner"])
    def test_opens_or_refuses_as_it_should(self, world: World, client_of: ClientOf, persona: str) -> None:
        client = client_of(persona)
        found = {}
        for address in pages():
            refused = address.name in REFUSED.get(persona, set())
            hidden = address.name in HIDDEN.get(persona, set())
            expected = 403 if refused else 404 if hidden else 409 if address.name in NOT_YET else 200
            expected = 302 if address.name == "sign-in" else expected
            status = status_of(client, address, world)
            if status != expected:
                found[address.name] = f"{status}, not {expected}"
        assert not found

    def test_a_mate_sees_what_the_owner_sees(self, world: World, client_of: ClientOf) -> None:
        own_only = {"message", "message-html"}  # mail to the owner
        owner, mate = client_of("owner"), client_of("mate")
        for address in pages():
            if address.name not in own_only:
                assert status_of(owner, address, world) == status_of(mate, address, world), address.name
        for name in own_only:
            address = next(one for one in ALL if one.name == name)
            assert (status_of(owner, address, world), status_of(mate, address, world)) == (200, 404)

    def test_a_stranger_is_told_that_there_is_nothing(self, world: World, client_of: ClientOf) -> None:
        stranger = client_of("stranger")
        before = AuditEntry.objects.count()
        about_a_team = [one for one in ALL if TEAMS & set(one.arguments)]
        assert len(about_a_team) > 10
        for address in about_a_team:
            path = address.path(world.arguments)
            if address.name not in WRITES:
                assert stranger.get(path).status_code == 404, path
            assert stranger.post(path, {"reason": "mine now"}).status_code in (404, 405), path
        assert AuditEntry.objects.count() == before

    def test_lists_show_a_stranger_nothing_of_another_team(self, world: World, client_of: ClientOf) -> None:
        stranger = client_of("stranger")
        ours = [str(key) for key in world.ours.rows.values()]
        for address in pages():
            if TEAMS & set(address.arguments):
                continue
            answer = stranger.get(address.path({**world.arguments, **world.theirs.rows}))
            shown = answer.getvalue().decode(errors="replace")  # one of them is a file
            leaked = [key for key in ours if key in shown]
            assert not leaked, f"{address.name} shows {leaked}"
            assert world.ours.use.name not in shown, address.name

    def test_without_a_role_there_is_nothing_to_see(self, world: World, client_of: ClientOf) -> None:
        nobody = client_of("nobody")
        own = {"account", "tokens", "token-new", "outbox", "sign-in"}
        for address in pages():
            status = status_of(nobody, address, world)
            assert status in (403, 404) or address.name in own, (address.name, status)


class TestAuditor:
    def test_can_send_nothing_and_changes_nothing(self, world: World, client_of: ClientOf) -> None:
        auditor = client_of("auditor")
        before = AuditEntry.objects.count()
        for address in ALL:
            if address.name in OWN:
                continue
            body = {"reason": "because", "name": "x", "decision": "approve"}
            status = auditor.post(address.path(world.arguments), body).status_code
            assert status in (403, 404, 405), (address.name, status)
        assert AuditEntry.objects.count() == before

    def test_exceptions_are_addresses_that_there_are(self) -> None:
        names = {address.name for address in ALL}
        assert set(OWN) <= names
        assert names >= WRITES


class TestPosts:
    """A good POST of everybody who may not: the permission stops it, not the form."""

    SAID = {"source": "Register", "as_of": "2026-10-01"}

    def bodies(self, world: World) -> dict[str, tuple[dict[str, object], set[str]]]:
        """Address -> a good body, and who may send it."""
        team = str(world.ours.team.id)
        reason = {"reason": "because"}
        later = {"next_review": "2027-03-01", "conclusion": "changes_needed", "note": "Read the card."}
        return {
            "model-new": ({"name": "New-1B"}, {"officer", "administrator", "owner", "mate", "stranger"}),
            "party-new": (
                {"name": "New Ltd", "kind": "company"},
                {"officer", "administrator", "owner", "mate", "stranger"},
            ),
            "stake-new": ({"owner": "Somebody", "basis": "equity", **self.SAID}, {"officer", "administrator"}),
            "stake-end": ({"valid_to": "2026-09-30", **self.SAID}, {"officer", "administrator"}),
            "party-name-new": ({"name": "Brand", "kind": "brand", **self.SAID}, {"officer", "administrator"}),
            "party-name-remove": (reason, {"officer", "administrator"}),
            "party-domain-new": ({"domain": "new.example.test", **self.SAID}, {"officer", "administrator"}),
            "party-domain-remove": (reason, {"officer", "administrator"}),
            "lineage-new": (
                {"relation": "merge", "parent": "New/Base", "source": "Card"},
                {"officer", "administrator"},
            ),
            "lineage-decide": ({"decision": "refuse", **reason}, {"officer", "administrator"}),
            "model-licence": ({"licence": "alpha-1", "source": "LICENSE"}, {"officer", "administrator"}),
            "project-new": (
                {"name": "new", "team": team, "default_branch": "main"},
                {"officer", "administrator"},
            ),
            "artefact-sums": (
                {"file": SimpleUploadedFile("SHA256SUMS", b"1" * 64 + b"  new.bin\n"), "action": "record"},
                {"officer", "administrator", "owner", "mate", "stranger"},
            ),
            "trusted-signer-new": (
                {
                    "party": str(world.developer.id),
                    "kind": "key",
                    "material": Key.new().public_pem,
                    "source": "Their site",
                },
                {"officer", "administrator"},
            ),
            "trusted-signer-withdraw": (reason, {"officer", "administrator"}),
            "teams": ({"name": "New team"}, {"administrator"}),
            "person-new": (
                {"name": "New", "email": "new@example.test", "kind": "person", "language": "en"},
                {"administrator"},
            ),
            "person": ({"role": "approver", "team": ""}, {"administrator"}),
            "person-active": ({"active": "0", **reason}, {"administrator"}),
            "grant-revoke": (reason, {"administrator"}),
            "token-revoke": ({}, {"administrator"}),
            "message-retry": ({}, {"administrator"}),
            "outbox-write": ({}, {"administrator"}),
            "import-again": ({"kind": "register"}, {"officer", "administrator"}),
            "import-apply": ({}, {"officer", "administrator"}),
            "use-review": (later, {"officer", "approver", "owner", "mate"}),
            "use-evaluate": ({}, {"officer", "administrator", "owner", "mate"}),
            "use-retire": (reason, {"officer", "administrator", "owner", "mate"}),
            "waiver": ({"decision": "approve", **reason}, {"approver"}),
        }

    @pytest.mark.parametrize("persona", ["officer", "administrator", "approver", "owner", "mate", "stranger", "nobody"])
    def test_only_those_who_may_write(self, world: World, client_of: ClientOf, persona: str) -> None:
        client = client_of(persona)
        names = {address.name: address for address in ALL}
        for name, (body, who) in self.bodies(world).items():
            before = AuditEntry.objects.count()
            status = client.post(names[name].path(world.arguments), body).status_code
            written = AuditEntry.objects.count() - before
            if persona in who:
                assert status == 302, (name, status)
            else:
                assert status in (403, 404), (name, status)
                assert not written, name

    def test_every_write_says_who_and_from_where(self, world: World, client_of: ClientOf) -> None:
        client, person = client_of("administrator"), world.people["administrator"]
        names = {address.name: address for address in ALL}
        for name, (body, who) in self.bodies(world).items():
            if "administrator" not in who or name in {"outbox-write", "use-evaluate"}:
                continue  # the digests of this week are written already, and the use is judged
            newest = AuditEntry.objects.latest("seq").seq
            answer = client.post(names[name].path(world.arguments), body, REMOTE_ADDR="198.51.100.9")
            entries = AuditEntry.objects.filter(seq__gt=newest, actor_kind="user")
            assert entries, name
            for entry in entries:
                assert entry.actor_id == person.id, name
                assert entry.origin == "198.51.100.9", name
                assert entry.request_id == answer["X-Request-ID"], name


class TestForeignRows:
    def test_a_role_of_somebody_else_is_not_taken_back_under_the_wrong_person(
        self, world: World, client_of: ClientOf
    ) -> None:
        grant = RoleGrant.objects.get(user=world.people["auditor"])
        wrong = f"/settings/people/{world.people['officer'].id}/grants/{grant.id}/revoke"
        assert client_of("administrator").post(wrong, {"reason": "x"}).status_code == 404
        assert RoleGrant.objects.filter(id=grant.id).exists()

    def test_a_token_is_revoked_by_its_holder_and_by_an_administrator_only(
        self, world: World, client_of: ClientOf
    ) -> None:
        path = f"/settings/tokens/{world.shared['token_id']}/revoke"
        for persona in ("officer", "owner", "stranger", "approver"):
            assert client_of(persona).post(path).status_code == 404
        assert ApiToken.objects.get(id=world.shared["token_id"]).usable
        assert client_of("administrator").post(path).status_code == 302
        assert not ApiToken.objects.get(id=world.shared["token_id"]).usable
