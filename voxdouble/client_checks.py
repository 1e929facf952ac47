"""Calls of our own client to a target, as an integrator would make them.

The contract suite speaks plain HTTP, so that an error common to client and mock shows; here the client is checked.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import pytest

from voxdouble.resends import Resends
from voxdouble_client import (
    ApiError,
    ApplianceClient,
    ApplianceError,
    PollTimeout,
    TaskFailed,
    TaskHandle,
    TaskRejected,
    TransportError,
    VoiceprintExtraction,
)
from voxdouble_client._http.urls import ForeignLocation
from voxdouble_client.cli.run import option_hint
from voxdouble_contract.exchange import printable
from voxdouble_contract.judging.conformance import FAILED, PASSED, UNPROVEN, ClientCheck
from voxdouble_contract.samples.recordings import second_speaker
from voxdouble_contract.target.budget import Budget
from voxdouble_contract.target.target import Target
from voxdouble_contract.target.technologies import EXTRACTION
from voxdouble_contract.target.transport import TIME_IS_UP
from voxdouble_fixtures import path

COST = Budget(uploads=10, audio_seconds=50.0, tasks=13)
"""The most that all calls together ask of a target; each start is sent once."""
CALL_SECONDS, LEAST_SECONDS, CALL_SHARE = 20.0, 0.1, 0.4
"""The most and the least seconds of one call, and the share of one call in the time for all calls."""
SHORT_SECONDS = 0.05
NOT_AVAILABLE = frozenset({403, 404, 413, 429, 502, 503, 504, 507})
"""Statuses of a target that does not offer a call, or not now; they prove nothing about the client."""
SPEECH, STEREO, BAD = "john_doe.wav", "conversation.wav", "not_audio.wav"


class Wrong(Exception):
    """The client broke a promise."""


class NotShown(Exception):
    """The target gave no opportunity to check the client."""


@dataclass
class CheckContext:
    """A client, and the results of the checks so far."""

    client: ApplianceClient
    extraction: VoiceprintExtraction | None = None
    handle: TaskHandle[VoiceprintExtraction] | None = None


def end_before_resend() -> NoReturn:
    """End a check as not shown, because its start would be sent again, for which the budget has no room."""
    raise NotShown("The target refused a start with 'later', and the budget has no room to send it again.")


def require(holds: object, sentence: str) -> None:
    """Raise Wrong unless the condition holds."""
    if not holds:
        raise Wrong(sentence)


def extract(context: CheckContext) -> None:
    """Extract a voiceprint."""
    context.extraction = context.client.extract_voiceprint(path(SPEECH), include_vector_voiceprint=True)
    channels = context.extraction.channels
    require(len(channels) == 1 and channels[0].voiceprint, "Expected one channel with a voiceprint.")


def extracted(context: CheckContext) -> VoiceprintExtraction:
    """Return the result of the first check, or raise NotShown if that did not pass."""
    if context.extraction is None:
        raise NotShown("There is no voiceprint, because the check that extracts one did not pass.")
    return context.extraction


def convert(context: CheckContext) -> None:
    """Convert the voiceprint to the same vector as the extraction's."""
    channel = extracted(context).channels[0]
    found = context.client.convert_voiceprints([channel.voiceprint, channel.voiceprint]).vector_voiceprints
    require(found == [channel.vector_voiceprint] * 2, "The vectors must equal the extraction's, number for number.")


def compare(context: CheckContext) -> None:
    """Compare the voiceprint with another speaker's, and with itself."""
    own = extracted(context).channels[0].voiceprint
    other = context.client.extract_voiceprint(second_speaker().data).channels[0].voiceprint
    found = context.client.compare_voiceprints([own, other], [own])
    size = found.columns_count, found.rows_count
    require(size == (2, 1), f"Expected 2 columns and 1 row, got {size[0]} and {size[1]}.")
    require(found.score(0, 0) >= found.score(0, 1), "A voiceprint must score highest against itself.")


def split(context: CheckContext) -> None:
    """Extract the channels of a conversation separately."""
    channels = context.client.extract_voiceprint(path(STEREO), channel_mode="split").channels
    require({channel.channel_number for channel in channels} == {0, 1}, "Expected the channels 0 and 1.")


def rejected(context: CheckContext) -> None:
    """Report why a file that is not audio is rejected."""
    try:
        context.client.extract_voiceprint(path(BAD))
    except (TaskRejected, TaskFailed) as error:
        require(error.error.type and error.error.message, "The error must have a type and a message.")
    except ApiError as error:
        raise NotShown(f"The upload was refused: {error}") from error
    else:
        raise NotShown("The task of the file ended done.")


