"""The changes between the values of two facts."""

from typing import Any

import pytest

from voxdouble.drift.facts import changed_values
from voxdouble.drift.shapes import leaves_of


def found(old: Any, new: Any, tolerance: float = 0.0) -> list[tuple[str, str, str]]:
    """Return the changes from one value to another: kind and both sides."""
    changes = changed_values(leaves_of(old), leaves_of(new), tolerance)
    return [(change.kind, change.old, change.new) for change in changes]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": True}, {"a": False}, [("flag", "True", "False")]),
        ([{"a": True}, {"a": True}], [{"a": True}, {"a": False}], [("flag", "True", "False (1 of 2)")]),
        ({"a": {"type": "flag"}}, {"a": True}, []),
        ([1.0, None], [None, 1.0], [("type", "number", "null (2 of 2)")]),
        ([1.0, None], [2.0, None], [("numbers", "1", "2")]),
        ([1.0, "x", None], [1.0, "y", None], [("text", "x", "y")]),
        ([1.0, "x", True], [2.0, "y", True], [("numbers", "1", "2"), ("text", "x", "y")]),
        ([1.0, None], [1.0, None], []),
        ([1.0, None], [1.0, "x"], []),
    ],
)
def test_values_of_every_type_are_compared(old: Any, new: Any, expected: list[tuple[str, str, str]]) -> None:
    """Flags count, and so do values at a place with several types; new types of a place are changes of its shape."""
    assert found(old, new) == expected


def test_numbers_among_other_types_have_the_tolerance_too() -> None:
    """A difference within the tolerance is not a change."""
    assert found([1.0, None], [1.05, None], 0.1) == []
