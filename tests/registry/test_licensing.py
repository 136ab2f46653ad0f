"""A release's licence: declared by sources, concluded by an officer, mirrored into columns."""

import datetime as dt
import importlib

import pytest
from django.apps import apps
from django.db import connection

from apps.accounts.roles import Role
from apps.core.changes import change
from apps.core.errors import InvalidInput, NotPermitted
from apps.facts.models import Assertion
from apps.licences.meanings import Meanings
from apps.licences.models import Licence
from apps.registry import services
from apps.registry.models import Release
from apps.registry.services import FactInput
from apps.registry.services.licensing import mirror_licences
from tests.making import SETUP, a_model, a_release, a_team, an_actor, state
from tests.policy.making import saved

pytestmark = pytest.mark.django_db


def a_licence(key: str, ref: str = "", *tags: str) -> Licence:
    return saved(Licence(key=key, ref=ref or f"LicenseRef-{key}", name=key, hub_tags=list(tags)))


def columns(release: Release) -> tuple[str | None, str, str, str]:
    found = Release.objects.get(id=release.id)
    key = found.licence.key if found.licence else None
    return key, found.licence_expression, found.licence_state, found.licence_source


class TestMeanings:
    def test_a_tag_goes_before_an_identifier_and_case_does_not_matter(self) -> None:
        own = a_licence("own", "Apache-2.0", "apache-2.0")
        a_licence("with-annex", "Apache-2.0")
        meanings = Meanings.load()
        assert meanings.declared(" Apache-2.0 ") == own.id
        assert meanings.concluded("with-annex") is not None

    def test_what_several_licences_are_called_means_none(self) -> None:
        a_licence("one", "LicenseRef-modified-mit")
        a_licence("two", "LicenseRef-modified-mit")
        meanings = Meanings.load()
        assert meanings.declared("LicenseRef-modified-mit") is None
        assert meanings.declared("other") is None


class TestColumns:
    def test_the_declared_words_are_kept_and_mean_a_licence_where_exactly_one_fits(self) -> None:
        release = a_release()
        a_licence("mit", "MIT", "mit")
        state("release", release.id, channel="hf-card", licence_declared="MIT")
        assert columns(release) == ("mit", "MIT", "claimed_by_owner", "Stated by command tests")
        state("release", release.id, channel="hf-card", licence_declared="other/modified-mit")
        assert columns(release)[:3] == (None, "other/modified-mit", "claimed_by_owner")

    def test_a_conclusion_goes_before_what_is_declared(self) -> None:
        release = a_release()
        a_licence("mit", "MIT", "mit")
        a_licence("community")
        state("release", release.id, channel="hf-card", licence_declared="MIT")
        state("release", release.id, licence_concluded="community")
        assert columns(release)[:2] == ("community", "MIT")

    def test_sources_that_disagree_make_a_dispute_until_somebody_concludes(self) -> None:
        release = a_release()
        a_licence("mit", "MIT", "mit")
        state("release", release.id, channel="hf-card", licence_declared="mit")
        state("release", release.id, channel="cyclonedx", licence_declared="apache-2.0")
        assert columns(release)[:3] == (None, "", "disputed")
        state("release", release.id, licence_concluded="mit")
        assert columns(release)[:3] == ("mit", "", "claimed_by_owner")

    def test_a_new_revision_states_what_it_is_given(self) -> None:
        licence = a_licence("mit", "MIT", "mit")
        release = services.add_release(
            actor=SETUP, model=a_model(), revision="2026-10-01", licence=licence, licence_expression="other"
        )
        assert columns(release)[:3] == ("mit", "other", "claimed_by_owner")
        said = Assertion.objects.filter(subject_id=release.id).values_list("field", "value")
        assert set(said) == {("licence_concluded", "mit"), ("licence_declared", "other")}


class TestRefusals:
    def test_no_licence_of_the_key(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            state("release", a_release().id, licence_concluded="none-such")
        assert refused.value.errors[0].pointer == "/licence_concluded"

    def test_too_long(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            state("release", a_release().id, licence_declared="x" * 301)
        assert refused.value.errors[0].pointer == "/licence_declared"

    def test_an_owner_declares_and_does_not_conclude(self) -> None:
        owner, licence = an_actor(Role.OWNER, team=a_team()), a_licence("mit", "MIT")
        model = a_model()
        services.add_release(actor=owner, model=model, revision="2026-10-01", licence_expression="MIT")
        with pytest.raises(NotPermitted):
            services.add_release(actor=owner, model=model, revision="2026-10-02", licence=licence)
        assert not Release.objects.filter(revision="2026-10-02").exists()


def test_columns_of_before_become_statements_of_their_channel() -> None:
    licence, model = a_licence("mit", "MIT", "mit"), a_model()
    rows = {
        "key": {"licence": licence, "licence_state": "inferred", "channel": "knowledge"},
        "words": {"licence_expression": "other", "licence_state": "claimed_by_owner"},
        "dispute": {"licence_expression": "other", "licence_state": "disputed"},
        "nothing": {"licence_state": "unknown"},
    }
    with change(SETUP, "tests.fill"):
        for revision, more in rows.items():
            day = dt.date(2026, 9, 1)
            Release(model=model, revision=revision, licence_source="Card", licence_as_of=day, **more).save()
    migration = importlib.import_module("apps.registry.migrations.0002_licence_facts")
    migration.state_licences(apps, connection.schema_editor())
    said = {
        Release.objects.get(id=row.subject_id).revision: (row.field, row.value, row.state, row.channel, row.conflict)
        for row in Assertion.objects.filter(field__startswith="licence_")
    }
    assert said == {
        "key": ("licence_concluded", "mit", "inferred", "knowledge", None),
        "words": ("licence_declared", "other", "claimed_by_owner", "person", None),
        "dispute": ("licence_declared", None, "disputed", "person", [{"value": "other", "source": "Card"}]),
        "nothing": ("licence_declared", None, "unknown", "person", None),
    }
    with change(SETUP, "tests.fill"):
        mirror_licences(model.releases.all())
    after = {row.revision: columns(row)[0] for row in model.releases.exclude(revision="")}
    assert after == {"key": "mit", "words": None, "dispute": None, "nothing": None}


def test_two_facts_of_one_request_are_written_together() -> None:
    release = a_release()
    a_licence("mit", "MIT")
    with pytest.raises(InvalidInput):
        services.state_facts(
            actor=SETUP,
            subject_type="release",
            subject_id=release.id,
            facts=[FactInput(field="licence_declared", value="MIT"), FactInput(field="licence_concluded", value="x")],
        )
    assert columns(release)[2] == "unknown"
