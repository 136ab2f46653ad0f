"""Files of lists beside the one in use: what is written, what changes, and what a switch does."""

from dataclasses import replace

import pytest

from apps.accounts.roles import Role
from apps.audit.models import AuditEntry
from apps.core.errors import Conflict, InvalidInput, NotPermitted
from apps.sanctions.entries import EntryKind, of_body
from apps.sanctions.lists import selectors, staging
from apps.sanctions.lists.signals import list_switched
from apps.sanctions.lists.switching import accept, switch
from apps.sanctions.models import Entry, EntryName, ListSource, ListVersion, NameKey
from tests.making import SETUP, an_actor, officer
from tests.sanctions.lists.making import DAY, Made, a_file, a_source, in_use, listed, listed_many, staged

pytestmark = pytest.mark.django_db


def names_in_use(source: ListSource) -> list[str]:
    return sorted(selectors.entries_in_use().filter(source=source).values_list("name", flat=True))


def test_a_staged_file_counts_for_nothing_until_it_is_switched() -> None:
    source = a_source()
    version = staged(source, [listed("1", "Alpha", "Al")])
    assert (version.state, version.counts, version.added) == ("staged", {"TEST": 1}, 1)
    assert names_in_use(source) == []
    switch(actor=SETUP, version=version)
    assert names_in_use(source) == ["Alpha"]
    assert sorted(EntryName.objects.filter(entry__source=source).values_list("text", "kind")) == [
        ("Al", "alias"),
        ("Alpha", "primary"),
    ]


def test_everything_that_an_entry_says_is_kept() -> None:
    source, entry = a_source(), listed("1", "Alpha", kind=EntryKind.PERSON, countries=("XK",), programmes=("P",))
    in_use(source, [entry])
    kept = Entry.objects.get(source=source)
    assert of_body(kept.body) == entry
    assert (kept.digest, kept.kind, kept.countries) == (entry.digest, "person", ["XK"])


def test_only_what_is_new_or_changed_is_written() -> None:
    source = a_source()
    in_use(source, [listed("1", "Alpha"), listed("2", "Beta"), listed("3", "Gamma"), listed("4", "Delta")])
    before = dict(Entry.objects.filter(source=source).values_list("reference", "id"))
    version = staged(source, [listed("1", "Alpha"), listed("2", "Beta", "B"), listed("4", "Delta"), listed("5", "E")])
    assert (version.added, version.changed, version.removed) == (1, 1, 1)
    assert names_in_use(source) == ["Alpha", "Beta", "Delta", "Gamma"]
    switch(actor=SETUP, version=version)
    after = dict(selectors.entries_in_use().filter(source=source).values_list("reference", "id"))
    assert (after["1"], after["4"]) == (before["1"], before["4"])
    assert after["2"] != before["2"]
    assert set(after) == {"1", "2", "4", "5"}


def test_what_changed_is_told_with_old_and_new() -> None:
    source = a_source()
    in_use(source, [listed("1", "Alpha"), listed("2", "Beta"), listed("3", "Gamma")])
    version = in_use(source, [listed("2", "Beta"), listed("3", "Gamma", "G"), listed("4", "Delta")])
    found = list(selectors.changes_of(version).order_by("reference"))
    assert [(entry.reference, entry.change) for entry in found] == [  # type: ignore[attr-defined]
        ("1", "removed"),
        ("3", "changed"),
        ("4", "added"),
    ]
    old = selectors.old_wordings(version, found)
    assert old["TEST", "3"].digest == listed("3", "Gamma").digest


def test_the_entries_of_a_past_day_can_be_asked_for() -> None:
    source = a_source()
    first = in_use(source, [listed("1", "Alpha")])
    second = in_use(source, [listed("1", "Alpha"), listed("2", "Beta")])
    assert first.used_from is not None
    assert second.used_from is not None
    assert selectors.entries_in_use(DAY).count() == 0
    assert selectors.entries_in_use(first.used_from).count() == 1
    assert selectors.entries_in_use(second.used_from).count() == 2


def test_the_same_file_again_changes_nothing() -> None:
    source = a_source()
    in_use(source, listed_many(50))
    version = in_use(source, listed_many(50))
    assert (version.added, version.changed, version.removed, version.counts) == (0, 0, 0, {"TEST": 50})
    assert Entry.objects.filter(source=source).count() == 50


def test_files_longer_than_a_chunk_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "CHUNK", 7)
    source = a_source()
    assert in_use(source, listed_many(50)).read == 50
    version = in_use(source, listed_many(45))
    assert (version.removed, len(names_in_use(source))) == (5, 45)


def test_names_are_handed_to_matching_with_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[EntryName] = []
    monkeypatch.setattr(staging, "index_names", handed.extend)
    source = a_source()
    in_use(source, [listed("1", "Alpha", "Al"), listed("2", "Beta")])
    assert [(name.text, name.entry.reference) for name in handed] == [("Alpha", "1"), ("Al", "1"), ("Beta", "2")]
    assert set(EntryName.objects.filter(entry__source=source).values_list("id", flat=True)) == {n.id for n in handed}
    handed.clear()
    in_use(source, [listed("1", "Alpha", "Al"), listed("2", "Beta")])
    assert handed == []


def test_names_that_count_no_more_are_forgotten_by_matching() -> None:
    source = a_source()
    in_use(source, [listed("1", "Alphatron Beacon"), listed("2", "Gammaville Works")])
    in_use(source, [listed("1", "Alphatron Beacon")])
    staging.forget_ended(source)
    left = NameKey.objects.filter(name__entry__source=source).values_list("name__text", flat=True)
    assert set(left) == {"Alphatron Beacon"}
    assert Entry.objects.filter(source=source).count() == 2


