"""Cross products against numpy."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from lutetia.survival.cox_model.cross_products import add_cross


@pytest.mark.parametrize("p", [1, 3, 4, 5, 8, 11])
def test_cross_products_of_any_width(p):
    rng = np.random.default_rng(p)
    z, v = rng.normal(size=(p, 37)), rng.normal(size=37)
    cross = np.zeros((p, p))
    add_cross(z, v[5:30], 5, 30, cross)
    expected = (z[:, 5:30] * v[5:30]) @ z[:, 5:30].T
    assert_allclose(np.tril(cross), np.tril(expected), rtol=1e-12, atol=1e-12)
