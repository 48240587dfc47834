"""The kernel at any offset: the voxel kernel near by, the same energy further off, whatever the spacing."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.kernel import radial_kernel
from lutetia.dosimetry.lattice_kernel import DECAYS_PER_MBQ_H, lattice_kernel
from lutetia.dosimetry.voxel_kernel import voxel_kernel
from lutetia.errors import InputError

JOULE_PER_MEV = 1.602176634e-13


def octant(kernel, length):
    return kernel.s_gy_per_mbq_h(*np.ix_(*[np.arange(length)] * 3))


@pytest.fixture(scope="module")
def lutetium():
    return lattice_kernel("Lu-177", (4.8, 4.8, 4.8))


def test_near_by_it_is_the_voxel_kernel(lutetium):
    voxels = voxel_kernel("Lu-177", (4.8, 4.8, 4.8), (5, 5, 5))
    expected = voxels.s_gy_per_bq_s[2:, 2:, 2:] * DECAYS_PER_MBQ_H
    assert octant(lutetium, 3) == pytest.approx(expected, rel=1e-9)
    assert lutetium.energy_mev == pytest.approx(voxels.energy_mev + voxels.beyond_mev, rel=1e-12)


@pytest.mark.parametrize("spacing_mm", [(4.8, 4.8, 4.8), (4.8, 2.4, 2.4)])
def test_further_off_it_holds_the_energy_that_the_voxel_kernel_holds(spacing_mm):
    kernel, length = lattice_kernel("Lu-177", spacing_mm), 16
    voxels = voxel_kernel("Lu-177", spacing_mm, (2 * length - 1,) * 3)
    expected = voxels.s_gy_per_bq_s[length - 1 :, length - 1 :, length - 1 :] * DECAYS_PER_MBQ_H
    near = np.array(kernel.near_gy_per_mbq_h.shape)
    far = np.any(np.indices((length,) * 3) >= near[:, None, None, None], axis=0)
    found = octant(kernel, length)
    assert found[far].sum() == pytest.approx(expected[far].sum(), rel=1e-3)
    # single voxels: the voxel kernel deals energy out by sampling, some 1 % per voxel this far off
    assert np.median(np.abs(found[far] / expected[far] - 1)) < 5e-3
    assert np.abs(found[far] / expected[far] - 1).max() < 0.05


@pytest.mark.parametrize("radius_mm", [60.0, 150.0, 250.0])
def test_a_ball_of_voxels_holds_the_energy_within_that_distance(lutetium, radius_mm):
    places = np.arange(int(radius_mm / 4.8) + 2)
    squares = [np.where(places == 0, 1, 2) * 1.0, (places * 4.8) ** 2]
    times, away_mm2 = (np.add.outer(np.add.outer(a, a), a) for a in (np.log(squares[0]), squares[1]))
    gy = (octant(lutetium, len(places)) * np.exp(times))[away_mm2 <= radius_mm**2].sum()
    held_mev = gy * 1.04 * 4.8**3 * 1e-6 / JOULE_PER_MEV / DECAYS_PER_MBQ_H
    assert held_mev == pytest.approx(float(radial_kernel("Lu-177").energy_within_mev(radius_mm, 1.04)), rel=1e-3)


def test_it_is_even_and_broadcasts(lutetium):
    found = lutetium.s_gy_per_mbq_h(np.array([-9, 2]), np.array([[3], [-3]]), np.array(-12))
    assert found.shape == (2, 2)
    assert np.array_equal(found[0], found[1])
    assert found[0, 1] == pytest.approx(lutetium.s_gy_per_mbq_h(np.array(12), np.array(2), np.array(3)), rel=2e-2)


def test_half_the_density_is_a_voxel_of_half_the_water_depth():
    dense = lattice_kernel("Lu-177", (2.4, 2.4, 2.4), density_g_per_ml=1.04)
    light = lattice_kernel("Lu-177", (4.8, 4.8, 4.8), density_g_per_ml=0.52)
    # the same energy in a voxel of the same g/cm² and four times the mass (8 times the volume, half the density)
    assert octant(light, 10) == pytest.approx(octant(dense, 10) / 4, rel=1e-6)


def test_electrons_alone_do_not_reach_far():
    electrons = lattice_kernel("Lu-177", (4.8, 4.8, 4.8), components=("electron",))
    assert electrons.energy_mev == pytest.approx(electrons.charged_mev)
    assert electrons.charged_mev == pytest.approx(0.1479, rel=5e-3)
    assert electrons.s_gy_per_mbq_h(np.array(0), np.array(0), np.array(10)) == 0
    photons = lattice_kernel("Lu-177", (4.8, 4.8, 4.8), components=("photon",))
    assert photons.charged_mev == 0


@pytest.mark.parametrize(
    ("spacing_mm", "more"),
    [((4.8, 4.8), {}), ((4.8, -1, 4.8), {}), ((4.8,) * 3, {"density_g_per_ml": 0.0}), ((4.8,) * 3, {"components": ()})],
)
def test_what_makes_no_kernel_is_refused(spacing_mm, more):
    with pytest.raises(InputError):
        lattice_kernel("Lu-177", spacing_mm, **more)
