"""Plain data that does not fit a struct is refused with a message that says what must hold."""

from typing import Any

import pytest

from voxdouble_mock.core.fault import FaultSpec, Reset
from voxdouble_mock.core.plain_data import MAX_SHOWN, InvalidData, convert


def spec(**members: Any) -> dict[str, Any]:
    """Return a fault spec with a valid fault unless the members replace it."""
    return {"fault": {"kind": "reset"}, **members}


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        (7, "", "The data must be an object, got 7."),
        ({}, "", "`fault` is required."),
        (spec(fault=3), "fault", "`fault` must be an object, got 3."),
        (spec(fault={}), "fault", "`kind` is required in `fault`."),
        (spec(fault={"kind": 5}), "fault.kind", "`kind` must be a text, got 5."),
        (spec(fault={"kind": "reste"}), "fault.kind", "Unknown kind 'reste', did you mean 'reset'? Supported: reset, "),
        (spec(fault={"kind": "status"}), "fault", "`status` is required in `fault`."),
        (spec(fault={"kind": "status", "status": 1}), "fault.status", "`status` must be one of 400, 403, "),
        (spec(fault={"kind": "delay", "secs": 1}), "fault", "Unknown member 'secs', did you mean 'seconds'?"),
        (spec(fault={"kind": "delay", "seconds": 99}), "fault.seconds", "`seconds` must be a number <= 60.0, got 99."),
        (spec(method="PUT"), "method", "`method` must be one of GET, POST, got 'PUT'."),
        (spec(nth=0), "nth", "`nth` must be a whole number >= 1, got 0."),
        (spec(count="x"), "count", "`count` must be a whole number or null, got 'x'."),
        (spec(nth="x" * 1000), "nth", "`nth` must be a whole number, got 'xxx"),
    ],
    ids=str,
)
def test_a_message_names_the_value_and_the_allowed_ones(data: Any, path: str, message: str) -> None:
    """The message begins with the place or the unknown name, and is not longer for a longer value."""
    with pytest.raises(InvalidData) as refused:
        convert(data, FaultSpec)
    assert refused.value.path == path
    assert refused.value.message.startswith(message), refused.value.message
    assert len(refused.value.message) < MAX_SHOWN + 200


def test_valid_data_are_converted() -> None:
    """The struct has the members of the data."""
    assert convert(spec(nth=2), FaultSpec) == FaultSpec(Reset(), nth=2)
