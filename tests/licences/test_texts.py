"""Texts of licences: kept as they came, recognised where that is certain, settled by people where it is not."""

import hashlib

import pytest

from apps.accounts.roles import Role
from apps.audit.models import AuditEntry
from apps.core.changes import change
from apps.core.errors import InvalidInput, NotPermitted
from apps.licences.models import Licence, LicenceText, TextSighting
from apps.licences.services import confirm_text, refuse_text, store_text
from apps.policy.models import DueUse
from tests.making import SETUP, a_release, a_team, a_use, an_actor, officer

pytestmark = pytest.mark.django_db

WORDS = " ".join(f"{one}{two} of the agreement" for one in "bdfgklmnprst" for two in "aeiou")
TEXT = f"THE LICENCE\n\nYou may use it for up to 100 users. {WORDS}\n"


def a_licence(key: str = "own-1", **more: str) -> Licence:
    with change(SETUP, "tests.fill"):
        licence = Licence(key=key, ref=f"LicenseRef-{key}", name=f"Licence {key}", **more)
        licence.save()
    return licence


def stored(text: str = TEXT, **more: object) -> LicenceText:
    said = {"actor": officer(), "source": "LICENSE of the repository", **more}
    return store_text(content=text.encode(), **said)  # type: ignore[arg-type]


class TestStoring:
    def test_the_bytes_are_kept_as_they_came_with_where_they_were_seen(self) -> None:
        content = "\ufeffLicence \r\n of “Müller”".encode()
        release = a_release()
        text = store_text(
            actor=officer(), content=content, source="LICENSE", url="https://example.test/LICENSE", release=release
        )
        text = LicenceText.objects.get(id=text.id)
        assert (bytes(text.content), text.sha256) == (content, hashlib.sha256(content).hexdigest())
        assert text.text == "Licence \r\n of “Müller”"
        (seen,) = text.sightings.all()
        assert (seen.release_id, seen.source_label, seen.source_url) == (
            release.id,
            "LICENSE",
            "https://example.test/LICENSE",
        )

    def test_the_same_again_writes_nothing(self) -> None:
        release = a_release()
        first = stored(release=release)
        before = AuditEntry.objects.count()
        assert stored(release=release, actor=SETUP).id == first.id
        assert (LicenceText.objects.count(), TextSighting.objects.count()) == (1, 1)
        assert not AuditEntry.objects.filter(action="licence_text.store").exclude(
            seq__lte=AuditEntry.objects.order_by("seq")[before - 1].seq
        )

    def test_the_journal_has_that_it_came_and_not_the_text_itself(self) -> None:
        text = stored()
        entry = AuditEntry.objects.get(subject_id=text.id)
        assert entry.action == "licence_text.store"
        assert entry.after["sha256"] == text.sha256
        assert "content" not in entry.after

    def test_a_text_of_a_release_has_its_uses_judged_again(self) -> None:
        use = a_use()
        DueUse.objects.all().delete()
        stored(release=use.deployment.release)
        assert [due.use_id for due in DueUse.objects.all()] == [use.id]
        DueUse.objects.all().delete()
        stored(release=use.deployment.release)
        assert not DueUse.objects.exists()

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "empty"),
            (b" \n\t ", "empty"),
            (b"%PDF-1.7 text", "PDF"),
            (b"PK\x03\x04rest", "ZIP"),
            (b"a\x00b", "no plain text"),
            (b"a" * (1024 * 1024 + 1), "at most 1048576 bytes"),
            (b"\xff\xfea", "no plain text"),
        ],
    )
    def test_what_is_no_text_is_refused(self, content: bytes, words: str) -> None:
        with pytest.raises(InvalidInput, match=words) as refused:
            store_text(actor=officer(), content=content, source="LICENSE")
        assert refused.value.errors[0].pointer == "/content"
        assert not LicenceText.objects.exists()

    @pytest.mark.parametrize(
        ("content", "encoding"),
        [
            ("Müller".encode("utf-16"), "utf-16"),
            ("Müller".encode("cp1252"), "cp1252"),
            ("Müller".encode(), "utf-8"),
            (b"\xef\xbb\xbfM\xc3\xbcller", "utf-8"),
        ],
    )
    def test_encodings_are_told_apart_and_say_the_same(self, content: bytes, encoding: str) -> None:
        text = store_text(actor=officer(), content=content, source="LICENSE")
        text = LicenceText.objects.get(id=text.id)
        assert (text.encoding, text.text) == (encoding, "Müller")


