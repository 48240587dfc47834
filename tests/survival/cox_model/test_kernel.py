"""The compiled sums against numpy."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from lutetia.survival.cox_model.kernel import add, add_cross


@pytest.mark.parametrize("p", [1, 3, 4, 5, 8, 11])
def test_cross_products_of_any_width(p):
    rng = np.random.default_rng(p)
    z, v = rng.normal(size=(p, 37)), rng.normal(size=37)
    cross = np.zeros((p, p))
    add_cross(z, v, 5, 30, cross)
    expected = (z[:, 5:30] * v[5:30]) @ z[:, 5:30].T
    assert_allclose(np.tril(cross), np.tril(expected), rtol=1e-12, atol=1e-12)


def test_sums_of_unlike_size_come_back_without_loss():
    value, rest = 0.0, 0.0
    for term in (1e20, 3.25, -1e20, 1e-3):
        value, rest = add(value, rest, term)
    assert value + rest == pytest.approx(3.251, rel=1e-15)
    assert sum((1e20, 3.25, -1e20, 1e-3)) == 1e-3  # what plain addition makes of it
