"""Objects of one process: a forked child gets connections and locks of its own."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class PerProcess(Protocol):
    """An object with parts that a child process must not share with its parent."""

    def renew_after_fork(self) -> None:
        """Replace these parts. It is called in the child before any other code there, and needs no lock."""


_objects: weakref.WeakSet[PerProcess] = weakref.WeakSet()


def renew_after_fork(owner: PerProcess) -> None:
    """Call `owner.renew_after_fork()` in every forked child, as long as the object exists."""
    _objects.add(owner)


def _renew_all() -> None:
    for owner in list(_objects):
        owner.renew_after_fork()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_renew_all)
