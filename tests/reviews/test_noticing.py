"""What changes after an approval is noticed once, reopens the approval, and makes no noise for white space."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.audit.models import AuditEntry
from apps.core.changes import change
from apps.core.clock import today
from apps.core.errors import Conflict
from apps.licences.models import Licence
from apps.licences.services import confirm_text, store_text
from apps.licences.wording import wording
from apps.policy.models import CurrentVerdict
from apps.registry.models import Use
from apps.registry.services import add_lineage_edge, remove_lineage_edge, retire_use
from apps.reviews.comparing import differences
from apps.reviews.models import ApprovalSnapshot, Change, Reopening
from apps.reviews.noticing import note_changes
from apps.reviews.selectors import changes, due_reviews, snapshot_of
from tests.making import SETUP, a_model, a_release, a_use, officer, state
from tests.reviews.changing import (
    TEXT,
    a_licence,
    a_policy_in_force,
    an_approved_use,
    approve,
    bring,
    compared,
    under,
    waiting,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy(db: None) -> None:
    a_policy_in_force()


def next_review(use: Use) -> dt.date | None:
    return Use.objects.get(id=use.id).use_case.next_review


def outcome(use: Use) -> str:
    return str(CurrentVerdict.objects.get(use=use).evaluation.outcomes["WB-T-006"]["outcome"])


class TestRemembering:
    def test_a_confirmed_review_remembers_what_it_rests_on(self) -> None:
        model = a_model("Alpha", developer=None)
        use = a_use(release=a_release(model))
        add_lineage_edge(actor=SETUP, child=model, parent_name="Base", relation="finetune", source="Card")
        state("release", use.deployment.release_id, licence_declared="apache-2.0")
        text = bring(use, TEXT)
        review = approve(use)
        snapshot = snapshot_of(use)
        assert snapshot is not None
        assert (snapshot.basis, snapshot.approved_on) == ("review", review.reviewed_at.date())
        assert snapshot.approved_text["sha256"] == text.sha256
        assert [item["shown"] for item in snapshot.state["parent"].values()] == ["Base (finetune)"]
        assert snapshot.state["declared-licence"][str(model.id)]["is"] == ["apache-2.0", None]

    def test_a_review_that_asks_for_changes_is_no_approval(self) -> None:
        use = a_use()
        approve(use, conclusion="changes_needed", note="The owner is missing.")
        assert snapshot_of(use) is None

    def test_a_stated_day_of_approval_is_one_and_the_same_day_again_is_none(self) -> None:
        use = a_use()
        bring(use, TEXT)
        state("use_case", use.use_case_id, approved_on="2026-05-01")
        compared()
        snapshot = snapshot_of(use)
        assert snapshot is not None
        assert (snapshot.basis, snapshot.approved_on) == ("stated", dt.date(2026, 5, 1))
        note_changes([use.id])
        assert ApprovalSnapshot.objects.count() == 1
        state("use_case", use.use_case_id, approved_on="2026-06-01")
        compared()
        assert ApprovalSnapshot.objects.count() == 2

    def test_without_an_approval_nothing_is_compared(self) -> None:
        use = a_use()
        bring(use, TEXT)
        bring(use, TEXT.replace("100", "50"))
        assert compared() == []


class TestTexts:
    def test_another_number_is_a_change_that_reopens_the_approval(self) -> None:
        use = an_approved_use()
        assert outcome(use) == "pass"
        planned = next_review(use)
        bring(use, TEXT.replace("100 users", "50 users"), url="https://example.test/LICENSE")
        (found,) = compared()
        assert (found.kind, found.about, found.source_url) == (
            "licence-text",
            use.deployment.release.model.name,
            "https://example.test/LICENSE",
        )
        (row,) = waiting(use)
        assert (row.change, row.state) == (found, "open")
        assert next_review(use) == today() < (planned or today())
        assert use in due_reviews(officer())
        assert outcome(use) == "finding"

    @pytest.mark.parametrize(
        "same",
        [
            TEXT.replace("\n", "\r\n"),
            TEXT.replace(" ", "  \n"),
            TEXT.upper(),
            TEXT.replace("THE LICENCE", "## The Licence"),
            "\ufeff" + TEXT.replace("\n\n", "\n\n* "),
            TEXT.replace("USD 20", "USD\u00a020"),
        ],
    )
    def test_white_space_and_layout_make_no_noise(self, same: str) -> None:
        use = an_approved_use()
        bring(use, same)
        assert compared() == []
        assert outcome(use) == "pass"
        assert next_review(use) != today()

    def test_the_same_change_twice_is_one_and_loading_it_again_writes_nothing(self) -> None:
        use = an_approved_use()
        other = TEXT.replace("100", "50")
        bring(use, other)
        compared()
        noted = AuditEntry.objects.filter(subject_type__in=("reviews.change", "reviews.reopening"))
        before = noted.count()
        bring(use, other)
        bring(use, other.upper(), source="LICENSE of a copy")
        note_changes([use.id])
        note_changes([use.id])
        assert len(compared()) == 1
        assert len(waiting(use)) == 1
        assert noted.count() == before

    def test_what_comes_back_closes_it_and_restores_the_day_of_review(self) -> None:
        use = an_approved_use()
        planned = next_review(use)
        bring(use, TEXT.replace("100", "50"))
        compared()
        bring(use, TEXT)
        compared()
        assert waiting(use) == []
        assert Reopening.objects.get(use=use).state == "gone"
        assert next_review(use) == planned
        bring(use, TEXT.replace("100", "50"))
        assert len(compared()) == 1
        assert len(waiting(use)) == 1

    def test_two_uses_of_one_release_share_the_change(self) -> None:
        release = a_release()
        first, second = an_approved_use(release=release), an_approved_use(text="", release=release)
        bring(first, TEXT.replace("100", "50"))
        (found,) = compared()
        assert {row.use for row in found.reopenings.all()} == {first, second}
        seen = changes(officer()).get()
        assert (seen.waiting, seen.touched) == (2, 2)  # type: ignore[attr-defined]
        retire_use(actor=SETUP, use=second, reason="off")
        assert changes(officer()).get().waiting == 1  # type: ignore[attr-defined]

    def test_a_text_that_first_comes_after_the_approval_is_news_until_it_is_the_approved_licence(self) -> None:
        licence, use = a_licence("own-1"), a_use()
        under(use.deployment.release, licence)
        approve(use)
        text = bring(use, TEXT)
        assert [one.kind for one in compared()] == ["licence-text"]
        confirm_text(actor=officer(), text=text, licence=licence)
        compared()
        assert waiting(use) == []

    def test_another_text_of_a_licence_itself_touches_every_use_under_it(self) -> None:
        licence = a_licence("own-1", text_sha256="a" * 64, text_date=dt.date(2026, 1, 1))
        uses = [a_use(), a_use()]
        for use in uses:
            under(use.deployment.release, licence)
            approve(use)
        store_text(actor=officer(), content=TEXT.encode(), source="Licensor", licence=licence)
        found = compared()
        assert [one.kind for one in found] == ["licence-text"] * 2
        assert all(len(waiting(use)) == 1 for use in uses)

    def test_a_new_reading_by_the_knowledge_is_a_change(self) -> None:
        licence, use = a_licence("own-1", text_sha256="a" * 64), a_use()
        under(use.deployment.release, licence)
        approve(use)
        with change(SETUP, "tests.fill"):
            Licence.objects.filter(id=licence.id).update(text_sha256="b" * 64)
        note_changes([use.id])
        assert [one.kind for one in Change.objects.all()] == ["licence-text"]


class TestOtherKinds:
    def test_a_new_parent_and_one_that_goes(self) -> None:
        use = an_approved_use()
        model = use.deployment.release.model
        edge = add_lineage_edge(actor=SETUP, child=model, parent_name="Base", relation="finetune", source="Card")
        (found,) = compared()
        assert (found.kind, found.before, found.after["shown"]) == ("parent", None, "Base (finetune)")  # type: ignore[index]
        remove_lineage_edge(actor=SETUP, edge=edge, reason="wrong")
        compared()
        assert waiting(use) == []

    def test_a_licence_declared_otherwise(self) -> None:
        use = a_use()
        state("release", use.deployment.release_id, licence_declared="apache-2.0")
        approve(use)
        state("release", use.deployment.release_id, licence_declared="other/custom")
        (found,) = compared()
        assert (found.kind, found.before["shown"], found.after["shown"]) == (  # type: ignore[index]
            "declared-licence",
            "apache-2.0",
            "other/custom",
        )

    def test_an_officer_who_concludes_what_was_declared_changes_nothing(self) -> None:
        licence, use = a_licence("own-1", hub_tags=["own"]), a_use()
        state("release", use.deployment.release_id, licence_declared="own")
        approve(use)
        under(use.deployment.release, licence)
        assert compared() == []

    def test_the_terms_of_a_licence(self) -> None:
        licence, use = a_licence("own-1"), a_use()
        under(use.deployment.release, licence)
        state("licence", licence.id, mau_threshold=100)
        approve(use)
        state("licence", licence.id, separate_licence_on_file=True)
        assert compared() == []
        state("licence", licence.id, mau_threshold=50)
        assert [(one.kind, one.about) for one in compared()] == [("terms", "Licence own-1")]

    def test_another_developer(self) -> None:
        from tests.making import a_party

        use = a_use(release=a_release(a_model(developer=a_party("Alpha Labs"))))
        approve(use)
        model = use.deployment.release.model
        with change(SETUP, "tests.fill"):
            model.developer = a_party("Beta Labs")
            model.save()
        note_changes([use.id])
        (found,) = Change.objects.all()
        assert (found.before["shown"], found.after["shown"]) == ("Alpha Labs", "Beta Labs")  # type: ignore[index]


class TestReviewing:
    def test_a_use_is_not_confirmed_while_a_change_waits(self) -> None:
        use = an_approved_use()
        bring(use, TEXT.replace("100", "50"))
        with pytest.raises(Conflict):
            approve(use)
        assert len(waiting(use)) == 1
        approve(use, conclusion="changes_needed", note="Counsel reads the new text.")

    def test_a_review_that_was_due_anyway_keeps_its_day(self) -> None:
        use = an_approved_use()
        day = today() - dt.timedelta(days=3)
        state("use_case", use.use_case_id, next_review=day.isoformat())
        bring(use, TEXT.replace("100", "50"))
        compared()
        assert next_review(use) == day

    def test_queries_do_not_grow_with_the_uses(self, django_assert_max_num_queries: object) -> None:
        uses = [an_approved_use().id for _ in range(6)]
        for some in (uses[:1], uses):
            with django_assert_max_num_queries(20):  # type: ignore[operator]
                note_changes(some)


LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60)
WHITE = st.text(" \n\r\t\u00a0", min_size=1, max_size=4)


def _state(text: str) -> dict[str, dict[str, dict[str, object]]]:
    one = {"wording": wording(text), "of": "release", "licence": None}
    return {"licence-text": {"m": {"name": "Model", "licence": None, "texts": [one]}}}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(words=st.lists(LETTERS, min_size=1, max_size=8), data=st.data())
def test_white_space_is_never_a_change(words: list[str], data: st.DataObject) -> None:
    parts = [part for word in words for part in word.split()]
    spaced = "".join(part + data.draw(WHITE) for part in parts)
    assert differences(_state(" ".join(parts)), _state(spaced)) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(before=LETTERS, number=st.integers(0, 10**12), other=st.integers(0, 10**12), after=LETTERS)
def test_another_number_always_is_one(before: str, number: int, other: int, after: str) -> None:
    texts = [f"{before} more than {value} users {after}" for value in (number, other)]
    found = differences(_state(texts[0]), _state(texts[1]))
    assert bool(found) == (number != other)


def test_the_identity_of_a_difference_is_that_of_its_sides() -> None:
    (one,) = differences(_state("a 1"), _state("a 2"))
    assert one.identity == differences(_state("A  1"), _state("a 2"))[0].identity
    assert one.identity != replace(one, before=None).identity
