"""Doses of regions: by hand in a row of voxels, between balls against the equations, and in the digital patient."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lutetia.dosimetry.geometric_transfer import region_contents
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.kernel import radial_kernel
from lutetia.dosimetry.lattice_kernel import lattice_kernel
from lutetia.dosimetry.organ import organ_dose
from lutetia.dosimetry.phantom import DigitalPatient, Tissue, digital_patient, on_grid, torso_geometry
from lutetia.dosimetry.phantom_truth import phantom_truth
from lutetia.dosimetry.region import Region, minus
from lutetia.dosimetry.region_dose import (
    REST,
    dose_between_regions,
    mean_dose_of_regions,
    s_between_regions,
    source_shares,
)
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.solid import Solid, bodies, volumes_ml
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Volume
from lutetia.dosimetry.voxel_dose import equilibrium_gy_per_mbq_h, voxel_dose
from lutetia.errors import InputError
from lutetia.estimate import Estimate

ROW = Geometry.regular((1, 1, 6), (4.8,) * 3, frame_of_reference="made up")
VOXEL_ML = 4.8**3 / 1000


def row(values, unit):
    return Volume(array=np.array(values, dtype=float)[None, None], geometry=ROW, unit=unit)


def regions_of(**shares):
    regions = tuple(
        Region(name=name, shares=np.array(values)[None, None], geometry=ROW) for name, values in shares.items()
    )
    return RegionSet(regions=regions)


def test_mean_doses_by_hand():
    regions = regions_of(kidney=[1.0, 0.5, 0, 0, 0, 0], liver=[0, 0.5, 1.0, 1.0, 0, 0])
    dose = row([10, 20, 30, 40, 50, 60], "Gy")
    kidney, liver = mean_dose_of_regions(dose, regions)
    assert kidney.mean_gy == pytest.approx((10 + 0.5 * 20) / 1.5)
    assert liver.mean_gy == pytest.approx((0.5 * 20 + 30 + 40) / 2.5)
    assert kidney.mass_g == pytest.approx(1.5 * VOXEL_ML * 1.04)
    assert kidney.mean_over == "volume"
    own = row([2.0, 1.0, 1.0, 1.0, 1.0, 1.0], "g/mL")
    kidney, _ = mean_dose_of_regions(dose, regions, density=own)
    assert kidney.mean_gy == pytest.approx((10 * 2 + 0.5 * 20) / 2.5)
    assert kidney.mass_g == pytest.approx(2.5 * VOXEL_ML)
    assert kidney.mean_over == "mass"


def test_the_liver_without_its_lesion_by_hand():
    liver = Region(name="liver", shares=np.array([[[1.0, 1.0, 1.0, 0, 0, 0]]]), geometry=ROW)
    lesion = Region(name="lesion", shares=np.array([[[0, 0.5, 1.0, 0, 0, 0]]]), geometry=ROW)
    regions = RegionSet(regions=(minus("healthy liver", liver, lesion), lesion))
    healthy, tumour = mean_dose_of_regions(row([1, 3, 9, 0, 0, 0], "Gy"), regions)
    assert healthy.mean_gy == pytest.approx((1 + 0.5 * 3) / 1.5)
    assert tumour.mean_gy == pytest.approx((0.5 * 3 + 9) / 1.5)
    assert healthy.rule == "liver − lesion"


def test_whole_voxels_get_what_the_map_shows(gaussian_kernel):
    kernel = gaussian_kernel("lutetium")
    whole = regions_of(kidney=[True, True, False, False, False, False], liver=[False, False, True, True, True, False])
    tia = row([4.0, 5.0, 1.0, 2.0, 3.0, 7.0], "MBq h")
    shown = mean_dose_of_regions(voxel_dose(tia, kernel).dose, whole)
    found = dose_between_regions(tia, whole, kernel)
    for region in shown:
        assert found[region.region].mean_gy == pytest.approx(region.mean_gy, rel=1e-6)
    assert found.sources == ("kidney", "liver", REST)
    assert found.tia_mbq_h == pytest.approx([9, 6, 7])
    assert found["kidney"].mean_over == "mass"
    # the rest is one voxel of 7 MBq h, three, four and five voxels away from the liver's
    at = [kernel.s_gy_per_mbq_h(np.array(0), np.array(0), np.array(d)) for d in (3, 2, 1)]
    assert found.parts_gy("liver")[REST] == pytest.approx(7 * np.mean(at), rel=1e-6)
    assert found.self_gy("kidney") + found.cross_gy("kidney") == pytest.approx(found["kidney"].mean_gy)


def test_energy_stays_with_the_region_of_the_decay(gaussian_kernel):
    kernel = gaussian_kernel("lutetium")
    halves = regions_of(hot=[0, 0.5, 0, 0, 0, 0], cold=[0, 0.5, 0, 0, 0, 0])
    found = s_between_regions(halves, kernel)
    own = float(kernel.s_gy_per_mbq_h(np.array(0), np.array(0), np.array(0)))
    # the energy that one voxel of the kernel's mass keeps, in half that mass; the neighbour in it gets none
    assert found.s_gy_per_mbq_h["hot", "hot"] == pytest.approx(2 * own, rel=1e-6)
    assert found.s_gy_per_mbq_h["cold", "hot"] == pytest.approx(0, abs=1e-6 * own)
    assert "belongs to the region of the decay" in found.source


def test_activity_of_a_shared_voxel_is_divided_by_shares():
    regions = RegionSet(
        regions=(
            Region(name="a", shares=np.array([[[1.0, 0.5, 0.8, 0, 0, 0]]]), geometry=ROW),
            Region(name="b", shares=np.array([[[0, 0.25, 0.8, 0, 0, 0]]]), geometry=ROW),
        ),
        overlaps="state",
    )
    a, b, rest = source_shares(regions)
    assert a[0, 0, :4] == pytest.approx([1, 0.5, 0.5, 0])
    assert b[0, 0, :4] == pytest.approx([0, 0.25, 0.5, 0])
    assert rest[0, 0, :4] == pytest.approx([0, 0.25, 0, 1])


def test_masses_that_are_given_count(gaussian_kernel):
    kernel, regions = gaussian_kernel("lutetium"), regions_of(a=[1.0, 0.5, 0, 0, 0, 0], b=[0, 0, 0, 1.0, 1.0, 0])
    plain, given = s_between_regions(regions, kernel), s_between_regions(regions, kernel, mass_g={"a": 0.05})
    ratio = plain.reference_masses_g["a"] / 0.05
    assert given.s_gy_per_mbq_h["a", "b"] == pytest.approx(ratio * plain.s_gy_per_mbq_h["a", "b"])
    assert given.s_gy_per_mbq_h["b", "a"] == plain.s_gy_per_mbq_h["b", "a"]
    assert "Mass as given: a." in given.source
    for wrong in ({"c": 1.0}, {"a": 0.0}):
        with pytest.raises(InputError, match="mass above 0"):
            s_between_regions(regions, kernel, mass_g=wrong)


def test_what_does_not_fit_is_refused(gaussian_kernel):
    kernel, regions = gaussian_kernel("short"), regions_of(a=[1.0, 0, 0, 0, 0, 0])
    elsewhere = Geometry.regular((1, 1, 6), (5.0,) * 3, frame_of_reference="made up")
    tia = Volume(array=np.ones((1, 1, 6)), geometry=elsewhere, unit="MBq h")
    with pytest.raises(InputError, match="grid of the image"):
        dose_between_regions(tia, regions, kernel)
    with pytest.raises(InputError, match="in Gy"):
        mean_dose_of_regions(tia, regions)
    with pytest.raises(InputError, match="g/mL"):
        s_between_regions(regions, kernel, density=row([1] * 6, "Gy"))
    with pytest.raises(InputError, match="one of a"):
        dose_between_regions(row([1] * 6, "MBq h"), regions, kernel)["heart"]


def two_balls():
    """A ball of 25 mm with one of 6.2 mm in it, in a torso of water depth enough: made up."""
    solids = [
        Solid(centre_mm=(9.0, 3.0, -4.0), semi_axes_mm=(6.204,) * 3),
        Solid(centre_mm=(0.0, 0.0, 0.0), semi_axes_mm=(25.0,) * 3),
        Solid(centre_mm=(0.0, 0.0, 0.0), semi_axes_mm=(70.0,) * 3),
    ]
    names = ("lesion", "organ", "rest")
    volume_ml = volumes_ml(bodies([(solid, i) for i, solid in enumerate(solids)]))
    curves = [digital_patient().tissues[i].curve for i in (1, 3, 8)]
    return DigitalPatient(
        nuclide="Lu-177",
        tissues=tuple(
            Tissue(name=n, solids=(s,), density_g_per_ml=1.04, curve=c)
            for n, s, c in zip(names, solids, curves, strict=True)
        ),
        frame_of_reference="made up",
        volume_ml=dict(zip(names, map(float, volume_ml), strict=True)),
    )


def doses_from_images(voxels, **masses):
    """Dose of every region as a user gets it: contents of a map of integrated activity × S between the regions."""
    regions = voxels.regions()
    contents = region_contents(voxels.tia(), regions)
    table = s_between_regions(regions, voxels.patient.nuclide, **masses)
    areas = {
        name: Estimate(estimate=contents.total_of(name), lower=None, upper=None, std_error=0.0, method="GTM")
        for name in regions.names
    }
    return {
        name: organ_dose(
            name, areas, table, mass_g=table.reference_masses_g[name], u_mass_g=None, mass_scaling="none"
        ).absorbed.gy
        for name in regions.names
    }


def test_balls_in_a_ball_get_the_dose_of_the_equations():
    patient = two_balls()
    grid = Geometry.regular((31, 31, 31), (4.8,) * 3, first_voxel_mm=(-72.0,) * 3, frame_of_reference="made up")
    truth = phantom_truth(patient, radial_kernel("Lu-177"), decays=200_000)
    found = doses_from_images(on_grid(patient, grid), mass_g=patient.mass_g)
    for name, within in (("lesion", 0.01), ("organ", 0.005), ("rest", 0.01)):
        assert found[name] == pytest.approx(truth.mean_gy(name), rel=within)


def test_even_activity_in_a_map_gives_the_s_values():
    patient = two_balls()
    grid = Geometry.regular((31, 31, 31), (4.8,) * 3, first_voxel_mm=(-72.0,) * 3, frame_of_reference="made up")
    regions = on_grid(patient, grid).regions("lesion", "organ")
    table = s_between_regions(regions, "Lu-177")
    found = dose_between_regions(Volume(array=np.ones(grid.shape), geometry=grid, unit="MBq h"), regions, "Lu-177")
    voxels = {region.name: region.voxels for region in regions}
    for name in regions.names:
        own = table.s_gy_per_mbq_h[name, name] * voxels[name]
        assert found.self_gy(name) == pytest.approx(own, rel=1e-3)
        assert 0.002 < table.photon_fraction[name] < 0.03
        # endless even activity: everywhere the dose of equilibrium, but for what photons bring from beyond the image
        assert 0.85 < found[name].mean_gy / equilibrium_gy_per_mbq_h(lattice_kernel("Lu-177", (4.8,) * 3)) < 1
    # each way from one organ to the other the same energy, by the sampling error
    both = [table.s_gy_per_mbq_h[pair] for pair in (("lesion", "organ"), ("organ", "lesion"))]
    assert both[0] == pytest.approx(both[1], rel=0.1)
    assert found.tia_mbq_h.sum() == pytest.approx(31**3)


def test_dose_does_not_depend_on_how_the_grid_lies():
    patient, doses = two_balls(), []
    turned = RigidTransform.about((0, 0, 0), axis=(1, 2, -1), angle_deg=40, from_frame="a", to_frame="b").rotation
    for directions in (np.eye(3), np.diag([1.0, -1.0, -1.0]), np.diag([1.0, 1.0, -1.0]), turned):
        grid = Geometry.regular((34, 38, 30), (4.0, 3.6, 4.8), directions=directions, frame_of_reference="made up")
        grid = replace(grid, affine=moved_to_origin(grid))
        voxels = on_grid(patient, grid)
        found = doses_from_images(voxels, mass_g=patient.mass_g)
        doses.append([found["lesion"], found["organ"]])
    for lesion, organ in doses[1:]:
        assert lesion == pytest.approx(doses[0][0], rel=0.01)  # 1 mL, from voxels of 0.07 mL
        assert organ == pytest.approx(doses[0][1], rel=0.005)


def moved_to_origin(grid):
    affine = grid.affine.copy()
    affine[:3, 3] -= grid.centre_mm
    return affine


def test_doubled_activity_is_doubled_dose(gaussian_kernel):
    regions = regions_of(kidney=[1.0, 0.5, 0, 0, 0, 0], liver=[0, 0.5, 1.0, 1.0, 0, 0])
    for source in (gaussian_kernel("lutetium"), "Lu-177"):
        one, two = (
            dose_between_regions(row([k * v for v in (4.0, 5, 1, 2, 3, 7)], "MBq h"), regions, source) for k in (1, 2)
        )
        assert two.dose_gy == pytest.approx(2 * one.dose_gy, rel=1e-12)


@pytest.mark.long
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_the_digital_patient_gets_its_true_doses(seed):
    # acceptance: 1 %, tumour of 1 mL 3 %, marrow 2 %; what is reached is better, and held here
    patient = digital_patient(seed=seed)
    truth = phantom_truth(patient, radial_kernel("Lu-177"), decays=2_000_000)
    voxels = on_grid(patient, torso_geometry(patient))
    found = doses_from_images(voxels, mass_g=patient.mass_g)
    tolerance = {"liver lesion 1 mL": 0.01, "vertebral marrow": 0.01}
    organs = [name for name in patient.names if not any(w in name for w in ("lung", "spine", "rest"))]
    for name in organs:
        assert found[name] == pytest.approx(truth.mean_gy(name), rel=tolerance.get(name, 0.005)), name
