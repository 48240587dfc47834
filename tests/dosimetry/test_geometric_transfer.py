"""The geometric transfer matrix: known concentrations found again, through borders, blur and noise."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.geometric_transfer import blurred, region_contents
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.recovery import recovery_of_blurred_sphere
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.solid import Solid, bodies, shares_of_voxels, volumes_ml
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError

PER_ML = np.array([100.0, 40.0, 2.0])  # kBq/mL
GRID = Geometry.regular((30, 30, 30), (4.0,) * 3, first_voxel_mm=(-58.0,) * 3, frame_of_reference="made up")


@pytest.fixture(scope="module")
def phantom():
    """Two balls of 12 and 20 mm radius that touch, in a ball of 52 mm: regions and true volumes."""
    balls = [
        Solid(centre_mm=(-12.0, 0.0, 0.0), semi_axes_mm=(12.0,) * 3),
        Solid(centre_mm=(20.0, 0.0, 0.0), semi_axes_mm=(20.0,) * 3),
        Solid(centre_mm=(0.0, 0.0, 0.0), semi_axes_mm=(52.0,) * 3),
    ]
    listed = bodies([(ball, i) for i, ball in enumerate(balls)])
    shares = shares_of_voxels(listed, GRID)
    names = ("small", "large", "rest")
    regions = RegionSet(
        regions=tuple(Region(name=n, shares=s, geometry=GRID) for n, s in zip(names, shares, strict=True))
    )
    return regions, shares, volumes_ml(listed)


def image_of(shares, psf_fwhm_mm=0.0, unit="kBq/mL"):
    array = np.tensordot(PER_ML.astype(np.float32), shares, axes=1)
    return Volume(array=blurred(array, (4.0,) * 3, psf_fwhm_mm), geometry=GRID, unit=unit)


@pytest.mark.parametrize("psf_fwhm_mm", [0.0, 10.0])
def test_concentrations_come_back_through_borders_and_blur(phantom, psf_fwhm_mm):
    regions, shares, volume_ml = phantom
    found = region_contents(image_of(shares, psf_fwhm_mm), regions, psf_fwhm_mm=psf_fwhm_mm)
    assert found.per_ml == pytest.approx(PER_ML, rel=1e-4)
    assert found.total == pytest.approx(PER_ML * volume_ml / 1000, rel=3e-3)
    assert (found.unit, found.total_unit) == ("kBq/mL", "MBq")
    assert found.total_of("large") == found.total[1]
    assert f"blur of {psf_fwhm_mm:g} mm" in found.conventions[0]


def test_what_a_mask_shows_is_less(phantom):
    _, shares, _ = phantom
    image = image_of(shares, 10.0)
    seen = (image.array * shares[0]).sum() / shares[0].sum()
    assert seen < 0.7 * 100  # a third is blurred away, and the transfer matrix brings it back


@pytest.mark.parametrize("diameter_mm", [22.0, 37.0])
def test_a_blurred_ball_shows_what_the_closed_form_says_and_is_brought_back(diameter_mm):
    """Independent routes: erf and exponentials on the one hand, voxels on the other."""
    grid = Geometry.regular((34, 34, 34), (3.0,) * 3, first_voxel_mm=(-49.5,) * 3, frame_of_reference="made up")
    balls = [Solid(centre_mm=(0.0, 0.0, 0.0), semi_axes_mm=(r, r, r)) for r in (diameter_mm / 2, 45.0)]
    shares = shares_of_voxels(bodies([(ball, i) for i, ball in enumerate(balls)]), grid)
    regions = RegionSet(
        regions=tuple(Region(name=n, shares=s, geometry=grid) for n, s in zip(("ball", "rest"), shares, strict=True))
    )
    image = Volume(array=blurred(100 * shares[0], (3.0,) * 3, 10.0), geometry=grid, unit="kBq/mL")
    shown = float((image.array * shares[0]).sum() / shares[0].sum()) / 100
    # shares average over a voxel twice, in the image and in the mask: each adds the variance of a box, 3²/12 mm²
    fwhm_mm = np.sqrt(10.0**2 + 8 * np.log(2) * 2 * 3.0**2 / 12)
    assert shown == pytest.approx(float(recovery_of_blurred_sphere(diameter_mm, fwhm_mm)), abs=0.004)
    found = region_contents(image, regions, psf_fwhm_mm=10.0)
    assert found.total_of("ball") == pytest.approx(0.1 * np.pi * diameter_mm**3 / 6000, rel=5e-3)  # 100 kBq/mL
    assert abs(found.total_of("rest")) < 0.01 * found.total_of("ball")


def test_the_uncertainty_is_that_of_repeats(phantom):
    regions, shares, _ = phantom
    perfect, found, told = image_of(shares, 10.0), [], []
    for seed in range(60):
        counts = np.random.default_rng(seed).poisson(np.maximum(perfect.array, 0) * 2.0) / 2.0
        contents = region_contents(perfect.with_array(counts), regions, psf_fwhm_mm=10.0)
        found.append(contents.per_ml)
        told.append(np.sqrt(np.diag(contents.covariance)))
    assert np.mean(found, axis=0) == pytest.approx(PER_ML, rel=0.01)
    assert np.mean(told, axis=0) == pytest.approx(np.std(found, axis=0), rel=0.35)
    name_of_first = contents.u_total_of("small") / contents.total_of("small")
    assert name_of_first == pytest.approx(told[-1][0] / contents.per_ml[0])


def test_an_amount_per_voxel_is_the_same(phantom):
    regions, shares, _ = phantom
    image = image_of(shares, unit="MBq h/mL")
    per_voxel = image.converted("MBq h")
    assert region_contents(per_voxel, regions).total == pytest.approx(region_contents(image, regions).total, rel=1e-5)


def test_a_blur_keeps_what_lies_far_from_the_border_and_the_total(phantom):
    _, shares, _ = phantom
    whole = shares[2]
    assert blurred(whole, (4.0,) * 3, 0.0) is whole
    point = np.zeros((30, 30, 30), np.float32)
    point[15, 15, 15] = 1.0
    spread = blurred(point, (4.0,) * 3, 12.0)
    assert spread.sum() == pytest.approx(1, rel=1e-5)
    places = 4.0 * (np.arange(30) - 15)
    variance = (spread.sum(axis=(1, 2)) * places**2).sum()
    assert np.sqrt(variance) * 2.354820045 == pytest.approx(12.0, rel=2e-3)


def test_what_cannot_be_told_apart_is_refused(phantom):
    regions, shares, _ = phantom
    image = image_of(shares)
    twice = RegionSet(regions=(*regions, regions["small"].renamed("again")), overlaps="state")
    with pytest.raises(InputError, match="told apart"):
        region_contents(image, twice)
    with pytest.raises(InputError, match=r"at least 1\.2 voxels"):
        region_contents(image, regions, psf_fwhm_mm=3.0)
    with pytest.raises(InputError, match="per voxel or per mL"):
        region_contents(Volume(array=image.array, geometry=GRID, unit="HU"), regions)
    elsewhere = Geometry.regular((30, 30, 30), (5.0,) * 3, frame_of_reference="made up")
    with pytest.raises(InputError, match="grid of the image"):
        region_contents(Volume(array=image.array, geometry=elsewhere, unit="kBq/mL"), regions)
