"""The client: one method for each technology that it knows, and `run` for the others."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Literal, TypeVar

from voxdouble_client._body import Body, File, Progress, form, json_body
from voxdouble_client._clock import Clock, Deadline, checked_timeout
from voxdouble_client._errors import ContractError
from voxdouble_client._models import VoiceprintConversion, VoiceprintExtraction
from voxdouble_client._results import CONVERSION, EXTRACTION, Reader, conversion_of, extraction, reader_for
from voxdouble_client._retry import Caller
from voxdouble_client._task import TaskHandle
from voxdouble_client._transport import Transport
from voxdouble_client._urls import BaseUrl, ForeignLocation, Query, task_path
from voxdouble_client._wire import Request, accepted_task

MOST_VOICEPRINTS = 50_000
"""The appliance's default limit of voiceprints in one call (S41)."""

_TOKEN = re.compile(r"[!-~]+")

R = TypeVar("R")


class ApplianceClient:
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
        if ca is not None and not os.path.exists(ca):  # noqa: PTH110  a path of any kind
            raise FileNotFoundError(f"There are no certificates at {os.fspath(ca)}.")
        self._base = BaseUrl.parse(url)
        self._timeout = checked_timeout(timeout)
        self._foreign = foreign_location
        self._clock = Clock(sleep, now)
        self._caller = Caller(Transport(token=token, ca=os.fspath(ca) if ca else None, proxy=proxy), self._clock)

    def __enter__(self) -> ApplianceClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<ApplianceClient {self._base}>"

    def close(self) -> None:
        """Close the pooled connections."""
        self._caller.transport.close()

    def extract_voiceprint(
        self,
        file: File,
        *,
        include_vector_voiceprint: bool = False,
        channel_mode: Literal["split", "mix"] | None = None,
        channels: Sequence[int] = (),
        timeout: float | None = None,
        progress: Progress | None = None,
        on_state: Callable[[str], None] | None = None,
    ) -> VoiceprintExtraction:
        """Extract the voiceprint of each channel; with `include_vector_voiceprint` their vectors too (S28 to S40).

        `channel_mode` "mix" makes one voiceprint of all channels; `channels` picks some, counted from 0.
        """
        deadline = self._deadline(timeout)
        query = _extraction_query(include_vector_voiceprint, channel_mode, channels)
        handle = self._start_extraction(file, query, deadline, progress)
        return handle._result(deadline, on_state)  # noqa: SLF001  one deadline for both halves

    def start_voiceprint_extraction(
        self,
        file: File,
        *,
        include_vector_voiceprint: bool = False,
        channel_mode: Literal["split", "mix"] | None = None,
        channels: Sequence[int] = (),
        timeout: float | None = None,
        progress: Progress | None = None,
    ) -> TaskHandle[VoiceprintExtraction]:
        """Start what `extract_voiceprint` waits for; `timeout` is for the upload and its acceptance."""
        query = _extraction_query(include_vector_voiceprint, channel_mode, channels)
        return self._start_extraction(file, query, self._deadline(timeout), progress)

    def convert_voiceprints(
        self, voiceprints: Iterable[str], *, batch_size: int = MOST_VOICEPRINTS, timeout: float | None = None
    ) -> VoiceprintConversion:
        """Convert voiceprints to vectors, in their order, in calls of at most `batch_size` (S41 to S47)."""
        if batch_size < 1:
            raise ValueError(f"batch_size is at least 1, not {batch_size}.")
        deadline = self._deadline(timeout)
        todo = _checked_voiceprints(voiceprints)
        done = [
            self._start_conversion(todo[first : first + batch_size], deadline)._result(deadline, None)  # noqa: SLF001
            for first in range(0, len(todo), batch_size)
        ]
        return VoiceprintConversion(
            [vector for part in done for vector in part.vector_voiceprints],
            tuple(answer for part in done for answer in part.answers),
        )

    def start_voiceprint_conversion(
        self, voiceprints: Iterable[str], *, timeout: float | None = None
    ) -> TaskHandle[VoiceprintConversion]:
        """Start the conversion of at most 50,000 voiceprints; `timeout` is for sending and acceptance."""
        todo = _checked_voiceprints(voiceprints)
        if len(todo) > MOST_VOICEPRINTS:
            raise ValueError(
                f"One call takes at most {MOST_VOICEPRINTS} voiceprints, not {len(todo)};"
                " convert_voiceprints makes several calls."
            )
        return self._start_conversion(todo, self._deadline(timeout))

    def task(self, url: str) -> TaskHandle[Any]:
        """Take up a task again by the `url` of its handle; its result is typed where its technology is known here."""
        resolved = self._base.resolve(url, str(self._base), self._foreign)
        parts = task_path(resolved)
        if parts is None:
            raise ContractError(
                f"{url!r} is not the URL of a task: that ends in /api/technology/<technology>/<task id>.", url=url
            )
        _, technology, task_id = parts
        return TaskHandle(self._caller, resolved, task_id, reader_for(technology), self._timeout)

    def _start_conversion(self, voiceprints: list[str], deadline: Deadline) -> TaskHandle[VoiceprintConversion]:
        body = json_body({"voiceprints": voiceprints})
        return self._start(self._base.technology(CONVERSION, {}), body, deadline, conversion_of(len(voiceprints)))

    def _start_extraction(
        self, file: File, query: Query, deadline: Deadline, progress: Progress | None
    ) -> TaskHandle[VoiceprintExtraction]:
        with form({"file": file}, {}, progress) as body:
            return self._start(self._base.technology(EXTRACTION, query), body, deadline, extraction)

    def _start(self, url: str, body: Body, deadline: Deadline, reader: Reader) -> TaskHandle[Any]:
        def granted(wished: float) -> float | None:
            return wished if wished < deadline.left() else None

        reply = self._caller.call(Request("POST", url, body), deadline, granted)
        task_id, location = accepted_task(reply)
        task_url = self._base.resolve(location, url, self._foreign)
        if task_url.partition("?")[0].rpartition("/")[2] != task_id:
            raise ContractError(f"The task {task_id} is said to be at {location!r}, the address of another.", url=url)
        return TaskHandle(self._caller, task_url, task_id, reader, self._timeout)

    def _deadline(self, timeout: float | None) -> Deadline:
        return self._clock.deadline(self._timeout if timeout is None else timeout)


def _extraction_query(include_vector: bool, channel_mode: str | None, channels: Sequence[int]) -> Query:  # noqa: FBT001
    query: dict[str, str | int | float | bool] = {}
    if include_vector:
        query["include_vector_voiceprint"] = True
    if channel_mode is not None:
        query["channel_mode"] = channel_mode
    if channels:
        query["channels"] = ",".join(str(int(channel)) for channel in channels)
    return query


def _checked_voiceprints(voiceprints: Iterable[str]) -> list[str]:
    todo = list(voiceprints)
    if not todo:
        raise ValueError("There is no voiceprint to convert.")
    for index, voiceprint in enumerate(todo):
        if not isinstance(voiceprint, str):
            raise TypeError(f"Voiceprint {index} is Base64 text, not {type(voiceprint).__name__}.")
    return todo
