"""Turns malformed voiceprints into a rejected task; shared by the technologies that take voiceprints."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from voxdouble_mock import voice
from voxdouble_mock.core.errors import Detail, Rejection
from voxdouble_mock.technologies._technology import Members, Result


@contextmanager
def rejecting_invalid(name: str) -> Iterator[None]:
    """Raise Rejection, with the index in the list of that name, for an invalid voiceprint in the block (C20)."""
    try:
        yield
    except voice.InvalidVoiceprint as error:
        message = f"Voiceprint {error.index} of `{name}` is invalid: {error.reason}"
        raise Rejection(message, [Detail(("body", name, error.index), error.reason, "voiceprint")]) from error


def score_voiceprints(
    lists: Mapping[str, Sequence[bytes]], score: Callable[[Sequence[bytes]], Sequence[Members]]
) -> Result:
    """Return the scores of each voiceprint, as `results` in the order of the input (C35)."""
    with rejecting_invalid("voiceprints"):
        return Result({"results": score(lists["voiceprints"])})
