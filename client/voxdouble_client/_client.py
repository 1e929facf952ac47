"""The public client; the methods of each technology are functions in its own module."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from voxdouble_client._clock import Clock, Deadline, checked_timeout
from voxdouble_client._errors import MAY_HAVE_RUN_STATUSES, ApiError, ContractError
from voxdouble_client._http.body import File, Progress
from voxdouble_client._http.exchange import OnExchange
from voxdouble_client._http.retry import RetryingTransport
from voxdouble_client._http.settings import DEFAULT_POOL_SIZE, http_settings
from voxdouble_client._http.sockets import check_not_patched
from voxdouble_client._http.tls import Certificate
from voxdouble_client._http.transport import Transport
from voxdouble_client._http.urls import BaseUrl, ForeignLocation, Query, task_url_parts
from voxdouble_client._http.wire import Accepted, Request, accepted_task
from voxdouble_client._models import TaskAnswer
from voxdouble_client._polling import TaskPoller
from voxdouble_client._task import TaskHandle
from voxdouble_client._technologies import (
    age_estimation,
    gender_identification,
    reader_by_technology,
    voiceprint_comparison,
    voiceprint_conversion,
    voiceprint_extraction,
    voiceprint_merging,
)
from voxdouble_client._technologies._request import TaskRequest, plain_request

R = TypeVar("R")


class ApplianceClient:
    """A client of the appliance at `url`, which may have a path prefix.

    `timeout` is the time in seconds for each call, from its start to its result; a call can have its own. `token` is
    sent as a bearer token. `headers` are added to every request. `ca` is the path of certificates to trust instead of
    the usual ones. `client_certificate` is a PEM file with the client's certificate and key, or a pair of files.
    `proxy` is the URL of a proxy to use instead of the environment's, or "" for no proxy. If the URL of a task has
    another origin, the call fails with `foreign_location="refuse"`; with "rebase" its path is used on the appliance.
    Many threads can share a client. It keeps up to `pool_size` connections open. `on_exchange` is called with every
    `Exchange`. `sleep` and `now` are the clock of all waiting, in seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 3600.0,
        token: str | None = None,
        ca: str | os.PathLike[str] | None = None,
        proxy: str | None = None,
        headers: Mapping[str, str] | None = None,
        client_certificate: Certificate | None = None,
        foreign_location: ForeignLocation = "refuse",
        pool_size: int = DEFAULT_POOL_SIZE,
        on_exchange: OnExchange | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        check_not_patched()
        if foreign_location not in {"refuse", "rebase"}:
            raise ValueError(f'`foreign_location` must be "refuse" or "rebase", got {foreign_location!r}.')
        self._base = BaseUrl.parse(url)
        settings = http_settings(
            url,
            token=token,
            ca=ca,
            proxy=proxy,
            pool_size=pool_size,
            headers=headers,
            client_certificate_files=client_certificate,
            on_exchange=on_exchange,
        )
        self._timeout = checked_timeout(timeout)
        self._foreign = foreign_location
        transport = Transport(settings)
        pause = transport.wait_closed if sleep is time.sleep else sleep  # so that `close` ends pauses
        self._transport = RetryingTransport(transport, Clock(pause, now))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._base}>"

    def close(self) -> None:
        """Close the connections. Calls under way in other threads and all later calls end with a TransportError.

        The error has the handle of a started task.
        """
        self._transport.transport.close()

    extract_voiceprint = voiceprint_extraction.extract_voiceprint
    extract_voiceprints = voiceprint_extraction.extract_voiceprints
    start_voiceprint_extraction = voiceprint_extraction.start_voiceprint_extraction

    convert_voiceprints = voiceprint_conversion.convert_voiceprints
    convert_voiceprints_in_parts = voiceprint_conversion.convert_voiceprints_in_parts
    start_voiceprint_conversion = voiceprint_conversion.start_voiceprint_conversion

    compare_voiceprints = voiceprint_comparison.compare_voiceprints
    start_voiceprint_comparison = voiceprint_comparison.start_voiceprint_comparison

    merge_voiceprints = voiceprint_merging.merge_voiceprints
    start_voiceprint_merging = voiceprint_merging.start_voiceprint_merging

    identify_gender = gender_identification.identify_gender
    identify_gender_of_voiceprints = gender_identification.identify_gender_of_voiceprints
    start_gender_identification = gender_identification.start_gender_identification
    start_gender_identification_of_voiceprints = gender_identification.start_gender_identification_of_voiceprints

    estimate_age = age_estimation.estimate_age
    estimate_age_of_voiceprints = age_estimation.estimate_age_of_voiceprints
    start_age_estimation = age_estimation.start_age_estimation
    start_age_estimation_of_voiceprints = age_estimation.start_age_estimation_of_voiceprints

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
        """Run a technology that has no method here, and return the answer with which the task is done.

        `timeout` is for the whole call; `on_state` is called with each new state of the task. The other parameters are
        those of `start`.
        """
        deadline = self._deadline(timeout)
        return self._run_to_end(plain_request(technology, files, config, json, params), deadline, progress, on_state)

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
        """Start a task of a technology that has no method here; `timeout` is for sending and acceptance, in seconds.

        Either `files` are sent as the parts of a form, usually `{"file": path}`, with `config` as the vendor's part of
        that name, or `json` is sent as the body. `params` is the query.
        """
        deadline = self._deadline(timeout)
        return self._start(plain_request(technology, files, config, json, params), deadline, progress)

    def task(self, url: str) -> TaskHandle[Any]:
        """Return the handle of the task at a URL or path.

        ContractError if the URL is of another origin, ValueError if it is not the URL of a task. The path before
        `/api/technology/` may be another than that of the client.
        """
        resolved = self._base.resolve(url, str(self._base), self._foreign) if "/api/technology/" in url else ""
        parts = task_url_parts(resolved)
        if parts is None:
            raise ValueError(f"A task's URL must end in /api/technology/<technology>/<task id>, got {url!r}.")
        return self._handle(resolved, parts.task_id, reader_by_technology(parts.technology))

    def _deadline(self, timeout: float | None) -> Deadline:
        return self._transport.clock.deadline(self._timeout if timeout is None else timeout)

    def _widen_pool(self, concurrency: int) -> None:
        self._transport.transport.widen_pool(concurrency)

    def _handle(self, url: str, task_id: str, read: Callable[[TaskAnswer], R]) -> TaskHandle[R]:
        return TaskPoller(self._transport, url, task_id, read, self._timeout).handle

    def _run_to_end(
        self,
        request: TaskRequest[R],
        deadline: Deadline,
        progress: Progress | None = None,
        on_state: Callable[[str], None] | None = None,
    ) -> R:
        return self._started(request, deadline, progress).result(deadline, on_state)

    def _start(self, request: TaskRequest[R], deadline: Deadline, progress: Progress | None = None) -> TaskHandle[R]:
        return self._started(request, deadline, progress).handle

    def _started(self, request: TaskRequest[R], deadline: Deadline, progress: Progress | None) -> TaskPoller[R]:
        url = self._base.technology(request.technology, request.query)
        self._transport.transport.check_open(Request("POST", url))  # before a file is opened

        def pause_rule(wanted: float) -> float | None:
            # A pause is not shortened: the appliance would refuse an earlier attempt.
            return wanted if wanted < deadline.left() else None

        with request.body(progress) as body:
            try:
                accepted = accepted_task(self._transport.send(Request("POST", url, body), deadline, pause_rule))
                task_url = self._task_url(accepted, url)
            except ContractError as error:
                error.may_have_run = True  # the response was not a refusal
                raise
            except ApiError as error:
                error.may_have_run = error.status in MAY_HAVE_RUN_STATUSES
                raise
        return TaskPoller(
            self._transport,
            task_url,
            accepted.task_id,
            request.read,
            self._timeout,
            state=accepted.state,
            first_pause=accepted.retry_after or 0.0,
            quick_parse=request.quick_parse,
        )

    def _task_url(self, accepted: Accepted, url: str) -> str:
        task_url = self._base.resolve(accepted.location, url, self._foreign)
        path = task_url.partition("?")[0]
        if path.endswith(f"/{accepted.task_id}/"):
            raise ContractError(
                f"The task's URL must end in its id, got {accepted.location!r}, which ends in a slash.", url=url
            )
        if not path.endswith(f"/{accepted.task_id}"):
            raise ContractError(
                f"The task's URL must end in its id {accepted.task_id}, got {accepted.location!r}, which ends in"
                " another id.",
                url=url,
            )
        return task_url
