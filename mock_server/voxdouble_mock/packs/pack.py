"""A pack open for reading: its header, its facts by their requests, and an index that makes the opening fast.

A pack may come from elsewhere. So sizes, numbers and names are bounded, and no file outside its folder is read or
written.
"""

import contextlib
import os
import re
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

import msgspec
from msgspec import Struct

import voxdouble_fixtures
from voxdouble_mock.packs.facts import (
    FACTS,
    HEADER,
    INDEX,
    MAX_FACT_BYTES,
    Digest,
    Fact,
    Header,
    PackError,
    Subject,
    fact_path,
)
from voxdouble_mock.packs.writing import write_whole

MAX_HEADER_BYTES = 1 << 16
MAX_INDEX_BYTES = 256 << 20
MAX_FACTS = 200_000
KEPT_BYTES = 64 << 20
"""The most bytes, in all, of the files whose facts are kept decoded (P7)."""
FILE = re.compile(r"[0-9a-f]{64}\.json")
PACKAGE = Path(voxdouble_fixtures.__file__).resolve().parent
"""The folder of the bundled pack, which is part of an installed package and is not written to."""
_fact = msgspec.json.Decoder(Fact).decode


class Entry(Struct, frozen=True, omit_defaults=True):
    """The entry of a fact in the index."""

    subject: Subject
    done: bool
    """Whether the task ended done."""
    voiceprints: list[Digest] = []
    """The voiceprints in its result."""


class Index(Struct, frozen=True):
    """The index of a pack. It is valid while the files of the facts are exactly those in `files`."""

    files: dict[str, tuple[int, int]]
    """The size and the modification time, in nanoseconds, of each fact's file."""
    entries: dict[str, Entry]


class Pack:
    """A pack, open for reading. Safe for several threads."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder).resolve()
        self.header = read_header(self.folder)
        index = self._index()
        self.entries = index.entries
        self._sizes = {name: size for name, (size, _) in index.files.items()}
        self._kept: dict[str, tuple[int, Fact | None]] = {}
        self._lock = Lock()

    def find(self, subject: Subject) -> Fact | None:
        """Return the fact about exactly this request; None if the pack has none."""
        return self.fact(subject.key) if subject.key in self.entries else None

    def fact(self, key: str) -> Fact | None:
        """Return the fact with this key; None if its file is damaged. The most recently read facts are kept decoded."""
        with self._lock:
            found = self._kept.pop(key, None)
        if found is None:
            fact = read_fact(self.folder, key)
            found = self._sizes.get(f"{key}.json", 0), fact
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > 1 and sum(size for size, _ in self._kept.values()) > KEPT_BYTES:
                del self._kept[next(iter(self._kept))]
        return found[1]

    def _index(self) -> Index:
        """Return the index in the folder if it fits the facts; else a new one, after writing it there if possible."""
        files = dict(self._files())
        path = self.folder / INDEX
        with contextlib.suppress(OSError, ValueError, RecursionError):
            found = msgspec.json.decode(read_bounded(path, MAX_INDEX_BYTES), type=Index)
            if found.files == files and found.entries.keys() <= {name.removesuffix(".json") for name in files}:
                return found
        entries = {}
        for name in files:
            fact = read_fact(self.folder, name.removesuffix(".json"))
            if fact is not None:
                entries[fact.key] = Entry(fact.subject(), fact.state == "done", fact.voiceprints())
        index = Index(files, entries)
        with contextlib.suppress(OSError):  # the folder may be read-only
            if not self.folder.is_relative_to(PACKAGE):
                write_whole(path, msgspec.json.encode(index))
        return index

    def _files(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """Yield the name, the size and the time of each fact's file, in the order of the names."""
        folder = self.folder / FACTS
        if folder.is_symlink() or not folder.is_dir():
            return
        with os.scandir(folder) as scanned:
            found = sorted(
                ((one.name, one) for one in scanned if FILE.fullmatch(one.name) and one.is_file(follow_symlinks=False)),
                key=lambda named: named[0],
            )
        if len(found) > MAX_FACTS:
            raise PackError(f"A pack must have at most {MAX_FACTS} facts, got {len(found)}.")
        for name, one in found:
            status = one.stat(follow_symlinks=False)
            yield name, (status.st_size, status.st_mtime_ns)


def read_fact(folder: Path, key: str) -> Fact | None:
    """Return the fact with a key; None if its file is missing or damaged, or has the fact of another request."""
    try:
        found = _fact(read_bounded(fact_path(folder, key), MAX_FACT_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return found if found.key == key else None


def read_header(folder: Path) -> Header:
    """Return the header of a pack. Raises PackError."""
    if not folder.is_dir():
        raise PackError(f"{folder} must be the folder of a pack, or `example`, and there is no such folder.")
    try:
        text = read_bounded(folder / HEADER, MAX_HEADER_BYTES).decode("utf-8")
        return msgspec.convert(tomllib.loads(text), Header)
    except FileNotFoundError as error:
        raise PackError(f"{folder} must be a pack, with a valid {HEADER}, and has none.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise PackError(f"{folder} must be a pack, with a valid {HEADER}: {error}.") from error


def read_bounded(path: Path, most: int) -> bytes:
    """Return the content of a regular file of at most `most` bytes; OSError or ValueError for anything else."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError(f"{path.name} must be a regular file")
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"{path.name} must have at most {most} bytes")
    return content
