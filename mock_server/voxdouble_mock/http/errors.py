"""From refusals to answers: one table of status and vendor `type`, one body for them all (contract 2.5)."""

import logging

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from voxdouble_mock.core import errors
from voxdouble_mock.core.errors import Detail, Refusal

MAX_DETAILS = 20  # C8

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

log = logging.getLogger("voxdouble_mock")


def error_body(kind: str, message: str, details: tuple[Detail, ...] = ()) -> bytes:
    """Write the body of every error: type, message and a list of details, empty when there are none (S64, S72)."""
    shown = [detail.as_json() for detail in details[:MAX_DETAILS]]
    return orjson.dumps({"type": kind, "message": message, "detail": shown})


def refuse_early(message: str) -> bytes:
    """Write the body of a 400 for what the server refuses before the application sees it (C7)."""
    return error_body("request.invalid", message)


def answer_refusal(refusal: Refusal) -> Response:
    """Answer a refusal from the table."""
    status, kind = TABLE[type(refusal)]
    response = Response(error_body(kind, refusal.message, refusal.details), status, content_type="application/json")
    if isinstance(refusal, errors.WrongMethod):
        response.headers["Allow"] = ", ".join(refusal.allowed)
    if isinstance(refusal, errors.Unavailable):
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def translate(exception: HTTPException) -> Refusal:
    """Say in our terms what Flask found by itself; whatever is neither an address nor a method cannot be parsed."""
    if isinstance(exception, NotFound):
        return errors.NotFound(f"There is nothing at {(request.root_path + request.path)[:200]!r}.")
    if isinstance(exception, MethodNotAllowed):
        return errors.WrongMethod(request.method, list(exception.valid_methods or ()))
    return errors.InvalidRequest("The request cannot be parsed.")


def answer_unforeseen(exception: Exception) -> Response:
    """Answer a bug: logged with its traceback, and said to be ours."""
    log.error("%s %s ended in a bug of the mock", request.method, request.path, exc_info=exception)
    body = error_body("internal", "The mock itself has failed; its log says where.")
    return Response(body, 500, content_type="application/json")


def register(app: Flask) -> None:
    """Give every error of the application its vendor form, so that Flask's own pages never show."""
    app.register_error_handler(Refusal, answer_refusal)
    app.register_error_handler(HTTPException, lambda exception: answer_refusal(translate(exception)))
    app.register_error_handler(Exception, answer_unforeseen)
