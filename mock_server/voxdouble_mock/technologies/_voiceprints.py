"""The rejection of malformed voiceprints, and scores of lists; shared by the technologies that take voiceprints."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from voxdouble_mock import voice
from voxdouble_mock.core.errors import Detail, Rejection
from voxdouble_mock.technologies._technology import Members, Result


@contextmanager
def rejecting_invalid(name: str) -> Iterator[None]:
    """Raise Rejection if the block finds an invalid voiceprint; its location is the list `name` and the index (C20)."""
    try:
        yield
    except voice.InvalidVoiceprint as error:
        message = f"Voiceprint {error.index} of `{name}` is invalid: {error.reason}"
        raise Rejection(message, [Detail(("body", name, error.index), error.reason, "voiceprint")]) from error


def score_voiceprints(
    lists: Mapping[str, Sequence[bytes]], score: Callable[[Sequence[bytes]], Sequence[Members]]
) -> Result:
    """Return the members of each voiceprint, as `results` in the order of the input (C35)."""
    with rejecting_invalid("voiceprints"):
        return Result({"results": score(lists["voiceprints"])})
