"""The members of a result, read one by one; `Unlike` says which is not what the contract promises."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from voxdouble_client._models import TaskAnswer

LARGEST = (2 - 2**-23) * 2.0**127
"""The largest float32: vectors and scores are such numbers."""


class Unlike(Exception):
    """Says where a result is unlike its contract."""


def result_of(answer: TaskAnswer) -> dict[str, Any]:
    """Give the result of a task that is done."""
    assert answer.result is not None  # only such tasks are read
    return answer.result


def object_at(value: Any, where: str) -> dict[str, Any]:
    """Take a value for the object that it has to be."""
    if not isinstance(value, dict):
        raise Unlike(f"{where} is not an object")
    return value


def list_of(owner: dict[str, Any], name: str, where: str) -> list[Any]:
    """Read a member that is a list."""
    value = owner.get(name)
    if not isinstance(value, list):
        raise Unlike(f"{where}.{name} is not a list")
    return value


def integer_of(owner: dict[str, Any], name: str, where: str) -> int:
    """Read a member that is a whole number."""
    value = owner.get(name)
    if type(value) is not int:
        raise Unlike(f"{where}.{name} is not an integer")
    return value


def number_of(owner: dict[str, Any], name: str, where: str) -> float:
    """Read a member that is a number."""
    value = owner.get(name)
    if type(value) not in {int, float}:
        raise Unlike(f"{where}.{name} is not a number")
    return float(owner[name])


def text_of(owner: dict[str, Any], name: str, where: str) -> str:
    """Read a member that is a text, perhaps an empty one."""
    value = owner.get(name)
    if not isinstance(value, str):
        raise Unlike(f"{where}.{name} is not a text")
    return value


def numbers_at(value: Any, where: str) -> list[float]:
    """Take a value for the list of numbers that it has to be."""
    kinds = set(map(type, value)) if isinstance(value, list) else {str}
    if not kinds <= {float, int}:
        raise Unlike(f"{where} is not a list of numbers")
    numbers: list[float] = value if kinds <= {float} else [float(number) for number in value]  # there can be millions
    if numbers and not -LARGEST <= min(numbers) <= max(numbers) <= LARGEST:
        raise Unlike(f"{where} has a number that is none of 32 bits")
    return numbers


def check_widths(vectors: Iterable[list[float] | None], where: str) -> None:
    """See that all vectors are of one length, but for the empty ones of channels without speech (S45, S46)."""
    if len(widths := {len(vector) for vector in vectors if vector}) > 1:
        raise Unlike(f"{where} are vectors of {' and '.join(map(str, sorted(widths)))} numbers")
