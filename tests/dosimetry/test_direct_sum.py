"""The plain sum: against the same sum written out in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.direct_sum import direct_sum_gy


@pytest.mark.parametrize("spacing_mm", [(4.8, 4.8, 4.8), (4.8, 2.4, 1.2)])
def test_the_sum_is_that_over_all_pairs_of_voxels(gaussian_kernel, summed_directly, spacing_mm):
    kernel = gaussian_kernel("yttrium", spacing_mm)
    amounts = np.random.default_rng(1).random((3, 5, 4))
    assert direct_sum_gy(amounts, kernel) == pytest.approx(summed_directly(amounts, kernel), rel=1e-12)


def test_one_voxel_by_hand(gaussian_kernel):
    kernel = gaussian_kernel("short")
    amounts = np.zeros((4, 3, 2))
    amounts[1, 2, 0] = 3.0
    dose = direct_sum_gy(amounts, kernel)
    two_up_one_left = kernel.s_gy_per_mbq_h(np.array([2]), np.array([1]), np.array([1]))[0]
    assert dose[3, 1, 1] == pytest.approx(3 * two_up_one_left, rel=1e-13)


def test_whole_numbers_are_activity_too(gaussian_kernel):
    amounts = np.zeros((3, 3, 3), dtype=np.int16)
    amounts[1, 1, 1] = 2
    kernel = gaussian_kernel("short")
    assert direct_sum_gy(amounts, kernel)[1, 1, 1] == pytest.approx(2 * kernel.s_gy_per_mbq_h(0, 0, 0), rel=1e-13)
