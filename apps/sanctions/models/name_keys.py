"""Under which keys the names of entries are found."""

from django.db import models

from apps.sanctions.models.published import EntryName


class NameKey(models.Model):
    """A key of a listed name, as a number: see `apps.sanctions.matching.keys`. Can be made again from the names."""

    pk = models.CompositePrimaryKey("key", "name_id")
    key = models.BigIntegerField()
    name = models.ForeignKey(EntryName, on_delete=models.CASCADE, related_name="keys")

    def __str__(self) -> str:
        return f"{self.key} {self.name_id}"
