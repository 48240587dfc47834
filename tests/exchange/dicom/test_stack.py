"""Slices in order by where they lie: by hand, oblique, uneven, doubled, missing, tilted."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset

from lutetia.exchange.dicom.stack import Plane, affine_of, normal_of, plane_of, stack, stacked, thickness_of_mm

AXIAL = np.array([1.0, 0, 0, 0, 1, 0])


def plane(z, name=None, x=0.0, **other):
    given = {"cosines": AXIAL, "spacing_mm": (2.0, 1.5), "rows": 4, "columns": 5, "frame": "1.2", **other}
    return Plane(name=name or f"{z:g}", position_mm=np.array([x, 10.0, float(z)]), **given)


def test_order_follows_position_and_the_grid_is_right_handed():
    faults = []
    geometry, order = stack([plane(6), plane(0), plane(3)], None, faults)
    assert (order, faults) == ([1, 2, 0], [])
    assert geometry.shape == (3, 4, 5)
    assert geometry.spacing_mm == (3, 2, 1.5)
    assert geometry.world_mm((2, 1, 1)) == pytest.approx([1.5, 12, 6])
    assert not geometry.is_mirrored


def test_an_oblique_stack_by_hand():
    cosines = np.array([0, 1.0, 0, 0, 0, -1])  # rows to the back, columns to the feet: the normal to the right
    assert normal_of(cosines) == pytest.approx([-1, 0, 0])
    planes = [plane(0, str(x), x, cosines=cosines) for x in (0, 4, 8)]
    geometry, order = stack(planes, None, [])
    assert order == [2, 1, 0]
    assert geometry.world_mm((1, 2, 3)) == pytest.approx([4, 10 + 3 * 1.5, -2 * 2])
    assert affine_of(planes[0], np.array([0, 0, 9.0]))[:3, 2] == pytest.approx([0, 0, 9])


@pytest.mark.parametrize(
    ("planes", "place", "words"),
    [
        ([plane(0), plane(3), plane(3, "double")], "double", "must lie elsewhere than every other slice"),
        ([plane(0), plane(3), plane(6), plane(12)], "12", "1 slice(s) are missing"),
        ([plane(0), plane(3), plane(6), plane(9), plane(13.1)], "13.1", "Resample it to even slices"),
        ([plane(0), plane(3, x=0.4), plane(6, x=0.8)], "6", "tilted gantry"),
        ([plane(0), plane(3), plane(6, frame="9")], "6", "frame of reference of its series, 1.2"),
        ([plane(0), plane(3), plane(6, rows=8)], "6", "4 × 5 pixels"),
        ([plane(0), plane(3), plane(6, spacing_mm=(2.0, 1.6))], "6", "pixel spacing"),
        ([plane(0), plane(3), plane(6, cosines=np.array([0, 1.0, 0, 0, 0, -1]))], "6", "localizer"),
    ],
)
def test_odd_slices_are_named(planes, place, words):
    faults = []
    assert stack(planes, None, faults) is None
    assert faults[0].place == place
    assert words in str(faults[0])


def test_a_single_slice_needs_its_thickness():
    faults = []
    geometry, _ = stack([plane(5)], 2.5, faults)
    assert geometry.spacing_mm[0] == 2.5
    assert stack([plane(5)], None, faults) is None
    assert "SliceThickness" in faults[0].must
    dataset = Dataset()
    assert thickness_of_mm(dataset) is None
    dataset.SliceThickness, dataset.SpacingBetweenSlices = "5", "-3"
    assert thickness_of_mm(dataset) == 3


def test_a_header_without_its_plane_names_all_that_is_missing():
    faults = plane_of("a.dcm", Dataset())
    assert [fault.must.split()[2] for fault in faults[:3]] == [
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "PixelSpacing",
    ]
    assert len(faults) == 5
    dataset = Dataset()
    dataset.ImageOrientationPatient = [1, 0, 0, 0.5, 1, 0]
    assert any("right angles" in str(fault) for fault in plane_of("a.dcm", dataset))
    collected = []
    assert stacked([("a.dcm", Dataset())], collected) is None
    assert len(collected) == 5
