"""The known differences between the mock and the appliance of a pack: `differences.toml` in the pack's folder."""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct

from voxdouble.target_checks import CannotRun
from voxdouble_contract.judging.statements import statements
from voxdouble_mock.packs.pack import read_bounded

FILE = "differences.toml"
MAX_BYTES = 1 << 20


class KnownDifference(Struct, frozen=True, forbid_unknown_fields=True):
    """A difference that is known: why it stays, and since when it is known."""

    reason: str
    date: date


def read_known(folder: Path) -> Mapping[str, KnownDifference]:
    """Return the known differences of a pack by statement; none without a file.

    Raises CannotRun if the file is damaged, or a key in it is not the id of a statement.
    """
    try:
        text = read_bounded(folder / FILE, MAX_BYTES).decode("utf-8")
        found = msgspec.convert(tomllib.loads(text), dict[str, KnownDifference])
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise CannotRun(
            f"{folder / FILE} must have a table with `reason` and `date` for each statement: {error}."
        ) from error
    unknown = [key for key in found if key not in statements()]
    if unknown:
        raise CannotRun(f"{folder / FILE} must name statements of the contract, got {', '.join(map(ascii, unknown))}.")
    return found
