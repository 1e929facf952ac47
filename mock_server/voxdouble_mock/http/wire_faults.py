"""Faults on the wire: what was ordered to go wrong is done to the answer here, and only here."""

import math
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus

from flask import Response, request

from voxdouble_mock.core import fault as faults
from voxdouble_mock.core.fault import Fault, Status
from voxdouble_mock.core.task import FINAL, State
from voxdouble_mock.http.errors import TABLE, error_body
from voxdouble_mock.http.services import connection
from voxdouble_mock.http.wire import TASKS

TYPES = {status: kind for status, kind in TABLE.values() if status != 503}
TYPES[429] = "request.rate-limit-exceeded"
NOBODY = "00000000-0000-4000-8000-000000000000"
PAGE = "<html><head><title>{status} {phrase}</title></head><body><h1>{status} {phrase}</h1><hr>a proxy</body></html>"
RATE_LIMIT = 10


def refuse(fault: Status, now: int) -> Response:
    """Answer with the ordered status; on 429 with the headers of contract 2.3. `now` in milliseconds."""
    phrase = HTTPStatus(fault.status).phrase
    if fault.body == "html":
        response = Response(PAGE.format(status=fault.status, phrase=phrase), fault.status, content_type="text/html")
    else:
        body = error_body(TYPES.get(fault.status, "internal"), f"{phrase}: this fault was ordered.")
        response = Response(body, fault.status, content_type="application/json")
    wait = fault.retry_after
    if fault.status == 429:
        wait = 1.0 if wait is None else wait
        response.headers["x-ratelimit-limit"] = str(RATE_LIMIT)
        response.headers["x-ratelimit-remaining"] = "0"
        response.headers["x-ratelimit-reset"] = str(math.ceil(now / 1000 + wait))
    if wait is not None:
        response.headers["Retry-After"] = str(math.ceil(wait))
    if fault.status == 405:
        response.headers["Allow"] = request.method
    return response


def shown_state(fault: Fault | None, state: State) -> State | None:
    """Tell which state a poll shows under a fault; None for a task that is said not to be there."""
    if isinstance(fault, faults.LostTask):
        return None
    if isinstance(fault, faults.NeverEnding) and state in FINAL:
        return State.RUNNING
    if isinstance(fault, faults.OutOfOrder):
        return State.PENDING if state is State.RUNNING else State.RUNNING
    return state


def damage(fault: Fault | None, response: Response) -> Response:
    """Do to an answer what the fault says; its kind decides how."""
    match fault:
        case faults.NoLocation() | faults.WrongLocation() | faults.ForeignLocation():
            misdirect(fault, response)
        case faults.Empty():
            response.status_code = 200
            response.set_data(b"")
        case faults.BrokenJson():
            response.set_data(response.get_data()[: len(response.get_data()) // 2])
        case faults.WrongLength(by=by):
            connection().declare_length(max(0, len(response.get_data()) + by))
        case faults.Cut(after=after):
            connection().cut_response(after)
        case faults.Close():
            connection().close_without_response()
        case faults.Reset():
            connection().reset()
        case faults.Delay(seconds=seconds, during=False):
            connection().wait(seconds)
        case faults.Delay(seconds=seconds):
            body = response.get_data()
            response.response = halves(body, partial(connection().wait, seconds))
            response.content_length = len(body)
        case _:
            pass
    return response


def misdirect(fault: Fault, response: Response) -> None:
    """Take the location headers of a 202 away, or bend them."""
    location = response.headers.get("Location")
    if location is None:
        return
    for header in ("Location", "X-Location"):
        del response.headers[header]
        if isinstance(fault, faults.WrongLocation):
            response.headers[header] = location.rpartition("/")[0] + "/" + NOBODY
        elif isinstance(fault, faults.ForeignLocation):
            response.headers[header] = fault.origin + location[location.index(TASKS) :]


def halves(body: bytes, wait: Callable[[], object]) -> Iterator[bytes]:
    """Give the answer in two pieces, with the delay between them."""
    middle = len(body) // 2
    yield body[:middle]
    wait()
    yield body[middle:]
