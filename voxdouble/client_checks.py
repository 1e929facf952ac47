"""What our own client does with a target: some calls that an integrator would make, each to its end.

The contract suite speaks plain HTTP, so that what client and mock misread alike would show; here the client is asked.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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
from voxdouble_contract.conformance import FAILED, PASSED, UNPROVEN, ClientCheck
from voxdouble_contract.exchange import printable
from voxdouble_contract.profile import Budget
from voxdouble_contract.target import EXTRACTION, Target
from voxdouble_fixtures import path

COST = Budget(uploads=10, audio_seconds=50.0, tasks=13)
"""What all the calls together ask of a target at most."""
CALL_SECONDS = 20.0
ALL_SECONDS = 40.0
SHORT_SECONDS = 0.05
NOT_HERE = frozenset({403, 404, 413, 429, 502, 503, 504, 507})
"""Statuses that say something of the target's means and nothing of the client."""
SPEECH, OTHER, STEREO, BAD = "john_doe.wav", "jane_roe_1.flac", "conversation.wav", "not_audio.wav"


class Wrong(Exception):
    """The client did not do what it promises."""


class NotShown(Exception):
    """The target gave no occasion for it to be shown."""


@dataclass
class Bench:
    """A client, and what its calls have brought so far."""

    client: ApplianceClient
    extraction: VoiceprintExtraction | None = None
    handle: TaskHandle[VoiceprintExtraction] | None = None


def require(holds: object, sentence: str) -> None:
    """Say what is wrong unless it holds."""
    if not holds:
        raise Wrong(sentence)


def extract(bench: Bench) -> None:
    """Extract a voiceprint."""
    bench.extraction = bench.client.extract_voiceprint(path(SPEECH), include_vector_voiceprint=True)
    channels = bench.extraction.channels
    require(len(channels) == 1 and channels[0].voiceprint, "One channel with a voiceprint was expected.")


def convert(bench: Bench) -> None:
    """Convert it to the vector that the extraction gave."""
    if bench.extraction is None:
        raise NotShown("There was no voiceprint to convert.")
    channel = bench.extraction.channels[0]
    found = bench.client.convert_voiceprints([channel.voiceprint, channel.voiceprint]).vector_voiceprints
    require(found == [channel.vector_voiceprint] * 2, "The vectors should be the extraction's, number for number.")


def compare(bench: Bench) -> None:
    """Compare it with another speaker's, and with itself."""
    if bench.extraction is None:
        raise NotShown("There was no voiceprint to compare.")
    own = bench.extraction.channels[0].voiceprint
    other = bench.client.extract_voiceprint(path(OTHER)).channels[0].voiceprint
    found = bench.client.compare_voiceprints([own, other], [own])
    require((found.columns_count, found.rows_count) == (2, 1), "Two columns and one row were expected.")
    require(found.score(0, 0) >= found.score(0, 1), "Nothing should be more like a voiceprint than itself.")


def split(bench: Bench) -> None:
    """Take the channels of a conversation apart."""
    channels = bench.client.extract_voiceprint(path(STEREO), channel_mode="split").channels
    require({channel.channel_number for channel in channels} == {0, 1}, "The channels 0 and 1 were expected.")


def rejected(bench: Bench) -> None:
    """Learn why a file that is no recording is rejected."""
    try:
        bench.client.extract_voiceprint(path(BAD))
    except (TaskRejected, TaskFailed) as error:
        require(error.error.type and error.error.message, "The error should say what is wrong.")
    except ApiError as error:
        raise NotShown(f"The file was refused at once: {error}") from error
    else:
        raise NotShown("The file was taken for a recording.")


def deadline(bench: Bench) -> None:
    """Stop waiting at the deadline, while the task goes on."""
    bench.handle = bench.client.start_voiceprint_extraction(path(SPEECH))
    began = time.monotonic()
    try:
        bench.handle.result(timeout=SHORT_SECONDS)
    except PollTimeout as error:
        require(error.handle.task_id == bench.handle.task_id, "The error should carry the task's handle.")
    except TransportError as error:
        require(error.timed_out, f"The deadline should end the call, not {error}")
    else:
        raise NotShown("The task was done before the deadline.")
    require(time.monotonic() - began < SHORT_SECONDS + 2, "The call should end by its deadline.")


def resume(bench: Bench) -> None:
    """Take a task up again by its URL."""
    handle = bench.handle or bench.client.start_voiceprint_extraction(path(SPEECH))
    result = bench.client.task(handle.url).result()
    require(isinstance(result, VoiceprintExtraction), "The result of the task that was taken up was expected.")


def many(bench: Bench) -> None:
    """Extract from several files at once, in order."""
    files = [path(SPEECH), path(BAD), path(SPEECH)]
    outcomes = list(bench.client.extract_voiceprints(files, concurrency=3))
    require([outcome.file for outcome in outcomes] == files, "One outcome a file was expected, in order.")
    for outcome in (outcomes[0], outcomes[2]):
        if outcome.error is not None:
            raise outcome.error
    require(outcomes[1].error is not None, "What is no recording should have an error, and spoil nothing else.")


def refused(bench: Bench) -> None:
    """Learn why a request is refused."""
    try:
        bench.client.run(EXTRACTION, files={"media": path(SPEECH)})
    except ApiError as error:
        if error.status in NOT_HERE:
            raise
        require(400 <= error.status < 500 and error.type, "The error should carry status and type.")
    else:
        raise Wrong("An upload without `file` should be refused.")


CHECKS: tuple[Callable[[Bench], None], ...] = (
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


def check_client(target: Target) -> list[ClientCheck]:
    """Make all the calls; what goes wrong with one ends no other."""
    clock: dict[str, Any] = {"sleep": target.pass_time, "now": target.now} if target.moves_time else {}
    options = {"timeout": CALL_SECONDS, "token": target.token or None, "foreign_location": "rebase", **clock}
    end = time.monotonic() + ALL_SECONDS
    with ApplianceClient(target.url, **options) as client:
        bench = Bench(client)
        return [check(name, one, bench, end) for name, one in zip(names(), CHECKS, strict=True)]


def names() -> list[str]:
    """Name the checks, each by what the client does."""
    return [str(one.__doc__).partition("\n")[0].rstrip(".") for one in CHECKS]


def check(name: str, one: Callable[[Bench], None], bench: Bench, end: float) -> ClientCheck:
    """Make one call, and say how that went."""
    if time.monotonic() > end:
        return ClientCheck(name, UNPROVEN, "The time for the client's checks was up.")
    try:
        one(bench)
    except NotShown as error:
        return ClientCheck(name, UNPROVEN, printable(str(error)))
    except ApiError as error:
        return ClientCheck(name, UNPROVEN if error.status in NOT_HERE else FAILED, printable(str(error)))
    except (TaskRejected, TaskFailed, PollTimeout) as error:
        return ClientCheck(name, UNPROVEN, printable(f"The target did not do the task: {error}"))
    except (Wrong, ApplianceError) as error:
        return ClientCheck(name, FAILED, printable(str(error)))
    return ClientCheck(name, PASSED)
