"""Error responses: one table from refusals to statuses and the vendor's error types (S64 to S72)."""

import logging

import orjson
from flask import Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.exceptions import NotFound as UnknownPath

from voxdouble_mock.core import errors
from voxdouble_mock.core.errors import Detail, Refusal, error_body
from voxdouble_mock.http.address import no_such_path
from voxdouble_mock.http.current_request import method, path, root_path

MAX_DETAILS = 20
"""The most details of one error response (C8)."""

TABLE: dict[type[Refusal], tuple[int, str]] = {
    errors.InvalidRequest: (400, "request.invalid"),
    errors.Forbidden: (403, "request.forbidden"),
    errors.NotFound: (404, "resource.not-found"),
    errors.WrongMethod: (405, "method.invalid"),
    errors.TooLarge: (413, "request.size-limit-exceeded"),
    errors.ValidationFailed: (422, "request.validation-error"),
    errors.StorageFull: (507, "storage.capacity-exceeded"),
    errors.Unavailable: (503, "internal"),
}
RETRY_AFTER_SECONDS = 5
"""The `Retry-After` of a 503 of the application (C28)."""

log = logging.getLogger("voxdouble_mock")


def error_text(kind: str, message: str, details: tuple[Detail, ...] = ()) -> bytes:
    """Return the JSON text of an error response's body, with at most 20 details (C8)."""
    return orjson.dumps(error_body(kind, message, details[:MAX_DETAILS]))


def malformed_request_text(message: str) -> bytes:
    """Return the body of a 400 for a request that the server refuses before the application sees it (C7)."""
    return error_text("request.invalid", message)


def overloaded_text() -> bytes:
    """Return the body of a 503 for a client beyond the server's bounds of connections and threads (C28)."""
    return error_text("internal", "This mock serves as many slow clients at one time as it can: try again later.")


def error_response(error: Exception) -> Response:
    """Return the response to an exception: that of TABLE for a refusal, 503 for a MemoryError, else a logged 500."""
    if isinstance(error, HTTPException):
        error = flask_refusal(error)
    if isinstance(error, MemoryError):
        log.error("%r %r needs more memory than there is.", method(), path())
        error = errors.Unavailable("This mock has too little memory for the request at this moment: try again later.")
    if isinstance(error, Refusal):
        return refusal_response(error)
    log.error("%r %r failed because of a bug in the mock.", method(), path(), exc_info=error)
    text = error_text("internal", "The mock failed because of a bug; the traceback is in its log.")
    return Response(text, 500, content_type="application/json")


def refusal_response(refusal: Refusal) -> Response:
    """Return the response to a refusal, from the table."""
    status, kind = TABLE[type(refusal)]
    response = Response(error_text(kind, refusal.message, refusal.details), status, content_type="application/json")
    if isinstance(refusal, errors.WrongMethod):
        response.headers["Allow"] = ", ".join(refusal.allowed)
    if isinstance(refusal, errors.Unavailable):
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def flask_refusal(exception: HTTPException) -> Refusal:
    """Return the refusal for an error of Flask's own dispatch."""
    if isinstance(exception, UnknownPath):
        return no_such_path(root_path() + path())
    if isinstance(exception, MethodNotAllowed):
        return errors.WrongMethod(method(), list(exception.valid_methods or ()))
    return errors.InvalidRequest("The request cannot be parsed.")
