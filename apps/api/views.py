"""What every endpoint has in common: the actor, strict bodies, entity tags, idempotent writes."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.actors import Actor
from apps.accounts.roles import Scope
from apps.api.idempotency import once
from apps.api.lists import Fields
from apps.api.pages import Pages
from apps.core.errors import FieldError, InvalidInput, NotFound, NotPermitted, StaleVersion, WeighbridgeError
from apps.core.text import clean_text

Row = TypeVar("Row", bound=Model)
READING = ("GET", "HEAD", "OPTIONS")


class LengthRequired(WeighbridgeError):
    """A body came in pieces of unknown number; it would be taken for an empty one."""

    status = 411
    code = "length-required"
    title = "The length is needed"


_TYPES: tuple[tuple[type[serializers.Field[Any, Any, Any, Any]], type, str], ...] = (
    (serializers.CharField, str, "must be text"),
    (serializers.BooleanField, bool, "must be true or false"),
    (serializers.IntegerField, int, "must be a whole number"),
)


def _wrong_type(field: Any, value: Any) -> str | None:
    """What is wrong with the JSON type of `value`; the framework would turn 5 into “5” and “no” into false."""
    for kind, wanted, said in _TYPES:
        if isinstance(field, kind) and value is not None and type(value) is not wanted:
            return said
    return None


class Body(serializers.Serializer[Any]):
    """The body of a write. A field that is not known is refused: a misspelt one must not be lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        """The validated fields. Raises `ValidationError` for anything that is not one of them."""
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                message = f"is not known here; known are {', '.join(self.fields)}"
                raise serializers.ValidationError({name[:100]: [message] for name in unknown[:20]})
            wrong = {name: [said] for name, value in data.items() if (said := _wrong_type(self.fields[name], value))}
            if wrong:
                raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


class Shown(serializers.ModelSerializer[Row]):
    """What is answered about a row. Every field is always there; what is not known is null."""

    def get_fields(self) -> dict[str, Any]:
        """The fields, all of them required in an answer."""
        fields: dict[str, Any] = super().get_fields()
        for field in fields.values():
            field.required = True
        return fields


class NounViewSet(viewsets.GenericViewSet[Any]):
    """A noun of the API: list and detail; what a noun takes beyond that it says itself."""

    pagination_class: Any = Pages
    filter_backends: Any = (Fields,)
    filters: ClassVar[dict[str, tuple[str, Any]]] = {}
    searches: ClassVar[tuple[str, ...]] = ()
    own_search: ClassVar[bool] = False
    """Whether `rows` looks for `q` by itself."""
    orderings: ClassVar[tuple[str, ...]] = ()
    key_column: ClassVar[str] = "id"
    """What no two rows share and lists are ordered by at last."""
    read_scopes: ClassVar[frozenset[str]] = frozenset({Scope.READ, Scope.WRITE})
    write_scopes: ClassVar[frozenset[str]] = frozenset({Scope.WRITE})

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who calls, with what token, and that a body has a length."""
        super().initial(request, *args, **kwargs)
        allowed = self.read_scopes if request.method in READING else self.write_scopes
        held = self.actor.scopes
        if held is not None and not held & allowed:
            raise NotPermitted(f"This needs a token with the scope {' or '.join(sorted(allowed))}.")
        if request.headers.get("Transfer-Encoding") and not request.headers.get("Content-Length"):
            raise LengthRequired("Send the body with its length; bodies in chunks are not read.")

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Answers are for the holder of the token alone: nothing on the way keeps them."""
        response.headers.setdefault("Cache-Control", "no-store")
        return super().finalize_response(request, response, *args, **kwargs)

    @property
    def actor(self) -> Actor:
        """Who calls."""
        found: Actor = self.request.actor  # type: ignore[attr-defined]  # set by the authentication
        return found

    def rows(self) -> QuerySet[Any]:
        """The rows that the actor may see."""
        raise TypeError("a noun says which rows there are")

    def list(self, request: Request) -> Response:
        """A page of the list."""
        page = self.paginate_queryset(self.filter_queryset(self.rows()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One of them."""
        return self.answer(self.row(pk))

    def row(self, pk: str) -> Any:
        """One row in sight. Raises `NotFound`."""
        found = self.rows().filter(id=identifier(pk)).first()
        if found is None:
            raise NotFound("There is nothing with this identifier that you may see.")
        return found

    def tag(self, row: Any) -> str:
        """The entity tag of the present version of a row; empty for rows that never change."""
        found: str = getattr(row, "etag", "")
        return found

    def answer(self, row: Any, status: int = 200) -> Response:
        """A row with its entity tag; after a creation with its address."""
        response = Response(self.get_serializer(row).data, status=status)
        if tag := self.tag(row):
            response["ETag"] = tag
        if status in (201, 202):
            response["Location"] = f"{self.request.path}/{row.id}"
        return response

    def read(self, body: type[Body]) -> dict[str, Any]:
        """The validated body."""
        serializer = body(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        found: dict[str, Any] = serializer.validated_data
        return found

    def created(self, write: Callable[[], Any], status: int = 201) -> Response:
        """The answer to a creation; all of it is written or nothing."""
        return self.once(lambda: self.answer(self.row(str(write().id)), status))

    def changed(self, pk: str, write: Callable[[Any], Any]) -> Response:
        """The answer to a change of one row. Raises `StaleVersion` when the caller's `If-Match` names another one."""

        def respond() -> Response:
            row = self.row(pk)
            if self.request.headers.get("If-Match"):
                # Whoever is changing it is awaited, and what is compared is what they left.
                type(row)._default_manager.select_for_update(no_key=True).filter(pk=row.pk).first()
                row = self.row(pk)
                self._expect(row)
            answer = write(row)
            return answer if isinstance(answer, Response) else self.answer(self.row(pk))

        return self.once(respond)

    def asked(self) -> Any:
        """The body, by which a request is told from another one with the same key."""
        return self.request.data

    def once(self, respond: Callable[[], Response]) -> Response:
        """What `respond` answers, in one transaction; with an `Idempotency-Key` the same request is made once."""
        key, user_id = self.request.headers.get("Idempotency-Key"), self.actor.user_id
        if key is None or user_id is None:
            with transaction.atomic():
                return respond()
        key = clean_text(key, pointer="/Idempotency-Key", max_length=200)
        asked = [self.request.method, self.request.path, self.asked(), self.request.headers.get("If-Match")]
        return once(user_id=user_id, key=key, asked=asked, respond=respond)

    def _expect(self, row: Any) -> None:
        wanted = [one.strip().removeprefix("W/") for one in self.request.headers["If-Match"].split(",")]
        if "*" not in wanted and self.tag(row) not in wanted:
            raise StaleVersion(f"This was changed since you read it; it is now at {self.tag(row)}. Read it again.")


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
    found = rows.filter(id=value).first()
    if found is None:
        raise InvalidInput(errors=[FieldError(pointer, "there is nothing with this identifier that you may see")])
    return found
