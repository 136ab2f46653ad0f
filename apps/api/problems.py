"""Errors as problem documents (RFC 9457): what is wrong, where, and what to do."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response

from apps.api.parsing import escaped
from apps.core.errors import DuplicateFound, FieldError, WeighbridgeError
from apps.core.ids import uuid7

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"

# code -> status, title, and what to do about it. Every `type` of a problem document leads to one of these.
KINDS: Mapping[str, tuple[int, str, str]] = {
    "malformed": (
        400,
        "The body cannot be read",
        "Send UTF-8 JSON: each key once per object, no NaN or infinity, numbers within 64 bits, at most 32 levels.",
    ),
    "error": (400, "The request could not be done", "The detail says why."),
    "not-signed-in": (
        401,
        "A token is needed",
        "Send “Authorization: Bearer wb_…” with a token that is neither expired nor revoked. Tokens are issued on "
        "the page “Tokens”.",
    ),
    "not-permitted": (
        403,
        "Not permitted",
        "The holder of the token, or the token's scope, lacks the permission. Ask an administrator for the role.",
    ),
    "not-found": (
        404,
        "Not found",
        "There is no such thing, or it belongs to a team that the holder of the token is not in.",
    ),
    "method-not-allowed": (405, "This is not done here", "The header “Allow” says what can be done at this address."),
    "not-acceptable": (406, "Not in this form", "Answers are JSON: accept application/json or leave the header out."),
    "conflict": (409, "In conflict with the present state", "Read the present state and decide again."),
    "duplicate": (409, "This exists already", "“existing” is the identifier of what there is; use that instead."),
    "length-required": (
        411,
        "The length is needed",
        "Send the header “Content-Length”; bodies in chunks are not read.",
    ),
    "stale-version": (412, "Somebody else was faster", "Read it again and send its new “ETag” as “If-Match”."),
    "too-large": (413, "The body is too large", "Send less at once."),
    "unsupported-media-type": (415, "Not this kind of body", "Send JSON with “Content-Type: application/json”."),
    "invalid-input": (422, "The input is not valid", "“errors” names every field that is wrong by its JSON pointer."),
    "unreadable-file": (
        422,
        "The file cannot be read",
        "“errors” says where in the file: a JSON pointer, or a row and a column. Nothing of it was kept.",
    ),
    "failed": (
        500,
        "Something went wrong here",
        "Nothing was changed. The reference number is in the log; give it to whoever runs this installation.",
    ),
    "unavailable": (503, "Unavailable", "The database does not answer. Try again in a minute."),
    "cannot-fetch": (503, "The source could not be fetched", "Try again later, or download the file and upload it."),
    "refused-by-source": (403, "The source does not give it out", "Download it where you have access and upload it."),
    "network-off": (409, "This installation fetches nothing", "Download the file and upload it."),
}
_CODES = {
    400: "malformed",
    401: "not-signed-in",
    403: "not-permitted",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    415: "unsupported-media-type",
}


def problem(
    code: str,
    detail: str = "",
    errors: Iterable[FieldError] = (),
    *,
    title: str = "",
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document of one of the kinds."""
    status, usual_title, advice = KINDS[code]
    listed = [{"pointer": error.pointer, "message": error.message} for error in errors]
    if not detail and listed:
        detail = "; ".join(f"{one['pointer'] or '/'}: {one['message']}" for one in listed[:5])
    body = {
        "type": f"/api/v1/problems/{code}",
        "title": title or usual_title,
        "status": status,
        "detail": detail or advice,
        "errors": listed,
        **(extra or {}),
    }
    return Response(body, status=status, content_type=CONTENT_TYPE, headers=dict(headers or {}))


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """Every error that a view raises, as a problem document; an unforeseen one with a reference that is in the log."""
    for kind, answer in _ANSWERS:
        if isinstance(error, kind):
            return answer(error)
    request = context.get("request")
    reference = getattr(request, "request_id", "") or str(uuid7())
    logger.error("an unforeseen error, reference %s", reference, exc_info=error)
    return problem("failed", f"Reference number {reference}.", extra={"reference": reference})


