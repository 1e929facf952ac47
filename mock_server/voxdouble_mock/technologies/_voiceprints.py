"""What every technology that takes voiceprints does with bytes that are none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from voxdouble_mock.core.errors import Detail, Rejection
from voxdouble_mock.technologies._technology import Members, Result
from voxdouble_mock.voice.voiceprint import InvalidVoiceprint


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Let what is no voiceprint end the task rejected, by its place in the list of that name (C20)."""
    try:
        yield
    except InvalidVoiceprint as error:
        message = f"Voiceprint {error.index} of {name} cannot be used: {error.reason}"
        raise Rejection(message, [Detail(("body", name, error.index), error.reason, "voiceprint")]) from error


def each(lists: Mapping[str, Sequence[bytes]], judge: Callable[[Sequence[bytes]], Sequence[Members]]) -> Result:
    """Let each voiceprint be judged; `results` in the order of the input, as in the vendor's gRPC interface."""
    with reading("voiceprints"):
        return Result({"results": judge(lists["voiceprints"])})
