"""The technologies, one file each: every module here without a leading underscore defines one as `TECHNOLOGY`."""

import pkgutil
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voxdouble_mock.technologies._technology import Technology


@cache
def discover() -> "Mapping[str, Technology]":
    """Return all computed technologies by their names in the path /api/technology/<name>."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    found = [import_module(f"{__name__}.{name}").TECHNOLOGY for name in names]
    return MappingProxyType({technology.name: technology for technology in found})


@cache
def all_technologies() -> "Mapping[str, Technology]":
    """Return all technologies that a namespace may serve: the computed ones, and the others, which are data (C50)."""
    others = import_module(f"{__name__}._others").others()
    return MappingProxyType({**discover(), **others})
