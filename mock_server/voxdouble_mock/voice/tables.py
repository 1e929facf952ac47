"""The trained arrays that are shipped: whole numbers, written by the scripts in `training/`."""

from functools import cache
from io import BytesIO
from pkgutil import get_data

import numpy as np
import numpy.typing as npt


@cache
def table(name: str) -> npt.NDArray[np.float64]:
    """Return the trained array of that name as read-only float64 numbers, for exact products."""
    content = get_data(__name__, f"trained/{name}.npy")  # pyfakefs does not replace this read
    assert content is not None
    numbers: npt.NDArray[np.float64] = np.load(BytesIO(content)).astype(np.float64)
    numbers.flags.writeable = False
    return numbers
