"""Requests and responses: functions that turn the vendor's HTTP into the types of this package, without I/O."""

from __future__ import annotations

import codecs
import email.utils
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct

from voxdouble_client._convert import InvalidResult, convert, parsed
from voxdouble_client._errors import ApiError, ContractError
from voxdouble_client._http.body import Body
from voxdouble_client._models import FINAL_STATES, TaskAnswer, TaskError

GET_STALL_SECONDS = 30.0
"""Chosen: the silence in seconds after which a GET has failed; it may be tried again."""

QuickParse: TypeAlias = Callable[[bytes], dict[str, Any] | None]
"""Parses and checks the usual body of a result in one pass; returns None for another body."""

_SECONDS = re.compile(r"[0-9]{1,10}(\.[0-9]{1,9})?")


class Request(Struct, frozen=True):
    """A request; `stall` is the silence in seconds after which it has failed."""

    method: Literal["GET", "POST"]
    url: str
    body: Body | None = None
    stall: float = float("inf")

    def __str__(self) -> str:
        return f"{self.method} {self.url}"

    def body_headers(self) -> dict[str, str]:
        """Return the headers that describe the body."""
        if self.body is None:
            return {}
        return {"Content-Type": self.body.content_type, "Content-Length": str(len(self.body))}


class Response(Struct, frozen=True):
    """A complete response; the names of `headers` are in lower case, `via` names the proxy for messages."""

    request: Request
    status: int
    headers: Mapping[str, str]
    body: bytes
    via: str = ""


class Accepted(Struct, frozen=True):
    """The content of a 202; `location` is not resolved yet, `retry_after` is in seconds."""

    task_id: str
    state: str
    location: str
    retry_after: float | None = None


class _Task(Struct, frozen=True):
    """The member `task` of a response."""

    task_id: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._~-]{1,128}\Z")]
    state: str


class _Error(Struct, frozen=True):
    """The required members of the vendor's error object; `_details` reads `detail`."""

    type: str
    message: str


def accepted_task(response: Response) -> Accepted:
    """Return the content of a 202 (S1 to S7)."""
    if response.status != 202:
        raise _unexpected_status(response, "an accepted task is a 202")
    task: _Task = _member(_json_object(response), "task", _Task, response)
    location = response.headers.get("location") or response.headers.get("x-location")
    if not location:
        raise _broken(response, "has neither a Location nor an X-Location header, so the task has no URL to poll")
    return Accepted(task.task_id, task.state, location, retry_after(response.headers))


def task_answer(response: Response, task_id: str, quick_parse: QuickParse | None = None) -> TaskAnswer:
    """Return the content of a 200 to the GET of a task (S10 to S17)."""
    if response.status != 200:
        raise _unexpected_status(response, "the answer to the poll of a task is a 200")
    raw = (quick_parse and quick_parse(response.body)) or _json_object(response)
    task: _Task = _member(raw, "task", _Task, response)
    if task.task_id != task_id:
        raise _broken(response, f"is about another task, {task.task_id}")
    result = error = None
    if task.state == "done":
        result = raw.get("result")
        if not isinstance(result, dict):  # not converted, as that would copy a large result
            _member(raw, "result", dict, response)
    elif task.state in FINAL_STATES:
        error = _task_error(raw, response)
    return TaskAnswer(task_id=task_id, state=task.state, result=result, error=error, raw=raw, body=response.body)


def api_error(response: Response) -> ApiError:
    """Return the error for a status of 400 or above; the body may be the vendor's error, another page, or empty."""
    try:
        raw = parsed(response.body)
        error: _Error | None = convert(raw, _Error, "error")
    except InvalidResult:
        error = None
    pause = retry_after(response.headers)
    if error is None:
        text = f"{response.request} returned status {response.status}{response.via} and {described_body(response)}."
        return ApiError(text, url=response.request.url, status=response.status, retry_after=pause)
    detail = _details(raw)
    why = vendor_error_text(error.type, error.message, detail)
    return ApiError(
        f"{response.request} was refused with status {response.status}: {why}",
        url=response.request.url,
        status=response.status,
        type=error.type,
        message=error.message,
        detail=detail,
        retry_after=pause,
    )


