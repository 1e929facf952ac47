"""The trained arrays that are shipped: whole numbers, written by the scripts in `training/`."""

from functools import cache
from importlib.resources import as_file, files

import numpy as np
import numpy.typing as npt


@cache
def table(name: str) -> npt.NDArray[np.float64]:
    """Return the trained array of that name as read-only float64 numbers, for exact products."""
    with as_file(files(__package__) / "trained" / f"{name}.npy") as path:
        numbers: npt.NDArray[np.float64] = np.load(path).astype(np.float64)
    numbers.flags.writeable = False
    return numbers
