"""`screenings`, `matches`: names compared with lists, what was found, what people judged of it."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.views import Body, NounViewSet, Shown
from apps.sanctions.entries import EntryKind
from apps.sanctions.matching import Band
from apps.sanctions.models import EffectClass, Judgement, Match, ScreeningRun
from apps.sanctions.screening import judging, requests, selectors
from apps.sanctions.selectors import effects_by_list

BANDS = (Band.PROBABLE, Band.POSSIBLE, Band.WEAK)


class ListUsed(serializers.Serializer[Any]):
    """A version of a source that was compared with."""

    source = serializers.CharField()  # type: ignore[assignment]  # as in facts.FactBody
    version = serializers.IntegerField()
    sha256 = serializers.CharField()
    published_at = serializers.DateTimeField(allow_null=True)
    confirmed_at = serializers.DateTimeField()
    lists = serializers.DictField(child=serializers.IntegerField())
    stale = serializers.BooleanField()


class FeatureSerializer(serializers.Serializer[Any]):
    """One reason for a score."""

    code = serializers.CharField()
    points = serializers.FloatField()
    detail = serializers.CharField()


class EntryNamed(serializers.Serializer[Any]):
    """The entry of a list: `id` as the authority numbers it."""

    id = serializers.CharField()
    name = serializers.CharField()


class MatchFound(serializers.Serializer[Any]):
    """An entry that a name may mean, and what being on its list means."""

    score = serializers.FloatField()
    band = serializers.ChoiceField(choices=BANDS)
    list = serializers.CharField()
    list_version = serializers.CharField()
    entry = EntryNamed()
    matched_names = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    effect_class = serializers.ChoiceField(choices=EffectClass.choices, allow_null=True)
    features = FeatureSerializer(many=True)


class PartyScreened(serializers.Serializer[Any]):
    """What came of one name."""

    name = serializers.CharField()
    state = serializers.ChoiceField(choices=("clean", "matches", "unknown", "waiting"))
    matches = MatchFound(many=True)


class ScreeningSerializer(Shown[ScreeningRun]):
    parties = serializers.SerializerMethodField()
    lists = ListUsed(many=True)
    progress = serializers.SerializerMethodField()

    class Meta:
        model = ScreeningRun
        fields = (
            *("id", "reason", "state", "progress", "everybody", "algorithm", "threshold", "digest"),
            *("created_at", "finished_at", "lists", "parties"),
        )

    def get_progress(self, run: ScreeningRun) -> float:
        """From 0 to 1."""
        if run.state == ScreeningRun.State.DONE:
            return 1.0
        return round(run.parties / max(run.screenings.count(), run.parties, 1), 3)

    @extend_schema(responses=PartyScreened(many=True))
    def get_parties(self, run: ScreeningRun) -> list[dict[str, Any]]:
        """What came of each name, in the order of the request; at most 1,000."""
        effects, versions = effects_by_list(), _versions(run)
        rows = run.screenings.order_by("id")[:MOST_SHOWN]
        return [
            {
                "name": row.asked["name"],
                "state": row.result,
                "matches": [_shown(found, effects, versions) for found in row.found],
            }
            for row in rows
        ]


MOST_SHOWN = 1000


def _versions(run: ScreeningRun) -> dict[str, str]:
    """By list: the source and number of the version that was compared with."""
    return {key: f"{row['source']} {row['version']}" for row in run.lists for key in row["lists"]}


def _shown(found: dict[str, Any], effects: dict[str, str], versions: dict[str, str]) -> dict[str, Any]:
    return {
        "score": found["score"],
        "band": found["band"],
        "list": found["list"],
        "list_version": versions.get(found["list"], ""),
        "entry": {"id": found["reference"], "name": found["name"]},
        "matched_names": found["matched_names"],
        "effect_class": effects.get(found["list"]),
        "features": found["features"],
    }


class RunSerializer(Shown[ScreeningRun]):
    class Meta:
        model = ScreeningRun
        fields = (
            *("id", "reason", "state", "everybody", "algorithm", "threshold", "digest"),
            *("created_at", "finished_at"),
        )


class NameBody(Body):
    name = serializers.CharField(max_length=500)
    country = serializers.CharField(max_length=2, required=False, default="", allow_blank=True, allow_null=True)
    kind = serializers.ChoiceField(choices=(EntryKind.ORGANISATION, EntryKind.PERSON), required=False)
    aliases = serializers.ListField(child=serializers.CharField(max_length=500), required=False, max_length=50)


class ScreeningBody(Body):
    parties = NameBody(many=True)


class Screenings(NounViewSet):
    """Comparings of names with the lists in use. Up to 100 names are answered at once, more by a task."""

    serializer_class = ScreeningSerializer
    filters = {
        "reason": ("reason", tuple(ScreeningRun.Reason.values)),
        "state": ("state", tuple(ScreeningRun.State.values)),
    }

    def get_serializer_class(self) -> Any:
        """A list shows no results."""
        return RunSerializer if self.action == "list" else ScreeningSerializer

    def rows(self) -> QuerySet[ScreeningRun]:
        return selectors.runs_in_sight(self.actor)

    @extend_schema(request=ScreeningBody, responses={200: ScreeningSerializer, 202: ScreeningSerializer})
    def create(self, request: Request) -> Response:
        """Compare names with every list in use."""
        asked = requests.read_names(self.read(ScreeningBody)["parties"])
        status = 200 if len(asked) <= requests.AT_ONCE else 202
        return self.created(lambda: requests.request_screening(actor=self.actor, asked=asked), status)


class JudgementSerializer(Shown[Judgement]):
    class Meta:
        model = Judgement
        fields = (
            *("id", "outcome", "ground", "comment", "evidence", "state", "proposed_by", "decided_by", "decided_at"),
            *("decision_comment", "expires_on", "ended_at", "ended_why", "created_at"),
        )


class MatchSerializer(Shown[Match]):
    party = serializers.UUIDField(source="party_id")
    party_name = serializers.CharField(source="party.name")
    list = serializers.CharField(source="list_key")
    entry_name = serializers.CharField(source="entry.name")
    features = FeatureSerializer(many=True)
    matched_names = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    effect_class = serializers.SerializerMethodField()
    judgement = serializers.SerializerMethodField()

    class Meta:
        model = Match
        fields = (
            *("id", "party", "party_name", "list", "reference", "entry_name", "effect_class", "score", "band"),
            *("matched_names", "features", "algorithm", "entry_digest", "state", "judgement"),
            *("created_at", "updated_at", "gone_at"),
        )

    def get_effect_class(self, match: Match) -> str | None:
        """What being on the list does."""
        return self._effects.get(match.list_key)

    @cached_property
    def _effects(self) -> dict[str, str]:
        return effects_by_list()

    @extend_schema(responses=JudgementSerializer(allow_null=True))
    def get_judgement(self, match: Match) -> dict[str, Any] | None:
        """The judgement that counts or awaits a second person."""
        living: list[Judgement] = match.living  # type: ignore[attr-defined]  # by the selector
        return dict(JudgementSerializer(living[0]).data) if living else None


class JudgeBody(Body):
    outcome = serializers.ChoiceField(choices=Judgement.Outcome.choices)
    ground = serializers.ChoiceField(choices=Judgement.Ground.choices)
    comment = serializers.CharField(max_length=5000, required=False, default="", allow_blank=True)
    evidence = serializers.CharField(max_length=5000, required=False, default="", allow_blank=True)
    alike = serializers.BooleanField(required=False, default=False)


class DecideBody(Body):
    agree = serializers.BooleanField()
    comment = serializers.CharField(max_length=5000, required=False, default="", allow_blank=True)


class ReopenBody(Body):
    reason = serializers.CharField(max_length=300)


class Matches(NounViewSet):
    """Parties of the register and entries of lists whose names are near each other."""

    serializer_class = MatchSerializer
    filters = {
        "party": ("party_id", UUID),
        "list": ("list_key", str),
        "band": ("band", (str(Band.PROBABLE), str(Band.POSSIBLE))),
        "state": ("state", tuple(Match.State.values)),
    }
    orderings = ("score", "updated_at")

    def rows(self) -> QuerySet[Match]:
        self.actor.require("screening.read")
        return selectors.matches()

    @extend_schema(request=JudgeBody, responses={200: MatchSerializer})
    def judge(self, request: Request, pk: str) -> Response:
        """Say that the party is the one on the list, or another one. Some judgements await a second person."""
        body = self.read(JudgeBody)
        return self.changed(pk, lambda match: _nothing(judging.judge(actor=self.actor, match=match, **body)))

    @extend_schema(request=DecideBody, responses={200: MatchSerializer})
    def decide(self, request: Request, pk: str) -> Response:
        """As the second person, agree with the judgement that waits, or do not."""
        body = self.read(DecideBody)
        return self.changed(
            pk,
            lambda match: _nothing(
                judging.decide(actor=self.actor, judgement=judging.waiting_judgement(self.actor, match), **body)
            ),
        )

    @extend_schema(request=ReopenBody, responses={200: MatchSerializer})
    def reopen(self, request: Request, pk: str) -> Response:
        """Take a judgement back."""
        reason = self.read(ReopenBody)["reason"]
        return self.changed(pk, lambda match: _nothing(judging.reopen(actor=self.actor, match=match, reason=reason)))


def _nothing(_: object) -> None:
    """The row is read again for the answer."""