def vendor_error_text(kind: str, message: str, detail: list[dict[str, Any]]) -> str:
    """Return an error of the vendor's in one line: message, type, and the first three places."""
    places = [_place(entry, message) for entry in detail[:3]]
    more = [f"and {len(detail) - 3} more"] if len(detail) > 3 else []
    return printable(" ".join([f"{message} [{kind}]", *([f"({'; '.join(places + more)})"] if places else [])]))


def printable(text: str) -> str:
    """Return the text with all characters escaped that are not printable.

    A terminal would act on control characters, and on characters that change the direction of writing.
    """
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _place(entry: dict[str, Any], error_message: str) -> str:
    location, message = entry.get("location"), entry.get("message") or entry.get("type") or "?"
    place = ".".join(map(str, location)) if isinstance(location, list) else "somewhere"
    return place if message == error_message else f"{place}: {message}"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the pause in seconds that a response asks for (RFC 9110, 10.2.3), or None.

    Seconds may have decimals: appliances send them, against the RFC. A date is compared with the `Date` of the same
    response, since the clocks of the two machines may differ; without a valid `Date`, with the clock of this machine.
    """
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        until = _date(value)
    except (TypeError, ValueError, OverflowError):
        return None
    try:
        sent = _date(headers.get("date", ""))
    except (TypeError, ValueError, OverflowError):
        sent = datetime.now(UTC)
    return max((until - sent).total_seconds(), 0.0)


def _date(text: str) -> datetime:
    date = email.utils.parsedate_to_datetime(text)
    return date if date.tzinfo else date.replace(tzinfo=UTC)  # one of HTTP's three date formats has no zone


def described_body(response: Response) -> str:
    """Return a body in a few words. JSON is not quoted: it may be voice data, and errors are logged."""
    content_type = printable(response.headers.get("content-type", "no content type").partition(";")[0].strip())
    if not response.body:
        return "an empty body"
    if "json" in content_type.lower() or _looks_like_json(response.body):
        return f"{len(response.body)} bytes of {content_type}"
    start = " ".join(response.body[:200].decode("utf-8", "replace").split())[:60]
    return f"{len(response.body)} bytes of {content_type} that begin {start!r}"


def _looks_like_json(body: bytes) -> bool:
    """Return whether a body is JSON, or begins like JSON and was cut, damaged or encoded in another way."""
    if body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in {b"{", b"[", b'"'} or b"\0" in body[:4]:
        return True
    try:
        parsed(body)
    except InvalidResult:
        return False
    return True


def _json_object(response: Response) -> dict[str, Any]:
    try:
        raw = parsed(response.body)
    except InvalidResult as invalid:
        raise _broken(response, f"has {described_body(response)}, which is not JSON ({invalid})") from None
    if not isinstance(raw, dict):
        raise _broken(response, f"has {described_body(response)}, which is not a JSON object")
    return raw


def _member(raw: dict[str, Any], name: str, model: Any, response: Response) -> Any:
    try:
        return convert(raw.get(name), model, name)
    except InvalidResult as invalid:
        raise _broken(response, f"breaks the contract: {invalid}") from None


def _task_error(raw: dict[str, Any], response: Response) -> TaskError:
    error: _Error = _member(raw, "error", _Error, response)
    return TaskError(error.type, error.message, _details(raw["error"]), raw["error"])


def _details(error: dict[str, Any]) -> list[dict[str, Any]]:
    detail = error.get("detail")
    return [entry for entry in detail if isinstance(entry, dict)] if isinstance(detail, list) else []


def _unexpected_status(response: Response, rule: str) -> ContractError:
    redirect = (
        f" to {response.headers['location']!r}, which is not followed"
        if 300 <= response.status < 400 and "location" in response.headers
        else ""
    )
    return _broken(response, f"has status {response.status}{redirect}; {rule}")


def _broken(response: Response, how: str) -> ContractError:
    return ContractError(f"The response to {response.request} {how}.", url=response.request.url)
