"""What every stored object has in common."""

from typing import Any, ClassVar, TypeVar

from django.db import models

from apps.core.ids import uuid7

Row = TypeVar("Row", bound=models.Model)


class BaseModel(models.Model):
    """An object with a sortable identifier, its times, and a version for optimistic locking."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    row_version = models.PositiveIntegerField(default=0, editable=False)

    journal_exempt: ClassVar[str] = ""
    """Why changes of this table are not in the journal; empty means that they are."""
    journal_secret: ClassVar[tuple[str, ...]] = ()
    """Columns whose change is recorded without the value."""
    journal_silent: ClassVar[tuple[str, ...]] = ()
    """Columns whose change alone is no entry, such as the time of last use."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the object and count its version up."""
        self.row_version += 1
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "row_version", "updated_at"}
        super().save(*args, **kwargs)

    @property
    def etag(self) -> str:
        """The entity tag (RFC 9110) of this version."""
        return f'"{self.row_version}"'


def the_one(rows: "models.QuerySet[Row]") -> "Row | None":
    """The single row that a unique condition leaves, or None. Unlike `first` it sorts nothing, which is not free."""
    return next(iter(rows.order_by()[:1]), None)


class Heartbeat(models.Model):
    """When a background process was last seen alive: one row for the workers, one for the scheduler."""

    process = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.process} {self.at:%Y-%m-%d %H:%M:%S}"
