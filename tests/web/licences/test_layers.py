"""The licence pages of a model and of a use, and the licensee profile."""

from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.selectors import organisation
from apps.audit.models import AuditEntry
from apps.core.changes import change
from apps.core.clock import now
from apps.facts.selectors import current_facts
from apps.facts.subjects import SubjectRef
from apps.imports.knowledge.licences import load_licences, read_licences
from apps.imports.knowledge.report import LoadReport
from apps.licences.models import Licence
from apps.registry.models import Model, Use
from apps.registry.services.models import add_release
from apps.reviews.noticing import note_changes
from tests.making import SETUP, a_model, a_party, a_release, state
from tests.policy.making import edge
from tests.reviews.changing import approve
from tests.web.conftest import ClientOf
from tests.web.reading import main_of
from tests.web.world import NASTY, World

KEYS = ("mit", "apache-2.0", "llama-3.1-community")


@pytest.fixture
def llama(world: World) -> Model:
    """A base under the Llama licence, from which a model of the register was made."""
    with change(SETUP, "knowledge.load"):
        load_licences(SETUP, LoadReport(), [row for row in read_licences() if row.key in KEYS])
    base = a_model("Base-8B")
    state("release", a_release(base).id, licence_concluded="llama-3.1-community")
    return base


def a_tune(base: Model, name: str = "Tune-8B") -> Model:
    tune = a_model(name)
    state("release", a_release(tune).id, channel="hf-card", licence_declared="mit")
    edge(tune, base)
    return tune


