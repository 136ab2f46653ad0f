"""What every endpoint has in common: the actor, strict bodies, entity tags, idempotent writes."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.actors import Actor
from apps.api.lists import Fields, Pages
from apps.api.models import IdempotentAnswer
from apps.core.canonical import digest
from apps.core.errors import Conflict, FieldError, InvalidInput, NotFound, StaleVersion
from apps.core.text import clean_text


class Body(serializers.Serializer):  # type: ignore[type-arg]
    """The body of a write. A field that is not known is refused: a misspelt one must not be lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        """The validated fields. Raises `InvalidInput` for anything that is not one of them."""
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields), key=str)
            if unknown:
                message = f"is not known here; known are {', '.join(self.fields)}"
                raise serializers.ValidationError({str(name)[:100]: [message] for name in unknown[:20]})
        return super().to_internal_value(data)


class NounViewSet(viewsets.GenericViewSet):  # type: ignore[type-arg]
    """A noun of the API: list and detail; what a noun takes beyond that it says itself."""

    pagination_class = Pages
    filter_backends = (Fields,)
    lookup_value_regex = "[^/]+"
    filters: ClassVar[dict[str, tuple[str, Any]]] = {}
    searches: ClassVar[tuple[str, ...]] = ()
    orderings: ClassVar[tuple[str, ...]] = ()
    ordering_columns: ClassVar[dict[str, str]] = {}

    @property
    def actor(self) -> Actor:
        """Who calls."""
        found: Actor = self.request.actor  # type: ignore[attr-defined]
        return found

    def rows(self) -> QuerySet[Any]:
        """The rows that the actor may see."""
        raise TypeError("a noun says which rows there are")

    def get_queryset(self) -> QuerySet[Any]:
        """The rows that the actor may see; none while the OpenAPI document is made."""
        if getattr(self, "swagger_fake_view", False):
            model: Any = self.get_serializer_class().Meta.model  # type: ignore[attr-defined]
            none: QuerySet[Any] = model.objects.none()
            return none
        return self.rows()

    def list(self, request: Request) -> Response:
        """A page of the list."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One of them, with its entity tag."""
        return self.answer(self.row(pk))

    def row(self, pk: str, rows: QuerySet[Any] | None = None) -> Any:
        """One row in sight. Raises `NotFound`."""
        found = (self.rows() if rows is None else rows).filter(pk=identifier(pk)).first()
        if found is None:
            raise NotFound("There is nothing with this identifier that you may see.")
        return found

    def answer(self, row: Any, status: int = 200) -> Response:
        """A row with its entity tag; after a creation with its address."""
        response = Response(self.get_serializer(row).data, status=status)
        if hasattr(row, "etag"):
            response["ETag"] = row.etag
        if status == 201:
            response["Location"] = f"{self.request.path.rstrip('/')}/{row.pk}"
        return response

    def read(self, body: type[Body]) -> dict[str, Any]:
        """The validated body."""
        serializer = body(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        found: dict[str, Any] = serializer.validated_data
        return found

    def created(self, write: Callable[[], Any]) -> Response:
        """The answer to a creation; with an `Idempotency-Key` it is made once and given again."""
        return self.once(lambda: self.answer(write(), status=201))

    def once(self, respond: Callable[[], Response]) -> Response:
        """What `respond` answers; the same key with the same body gets the first answer, with another body a 409."""
        key = self.request.headers.get("Idempotency-Key", "")
        if not key:
            return respond()
        key = clean_text(key, pointer="/Idempotency-Key", max_length=200)
        asked = digest([self.request.method, self.request.path, self.request.data])
        with transaction.atomic():
            answer, is_new = IdempotentAnswer.objects.get_or_create(
                user_id=self.actor.user_id, key=key, defaults={"request_digest": asked}
            )
            if answer.request_digest != asked:
                raise Conflict("This idempotency key was used with another request. Use a new key for a new request.")
            if not is_new and answer.status is not None:
                return Response(
                    answer.body,
                    status=answer.status,
                    headers={"Location": answer.location} if answer.location else None,
                )
            response = respond()
            answer.status, answer.location = response.status_code, response.get("Location", "")
            answer.body = plain(response.data)
            answer.save()
        return response

    def expect_version(self, row: Any) -> None:
        """Raise `StaleVersion` when the caller's `If-Match` names another version than the present one."""
        wanted = self.request.headers.get("If-Match")
        if wanted and wanted != "*" and row.etag not in [one.strip().removeprefix("W/") for one in wanted.split(",")]:
            raise StaleVersion(f"This was changed since you read it; it is now at {row.etag}. Read it again.")


def plain(data: Any) -> Any:
    """Data as JSON gives it back."""
    import json

    from rest_framework.utils.encoders import JSONEncoder

    return json.loads(json.dumps(data, cls=JSONEncoder))


def identifier(text: str) -> UUID:
    """A UUID of an address. Raises `NotFound` for anything else: nothing has such an identifier."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("There is nothing with this identifier.") from error


def reference(rows: QuerySet[Any], value: UUID | None, pointer: str) -> Any:
    """The row that a body refers to. Raises `InvalidInput` at `pointer` when there is none in sight."""
    if value is None:
        return None
    found = rows.filter(pk=value).first()
    if found is None:
        raise InvalidInput(errors=[FieldError(pointer, "there is nothing with this identifier that you may see")])
    return found
