"""`licences`."""

from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.views import NounViewSet
from apps.licences import selectors
from apps.licences.models import Duty, Licence


class DutySerializer(serializers.ModelSerializer[Duty]):
    class Meta:
        model = Duty
        fields = ("term", "text", "clause", "state", "source_label", "source_url", "as_of")


class LicenceSerializer(serializers.ModelSerializer[Licence]):
    duties = DutySerializer(many=True, read_only=True)

    class Meta:
        model = Licence
        fields = (
            *("id", "key", "ref", "name", "category", "text_sha256", "text_source", "text_date", "duties"),
            *("created_at", "updated_at"),
        )


class Licences(NounViewSet):
    """Licences by their reference. What a text says are assertions about the subject `licence`."""

    serializer_class = LicenceSerializer
    filters = {"category": ("category", tuple(Licence.Category.values)), "ref": ("ref", str), "key": ("key", str)}
    searches = ("name", "ref")
    orderings = ("name",)

    def rows(self) -> QuerySet[Licence]:
        self.actor.require("register.read")
        return selectors.licences().prefetch_related("duties")
