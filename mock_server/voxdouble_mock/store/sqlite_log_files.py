"""Two files beside the SQLite file, to which all its servers append the log entries of requests.

To append an entry takes a third of the processor time of a transaction. Entries wait in the files until a step other
than `begin`, `submit` and `state`, or until there are many: then they are moved into the database. All servers append
to one of the files until it is full. Then they append to the other one, which is emptied first: its entries are in the
database. Were a file emptied as soon as it is full, an entry that another server is about to append would be lost.
"""

import logging
import os
from contextlib import ExitStack
from pathlib import Path

import msgspec

from voxdouble_mock.store.transactions import WaitingEntry

FULL = 1 << 18
"""The size in bytes of a full file, and of the entries of one server that are to be moved into the database."""
MAX_WAITING = 1 << 20
"""The most bytes of entries of one server that wait while the database cannot be written; later ones are lost."""

log = logging.getLogger("voxdouble_mock")


class LogFiles:
    """The two files, by the numbers 0 and 1. Raises OSError if they cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._paths = [Path(f"{path}-log{number}") for number in (0, 1)]
        with ExitStack() as opened:
            self._files = [opened.enter_context(one.open("ab", buffering=0)) for one in self._paths]
            opened.pop_all()
        self.current = 0
        """The number of the file to which entries are appended, as last read from the database."""
        self.waiting = 0
        """The bytes that this server has appended since entries were last moved into the database."""
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(WaitingEntry).decode

    def append(self, entry: WaitingEntry) -> bool:
        """Append an entry, and return whether many are waiting. Safe for several threads."""
        line = self._encode(entry) + b"\n"
        if self.waiting < MAX_WAITING:
            try:
                self._files[self.current].write(line)  # the system puts a line whole at the end of the file
            except (OSError, ValueError) as error:
                log.debug("An entry of the request log was lost: %s", error)
                return False
        self.waiting += len(line)
        return self.waiting >= FULL

    def read(self, number: int, start: int) -> tuple[list[WaitingEntry], int]:
        """Return the entries of a file from a position, and the position of the next one."""
        try:
            with self._paths[number].open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                start = start if start <= size else 0  # an earlier step emptied the file, and was undone
                file.seek(start)
                lines = file.read(size - start)
        except OSError:
            return [], start
        whole = lines[: lines.rfind(b"\n") + 1]
        return list(filter(None, map(self._entry, whole.split(b"\n")[:-1]))), start + len(whole)

    def _entry(self, line: bytes) -> WaitingEntry | None:
        """Return the entry in a line; None if a part of it is missing, since the disk was full."""
        try:
            return self._decode(line)
        except msgspec.MsgspecError:
            return None

    def empty(self, number: int) -> None:
        """Delete the contents of a file."""
        self._files[number].truncate(0)

    def close(self) -> None:
        """Close both files."""
        for file in self._files:
            file.close()
