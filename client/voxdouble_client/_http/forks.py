"""Objects that belong to one process: after `fork` the child gets its own connections and locks."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class PerProcess(Protocol):
    """An object with parts that a child process must not share with its parent."""

    def renew_after_fork(self) -> None:
        """Replace these parts; called in the child before anything else runs there, so that no lock is needed."""


_objects: weakref.WeakSet[PerProcess] = weakref.WeakSet()


def renew_after_fork(owner: PerProcess) -> None:
    """Call `owner.renew_after_fork()` in every child that is forked, as long as the object exists."""
    _objects.add(owner)


def _renew_all() -> None:
    for owner in list(_objects):
        owner.renew_after_fork()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_renew_all)
