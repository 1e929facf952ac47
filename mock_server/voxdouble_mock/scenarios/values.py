"""The conversion of plain data from YAML, JSON or Python code into a scenario."""

from pathlib import Path
from typing import Any, get_args

from msgspec import inspect

from voxdouble_mock.core.fault import Fault
from voxdouble_mock.core.plain_data import convert, storable
from voxdouble_mock.core.scenario import Scenario, Then, When
from voxdouble_mock.scenarios.results import INTEGER, NUMBER, Plain, take_results

MAX_DIGITS = 400
FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
TEXTS_BY_NAME = ("query", "headers")
"""Members that hold texts under names of the user's choice."""


def to_scenario(data: Any, folder: Path | None = None) -> Scenario:
    """Return the scenario in plain data, in which numbers and flags may be text. Raises InvalidData.

    `folder` is the folder of the scenario's file, with the files of results below it; None for a scenario that is not
    from a file.
    """
    plain, results = take_results(data, folder)
    plain = typed(storable(plain))
    for index, result in results.items():
        plain["rules"][index]["then"]["result"] = result
    return convert(plain, Scenario)


def typed(data: Any, name: str = "", *, text: bool = False) -> Any:
    """Return data whose scalars have the types of the schema; `name` is the name of the member that holds the data."""
    if isinstance(data, dict):
        return {key: typed(value, key, text=name in TEXTS_BY_NAME) for key, value in data.items()}
    if isinstance(data, list):
        return [typed(item, name) for item in data]
    if isinstance(data, Plain):
        data = str(data)
    if text or name not in _SCALARS:
        return as_text(data)
    if isinstance(data, str):
        return FLAGS.get(data.lower(), data) if _SCALARS[name] is bool else as_number(data)
    return data


def as_text(value: object) -> object:
    """Return a scalar as text, as JSON spells it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def as_number(text: str) -> object:
    """Return a text as the number that it spells, or unchanged; `.5`, `1.` and `1e3` are numbers."""
    if INTEGER.fullmatch(text):
        return int(text)
    if len(text) > MAX_DIGITS or not NUMBER.fullmatch(text):
        return text
    number = float(text)
    return int(number) if number.is_integer() else number


def _scalars() -> dict[str, type]:
    """Return the names of the members that are numbers or flags, each with float or bool."""
    found: dict[str, type] = {}
    for kind in (When, Then, *get_args(Fault)):
        struct = inspect.type_info(kind)
        assert isinstance(struct, inspect.StructType)
        for field in struct.fields:
            for one in field.type.types if isinstance(field.type, inspect.UnionType) else (field.type,):
                if isinstance(one, inspect.BoolType):
                    found[field.name] = bool
                elif isinstance(one, inspect.IntType | inspect.FloatType) or (
                    isinstance(one, inspect.LiteralType) and isinstance(one.values[0], int)
                ):
                    found[field.name] = float
    return found


_SCALARS = _scalars()
