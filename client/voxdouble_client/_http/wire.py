"""Requests out, answers in: pure functions between the vendor's HTTP and our types."""

from __future__ import annotations

import email.utils
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import orjson

from voxdouble_client._errors import ApiError, ContractError
from voxdouble_client._http.body import Body
from voxdouble_client._models import FINAL_STATES, TaskAnswer, TaskError

GET_STALL_SECONDS = 30.0
"""Chosen: silence of a GET's answer that counts as a passing failure."""

_TASK_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_SECONDS = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Request:
    """What goes out; `stall` is the silence in seconds after which no answer is expected any more."""

    method: Literal["GET", "POST"]
    url: str
    body: Body | None = None
    stall: float = float("inf")


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer; the names of `headers` are in lower case."""

    request: Request
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def what(self) -> str:
        """The request in the words of an error message."""
        return f"{self.request.method} {self.request.url}"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a 202 says; `location` is not resolved yet."""

    task_id: str
    state: str
    location: str


def accepted_task(reply: Reply) -> Accepted:
    """Read a 202 (S1 to S7)."""
    if reply.status != 202:
        raise _unexpected(reply, "an accepted task is a 202")
    task_id, state = _task_members(_json_object(reply), reply)
    location = reply.headers.get("location") or reply.headers.get("x-location")
    if not location:
        raise _broken(reply, "was accepted, but the answer names no place to poll: no Location, no X-Location")
    return Accepted(task_id, state, location)


def task_answer(reply: Reply, task_id: str) -> TaskAnswer:
    """Read what a 200 to the GET of a task says (S10 to S17)."""
    if reply.status != 200:
        raise _unexpected(reply, "a task is a 200")
    raw = _json_object(reply)
    answered_id, state = _task_members(raw, reply)
    if answered_id != task_id:
        raise _broken(reply, f"was answered with another task, {answered_id}")
    result = error = None
    if state == "done":
        result = raw.get("result")
        if not isinstance(result, dict):
            raise _broken(reply, "says done, but has no object `result`")
    elif state in FINAL_STATES:
        error = _task_error(raw.get("error"), reply)
    return TaskAnswer(task_id=task_id, state=state, result=result, error=error, raw=raw, body=reply.body)


def refusal(reply: Reply) -> ApiError:
    """Make the error that a status from 400 up stands for; its body may be the vendor's, a proxy's page, or nothing."""
    try:
        raw = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        raw = None
    if not (isinstance(raw, dict) and isinstance(raw.get("type"), str) and isinstance(raw.get("message"), str)):
        text = f"{reply.what} was answered with status {reply.status} and {what_came(reply)}."
        return ApiError(text, url=reply.request.url, status=reply.status, retry_after=retry_after(reply.headers))
    detail = _details(raw)
    text = f"{reply.what} was refused with status {reply.status}: {explained(raw['type'], raw['message'], detail)}"
    return ApiError(
        text,
        url=reply.request.url,
        status=reply.status,
        type=raw["type"],
        message=raw["message"],
        detail=detail,
        retry_after=retry_after(reply.headers),
    )


def explained(kind: str, message: str, detail: list[dict[str, Any]]) -> str:
    """Put an error of the vendor's in one line: what is wrong, and the first places where."""
    where = [_place(entry, message) for entry in detail[:3]]
    more = [f"and {len(detail) - 3} more"] if len(detail) > 3 else []
    return printable(" ".join([f"{message} [{kind}]", *(["(" + "; ".join(where + more) + ")"] if where else [])]))


def printable(text: str) -> str:
    """Escape what a terminal would act on instead of showing it: control characters, and changes of direction."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _place(entry: dict[str, Any], said: str) -> str:
    location, message = entry.get("location"), entry.get("message", entry.get("type", "?"))
    place = ".".join(map(str, location)) if isinstance(location, list) else "somewhere"
    return place if message == said else f"{place}: {message}"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read the pause in seconds that an answer asks for (RFC 9110, 10.2.3), or None.

    A date is read against the answer's own `Date`, as the two clocks need not agree; without one it says nothing.
    """
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        return max((_date(value) - _date(headers.get("date", ""))).total_seconds(), 0.0)
    except (TypeError, ValueError, OverflowError):
        return None


def _date(text: str) -> datetime:
    date = email.utils.parsedate_to_datetime(text)
    return date if date.tzinfo else date.replace(tzinfo=UTC)  # one of HTTP's three forms names no zone


def what_came(reply: Reply) -> str:
    """Describe a body in a few words; never voice data, as errors are logged, so nothing out of JSON is quoted."""
    kind = reply.headers.get("content-type", "no content type").partition(";")[0].strip()
    kind = printable(kind)
    if not reply.body:
        return "an empty body"
    if reply.body.lstrip()[:1] in {b"{", b"["}:
        return f"{len(reply.body)} bytes of {kind}"
    start = " ".join(reply.body[:200].decode("utf-8", "replace").split())[:60]
    return f"{len(reply.body)} bytes of {kind} that begin {start!r}"


def _json_object(reply: Reply) -> dict[str, Any]:
    try:
        raw = orjson.loads(reply.body)
    except orjson.JSONDecodeError as error:
        raise _broken(reply, f"was answered with {what_came(reply)}, which is not JSON ({error.msg})") from None
    if not isinstance(raw, dict):
        raise _broken(reply, f"was answered with {what_came(reply)}, which is not an object")
    return raw


def _task_members(raw: dict[str, Any], reply: Reply) -> tuple[str, str]:
    task = raw.get("task")
    if not isinstance(task, dict):
        raise _broken(reply, "was answered without an object `task`")
    task_id, state = task.get("task_id"), task.get("state")
    if not isinstance(task_id, str) or not _TASK_ID.fullmatch(task_id):
        raise _broken(reply, "was answered without a usable `task.task_id`")
    if not isinstance(state, str):
        raise _broken(reply, "was answered without a `task.state`")
    return task_id, state


def _task_error(error: Any, reply: Reply) -> TaskError:
    if not isinstance(error, dict):
        raise _broken(reply, "tells of a bad end, but has no object `error`")
    kind, message = error.get("type"), error.get("message")
    if not isinstance(kind, str) or not isinstance(message, str):
        raise _broken(reply, "tells of a bad end, but its `error` has no `type` or no `message`")
    return TaskError(kind, message, _details(error), error)


def _details(error: dict[str, Any]) -> list[dict[str, Any]]:
    detail = error.get("detail")
    return [entry for entry in detail if isinstance(entry, dict)] if isinstance(detail, list) else []


def _unexpected(reply: Reply, rule: str) -> ContractError:
    to = (
        f" to {reply.headers['location']!r}, which is not followed"
        if 300 <= reply.status < 400 and "location" in reply.headers
        else ""
    )
    return _broken(reply, f"was answered with status {reply.status}{to}; {rule}")


def _broken(reply: Reply, how: str) -> ContractError:
    return ContractError(f"{reply.what} {how}.", url=reply.request.url)