def _own(error: WeighbridgeError) -> Response:
    extra = {"existing": error.existing} if isinstance(error, DuplicateFound) else None
    code = error.code if error.code in KINDS else "error"
    return problem(code, error.message, error.errors, title=error.title, extra=extra)


def _rest_framework(error: exceptions.APIException) -> Response:
    if isinstance(error, exceptions.ValidationError):
        return problem("invalid-input", errors=_field_errors(error.detail, ""))
    asked = getattr(error, "auth_header", None)
    code = _CODES.get(error.status_code, "error")
    detail = "" if isinstance(error, exceptions.NotAuthenticated) else str(error.detail)
    return problem(code, detail, headers={"WWW-Authenticate": asked} if asked else None)


def _invalid(error: DjangoValidationError) -> Response:
    return problem("invalid-input", "; ".join(error.messages))


def _not_storable(error: Exception) -> Response:
    logger.warning("a value that the database does not take: %s", error)
    return problem("invalid-input", "A value is of a kind that cannot be stored.")


def _at_once(error: IntegrityError) -> Response:
    logger.warning("two writes at once: %s", error)
    return problem("conflict", "Somebody else wrote the same at the same moment. Look at what there is now.")


def _no_database(error: OperationalError) -> Response:
    logger.error("the database did not answer", exc_info=error)
    return problem("unavailable")


_ANSWERS: tuple[tuple[type[Exception], Callable[[Any], Response]], ...] = (
    (WeighbridgeError, _own),
    (exceptions.APIException, _rest_framework),
    (Http404, lambda _: problem("not-found", "There is nothing at this address.")),
    (PermissionDenied, lambda _: problem("not-permitted")),
    (RequestDataTooBig, lambda _: problem("too-large")),
    (SuspiciousOperation, lambda _: problem("malformed")),
    (UnreadablePostError, lambda _: problem("malformed", "The body broke off.")),
    (DjangoValidationError, _invalid),
    (DataError, _not_storable),
    (UnicodeEncodeError, _not_storable),
    (IntegrityError, _at_once),
    (OperationalError, _no_database),
)


def _field_errors(detail: Any, pointer: str) -> Iterator[FieldError]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _field_errors(
                inner, pointer if name == "non_field_errors" else f"{pointer}/{escaped(str(name))}"
            )
    elif isinstance(detail, list) and any(isinstance(one, Mapping | list) for one in detail):
        for index, inner in enumerate(detail):
            yield from _field_errors(inner, f"{pointer}/{index}")
    elif isinstance(detail, list):
        for message in detail:
            yield FieldError(pointer, str(message))
    else:
        yield FieldError(pointer, str(detail))


def only_read(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view of a plain function that is read only; every other method is answered with a problem document."""

    @csrf_exempt  # a form cannot do anything here, and its error would be a page
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return view(request, *args, **kwargs)
        refused = _plain(problem("method-not-allowed"))
        refused["Allow"] = "GET, HEAD"
        return refused

    return answer


@only_read
def kind(request: HttpRequest, code: str) -> HttpResponse:
    """What a kind of problem means and what to do about it. Needs no token: whoever has none needs it most."""
    if code not in KINDS:
        return _plain(problem("not-found", f"There is no such kind of problem; there are {', '.join(sorted(KINDS))}."))
    status, title, advice = KINDS[code]
    return _json({"type": f"/api/v1/problems/{code}", "title": title, "status": status, "detail": advice})


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    """The answer at every address under `/api/v1/` where nothing is."""
    return _plain(problem("not-found", "There is nothing at this address. What there is, /api/v1/docs lists."))


def _plain(answer: Response) -> JsonResponse:
    return _json(answer.data, status=answer.status_code, content_type=CONTENT_TYPE)


def _json(data: Any, **more: Any) -> JsonResponse:
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False}, **more)
