"""Voxel S-values: energy, symmetry, published tables, and an independent integral."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.dosimetry import kernel, voxel_kernel
from lutetia.dosimetry.kernel import COMPONENTS, RADII_G_PER_CM2, RadialKernel
from lutetia.errors import InputError

# 177Lu near, 90Y, 89Sr and 131I near the source; the last electrons of each; beyond them.
TOLERANCE = {"near": 0.025, "last_electrons": 0.16, "bremsstrahlung": 0.06}
TABLE = Path(__file__).parent / "reference" / "voxel_s_values.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
TABLES = sorted({(row["nuclide"], float(row["edge_mm"]), row["medium"]) for row in ROWS})


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_voxel_s_values_are_as_published(table):
    name, edge, medium = table
    found = voxel_kernel(name, (edge, edge, edge), (11, 11, 11), medium=medium).s_gy_per_bq_s * 1e9
    rows = [row for row in ROWS if (row["nuclide"], float(row["edge_mm"]), row["medium"]) == table]
    for row in rows:
        place = tuple(5 + int(row[axis]) for axis in "zyx")
        assert found[place] == pytest.approx(float(row["s_mgy_per_mbq_s"]), rel=TOLERANCE[row["reach"]]), row


@pytest.mark.parametrize("edge", [2.21, 4.42])
def test_yttrium_90_nearest_voxels_are_within_two_percent(edge):
    found = voxel_kernel("Y-90", (edge, edge, edge), (5, 5, 5)).s_gy_per_bq_s * 1e9
    for row in ROWS:
        place = tuple(int(row[axis]) for axis in "zyx")
        chosen = (row["nuclide"], float(row["edge_mm"]), row["medium"]) == ("Y-90", edge, "soft_tissue")
        if chosen and place in ((0, 0, 0), (0, 0, 1), (0, 1, 1)):
            assert found[2 + place[0], 2 + place[1], 2 + place[2]] == pytest.approx(
                float(row["s_mgy_per_mbq_s"]), rel=0.01
            )


@settings(max_examples=8, deadline=None)
@given(st.tuples(*[st.floats(1, 6)] * 3), st.sampled_from(["Lu-177", "Y-90", "Tb-161"]))
def test_no_energy_is_lost_whatever_the_voxel(spacing, name):
    found = voxel_kernel(name, spacing, (15, 15, 15))
    radial = kernel.radial_kernel(name)
    assert found.energy_mev + found.beyond_mev == pytest.approx(radial.energy_mev(), rel=1e-12)
    voxel_kg = 1.04 * np.prod(spacing) * 1e-6
    assert found.s_gy_per_bq_s.sum() * voxel_kg == pytest.approx(found.energy_mev * 1.602176634e-13)
    reach = radial.energy_within_mev(6.5 * min(spacing), 1.04)  # well inside the array
    assert found.energy_mev >= float(reach)


def test_electron_energy_is_all_in_reach():
    for name, published in (("Lu-177", 0.1479), ("Y-90", 0.933)):
        found = voxel_kernel(name, (4.42, 4.42, 4.42), (11, 11, 11), components=("electron", "bremsstrahlung"))
        assert found.energy_mev == pytest.approx(published, rel=0.004)  # part of the bremsstrahlung goes on


def test_the_kernel_is_symmetric():
    s = voxel_kernel("Lu-177", (3.0, 3.0, 3.0), (31, 31, 31)).s_gy_per_bq_s
    for axis in range(3):
        assert np.array_equal(s, np.flip(s, axis))
    for order in ((1, 2, 0), (2, 0, 1), (0, 2, 1)):
        assert np.transpose(s, order) == pytest.approx(s, rel=0.01)  # directions are dealt out around z
    assert np.sqrt(np.mean((np.transpose(s, (1, 2, 0)) / s - 1) ** 2)) < 1e-3


def test_a_voxel_twice_as_long_is_two_voxels():
    """S of a voxel made of two is the mean over both targets of the mean over both sources."""
    fine = voxel_kernel("Y-90", (2.0, 2.0, 2.0), (23, 21, 21)).s_gy_per_bq_s
    coarse = voxel_kernel("Y-90", (4.0, 2.0, 2.0), (11, 21, 21)).s_gy_per_bq_s
    middle = fine.shape[0] // 2
    for k in range(-2, 3):
        at = middle + 2 * k
        # targets 2k and 2k + 1 from sources 0 and 1: offsets 2k − 1, 2k (twice), 2k + 1; mean dose over the two targets
        mean = (fine[at - 1] + 2 * fine[at] + fine[at + 1]) / 4
        assert coarse[5 + k, 8:13, 8:13] == pytest.approx(mean[8:13, 8:13], rel=5e-3)


def test_a_kernel_of_one_radius_by_hand():
    """All energy at 2 mm, voxels of 10 mm: the mean of Π (1 − |component| / 10) over directions."""
    running = np.where(RADII_G_PER_CM2 >= 0.2, 1.0, 0.0)
    nothing = dict.fromkeys(COMPONENTS, np.zeros_like(running))
    shell = RadialKernel(nuclide="x", medium="water", within_mev=nothing | {"photon": running}, conventions=())
    found = voxel_kernel(shell, (10.0, 10.0, 10.0), (3, 3, 3))
    # with u, v, w the components: 1 − 3 ⟨u⟩ + 3 ⟨uv⟩ − ⟨uvw⟩; ⟨u⟩ = 1/2, ⟨uv⟩ = 2 / (3π), ⟨uvw⟩ = 1 / (4π)
    first = np.flatnonzero(running)[0]
    s = (RADII_G_PER_CM2[first - 1] + RADII_G_PER_CM2[first]) / 2  # in cm, of voxels of 1 cm
    by_hand = 1 - 3 * s / 2 + 3 * s**2 * 2 / (3 * np.pi) - s**3 / (4 * np.pi)
    assert found.s_gy_per_bq_s[1, 1, 1] * 1e-3 / 1.602176634e-13 == pytest.approx(by_hand, rel=1e-3)


def test_density_and_components_are_the_callers():
    light = voxel_kernel("Y-90", (4.0, 4.0, 4.0), (5, 5, 5), density_g_per_ml=0.26)
    assert light.density_g_per_ml == 0.26
    assert light.beyond_mev > voxel_kernel("Y-90", (4.0, 4.0, 4.0), (5, 5, 5)).beyond_mev
    photons = voxel_kernel("Y-90", (4.0, 4.0, 4.0), (5, 5, 5), components=("photon",))
    assert photons.energy_mev < 1e-5
    assert "counted: photon." in photons.conventions[-1]


def test_all_faults_are_found_at_once():
    with pytest.raises(InputError) as caught:
        voxel_kernel("Lu-177", (4.0, -1.0, 4.0), (4, 5, 5), density_g_per_ml=0.0, components=("neutron",))
    assert len(caught.value.faults) == 4
    assert "must be three odd numbers" in str(caught.value)
