"""The trained arrays that are shipped: whole numbers, written by the scripts in `training/`."""

import os
from functools import cache
from importlib.machinery import SourceFileLoader
from io import BytesIO

import numpy as np
import numpy.typing as npt


@cache
def table(name: str) -> npt.NDArray[np.float64]:
    """Return the trained array of that name as read-only float64 numbers, for exact products."""
    file = os.path.join(os.path.dirname(__file__), "trained", f"{name}.npy")  # noqa: PTH118, PTH120 (pyfakefs)
    content = SourceFileLoader(__name__, __file__).get_data(file)  # a read that pyfakefs does not replace
    numbers: npt.NDArray[np.float64] = np.load(BytesIO(content)).astype(np.float64)
    numbers.flags.writeable = False
    return numbers
