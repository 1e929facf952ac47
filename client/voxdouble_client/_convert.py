"""JSON as models; the error names the first member that breaks the contract."""

from __future__ import annotations

from typing import Any

import msgspec


class InvalidResult(Exception):
    """The reason why JSON breaks the contract, without a full stop; a ContractError adds the URL."""


def parsed(data: bytes | bytearray) -> Any:
    """Return the parsed JSON; InvalidResult if it is malformed, not UTF-8, or nested too deeply."""
    try:
        return msgspec.json.decode(data)
    except (ValueError, RecursionError) as error:
        raise InvalidResult(str(error)) from None


def convert(value: object, model: Any, where: str) -> Any:
    """Return the JSON value as its model; `where` is the name of the value in messages.

    A bool is not a number. A whole number becomes a float where the model has a float. Unknown members are ignored.
    Values may be voice data, so no message contains one.
    """
    try:
        return msgspec.convert(value, model)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")
        raise InvalidResult(f"{what[0].lower()}{what[1:]} at `{where}{path.rstrip('`')}`") from None
