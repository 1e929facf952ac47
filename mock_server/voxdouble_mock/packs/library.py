"""The packs of one mock, by name: the pack of `--pack`, those in the folder of `--packs`, and the bundled one."""

import os
import re
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import voxdouble_fixtures
from voxdouble_mock.core.errors import Unavailable
from voxdouble_mock.core.namespace_options import Generation
from voxdouble_mock.options import unknown_name
from voxdouble_mock.packs.facts import HEADER, PackError

if TYPE_CHECKING:
    from voxdouble_mock.packs.replay import Replay

BUNDLED = {"example": Path(voxdouble_fixtures.__file__).parent / "packs" / "example"}
"""The packs that are part of this project, by their names."""
NAME = re.compile(r"\w[\w.-]{0,99}", re.ASCII)
MAX_OPEN = 16
"""The most packs that are kept open; when a further one is opened, the one opened first is closed (P7)."""


def folder_of(pack: str | os.PathLike[str]) -> Path:
    """Return the folder of a pack: the bundled pack's if `pack` is its name, else `pack` itself."""
    return BUNDLED.get(os.fspath(pack), Path(pack))


class Library:
    """The packs of one mock, each read at its first use. Safe for several threads."""

    def __init__(
        self,
        pack: str | None = None,
        folder: str | None = None,
        *,
        only: bool = False,
        timing: bool = False,
    ) -> None:
        self._folder = None if folder is None else Path(folder)
        self._only, self._timing = only, timing
        self._added: dict[str, Path] = {}
        self._open: dict[str, Replay] = {}
        self._lock = Lock()
        if self._folder is not None and not self._folder.is_dir():
            raise PackError(f"`packs` must be a folder whose subfolders are packs, got {folder}.")
        self.default = "" if pack is None else self.add(pack)
        """The name of the pack that a namespace replays by default; empty if it replays none."""

    def add(self, pack: str | os.PathLike[str]) -> str:
        """Return the name of a pack. `pack` is its folder, or already the name. Raises PackError for anything else."""
        name, names = os.fspath(pack), self.names()
        try:
            folder = folder_of(pack).resolve()
        except (OSError, ValueError, RuntimeError) as error:  # a NUL, or links in a circle
            raise PackError(f"`pack` must be a pack: its name or its folder, got {name[:100]!r}: {error}.") from error
        if name in names:
            self._opened(name)
            return name
        is_taken = folder.name in names and self._path(folder.name).resolve() != folder
        name = os.fspath(folder) if is_taken else folder.name
        self._opened(name, folder)
        self._added[name] = folder
        return name

    def names(self) -> list[str]:
        """Return the names that a namespace can choose."""
        listed = self._folder.iterdir() if self._folder is not None else ()
        found = [one.name for one in listed if NAME.fullmatch(one.name) and (one / HEADER).is_file()]
        return sorted({*self._added, *found, *BUNDLED})

    def replay(self, name: str) -> "Replay | None":
        """Return the replay of a pack; None for an empty name. Raises Unavailable if the mock does not have it."""
        try:
            return self._opened(name) if name else None
        except PackError as error:
            raise Unavailable(f"The pack of this namespace cannot be replayed: {error}") from error

    def generation(self, name: str) -> Generation:
        """Return the generation of a pack. Raises PackError for an unknown name or a folder that is not a pack."""
        return self._opened(name).pack.header.generation

    def _opened(self, name: str, folder: Path | None = None) -> "Replay":
        """Return the open pack with a name, in its folder or in the given one."""
        with self._lock:
            found = self._open.get(name)
            if found is None:
                from voxdouble_mock.packs.pack import Pack  # noqa: PLC0415 (late: few mocks have a pack)
                from voxdouble_mock.packs.replay import Replay  # noqa: PLC0415

                pack = Pack(folder or self._path(name))
                found = Replay(pack, only=self._only, timing=self._timing)
                while len(self._open) >= MAX_OPEN:
                    del self._open[next(iter(self._open))]
                self._open[name] = found
        return found

    def _path(self, name: str) -> Path:
        if name in self._added:
            return self._added[name]
        if self._folder is not None and NAME.fullmatch(name) and (self._folder / name / HEADER).is_file():
            return self._folder / name
        if name in BUNDLED:
            return BUNDLED[name]
        raise PackError(unknown_name("pack", name, self.names()))
