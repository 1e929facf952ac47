"""A program with the client that openapi-python-client generates: extract.py URL RECORDING.

It extracts a voiceprint, converts it, and meets two refusals and a rejection. Each answer has its generated type.
"""

import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import UUID, uuid4

from appliance import Client
from appliance.api.speaker_identification import (
    get_voiceprint_conversion,
    get_voiceprint_extraction,
    start_voiceprint_conversion,
    start_voiceprint_extraction,
)
from appliance.models.accepted_task import AcceptedTask
from appliance.models.conversion_result import ConversionResult
from appliance.models.conversion_task import ConversionTask
from appliance.models.error import Error
from appliance.models.error_type import ErrorType
from appliance.models.extraction_result import ExtractionResult
from appliance.models.extraction_task import ExtractionTask
from appliance.models.media_upload import MediaUpload
from appliance.models.task import Task
from appliance.models.task_error import TaskError
from appliance.models.task_error_type import TaskErrorType
from appliance.models.task_state import TaskState
from appliance.models.voiceprint_list import VoiceprintList
from appliance.types import File, Unset


class Answer(Protocol):
    """The member that the answers of all GETs of a task have."""

    task: Task


Polled = TypeVar("Polled", bound=Answer)
FINAL = {TaskState.DONE, TaskState.FAILED, TaskState.REJECTED}


def wait(poll: Callable[[UUID], Polled | Error | None], started: AcceptedTask | Error | None) -> Polled:
    """Poll a started task until its state is final; return the last answer."""
    assert isinstance(started, AcceptedTask), started
    while True:
        answer = poll(started.task.task_id)
        assert answer is not None
        assert not isinstance(answer, Error), answer
        if answer.task.state in FINAL:
            return answer
        time.sleep(0.05)


def extract(client: Client, content: bytes) -> ExtractionTask:
    """Extract the voiceprints of a recording, with their vectors."""
    upload = MediaUpload(file=File(payload=BytesIO(content), file_name="recording.wav", mime_type="audio/wav"))
    started = start_voiceprint_extraction.sync(client=client, body=upload, include_vector_voiceprint=True)
    return wait(lambda task_id: get_voiceprint_extraction.sync(task_id, client=client), started)


def convert(client: Client, voiceprints: list[str]) -> ConversionTask:
    """Convert voiceprints to vectors."""
    started = start_voiceprint_conversion.sync(client=client, body=VoiceprintList(voiceprints=voiceprints))
    return wait(lambda task_id: get_voiceprint_conversion.sync(task_id, client=client), started)


def main(url: str, recording: str) -> None:
    """Run the program."""
    with Client(base_url=url) as client:
        extraction = extract(client, Path(recording).read_bytes()).result
        assert isinstance(extraction, ExtractionResult), extraction
        channel = extraction.channels[0]
        conversion = convert(client, [channel.voiceprint]).result
        assert isinstance(conversion, ConversionResult), conversion
        vector: list[float] | Unset | None = channel.vector_voiceprint
        assert isinstance(vector, list), vector
        assert conversion.vector_voiceprints == [vector]
        assert len(vector) == 128

        rejected = extract(client, b"no recording")
        assert rejected.task.state is TaskState.REJECTED
        assert isinstance(rejected.error, TaskError), rejected
        assert rejected.error.type_ is TaskErrorType.TASK_VALIDATION_ERROR

        refused = start_voiceprint_conversion.sync(client=client, body=VoiceprintList(voiceprints=[]))
        assert isinstance(refused, Error), refused
        assert refused.type_ is ErrorType.REQUEST_VALIDATION_ERROR
        assert isinstance(refused.detail, list), refused
        assert refused.detail[0].location == ["body", "voiceprints"]
        unknown = get_voiceprint_extraction.sync(uuid4(), client=client)
        assert isinstance(unknown, Error), unknown
        assert unknown.type_ is ErrorType.RESOURCE_NOT_FOUND
    print(f"{channel.speech_length} s of speech; {len(vector)} numbers; refused: {refused.message}")


main(*sys.argv[1:])
