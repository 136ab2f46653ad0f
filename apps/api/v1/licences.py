"""`licences`."""

from django.db.models import QuerySet

from apps.api.lists import search_text
from apps.api.views import NounViewSet, Shown
from apps.licences import selectors
from apps.licences.models import Duty, Licence


class DutySerializer(Shown[Duty]):
    class Meta:
        model = Duty
        fields = (
            *("term", "text_en", "text_de", "clause"),
            *("state", "source_label", "source_url", "source_quality", "as_of"),
        )


class LicenceSerializer(Shown[Licence]):
    duties = DutySerializer(many=True)

    class Meta:
        model = Licence
        fields = (
            *("id", "key", "ref", "name", "category", "text_sha256", "text_source", "text_date", "hub_tags"),
            "duties",
            *("created_at", "updated_at"),
        )


class Licences(NounViewSet):
    """Licences by their reference. What a text says are assertions about the subject `licence`."""

    serializer_class = LicenceSerializer
    filters = {"category": ("category", tuple(Licence.Category.values)), "ref": ("ref", str), "key": ("key", str)}
    own_search = True
    orderings = ("name", "updated_at")

    def rows(self) -> QuerySet[Licence]:
        self.actor.require("register.read")
        return selectors.licences(search_text(self.request)).prefetch_related("duties")
