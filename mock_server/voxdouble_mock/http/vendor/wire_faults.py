"""Applies injected faults to responses, and to the states that polls show."""

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from http import HTTPStatus
from typing import assert_never

from flask import Response

from voxdouble_mock.core import fault as faults
from voxdouble_mock.core.clock import to_seconds
from voxdouble_mock.core.fault import Fault, Status
from voxdouble_mock.core.task import FINAL, State
from voxdouble_mock.http.current_request import connection, method
from voxdouble_mock.http.errors import TABLE, error_text
from voxdouble_mock.http.json_responses import TASKS

TYPES = {status: kind for status, kind in TABLE.values() if status != 503}
TYPES[429] = "request.rate-limit-exceeded"
"""The vendor's error type of each status; all other statuses have the type `internal`."""
UNKNOWN_TASK = "00000000-0000-4000-8000-000000000000"
PAGE = "<html><head><title>{status} {phrase}</title></head><body><h1>{status} {phrase}</h1><hr>a proxy</body></html>"
RATE_LIMIT = 10
"""The number of requests that an injected 429 claims as the limit."""


def status_response(fault: Status, now: int) -> Response:
    """Return the response with the status that a fault injects; 429 has rate-limit headers. `now` in milliseconds."""
    phrase = HTTPStatus(fault.status).phrase
    if fault.body == "html":
        response = Response(PAGE.format(status=fault.status, phrase=phrase), fault.status, content_type="text/html")
    else:
        text = error_text(TYPES.get(fault.status, "internal"), f"{phrase}: an injected fault.")
        response = Response(text, fault.status, content_type="application/json")
    wait = fault.retry_after
    if fault.status == 429:
        wait = 1.0 if wait is None else wait
        response.headers["x-ratelimit-limit"] = str(RATE_LIMIT)
        response.headers["x-ratelimit-remaining"] = "0"
        response.headers["x-ratelimit-reset"] = str(math.ceil(to_seconds(now) + wait))
    if wait is not None:
        response.headers["Retry-After"] = str(math.ceil(wait))
    if fault.status == 405:
        response.headers["Allow"] = method()  # the method of the route: the fault does not change the resource
    return response


def shown_state(fault: Fault | None, state: State) -> State | None:
    """Return the state that a poll shows under a fault; None if the task is to seem unknown."""
    if not isinstance(fault, faults.GetFault):
        return state
    match fault:
        case faults.LostTask():
            return None
        case faults.NeverEnding():
            return State.RUNNING if state in FINAL else state
        case faults.OutOfOrder():
            return State.PENDING if state is State.RUNNING else State.RUNNING
        case _:
            assert_never(fault)


def apply_fault(fault: Fault | None, response: Response) -> Response:
    """Return a response as the fault changes it; some kinds of fault change its connection instead."""
    match fault:
        case faults.NoLocation() | faults.WrongLocation() | faults.ForeignLocation():
            change_location(fault, response)
        case faults.Empty():
            response.status_code = 200
            response.set_data(b"")
        case faults.BrokenJson():
            response.response = halves(response)[0]  # type: ignore[assignment]  # see delay_response
            response.content_length = length(response.iter_encoded())
        case faults.WrongLength(by=by):
            connection().declare_length(max(0, length(response.iter_encoded()) + by))
        case faults.Cut(after=after):
            connection().cut_response(after)
        case faults.Close():
            connection().close_without_response()
        case faults.Reset():
            connection().reset()
        case faults.Delay():
            delay_response(fault, response)
        case None | faults.Status() | faults.LostTask() | faults.NeverEnding() | faults.OutOfOrder():
            pass  # a status is a response of its own, and the others change the state that a poll shows
        case _:
            assert_never(fault)
    return response


def change_location(fault: Fault, response: Response) -> None:
    """Remove the location headers of a 202, or point them elsewhere."""
    for header in ("Location", "X-Location"):
        location = response.headers.pop(header, None)
        if location is None:
            continue
        if isinstance(fault, faults.WrongLocation):
            response.headers[header] = location.rpartition("/")[0] + "/" + UNKNOWN_TASK
        elif isinstance(fault, faults.ForeignLocation):
            response.headers[header] = fault.origin + location[location.index(TASKS) :]


def delay_response(fault: faults.Delay, response: Response) -> None:
    """Wait now, or let the response wait between the halves of its body."""
    wait = partial(connection().wait, fault.seconds)
    if not fault.during:
        wait()
        return
    first, second = halves(response)
    response.content_length = length([*first, *second])
    response.response = delayed(first, second, wait)  # type: ignore[assignment]  # werkzeug passes any bytes-like object


def halves(response: Response) -> tuple[list[memoryview], list[memoryview]]:
    """Return the pieces of the two halves of a response's body, without copying them: clients share large ones."""
    pieces = [memoryview(piece) for piece in response.iter_encoded()]
    middle = length(pieces) // 2
    first, second = [], []
    for piece in pieces:
        first.append(piece[: max(0, middle)])
        second.append(piece[max(0, middle) :])
        middle -= len(piece)
    return first, second


def length(pieces: Iterable[bytes | memoryview]) -> int:
    """Return the bytes of the pieces of a body."""
    return sum(map(len, pieces))


def delayed(
    first: Iterable[memoryview], second: Iterable[memoryview], wait: Callable[[], object]
) -> Iterator[memoryview]:
    """Yield the pieces of the two halves of a body, with the delay between them."""
    yield from first
    wait()
    yield from second