class TestRecognising:
    def test_by_the_checksum_of_a_licence_in_the_register(self) -> None:
        licence = a_licence(text_sha256=hashlib.sha256(TEXT.encode()).hexdigest())
        text = stored()
        assert (text.state, text.how, text.licence) == ("recognised", "exact", licence)

    def test_the_same_words_as_a_confirmed_text(self) -> None:
        licence = a_licence()
        first = stored()
        assert (first.state, first.licence) == ("unknown", None)
        confirm_text(actor=officer(), text=first, licence=licence)
        other = stored(TEXT.replace(" of ", " \n of ").upper())
        assert (other.state, other.how, other.licence) == ("recognised", "wording", licence)

    def test_a_similar_one_waits_for_a_person_and_names_the_numbers_that_differ(self) -> None:
        licence = a_licence()
        confirm_text(actor=officer(), text=stored(), licence=licence)
        other = stored(TEXT.replace("100 users", "50 users"))
        assert (other.state, other.how, other.licence) == ("candidates", "similar", None)
        (candidate,) = other.candidates
        assert (candidate["licences"], candidate["numbers_only_here"], candidate["numbers_only_there"]) == (
            ["own-1"],
            ["50"],
            ["100"],
        )
        assert 0.9 < candidate["score"] < 1
        confirmed = confirm_text(actor=officer(), text=other, licence=licence, note="Read it.")
        assert (confirmed.state, confirmed.how, confirmed.licence) == ("confirmed", "person", licence)

    def test_a_refused_one_is_none_of_them(self) -> None:
        confirm_text(actor=officer(), text=stored(), licence=a_licence())
        other = stored(TEXT + " And more.")
        refused = refuse_text(actor=officer(), text=other, note="A licence of its own.")
        assert (refused.state, refused.licence) == ("refused", None)
        with pytest.raises(InvalidInput):
            refuse_text(actor=officer(), text=other, note=" ")

    def test_what_is_the_same_word_for_word_is_not_settled_by_anybody(self) -> None:
        a_licence(text_sha256=hashlib.sha256(TEXT.encode()).hexdigest())
        with pytest.raises(InvalidInput):
            confirm_text(actor=officer(), text=stored(), licence=a_licence("own-2"))


@pytest.mark.parametrize("role", Role.values)
def test_who_may(role: str) -> None:
    text, licence, actor = stored(), a_licence(), an_actor(role, team=a_team())
    may_store = role in (Role.ADMINISTRATOR, Role.OFFICER, Role.OWNER)
    may_settle = role in (Role.ADMINISTRATOR, Role.OFFICER)
    for allowed, act in (
        (may_store, lambda: store_text(actor=actor, content=b"Other", source="LICENSE")),
        (may_settle, lambda: store_text(actor=actor, content=b"Other", source="LICENSE", licence=licence)),
        (may_settle, lambda: refuse_text(actor=actor, text=text, note="No.")),
        (may_settle, lambda: confirm_text(actor=actor, text=text, licence=licence)),
    ):
        if allowed:
            assert act()
        else:
            with pytest.raises(NotPermitted):
                act()


def test_a_command_settles_nothing() -> None:
    with pytest.raises(NotPermitted):
        confirm_text(actor=SETUP, text=stored(), licence=a_licence())