def test_a_number_given_twice_is_turned_away_and_counted() -> None:
    source = a_source()
    version = staged(source, [listed("1", "Alpha"), listed("1", "Beta"), *listed_many(100)[2:]])
    assert (version.state, version.counts, version.rejected_rows) == ("staged", {"TEST": 99}, 1)
    assert version.rejected == [{"row": "TEST 1", "message": "Its number was given before."}]


def test_an_entry_without_name_or_number_is_turned_away_and_counted() -> None:
    source = a_source()
    version = staged(source, [listed(""), listed("2", " "), listed("3" * 201), *listed_many(300)])
    assert (version.counts, version.rejected_rows, len(version.rejected)) == ({"TEST": 300}, 3, 3)


def test_a_very_long_name_is_kept_whole_in_the_entry() -> None:
    source, name = a_source(), "N" * 3000
    in_use(source, [listed("1", name)])
    entry = Entry.objects.get(source=source)
    assert (len(entry.name), of_body(entry.body).name) == (1000, name)


class TestRefused:
    def test_a_list_that_shrinks_by_a_third_keeps_the_old_one(self) -> None:
        source = a_source()
        in_use(source, listed_many(90))
        version = staged(source, listed_many(60))
        assert (version.state, version.refusals[0]["guard"]) == ("refused", "shrunk")
        with pytest.raises(Conflict):
            switch(actor=SETUP, version=version)
        assert len(names_in_use(source)) == 90

    def test_an_officer_may_accept_it_with_a_reason(self) -> None:
        source, actor = a_source(), officer()
        in_use(source, listed_many(90))
        version = staged(source, listed_many(60))
        with pytest.raises(InvalidInput):
            accept(actor=actor, version=version, reason=" ")
        version = accept(actor=actor, version=version, reason="The authority announced it.")
        assert (version.state, version.accepted_by) == ("in_use", actor.label)
        assert len(names_in_use(source)) == 60
        entry = AuditEntry.objects.filter(action="list.accept", subject_id=version.id).get()
        assert entry.reason == "The authority announced it."

    def test_nobody_else_may(self) -> None:
        source = a_source()
        in_use(source, listed_many(90))
        version = staged(source, listed_many(60))
        for role in (Role.AUDITOR, Role.APPROVER):
            with pytest.raises(NotPermitted):
                accept(actor=an_actor(role), version=version, reason="x")

    def test_a_newer_file_overtakes_it(self) -> None:
        source = a_source()
        in_use(source, listed_many(90))
        refused = staged(source, [*listed_many(30), listed("new")])
        in_use(source, listed_many(89))
        refused.refresh_from_db()
        assert refused.state == "dropped"
        with pytest.raises(Conflict):
            accept(actor=officer(), version=refused, reason="x")
        assert len(names_in_use(source)) == 89
        assert not Entry.objects.filter(since=refused).exists()
        assert not Entry.objects.filter(until=refused).exists()

    def test_a_file_older_than_the_one_in_use(self) -> None:
        source = a_source()
        in_use(source, listed_many(3), published_at=DAY)
        version = staged(source, listed_many(3), published_at=DAY.replace(year=2025))
        assert [refusal["guard"] for refusal in version.refusals] == ["older"]

    def test_a_list_without_its_sentinel(self) -> None:
        source = a_source("entity-list", "US-ENTITY-LIST")
        rows = [
            listed("a", "Huawei Technologies", list_key="US-ENTITY-LIST"),
            *listed_many(3, list_key="US-ENTITY-LIST"),
        ]
        version = staged(source, rows)
        assert [refusal["values"]["name"] for refusal in version.refusals] == ["zhipu / knowledge atlas"]

    def test_a_file_that_breaks_off_leaves_the_reason_and_nothing_else(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(staging, "CHUNK", 2)

        class Broken(Made):
            def __iter__(self):  # type: ignore[no-untyped-def]
                yield from listed_many(5)
                raise InvalidInput("The file ends in the middle of a row.")

        source = a_source()
        in_use(source, [listed("old")])
        with pytest.raises(InvalidInput):
            staging.stage(actor=SETUP, source=source, file=a_file(), entries=Broken([]))
        version = ListVersion.objects.get(source=source, number=2)
        assert (version.state, version.refusals) == (
            "dropped",
            [{"guard": "unreadable", "message": "The file ends in the middle of a row."}],
        )
        assert names_in_use(source) == ["Listed old"]
        assert in_use(source, [listed("old"), listed("new")]).number == 3
        assert Entry.objects.filter(source=source).count() == 2


def test_a_version_is_switched_once() -> None:
    version = in_use(a_source(), listed_many(1))
    with pytest.raises(Conflict):
        switch(actor=SETUP, version=version)


def test_who_screens_hears_of_a_switch() -> None:
    heard: list[ListVersion] = []

    def hear(version: ListVersion, **more: object) -> None:
        heard.append(version)

    list_switched.connect(hear)
    try:
        version = in_use(a_source(), listed_many(1))
    finally:
        list_switched.disconnect(hear)
    assert heard == [version]


def test_versions_are_journaled_and_entries_are_not() -> None:
    version = in_use(a_source(), listed_many(3))
    entries = AuditEntry.objects.filter(subject_id=version.id).order_by("seq")
    assert [entry.action for entry in entries] == ["list.stage", "list.stage", "list.switch"]
    assert not AuditEntry.objects.filter(subject_type__in=("sanctions.entry", "sanctions.entryname")).exists()


def test_sources_do_not_touch_each_other() -> None:
    one, two = a_source(), a_source()
    in_use(one, listed_many(3))
    in_use(two, listed_many(2))
    in_use(one, [replace(entry, remarks="x") for entry in listed_many(3)])
    assert (len(names_in_use(one)), len(names_in_use(two))) == (3, 2)
