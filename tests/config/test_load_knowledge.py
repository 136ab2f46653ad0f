"""The commands that fill a new installation."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.accounts.models import Organisation
from apps.audit.models import AuditEntry
from apps.config.launch.preparing import KNOWLEDGE, REPOSITORY
from apps.imports.knowledge import reading
from apps.parties.models import Party
from apps.policy.evaluation import judge_uses
from apps.policy.models import CurrentVerdict
from apps.policy.publishing import policy_in_force
from apps.registry.models import Model
from tests.making import SETUP, a_use

pytestmark = pytest.mark.django_db


def run(command: str, **options: object) -> str:
    output = StringIO()
    call_command(command, stdout=output, **options)
    return output.getvalue()


def test_knowledge_policy_and_verdicts_come_with_one_command() -> None:
    assert "policy: version 1, new" in run("load_knowledge")
    assert Model.objects.filter(key="qwen2-5-7b-instruct").exists()
    use = a_use(release=Model.objects.get(key="deepseek-chat").releases.get(revision=""))
    judge_uses(actor=SETUP)
    assert CurrentVerdict.objects.get(use=use).evaluation.policy_version == policy_in_force()


def test_the_second_run_writes_nothing_and_judges_nothing() -> None:
    run("load_knowledge")
    entries = AuditEntry.objects.count()
    said = run("load_knowledge")
    assert "policy: version 1, unchanged" in said
    assert "judged" not in said
    assert " created" not in said
    assert AuditEntry.objects.count() == entries


def test_uses_are_judged_again_when_the_knowledge_changed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run("load_knowledge")
    a_use(release=Model.objects.get(key="deepseek-chat").releases.get(revision=""))
    folder = tmp_path / "files"
    for file in reading.FILES.rglob("*.yaml"):
        copy = folder / file.relative_to(reading.FILES)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    offers = folder / "offers.yaml"
    offers.write_text(offers.read_text(encoding="utf-8").replace("en: DeepSeek API,", "en: The API,"), encoding="utf-8")
    monkeypatch.setattr(reading, "FILES", folder)
    assert "uses judged: 1" in run("load_knowledge")


def test_a_malformed_file_is_told_and_nothing_is_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text("- {key: page, key: page}", encoding="utf-8")
    monkeypatch.setattr(reading, "FILES", tmp_path)
    with pytest.raises(CommandError, match=r"Nothing was loaded\. sources\.yaml: line 1: key stands twice"):
        run("load_knowledge")
    assert not Party.objects.exists()


def test_the_launcher_notices_changes_of_every_file_that_makes_the_knowledge() -> None:
    watched = {path for pattern in KNOWLEDGE for path in REPOSITORY.glob(pattern)}
    assert set(reading.FILES.rglob("*.yaml")) <= watched
    assert set(REPOSITORY.glob("apps/policy/packs/*.yaml")) <= watched
    assert set(REPOSITORY.glob("apps/*/facts/*.yaml")) <= watched


def test_the_organisation_is_set_up_and_renamed() -> None:
    assert run("setup_organisation", name="Muster GmbH") == "This is the register of Muster GmbH.\n"
    run("setup_organisation", name="Muster AG")
    assert Organisation.objects.get().name == "Muster AG"


def test_an_organisation_needs_a_name() -> None:
    with pytest.raises(CommandError, match="--name: must not be empty"):
        run("setup_organisation", name=" ")