def deadline(context: CheckContext) -> None:
    """Stop polling at the deadline, while the task goes on."""
    context.handle = context.client.start_voiceprint_extraction(path(SPEECH))
    began = time.monotonic()
    try:
        context.handle.result(timeout=SHORT_SECONDS)
    except PollTimeout as error:
        require(error.handle.task_id == context.handle.task_id, "The error must have the task's handle.")
    except TransportError as error:
        require(error.timed_out, f"The deadline must end the call, not {error}")
    else:
        raise NotShown("The task was done before the deadline.")
    require(time.monotonic() - began < SHORT_SECONDS + 2, "The call must end by its deadline.")


def resume(context: CheckContext) -> None:
    """Resume a task by its URL."""
    handle = context.handle or context.client.start_voiceprint_extraction(path(SPEECH))
    result = context.client.task(handle.url).result()
    require(isinstance(result, VoiceprintExtraction), "Expected the result of the resumed task.")


def many(context: CheckContext) -> None:
    """Extract several files concurrently, with results in order."""
    files = [path(SPEECH), path(BAD), path(SPEECH)]
    outcomes = list(context.client.extract_voiceprints(files, concurrency=3))
    require([outcome.file for outcome in outcomes] == files, "Expected one outcome for each file, in order.")
    for outcome in (outcomes[0], outcomes[2]):
        if outcome.error is not None:
            raise outcome.error
    require(outcomes[1].error is not None, "The file that is not audio must have an error.")


def refused(context: CheckContext) -> None:
    """Report why a request is refused."""
    try:
        context.client.run(EXTRACTION, files={"media": path(SPEECH)})
    except ApiError as error:
        if error.status in NOT_AVAILABLE:
            raise
        require(400 <= error.status < 500 and error.type, "The error must have a status and a type.")
    else:
        raise Wrong("An upload without `file` must be refused.")


CHECKS: tuple[Callable[[CheckContext], None], ...] = (
    extract,
    convert,
    compare,
    split,
    rejected,
    deadline,
    resume,
    many,
    refused,
)


def check_client(
    target: Target, deadline: float = math.inf, foreign_location: ForeignLocation = "refuse"
) -> list[ClientCheck]:
    """Return the verdicts of all checks; a check that fails does not end the others.

    `deadline` is an instant of `time.monotonic`, after which no check begins. `foreign_location` says whether a task
    URL of another origin is refused, which is the client's default, or its path is requested from the target.
    """
    resends = Resends(end_before_resend, target.clock.pass_time)
    clock: dict[str, Any] = {"now": target.clock.now} if target.clock.can_be_moved else {}
    # Without a proxy, like the suite, so that both judge the same appliance.
    options = {
        "timeout": min(CALL_SECONDS, max(LEAST_SECONDS, (deadline - time.monotonic()) * CALL_SHARE)),
        "proxy": "",
        "token": target.token or None,
        "ca": target.transport.ca,
        "foreign_location": foreign_location,
        "sleep": resends.sleep,
        "on_exchange": resends.note,
        **clock,
    }
    with ApplianceClient(target.url, **options) as client:
        context = CheckContext(client)
        return [check(name, one, context, deadline) for name, one in zip(names(), CHECKS, strict=True)]


def names() -> list[str]:
    """Return the names of the checks: the first lines of their docstrings."""
    return [str(one.__doc__).partition("\n")[0].rstrip(".") for one in CHECKS]


def check(name: str, one: Callable[[CheckContext], None], context: CheckContext, end: float) -> ClientCheck:
    """Return the verdict of one check."""
    if time.monotonic() > end:
        return ClientCheck(name, UNPROVEN, TIME_IS_UP)
    try:
        one(context)
    except (NotShown, pytest.skip.Exception) as error:
        return ClientCheck(name, UNPROVEN, printable(str(error)))
    except ApiError as error:
        return ClientCheck(name, UNPROVEN if error.status in NOT_AVAILABLE else FAILED, printable(str(error)))
    except (TaskRejected, TaskFailed, PollTimeout) as error:
        return ClientCheck(name, UNPROVEN, printable(f"The task did not end done: {error}"))
    except (Wrong, ApplianceError) as error:
        return ClientCheck(name, FAILED, printable(f"{error}{option_hint(error)}"))
    return ClientCheck(name, PASSED)
