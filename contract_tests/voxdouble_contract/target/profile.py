"""The known limits of a target."""

import math
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

FILLING = 20_000
"""Bytes of room: an upload that fills the input storage is larger than the storage by less than this."""
LARGEST_STORAGE = 50_000_000
"""Bytes of the largest input storage that the suite fills."""
IN_SECONDS = frozenset({"max_upload_seconds", "max_audio_seconds", "task_lifetime"})
"""The limits that may have a fraction."""


@dataclass(frozen=True)
class Profile:
    """Limits, each None if unknown; a test that depends on an unknown one is unproven."""

    max_upload: int | None = None
    """Bytes of the largest accepted file."""
    max_upload_seconds: float | None = None
    """Seconds within which an upload must be complete."""
    input_storage: int | None = None
    """Bytes of uploads that fit into the input storage."""
    max_audio_seconds: float | None = None
    """Seconds of audio beyond which a file is not processed."""
    max_list: int | None = None
    """The largest number of voiceprints in a list."""
    max_matrix: int | None = None
    """The largest number of scores of a comparison."""
    task_lifetime: float | None = None
    """Seconds from a task's end to its expiry."""
    failing_file: Path | None = None
    """A recording whose extraction ends in state `failed`."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the profile in a TOML file; ValueError if it is not TOML, or has an unknown name or a bad value."""
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{path} must be a TOML file in UTF-8: {error}.") from None
        unknown = values.keys() - {field.name for field in fields(cls)}
        if unknown:
            known = ", ".join(field.name for field in fields(cls))
            raise ValueError(f"{path}: unknown names: {', '.join(sorted(unknown))}; a profile may have: {known}.")
        for name, value in values.items():
            if name == "failing_file":
                values[name] = path.parent / str(value)
                if not values[name].is_file():
                    raise ValueError(f"{path}: failing_file must be an existing file, got {values[name]}.")
            elif name in IN_SECONDS:
                if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
                    raise ValueError(f"{path}: {name} must be a number from 0 up, got {value!r}.")
            elif isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise ValueError(f"{path}: {name} must be a whole number from 0 up, got {value!r}.")
        return cls(**values)

    @property
    def fillable_storage(self) -> int | None:
        """The bytes of the input storage; None if it is unknown, or if no upload that the suite would send can fill it.

        An upload over the limit gets a 413, which is checked before the storage (C5).
        """
        if self.input_storage is None or self.max_upload is None:
            return None
        largest = min(LARGEST_STORAGE, self.max_upload - FILLING)
        return self.input_storage if self.input_storage <= largest else None

    def known(self) -> dict[str, Any]:
        """Return the known limits by name."""
        return {name: limit for name, limit in vars(self).items() if limit is not None}

    def with_defaults(self) -> Self:
        """Return the profile with the vendor's defaults in place of unknown limits.

        These are the limits of uploads, lists and scores (C27), of audio (S59) and of the lifetime of tasks (C3).
        """
        defaults = {
            "max_upload": 500_000_000,
            "max_list": 50_000,
            "max_matrix": 1_000_000,
            "max_audio_seconds": 7200.0,
            "task_lifetime": 3600.0,
        }
        missing = {name: value for name, value in defaults.items() if getattr(self, name) is None}
        return replace(self, **missing)  # type: ignore[arg-type]
