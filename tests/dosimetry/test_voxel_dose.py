"""Voxel dose: by hand, by the laws it must obey, and against the plain sum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.dosimetry.direct_sum import direct_sum_gy
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.lattice_kernel import lattice_kernel
from lutetia.dosimetry.organ import local_deposition_gy
from lutetia.dosimetry.volume import Volume
from lutetia.dosimetry.voxel_dose import dose_map_gy, equilibrium_gy_per_mbq_h, voxel_dose
from lutetia.errors import InputError

SHAPE = (50, 20, 22)  # long enough for two scales
LU = (4.8, 4.8, 4.8)


def volume(array, spacing_mm=LU, unit="MBq h", frame="made up"):
    geometry = Geometry.regular(array.shape, spacing_mm, frame_of_reference=frame)
    return Volume(array=array, geometry=geometry, unit=unit)


def random_map(shape=SHAPE, seed=5):
    draws = np.random.default_rng(seed)
    return (draws.random(shape) * (draws.random(shape) > 0.7)).astype(np.float64)


def test_one_voxel_gives_the_kernel_itself(gaussian_kernel):
    kernel, tia = gaussian_kernel("lutetium"), np.zeros(SHAPE)
    tia[23, 9, 12] = 2.0
    dose = dose_map_gy(tia, kernel)
    places = [np.arange(n) - at for n, at in zip(SHAPE, (23, 9, 12), strict=True)]
    expected = 2 * kernel.s_gy_per_mbq_h(*np.ix_(*places))
    assert dose[23, 9, 12] == pytest.approx(expected[23, 9, 12], rel=2e-5)
    assert dose[24, 9, 12] == pytest.approx(expected[24, 9, 12], rel=1e-5)
    assert dose == pytest.approx(expected, rel=0.03, abs=1e-6 * expected.max())


def test_deep_inside_a_large_source_all_energy_stays(gaussian_kernel):
    kernel = gaussian_kernel("short")
    dose = dose_map_gy(np.ones(SHAPE), kernel)
    # 1 MBq h = 3.6e9 decays · 0.2 MeV · 1.602177e-13 J = 1.153567e-4 J in 4.8³ mm³ · 1.04 g/mL = 1.150157e-4 kg
    assert dose[25, 10, 11] == pytest.approx(1.002965, rel=1e-5)
    assert equilibrium_gy_per_mbq_h(kernel) == pytest.approx(1.002965, rel=1e-6)


@pytest.mark.parametrize("shape", [SHAPE, (20, 18, 19)])
def test_energy_is_kept(gaussian_kernel, shape):
    kernel, tia = gaussian_kernel("short"), np.zeros(shape)
    tia[tuple(slice(n // 2 - 2, n // 2 + 2) for n in shape)] = random_map(
        (4, 4, 4)
    )  # five deviations from every border
    found = voxel_dose(volume(tia), kernel)
    assert found.energy.emitted_mev == pytest.approx(tia.sum() * 3.6e9 * 0.2, rel=1e-9)
    assert found.energy.deposited_fraction == pytest.approx(1, abs=1e-6)


def test_what_leaves_the_image_is_told(gaussian_kernel):
    kernel, tia = gaussian_kernel("lutetium"), random_map()
    found = voxel_dose(volume(tia), kernel)
    voxel_kg = 1.04 * 4.8**3 * 1e-6
    deposited_mev = direct_sum_gy(tia, kernel).sum() * voxel_kg / 1.602176634e-13
    assert found.energy.deposited_mev == pytest.approx(deposited_mev, rel=1e-4)
    assert 0.8 < found.energy.deposited_fraction < 0.95
    assert any("counted as gone" in sentence for sentence in found.conventions)


def sources(shape):
    """Activity everywhere at random, in two points (one in a corner), and in one half up to an edge."""
    points, edge = np.zeros(shape), np.zeros(shape)
    points[shape[0] // 2, shape[1] // 2, shape[2] // 2], points[0, 0, 0] = 1.0, 0.5
    edge[:, :, : shape[2] // 2] = 1.0
    return {"random": random_map(shape), "points": points, "edge": edge}


@pytest.mark.parametrize("spacing_mm", [LU, (2.4, 2.4, 2.4), (4.8, 2.4, 2.4)])
@pytest.mark.parametrize("source", ["random", "points", "edge"])
def test_against_the_plain_sum(spacing_mm, source):
    kernel, tia = lattice_kernel("Lu-177", spacing_mm), sources((49, 13, 14))[source]
    found = voxel_dose(volume(tia, spacing_mm), kernel)
    expected = direct_sum_gy(tia, kernel)
    assert np.abs(found.dose.array - expected).max() <= found.error_bound_gy
    assert np.abs(found.dose.array / expected - 1)[expected > 0.02 * expected.max()].max() < 3e-3
    assert found.dose.array.mean() == pytest.approx(expected.mean(), rel=1e-4)
    assert found.dose.array[-1, -1, -1] == pytest.approx(expected[-1, -1, -1], rel=0.03)  # nothing wraps around
    if source != "points":
        assert found.error_bound_gy < 2e-3 * expected.max()


@settings(max_examples=5, deadline=None)
@given(first=st.floats(0, 100), second=st.floats(0, 100), seed=st.integers(0, 99))
def test_the_dose_is_linear_in_the_activity(first, second, seed):
    kernel = lattice_kernel("Lu-177", LU)
    a, b = random_map((16, 14, 15), seed), random_map((16, 14, 15), seed + 1)
    both = dose_map_gy(first * a + second * b, kernel)
    parts = first * dose_map_gy(a, kernel).astype(float) + second * dose_map_gy(b, kernel)
    assert both == pytest.approx(parts, rel=1e-5, abs=1e-30)


def test_doubled_activity_is_doubled_dose_exactly(gaussian_kernel):
    kernel, tia = gaussian_kernel("lutetium"), random_map()
    assert np.array_equal(2 * dose_map_gy(tia, kernel), dose_map_gy(2 * tia, kernel))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_mirrored_map_gives_a_mirrored_dose(gaussian_kernel, axis):
    kernel, tia = gaussian_kernel("lutetium", (4.8, 2.4, 2.4)), random_map((49, 21, 20))
    dose, mirrored = dose_map_gy(tia, kernel), dose_map_gy(np.flip(tia, axis), kernel)
    assert np.abs(np.flip(mirrored, axis) - dose).max() < 3e-4 * dose.max()


@pytest.mark.parametrize("step", [(1, 0, 0), (2, 1, 3)])
def test_a_map_moved_by_voxels_gives_the_dose_moved(gaussian_kernel, step):
    kernel, tia = gaussian_kernel("yttrium"), np.zeros(SHAPE)
    tia[5:40, 4:14, 4:15] = random_map((35, 10, 11))
    dose, moved = dose_map_gy(tia, kernel), dose_map_gy(np.roll(tia, step, (0, 1, 2)), kernel)
    inner = tuple(slice(s, None) for s in step)
    back = tuple(slice(0, n - s) for n, s in zip(SHAPE, step, strict=True))
    assert np.abs(moved[inner] - dose[back]).max() < 3e-4 * dose.max()


def test_every_unit_of_integrated_activity_gives_the_same_dose(gaussian_kernel):
    kernel, tia = gaussian_kernel("short"), volume(random_map())
    dose = voxel_dose(tia, kernel).dose.array
    for unit in ("MBq h/mL", "Bq s", "Bq s/mL"):
        assert voxel_dose(tia.converted(unit), kernel).dose.array == pytest.approx(dose, rel=1e-5)


def test_local_deposition_by_hand(gaussian_kernel):
    kernel, tia = gaussian_kernel("lutetium"), random_map()
    found = voxel_dose(volume(tia), kernel, method="local deposition")
    mass_g = 1.04 * 4.8**3 / 1000
    assert found.dose.array == pytest.approx(local_deposition_gy(tia, mass_g, 0.1), rel=1e-6)
    assert found.energy.deposited_fraction == pytest.approx(0.1 / kernel.energy_mev, rel=1e-9)
    assert found.method == "local deposition"
    assert found.error_bound_gy == 0
    assert any("left out" in sentence for sentence in found.conventions)


def test_a_nuclide_by_name_is_its_kernel():
    tia = volume(random_map((10, 11, 12)))
    named, made = voxel_dose(tia, "Lu-177"), voxel_dose(tia, lattice_kernel("Lu-177", LU))
    assert np.array_equal(named.dose.array, made.dose.array)
    assert any("Endless uniform soft tissue" in sentence for sentence in named.conventions)


def test_own_density_keeps_the_energy(gaussian_kernel):
    kernel, tia = gaussian_kernel("lutetium"), volume(random_map())
    density = np.full(SHAPE, 1.04, np.float32)
    density[:10], density[10:12] = 0.26, 0.001
    uniform = voxel_dose(tia, kernel)
    own = voxel_dose(tia, kernel, density=volume(density, unit="g/mL"))
    assert own.dose.array[:10] == pytest.approx(4 * uniform.dose.array[:10], rel=1e-5)
    assert np.array_equal(own.dose.array[10:], uniform.dose.array[10:])
    assert own.energy == uniform.energy
    assert own.left_out[0].count == 2 * 20 * 22
    assert "0.2 g/mL" in str(own.left_out[0])
    assert uniform.left_out == ()


@pytest.mark.parametrize("method", ["full kernel", "local deposition"])
@pytest.mark.parametrize("shape", [SHAPE, (4, 5, 6)])
def test_negative_activity_is_refused(gaussian_kernel, method, shape):
    tia = np.ones(shape)
    tia[2, 2, 2] = tia[3, 3, 3] = -1e-6
    with pytest.raises(InputError, match=r"zero or more in every voxel.*2 voxels"):
        voxel_dose(volume(tia), gaussian_kernel("short"), method=method)


def test_missing_activity_is_refused(gaussian_kernel):
    tia = np.ones(SHAPE)
    tia[0, 0, 0], tia[1, 1, 1] = np.nan, np.inf
    with pytest.raises(InputError, match="2 voxels"):
        dose_map_gy(tia, gaussian_kernel("short"))


def test_what_does_not_fit_is_refused_with_all_faults(gaussian_kernel):
    kernel, tia = gaussian_kernel("short"), volume(np.ones((4, 5, 6)))
    with pytest.raises(InputError, match="spacing of the map"):
        voxel_dose(volume(np.ones((4, 5, 6)), (4.8, 4.8, 5.0)), kernel)
    with pytest.raises(InputError, match="MBq h"):
        voxel_dose(volume(np.ones((4, 5, 6)), unit="Bq/mL"), kernel)
    elsewhere = volume(np.ones((4, 5, 6)), unit="g/mL", frame="another")
    with pytest.raises(InputError, match="2 faults") as refused:
        voxel_dose(tia, kernel, method="guess", density=elsewhere)
    assert "full kernel, local deposition" in str(refused.value)
    assert "on the grid of the activity" in str(refused.value)
    with pytest.raises(InputError, match="g/mL"):
        voxel_dose(tia, kernel, density=tia)
    with pytest.raises(InputError, match="not be negative"):
        voxel_dose(tia, kernel, density=volume(np.full((4, 5, 6), -1.0), unit="g/mL"))
    with pytest.raises(InputError):
        voxel_dose(tia, "Lu-999")


def test_no_activity_is_no_dose(gaussian_kernel):
    found = voxel_dose(volume(np.zeros((5, 6, 7))), gaussian_kernel("short"))
    assert found.dose.array.max() == pytest.approx(0, abs=1e-12)
    assert found.energy.deposited_fraction == 1.0
