"""The common parts of the readers of results: the result of an answer, raw members, vectors of float32 numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from msgspec import Meta

from voxdouble_client._convert import InvalidResult, convert
from voxdouble_client._models import TaskAnswer

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

VECTOR_LENGTH = 128
"""Numbers in the vector voiceprint of a channel with speech (S45)."""

MAX_FLOAT32 = (2 - 2**-23) * 2.0**127

Float32: TypeAlias = Annotated[float, Meta(ge=-MAX_FLOAT32, le=MAX_FLOAT32)]
"""A number in the range of float32, without NaN and the infinities."""

Vector: TypeAlias = list[Float32]


def plain(answer: TaskAnswer) -> TaskAnswer:
    """Return the answer itself, as the result of a technology that has no model here."""
    return answer


def result_of(answer: TaskAnswer) -> dict[str, Any]:
    """Return the result of a task that is done."""
    assert answer.result is not None  # the poller reads no other answer
    return answer.result


def with_raw(value: object, raw: object) -> object:
    """Return a JSON object with the member `raw` added, or another value unchanged: `convert` refuses it."""
    return {**value, "raw": raw} if isinstance(value, dict) else value


def entries(answer: TaskAnswer, name: str, model: Any, count: int | None = None) -> Any:
    """Return the list `name` of a result as `model`, a type like `tuple[Age, ...]`; each entry keeps its raw JSON.

    InvalidResult if `count` is given and differs from the number of entries.
    """
    values = result_of(answer).get(name)
    if isinstance(values, list):
        values = [with_raw(value, value) for value in values]
    found = convert(values, model, f"result.{name}")
    if found is not None and count is not None and len(found) != count:
        raise InvalidResult(f"`result.{name}` must have an entry for each voiceprint ({count}), got {len(found)}")
    return found


def check_lengths(vectors: Iterable[list[float] | None], where: str) -> None:
    """Raise InvalidResult unless all vectors have one length (S45), but for the empty ones of silence (S46)."""
    if len(lengths := set(map(len, filter(None, vectors)))) > 1:
        raise InvalidResult(f"{where} has vectors of {' and '.join(map(str, sorted(lengths)))} numbers")


def float32_matrix(vectors: list[list[float]], width: int | None = None) -> npt.NDArray[np.float32]:
    """Return a float32 array with one row for each vector; the row of an empty vector is NaN.

    `width` is the number of columns, or None if it is not known. ValueError if the vectors differ in length.
    """
    import numpy as np  # noqa: PLC0415  late, so that the client needs no numpy

    lengths = set(map(len, filter(None, vectors)))
    if len(lengths) > 1:
        raise ValueError(f"Vectors of {', '.join(map(str, sorted(lengths)))} numbers cannot form one array.")
    columns = width or max(lengths, default=VECTOR_LENGTH)
    silent = [float("nan")] * columns
    return np.array([vector or silent for vector in vectors], dtype=np.float32).reshape(len(vectors), columns)
