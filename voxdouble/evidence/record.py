"""Records: folders with the exchanges of each statement, from one run of the contract suite against one appliance."""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec
from msgspec import Struct

from voxdouble.evidence.redaction import Redaction
from voxdouble_mock.core.namespace_options import Generation
from voxdouble_mock.packs.pack import MAX_HEADER_BYTES, read_bounded
from voxdouble_mock.packs.writing import header_text, write_whole

if TYPE_CHECKING:
    from voxdouble_contract.judging.conformance import Conformance

HEADER = "record.toml"
STATEMENTS = "statements"
"""The folder of the statements, one JSON file for each."""
MAX_EXCHANGES = 200
"""The most exchanges that are kept for one statement: the first ones."""
MAX_STATEMENT_BYTES = 16 << 20
LINK = "{} must be a folder of the record, not a link."
Kind = Literal["appliance", "mock", "example"]
KINDS: tuple[str, ...] = get_args(Kind)


class RecordError(ValueError):
    """Raised for a folder that is not a record; the message is a sentence."""


class RecordHeader(Struct, frozen=True, forbid_unknown_fields=True):
    """The header of a record."""

    format: Literal[1]
    kind: Kind
    version: str
    """The version that the appliance told."""
    generations: list[Generation]
    """The generations of which the appliance may be."""
    date: str
    tool: str


class RecordedStatement(Struct, frozen=True, forbid_unknown_fields=True):
    """A statement of a record: the verdict on it, and the exchanges on which the verdict rests."""

    statement: str
    text: str
    grade: str
    verdict: Literal["passed", "failed", "differs"]
    reason: str
    tests: list[str]
    exchanges: list[dict[str, Any]]

    @property
    def digest(self) -> str:
        """The SHA-256 of the exchanges."""
        return hashlib.sha256(json.dumps(self.exchanges, sort_keys=True).encode()).hexdigest()


def check_record_folder(folder: Path) -> None:
    """Make the folder of a record; raise RecordError if it holds other files than an earlier record, or a link."""
    if folder.exists() and not (folder / HEADER).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise RecordError(
            f"--record must name a new or empty folder, or an earlier record; {folder} holds other files."
        )
    if (folder / STATEMENTS).is_symlink():
        raise RecordError(LINK.format(folder / STATEMENTS))
    folder.mkdir(parents=True, exist_ok=True)


def write_record(
    folder: Path,
    conformance: "Conformance",
    kind: str,
    exchanges: Mapping[str, Sequence[dict[str, Any]]],
    redaction: Redaction,
) -> int:
    """Write a record, in place of an earlier one; return the number of its statements.

    The record has the statements with exchanges and with a verdict other than unproven. The exchanges are redacted
    already; the reasons are redacted here.
    """
    (folder / STATEMENTS).mkdir(exist_ok=True)
    for name in conformance.statements:
        (folder / STATEMENTS / f"{name}.json").unlink(missing_ok=True)
    target, count = conformance.target, 0
    for name, entry in conformance.statements.items():
        found = exchanges.get(name, ())[:MAX_EXCHANGES]
        if not found or entry["verdict"] == "unproven":
            continue
        shown = {key: entry[key] for key in ("text", "grade", "verdict", "reason", "tests")}
        shown["reason"] = redaction.text(entry["reason"])
        text = json.dumps({"statement": name, **shown, "exchanges": found}, indent=1, ensure_ascii=False)
        write_whole(folder / STATEMENTS / f"{name}.json", text.encode("utf-8", "backslashreplace"))
        count += 1
    header = {
        "format": 1,
        "kind": kind,
        "version": target.version,
        "generations": list(target.generations),
        "date": conformance.date[:10],
        "tool": f"voxdouble {version('voxdouble')}",
    }
    write_whole(folder / HEADER, header_text(msgspec.convert(header, RecordHeader)).encode())
    return count


def read_header(folder: Path) -> RecordHeader:
    """Return the header of a record. Raises RecordError."""
    try:
        text = read_bounded(folder / HEADER, MAX_HEADER_BYTES).decode("utf-8")
        return msgspec.convert(tomllib.loads(text), RecordHeader)
    except (OSError, ValueError, RecursionError) as error:
        raise RecordError(f"{folder} must be a record, with a valid {HEADER}: {error}.") from error


def read_statement(folder: Path, name: str) -> RecordedStatement | None:
    """Return a statement of a record; None if the record does not have it. Raises RecordError if it is damaged."""
    if (folder / STATEMENTS).is_symlink():
        raise RecordError(LINK.format(folder / STATEMENTS))
    try:
        found = msgspec.json.decode(
            read_bounded(folder / STATEMENTS / f"{name}.json", MAX_STATEMENT_BYTES), type=RecordedStatement
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise RecordError(f"{folder} has a damaged file about {name}: {error}.") from error
    if found.statement != name:
        raise RecordError(f"{folder}: {name}.json must be about {name}, and is about {found.statement!r}.")
    return found
