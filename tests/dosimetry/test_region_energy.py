"""Energy between regions: the parts add up to the whole, the same both ways, boxes and products by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.lattice_kernel import lattice_kernel
from lutetia.dosimetry.region_energy import box_of, cut, energies_gy_g, inner, photon_kernel

CUBE = (4.8, 4.8, 4.8)


def test_boxes_and_products_by_hand():
    first, second = np.zeros((3, 4, 5), np.float32), np.zeros((3, 4, 5), np.float32)
    first[1, 2, 3], second[2, 2, 1] = 2, 5
    assert box_of(first) == (slice(1, 2), slice(2, 3), slice(3, 4))
    assert box_of(first, second) == (slice(1, 3), slice(2, 3), slice(1, 4))
    assert box_of(np.zeros((3, 4, 5))) == (slice(0, 1),) * 3
    assert cut([first], (slice(1, 3), slice(2, 3), slice(1, 4)))[0].tolist() == [[[0, 0, 2]], [[0, 0, 0]]]
    draws = np.random.default_rng(1)
    a, b = draws.random((2, 20, 30, 40), dtype=np.float32)
    assert inner(a, b) == pytest.approx(float(np.sum(a.astype(float) * b)), rel=1e-6)


def test_photons_and_charged_particles_are_the_whole_kernel():
    whole, photons = lattice_kernel("Lu-177", CUBE), photon_kernel("Lu-177", CUBE)
    assert photons.energy_mev + whole.charged_mev == pytest.approx(whole.energy_mev, rel=1e-9)
    assert photons.charged_mev == 0
    far = np.array([10])
    assert photons.s_gy_per_mbq_h(far, far, far) == pytest.approx(whole.s_gy_per_mbq_h(far, far, far), rel=1e-9)


def test_whole_voxels_get_the_energy_of_the_whole_kernel():
    draws = np.random.default_rng(3)
    amount = draws.random((9, 8, 10)).astype(np.float32)
    left = np.zeros((9, 8, 10), np.float32)
    left[:, :, :4] = 1
    targets = [left, 1 - left]
    amounts = [amount * targets[0], amount * targets[1]]
    kernel = lattice_kernel("Lu-177", CUBE)
    parts = energies_gy_g(amounts, targets, "Lu-177", kernel, None)
    lattice = energies_gy_g(amounts, targets, kernel, kernel, None)
    # by the lattice alone: the dose of every voxel, summed
    assert sum(parts) == pytest.approx(sum(lattice), rel=0.05)
    assert np.diag(sum(parts)) == pytest.approx(np.diag(sum(lattice)), rel=1e-3)
    assert (np.diag(parts[0]) > 20 * np.diag(parts[1])).all()


@pytest.mark.parametrize("nuclide", ["Lu-177", "Y-90"])
def test_it_is_the_same_both_ways(nuclide):
    # S(a ← b) = S(b ← a) for even activity in a uniform medium
    a, b = np.zeros((12, 12, 12), np.float32), np.zeros((12, 12, 12), np.float32)
    a[2:5, 3:8, 2:6], a[5, 3:8, 2:6] = 1, 0.3
    b[6:9, 2:9, 4:9], b[5, 3:8, 2:6] = 1, 0.7
    amounts = [a / a.sum(), b / b.sum()]
    kernel = lattice_kernel(nuclide, CUBE)
    charged, photons = energies_gy_g(amounts, [a, b], nuclide, kernel, None)
    weights = np.array([a.sum(), b.sum()])[:, None]
    s = (charged + photons) / weights
    assert s[0, 1] == pytest.approx(s[1, 0], rel=0.05)
