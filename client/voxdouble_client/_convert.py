"""Parses JSON and converts it to models; the error names the first member that breaks the contract."""

from __future__ import annotations

from typing import Any

import msgspec


class InvalidResult(Exception):
    """How JSON breaks the contract, without a full stop; it becomes the text of a ContractError that has the URL."""


def parsed(data: bytes | bytearray) -> Any:
    """Return the parsed JSON; InvalidResult if it is malformed, not UTF-8, or nested too deeply."""
    try:
        return msgspec.json.decode(data)
    except (ValueError, RecursionError) as error:
        raise InvalidResult(str(error)) from None


def convert(value: object, model: Any, where: str) -> Any:
    """Return the JSON value as its model; `where` is the name of the value in messages.

    A bool does not count as a number, a whole number becomes a float if the model has one, and unknown members are
    ignored. Messages never contain values, which may be voice data.
    """
    try:
        return msgspec.convert(value, model)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")
        raise InvalidResult(f"{what[0].lower()}{what[1:]} at `{where}{path.rstrip('`')}`") from None
