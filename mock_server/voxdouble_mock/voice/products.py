"""Matrix products of whole numbers, exact in every order of summation, that wake no other threads.

OpenBLAS wakes its threads for a large product. After the product these threads wait actively for some hundredths of a
second, and keep the processor from other work of a test process. So a large product is computed in pieces, unless
OpenBLAS has one thread, as in `voxdouble serve`.
"""

import os

import numpy as np
import numpy.typing as npt

ALONE = 2**62 if os.environ.get("OPENBLAS_NUM_THREADS") == "1" else 2**18
"""The most multiplications of a product that OpenBLAS computes in the calling thread (`interface/gemm.c`)."""
ROWS = 16
"""The fewest rows of a piece; with fewer, rearranging the right matrix takes longer than the product."""

Whole = npt.NDArray[np.float64]


def product(left: Whole, right: Whole, out: Whole | None = None) -> Whole:
    """Return the product of whole numbers (m, k) and (k, n), written to `out` if it is given."""
    inner, columns = right.shape
    found = np.empty((len(left), columns)) if out is None else out
    if left.size * columns <= ALONE:
        return np.matmul(left, right, out=found)
    width = min(columns, max(1, ALONE // (ROWS * inner)))
    for start in range(0, columns, width):
        part = slice(start, start + width)
        _rows_at_once(left, right[:, part], found[:, part])
    return found


def _rows_at_once(left: Whole, right: Whole, out: Whole) -> None:
    """Write a product, as many rows at a time as ALONE allows."""
    rows = max(1, ALONE // right.size)
    even = len(left) // rows * rows
    np.matmul(left[:even].reshape(-1, rows, left.shape[1]), right, out=out[:even].reshape(-1, rows, out.shape[1]))
    np.matmul(left[even:], right, out=out[even:])
