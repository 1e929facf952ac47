"""Wrong arguments: each raises an error that names it, and affects nothing beside it."""

import io
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.client.hostile import DONE, TASK_ID, ReceivedRequest, accepted, responding, response, serving, task_body
from voxdouble_client import ApiError, ApplianceClient, ApplianceError, ContractError, TransportError


def closed_file() -> io.BytesIO:
    """Return a file object that is closed."""
    file = io.BytesIO(b"audio")
    file.close()
    return file


@pytest.mark.parametrize("bad", ["a\0b", "\ud800", closed_file(), io.StringIO("text"), None, "/no/such", "/dev/zero"])
def test_a_bad_file_does_not_end_the_others(bad: Any) -> None:
    """An error with one of many files is the outcome of that file only."""
    with serving(responding(response(200, DONE))) as (_, appliance):
        first, second, third = appliance.extract_voiceprints([b"audio", bad, b"audio"])
    assert first.result is not None
    assert first.result == third.result
    assert isinstance(second.error, (OSError, ValueError, TypeError))


@pytest.mark.parametrize("file", ["john_doe.wav", b"audio", Path("john_doe.wav"), io.BytesIO(b"audio")])
def test_a_single_file_is_refused_as_a_list(file: Any) -> None:
    """A single file instead of a list is a TypeError; a path is not read letter by letter."""
    with pytest.raises(TypeError, match=r"like \[file\]"):
        ApplianceClient("http://127.0.0.1:1").extract_voiceprints(file)


def test_an_invalid_option_for_many_files_fails_at_once() -> None:
    """An option that is invalid for all files is an error of the call, not one outcome for each file."""
    with pytest.raises(ValueError, match="whole numbers"):
        ApplianceClient("http://127.0.0.1:1").extract_voiceprints([b"audio"], channels=[-1])


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="/dev/zero does not exist")
def test_a_device_is_refused() -> None:
    """An endless device is refused, not sent as an empty recording."""
    with pytest.raises(ValueError, match="must have a size"):
        ApplianceClient("http://127.0.0.1:1").start_voiceprint_extraction("/dev/zero")


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_nan_and_infinity_are_refused(number: float) -> None:
    """A number that JSON cannot express is refused, not sent as null."""
    appliance = ApplianceClient("http://127.0.0.1:1")
    with pytest.raises(ValueError, match="must be finite"):
        appliance.run("a", json={"a": [{"b": number}]})
    with pytest.raises(ValueError, match="must be finite"):
        appliance.run("a", files={"file": b""}, config={"a": number})


@pytest.mark.parametrize("timeout", ["60", True, float("nan"), float("inf"), 10**400, 0, -1, Decimal(1)])
def test_a_wrong_timeout_is_named(timeout: Any) -> None:
    """A timeout of another type, or outside the bounds, is a ValueError that names `timeout`."""
    for call in (
        lambda: ApplianceClient("http://127.0.0.1:1", timeout=timeout),
        lambda: ApplianceClient("http://127.0.0.1:1").extract_voiceprint(b"audio", timeout=timeout),
    ):
        with pytest.raises(ValueError, match="`timeout` must be a number of seconds above 0 and at most a year, got"):
            call()


@pytest.mark.parametrize(
    "url",
    [
        "http://host:99999",
        "http://[::1",
        "http://host:x",
        "http://[host]",
        "http://",
        "host:8000",
        "http://a b",
        "",
        None,
        b"http://a",
    ],
)
def test_a_wrong_url_is_quoted(url: Any) -> None:
    """A URL with an invalid port or host, or one that is not a text, is a ValueError that quotes it."""
    with pytest.raises(ValueError, match=re.escape("must look like http://host:8000, may have a path, and")) as refusal:
        ApplianceClient(url)
    assert str(refusal.value).endswith(f"got {url!r}.")


def test_a_closed_client_cannot_be_used() -> None:
    """A call after `close` is a TransportError that says so."""
    with ApplianceClient("http://127.0.0.1:1") as appliance:
        pass
    with pytest.raises(TransportError, match="closed"):
        appliance.extract_voiceprint(b"audio")


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        ([response(422)], ApiError),
        ([accepted(), response(200, task_body("done", result={"vector_voiceprints": [[0.5]]}))], ContractError),
    ],
)
def test_an_error_carries_the_finished_batches(second: list[bytes], kind: type[ApplianceError]) -> None:
    """The conversions of the calls before the one that failed are in `converted`."""
    first = response(200, task_body("done", result={"vector_voiceprints": [[0.5, 1.0]]}))
    responses = iter([accepted(), first, *second])

    def behave(_: ReceivedRequest, connection: Any) -> None:
        connection.sendall(next(responses))

    with serving(behave) as (_, appliance), pytest.raises(kind) as caught:
        appliance.convert_voiceprints(["e2kD", TASK_ID.replace("-", "")], batch_size=1)
    assert caught.value.converted is not None
    assert caught.value.converted.vector_voiceprints == [[0.5, 1.0]]
