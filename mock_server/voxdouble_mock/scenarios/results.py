"""The results that a scenario's rules give: read from the text of the scenario or from files beside it, within bounds.

Values inside a `result` keep the types with which they are written, null included. All other members of a scenario get
the types of the schema.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

import orjson

from voxdouble_mock.core.plain_data import MAX_DEPTH, InvalidData, check_text

MAX_RESULT_BYTES = 1 << 20
"""The largest size of one result as JSON."""
MAX_RESULTS_BYTES = 16 << 20
"""The largest size of the results of one scenario together."""
INTEGER = re.compile(r"[-+]?[0-9]{1,30}", re.ASCII)
NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", re.ASCII)
FLAGS = {"true": True, "false": False}
NO_NUMBERS = frozenset({"nan", ".nan", "infinity", "-infinity", ".inf", "-.inf"})
Place = tuple[dict[str, Any], str]


class Plain(str):
    """The text of a scalar that is written without quotes, such as a number, until `_typed` gives it a type."""

    __slots__ = ()


def take_results(data: Any, folder: Path | None) -> tuple[Any, dict[int, dict[str, Any]]]:
    """Return the data of a scenario without the results of its rules, and these results by the index of the rule.

    `folder` is the folder of the scenario's file, below which a `result_file` is found; None for a scenario that is not
    from a file. Raises InvalidData.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("rules"), list | tuple):
        return data, {}
    rules: list[Any] = list(data["rules"])
    results: dict[int, dict[str, Any]] = {}
    total = 0
    for index, then in _consequences(rules):
        path = f"rules[{index}].then"
        result = _result(then, folder, path)
        kept = {name: value for name, value in then.items() if name not in {"result", "result_file"}}
        rules[index] = {**rules[index], "then": kept}
        if result is None:
            continue
        size = len(orjson.dumps(result))
        total += size
        if size > MAX_RESULT_BYTES or total > MAX_RESULTS_BYTES:
            raise InvalidData(
                f"A result must have at most {MAX_RESULT_BYTES} bytes, and all results of a scenario at most "
                f"{MAX_RESULTS_BYTES}; this one has {size}, and with those before it there are {total}.",
                f"{path}.result",
            )
        results[index] = result
    return {**data, "rules": rules}, results


def _consequences(rules: list[Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the index and the `then` of each rule that has a result."""
    for index, rule in enumerate(rules):
        then = rule.get("then") if isinstance(rule, Mapping) else None
        if isinstance(then, Mapping) and ("result" in then or "result_file" in then):
            yield index, then


def _result(then: Mapping[str, Any], folder: Path | None, path: str) -> dict[str, Any] | None:
    given, name = then.get("result"), then.get("result_file")
    if given is not None and name is not None:
        raise InvalidData("Only one of `result` and `result_file` may be given, got both.", f"{path}.result_file")
    if name is not None:
        given = _read(name, folder, f"{path}.result_file")
        path = f"{path}.result_file"
    else:
        path = f"{path}.result"
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise InvalidData(f"`result` must be an object, got {str(given)[:40]!r}.", path)
    found: dict[str, Any] = _json_value(given, path, 0)
    return found


def _read(name: Any, folder: Path | None, path: str) -> Any:
    """Return the JSON value of a file below a folder."""
    if folder is None:
        raise InvalidData(
            "`result_file` is for scenarios that are loaded from a file; elsewhere the rule must have a `result`.", path
        )
    parts = PurePath(name).parts if isinstance(name, str) else ()
    file = _resolved(folder.joinpath(*parts), str(name), path)
    if not parts or PurePath(str(name)).is_absolute() or ".." in parts or not file.is_relative_to(folder.resolve()):
        raise InvalidData(f"`result_file` must be a path below the scenario's folder, got {str(name)[:100]!r}.", path)
    try:
        if not file.is_file():
            raise InvalidData(f"`result_file` must name a file, got {str(name)[:100]!r}.", path)
        with file.open("rb") as opened:
            text = opened.read(MAX_RESULT_BYTES + 1)
    except (OSError, ValueError) as error:
        raise InvalidData(f"`result_file` {str(name)[:100]!r} cannot be read: {error}.", path) from error
    if len(text) > MAX_RESULT_BYTES:
        raise InvalidData(f"A result must have at most {MAX_RESULT_BYTES} bytes, and {name[:100]!r} has more.", path)
    try:
        return json.loads(text.decode("utf-8"), parse_constant=Plain)
    except (ValueError, RecursionError) as error:
        raise InvalidData(f"`result_file` {name[:100]!r} must hold a JSON object: {error}.", path) from error


def _resolved(file: Path, name: str, path: str) -> Path:
    try:
        return file.resolve()
    except (OSError, ValueError, RuntimeError) as error:  # a NUL, a surrogate, or links in a circle
        raise InvalidData(f"`result_file` {name[:100]!r} cannot be read: {error}.", path) from error


def _json_value(value: Any, path: str, depth: int) -> Any:
    """Return a value of plain data as a JSON value; a scalar without quotes is a number, a flag or a text."""
    if depth > MAX_DEPTH:
        raise InvalidData(f"The data must not be nested deeper than {MAX_DEPTH} levels.", path)
    if isinstance(value, Plain):
        value = _typed(value, path)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        check_text(value, path, MAX_RESULT_BYTES)
        return value
    if isinstance(value, int | float):
        if not math.isfinite(value) or not -(1 << 63) <= value < 1 << 63:
            raise InvalidData("A number of a result must be finite, and from -2^63 to below 2^63.", path)
        return value
    if isinstance(value, list | tuple):
        return [_json_value(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        for name in value:
            check_text(name, path, MAX_RESULT_BYTES)
        return {str(name): _json_value(inner, f"{path}.{name}", depth + 1) for name, inner in value.items()}
    raise InvalidData(f"A result must consist of JSON values, got {type(value).__name__}.", path)


def _typed(text: str, path: str) -> Any:
    """Return a scalar without quotes as the number or flag that it spells, or as text."""
    if text.lower() in NO_NUMBERS:
        raise InvalidData(f"A number of a result must be finite, got {text}.", path)
    if text.lower() in FLAGS:
        return FLAGS[text.lower()]
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if NUMBER.fullmatch(text) else str(text)
