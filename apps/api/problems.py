"""Errors as problem documents (RFC 9457): what is wrong, where, and what to do."""

import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DataError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from apps.core.errors import DuplicateFound, FieldError, WeighbridgeError

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error that a view raises, as a problem document; None lets an unforeseen one become a 500."""
    if isinstance(error, WeighbridgeError):
        extra = {"existing": error.existing} if isinstance(error, DuplicateFound) else {}
        return problem(error.status, error.code, error.title, error.message, error.errors, extra)
    if isinstance(error, Http404):
        return problem(404, "not-found", "Not found", "There is nothing at this address.")
    if isinstance(error, PermissionDenied):
        return problem(403, "not-permitted", "Not permitted", "This is not permitted.")
    if isinstance(error, exceptions.ValidationError):
        errors = list(_field_errors(error.detail, ""))
        return problem(422, "invalid-input", "The input is not valid", "", errors)
    if isinstance(error, exceptions.ParseError):
        return problem(400, "malformed", "The body is no JSON", str(error.detail))
    if isinstance(error, exceptions.APIException):
        headers = {"WWW-Authenticate": error.auth_header} if getattr(error, "auth_header", None) else {}
        if isinstance(error, exceptions.Throttled) and error.wait:
            headers["Retry-After"] = str(int(error.wait) + 1)
        title = HTTPStatus(error.status_code).phrase
        response = problem(error.status_code, str(error.get_codes()), title, str(error.detail))
        for name, value in headers.items():
            response[name] = value
        return response
    if isinstance(error, DataError | UnicodeEncodeError):
        logger.warning("a value that the database does not take: %s", error)
        return problem(422, "invalid-input", "The input is not valid", "A value is of a kind that cannot be stored.")
    if isinstance(error, OperationalError):
        logger.exception("the database did not answer")
        return problem(503, "unavailable", "Unavailable", "The database does not answer; try again in a minute.")
    return None


def problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    errors: Any = (),
    extra: dict[str, Any] | None = None,
) -> Response:
    """A problem document."""
    listed = [{"pointer": error.pointer, "message": error.message} for error in errors]
    if not detail and listed:
        detail = "; ".join(f"{one['pointer'] or '/'}: {one['message']}" for one in listed[:5])
    body = {"type": f"/api/v1/problems/{code}", "title": title, "status": status, "detail": detail, "errors": listed}
    return Response({**body, **(extra or {})}, status=status, content_type=CONTENT_TYPE)


def _field_errors(detail: Any, pointer: str) -> Iterator[FieldError]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _field_errors(inner, pointer if name == "non_field_errors" else f"{pointer}/{name}")
    elif isinstance(detail, list) and any(isinstance(one, dict | list) for one in detail):
        for index, inner in enumerate(detail):
            yield from _field_errors(inner, f"{pointer}/{index}")
    elif isinstance(detail, list):
        for message in detail:
            yield FieldError(pointer, str(message))
    else:
        yield FieldError(pointer, str(detail))