class TestOfAModel:
    def test_shows_three_layers_with_clause_source_and_path(
        self, world: World, llama: Model, client_of: ClientOf
    ) -> None:
        tune = a_tune(llama)
        text = main_of(client_of("auditor").get(f"/models/{tune.id}/licence"))
        for shown in (
            "Conflict",
            "The model's own licence is permissive, but Base-8B is under Llama 3.1",
            "fine-tuned from Base-8B",
            "is greater than 700 million monthly active users",
            "s1.b.i",
            "Nobody has concluded which text holds",
            "Read in the licensor's text",
        ):
            assert shown in text, shown
        assert "Conclude which licence holds" not in text

    def test_what_its_own_licensor_has_put_under_another_licence_does_not_come_down(
        self, world: World, llama: Model, client_of: ClientOf
    ) -> None:
        with change(SETUP, "tests.fill"):
            llama.developer = a_party("Base Labs")
            llama.save()
        tune = a_model("Own-8B", developer=llama.developer)
        state("release", a_release(tune).id, licence_concluded="mit")
        edge(tune, llama)
        text = main_of(client_of("auditor").get(f"/models/{tune.id}/licence"))
        assert "Does not come down, because its own developer" in text
        assert "700 million" not in text

    def test_a_past_moment_shows_the_licence_as_it_was_known(
        self, world: World, llama: Model, client_of: ClientOf
    ) -> None:
        tune = a_tune(llama)
        moment = now()
        state("release", a_release(tune).id, licence_concluded="apache-2.0")
        officer, address = client_of("officer"), f"/models/{tune.id}/licence"
        assert "apache-2.0" in main_of(officer.get(address))
        text = main_of(officer.get(address, {"as_of": f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"}))
        assert "You are looking at the past" in text
        assert "Nobody has concluded which text holds" in text
        assert "Conclude which licence holds" not in text

    def test_the_releases_of_a_past_moment_keep_the_moment(
        self, world: World, llama: Model, client_of: ClientOf
    ) -> None:
        fixed = add_release(actor=SETUP, model=llama, revision="0" * 40)
        moment = now()
        sent = client_of("auditor").get(f"/models/{llama.id}/licence", {"as_of": moment.isoformat()})
        page = sent.content.decode()
        assert f"?release={fixed.id}&amp;as_of={moment:%Y-%m-%d}" in page
        assert f'value="{timezone.localtime(moment):%Y-%m-%dT%H:%M}"' in page

    def test_what_a_licence_says_of_commercial_use_is_said(
        self, world: World, llama: Model, client_of: ClientOf
    ) -> None:
        state("release", a_release(llama).id, licence_concluded="mit")
        text = main_of(client_of("auditor").get(f"/models/{llama.id}/licence"))
        assert "Conditions of commercial use Allowed" in " ".join(text.split())

    def test_both_sides_of_a_dispute_are_shown(self, world: World, llama: Model, client_of: ClientOf) -> None:
        tune = a_tune(llama)
        state("release", a_release(tune).id, channel="cyclonedx", licence_declared="other/x")
        text = main_of(client_of("owner").get(f"/models/{tune.id}/licence"))
        assert "Sources disagree:" in text
        assert "Sources disagree on the licence of Tune-8B." in text

    def test_an_officer_concludes_and_the_journal_knows(self, world: World, llama: Model, client_of: ClientOf) -> None:
        tune = a_tune(llama)
        client, address = client_of("officer"), f"/models/{tune.id}/licence"
        refused = client.post(address, {"licence": "llama-3.1-community", "source": ""})
        assert refused.status_code == 200
        assert "required" in main_of(refused)
        done = client.post(address, {"licence": "llama-3.1-community", "source": "LICENSE at 1a2b", "note": "Read"})
        assert done.status_code == 302
        release = a_release(tune)
        assert release.licence == Licence.objects.get(key="llama-3.1-community")
        assert (release.licence_expression, release.licence_state) == ("mit", "verified")
        assert AuditEntry.objects.filter(action="release.state_facts", actor_kind="user").exists()
        assert "LICENSE at 1a2b" in main_of(client.get(address))

    def test_nobody_else_concludes(self, world: World, llama: Model, client_of: ClientOf) -> None:
        tune = a_tune(llama)
        for persona in ("owner", "auditor"):
            client_of(persona).post(f"/models/{tune.id}/licence", {"licence": "mit", "source": "x"})
        assert a_release(tune).licence_state == "claimed_by_owner"

    def test_another_release_and_none_such(self, world: World, llama: Model, client_of: ClientOf) -> None:
        client = client_of("owner")
        assert client.get(f"/models/{llama.id}/licence?release={a_release(llama).id}").status_code == 200
        assert client.get(f"/models/{llama.id}/licence?release=1").status_code == 404

    def test_names_are_shown_as_they_are(self, world: World, llama: Model, client_of: ClientOf) -> None:
        page = client_of("officer").get(f"/models/{a_tune(llama, NASTY).id}/licence")
        assert "<script>alert" not in page.content.decode()


class TestOfAUse:
    def test_judges_in_the_circumstances_of_the_use(self, world: World, client_of: ClientOf) -> None:
        use = Use.objects.filter(team=world.ours.team).first()
        assert use
        text = main_of(client_of("owner").get(f"/uses/{use.id}/licence"))
        assert "Judgement for this use" in text
        assert client_of("stranger").get(f"/uses/{use.id}/licence").status_code == 404

    def test_what_changed_since_the_approval_stands_above_the_judgement(
        self, world: World, client_of: ClientOf
    ) -> None:
        use = Use.objects.filter(team=world.ours.team).select_related("deployment__release__model").first()
        assert use
        approve(use)
        edge(use.deployment.release.model, a_model("Late base"))
        note_changes([use.id])
        for address in (f"/uses/{use.id}/licence", f"/models/{use.deployment.release.model_id}/licence"):
            text = main_of(client_of("owner").get(address))
            assert "Changed since the approval" in text
            assert text.index("Parent of the model") < text.index("Judgement for")
        past = main_of(client_of("owner").get(address, {"as_of": now().isoformat()}))
        assert "Changed since the approval" not in past


class TestTheProfile:
    @pytest.mark.parametrize(("persona", "status"), [("officer", 200), ("administrator", 200), ("owner", 403)])
    def test_is_for_those_who_answer_for_it(self, world: World, client_of: ClientOf, persona: str, status: int) -> None:
        assert client_of(persona).get("/settings/licensee").status_code == status

    def test_figures_are_stated_with_their_day_and_kept(self, world: World, client_of: ClientOf) -> None:
        client = client_of("officer")
        form: dict[str, Any] = {"source": "Annual report", "as_of": "2026-06-30", "state": "verified"}
        for figure in ("1000", "2000"):
            sent = client.post("/settings/licensee/facts", {**form, "org.monthly_active_users-value": figure})
            assert sent.status_code == 302, main_of(sent)
        subject = SubjectRef("org", organisation().id)
        assert current_facts([subject])[subject]["monthly_active_users"].value == 2000
        text = main_of(client.get("/settings/licensee")).replace("\u202f", " ")
        present, earlier = text.split("Earlier figures", 1)
        assert ("2 000 persons" in present, "1 000 persons" in present) == (True, False)
        assert ("2 000 persons" in earlier, "1 000 persons" in earlier) == (False, True)
        assert "Annual report" in earlier

    def test_without_a_replaced_figure_it_says_so(self, world: World, client_of: ClientOf) -> None:
        assert "No figure has been replaced yet." in main_of(client_of("officer").get("/settings/licensee"))


def test_a_licence_shows_its_typed_terms(world: World, llama: Model, client_of: ClientOf) -> None:
    found = Licence.objects.get(key="llama-3.1-community")
    text = main_of(client_of("owner").get(f"/licences/{found.id}"))
    assert "over: 700 000 000" in text.replace("\u202f", " ")
    assert "prefix: Llama" in text
