"""Products of matrices in pieces that wake no threads of OpenBLAS."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxdouble_mock.voice import products
from voxdouble_mock.voice.products import product

ALONE = 2_000


@given(st.integers(0, 70), st.integers(1, 60), st.integers(1, 40), st.booleans())
def test_a_product_in_pieces_is_exact(rows: int, inner: int, columns: int, given_out: bool) -> None:
    """The result is that of one product, also in a part of a larger array, and no piece is too large."""
    numbers = np.random.default_rng(rows + 100 * inner + 10_000 * columns)
    left, right = (
        numbers.integers(-(2**20), 2**20, shape).astype(float) for shape in ((rows, inner), (inner, columns))
    )
    out = np.full((rows, columns + 3), -1.0)
    sizes = []
    matmul = np.matmul

    def measured(one: products.Whole, other: products.Whole, *, out: products.Whole) -> products.Whole:
        sizes.append(one.shape[-2] * other.size)
        result: products.Whole = matmul(one, other, out=out)
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "ALONE", ALONE)
        patch.setattr(np, "matmul", measured)
        found = product(left, right, out[:, 3:]) if given_out else product(left, right)
    expected = left.astype(np.int64) @ right.astype(np.int64)
    assert (found == expected).all()
    assert max(sizes) <= ALONE
    if given_out:
        assert (out[:, 3:] == expected).all()
        assert (out[:, :3] == -1.0).all()
