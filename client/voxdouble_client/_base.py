"""What a client does for any technology: start a task, wait for it, take it up again."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import orjson

from voxdouble_client._clock import Clock, Deadline, checked_timeout
from voxdouble_client._errors import MAY_HAVE_RUN, ApiError, ContractError
from voxdouble_client._http.body import Body, File, Progress, check_numbers, form, json_body
from voxdouble_client._http.retry import Caller
from voxdouble_client._http.tls_and_proxy import check_certificates, check_proxy
from voxdouble_client._http.transport import Transport
from voxdouble_client._http.urls import BaseUrl, ForeignLocation, Query, task_path
from voxdouble_client._http.wire import Accepted, Request, accepted_task
from voxdouble_client._models import TaskAnswer
from voxdouble_client._results import Reader, plain, reader_for
from voxdouble_client._task import TaskHandle

_TOKEN = re.compile(r"[!-~]+")


class BaseClient:
    """A client of the appliance at `url`, which may have a path prefix.

    `timeout` is the deadline of each call in seconds, from its start to its result, unless the call is given its own.
    `token` is sent as a bearer token. `ca` is the path of certificates to trust instead of the usual ones, `proxy` the
    URL of a proxy instead of the environment's. `foreign_location` says what becomes of a task's address on another
    origin: the call fails ("refuse"), or the path is taken to the appliance ("rebase"). `sleep` and `now` are the
    clock of all waiting, in seconds. One client serves many threads, over pooled connections.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 3600.0,
        token: str | None = None,
        ca: str | os.PathLike[str] | None = None,
        proxy: str | None = None,
        foreign_location: ForeignLocation = "refuse",
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        if token is not None and not _TOKEN.fullmatch(token):
            raise ValueError("A token is printable ASCII without spaces.")
        if foreign_location not in {"refuse", "rebase"}:
            raise ValueError(f'foreign_location is "refuse" or "rebase", not {foreign_location!r}.')
        self._base = BaseUrl.parse(url)
        check_certificates(url, ca)
        check_proxy(url, proxy)
        self._timeout = checked_timeout(timeout)
        self._foreign = foreign_location
        self._clock = Clock(sleep, now)
        self._caller = Caller(Transport(token=token, ca=os.fspath(ca) if ca else None, proxy=proxy), self._clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._base}>"

    def close(self) -> None:
        """Close the pooled connections."""
        self._caller.transport.close()

    def task(self, url: str) -> TaskHandle[Any]:
        """Take up a task again by the `url` of its handle; its result is typed where its technology is known here."""
        resolved = self._base.resolve(url, str(self._base), self._foreign) if "/api/technology/" in url else ""
        parts = task_path(resolved)
        if parts is None:
            raise ValueError(f"{url!r} is not the URL of a task, which ends in /api/technology/<technology>/<task id>.")
        _, technology, task_id = parts
        return TaskHandle(self._caller, resolved, task_id, reader_for(technology), self._timeout)

    def run(
        self,
        technology: str,
        *,
        files: Mapping[str, File] | None = None,
        config: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | None = None,
        params: Query | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
        on_state: Callable[[str], None] | None = None,
    ) -> TaskAnswer:
        """Run a technology that has no method here, and give the answer with which it is done.

        `timeout` is for all of it. The other parameters are those of `start`.
        """
        deadline = self._deadline(timeout)
        handle = self.start(
            technology, files=files, config=config, json=json, params=params, timeout=timeout, progress=progress
        )
        return handle._result(deadline, on_state)  # noqa: SLF001  one deadline for both halves

    def start(
        self,
        technology: str,
        *,
        files: Mapping[str, File] | None = None,
        config: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | None = None,
        params: Query | None = None,
        timeout: float | None = None,
        progress: Progress | None = None,
    ) -> TaskHandle[TaskAnswer]:
        """Start a task of a technology that has no method here; `timeout` is for sending and acceptance.

        Either `files` go out as parts of a form, mostly `{"file": path}`, with `config` as the vendor's part of that
        name, or `json` goes out as the body. `params` is the query.
        """
        if (files is None) == (json is None) or (config is not None and files is None):
            raise ValueError("A task is started either with files or with json, and config goes with files.")
        deadline = self._deadline(timeout)
        url = self._base.technology(technology, params or {})
        if json is not None:
            return self._start(url, json_body(json), deadline, plain)
        check_numbers(config)
        fields = {} if config is None else {"config": orjson.dumps(config).decode()}
        with form(files or {}, fields, progress) as body:
            return self._start(url, body, deadline, plain)

    def _start(self, url: str, body: Body, deadline: Deadline, reader: Reader) -> TaskHandle[Any]:
        def granted(wished: float) -> float | None:
            # Sending again before the time that the appliance asked for would only be refused again.
            return wished if wished < deadline.left() else None

        try:
            accepted = accepted_task(self._caller.call(Request("POST", url, body), deadline, granted))
            task_url = self._base.resolve(accepted.location, url, self._foreign)
            if not task_url.partition("?")[0].endswith(f"/{accepted.task_id}"):
                raise ContractError(_wrong_place(accepted), url=url)
        except ContractError as error:
            error.may_have_run = True  # whatever came was no refusal
            raise
        except ApiError as error:
            error.may_have_run = error.status in MAY_HAVE_RUN
            raise
        return TaskHandle(self._caller, task_url, accepted.task_id, reader, self._timeout, state=accepted.state)

    def _deadline(self, timeout: float | None) -> Deadline:
        return self._clock.deadline(self._timeout if timeout is None else timeout)


def _wrong_place(accepted: Accepted) -> str:
    place = accepted.location.partition("?")[0]
    if place.endswith(f"/{accepted.task_id}/"):
        return f"The task's address {accepted.location!r} ends in a slash, where the task id should be its end."
    return f"The task {accepted.task_id} is said to be at {accepted.location!r}, the address of another."
