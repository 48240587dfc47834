"""RTSTRUCT in: holes, names, frames, and every fault of every structure."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset

from lutetia.errors import InputError
from lutetia.exchange.dicom.file import Limits
from lutetia.exchange.dicom.rtstruct import read_rtstruct
from lutetia.exchange.phantom_dicom.rtstruct import write_rtstruct

AROUND = np.linspace(0, 2 * np.pi, 90, endpoint=False)


def circles(geometry, radius_mm, slices, x_mm=0.0):
    """Circles drawn on slices of the grid, in its own axes."""
    middle = (np.array(geometry.shape) - 1) / 2
    step = np.array(geometry.spacing_mm)
    found = []
    for k in slices:
        x, y = x_mm + radius_mm * np.cos(AROUND), radius_mm * np.sin(AROUND)
        index = np.stack([np.full(AROUND.size, k), middle[1] + y / step[1], middle[2] + x / step[2]], axis=-1)
        found.append(geometry.world_mm(index))
    return found


@pytest.fixture
def write(phantom):
    def writing(contours, *, frame=None):
        return write_rtstruct(
            contours,
            phantom.folder / "rs.dcm",
            phantom.study,
            at=phantom.scanned_at,
            frame_of_reference=frame or phantom.frame,
            ct_series_uid="1.2.3",
            ct_sop_uids=["1.2.3.4"],
        )

    return writing


def test_structures_with_a_hole_have_their_volume(phantom, write):
    grid = phantom.ct.geometry
    path = write(
        {"liver": circles(grid, 8, range(1, 5)) + circles(grid, 3, range(1, 5)), "lesion": circles(grid, 3, (2, 3))}
    )
    found = read_rtstruct(path, grid, whole_voxels=False)
    assert [region.name for region in found.regions] == ["liver", "lesion"]
    assert found["liver"].volume_ml == pytest.approx(np.pi * (64 - 9) * 12 / 1000, rel=0.01)
    assert found["lesion"].volume_ml == pytest.approx(np.pi * 9 * 6 / 1000, rel=0.02)
    assert "even-odd" in found.conventions[0]
    assert read_rtstruct(path, grid)["liver"].is_whole_voxels
    with pytest.raises(InputError, match="one of liver, lesion"):
        _ = found["spleen"]


def test_structures_on_a_turned_and_mirrored_ct_are_the_same(phantom, write, turned):
    straight, grid = phantom.ct.geometry, phantom.ct.geometry.moved(turned).flipped(2)
    here = read_rtstruct(write({"k": circles(straight, 6, (2, 3, 4))}), straight, whole_voxels=False)["k"]
    there = read_rtstruct(write({"k": circles(grid, 6, (2, 3, 4))}), grid, whole_voxels=False)["k"]
    assert there.volume_ml == pytest.approx(here.volume_ml, rel=1e-4)
    assert there.centroid_mm == pytest.approx(turned.apply_mm(here.centroid_mm), abs=0.01)


def test_some_structures_can_be_chosen(phantom, write):
    grid = phantom.ct.geometry
    path = write({"a": circles(grid, 4, (2,)), "body": circles(grid, 400, (2,))})
    assert [region.name for region in read_rtstruct(path, grid, names=["a"]).regions] == ["a"]
    with pytest.raises(InputError, match="body, contour 1: must lie on the image"):
        read_rtstruct(path, grid)
    with pytest.raises(InputError, match="none; it has a, body"):
        read_rtstruct(path, grid, names=["c"])


def test_points_and_open_lines_are_left_out_and_counted(phantom, write, edit):
    grid = phantom.ct.geometry
    path = write({"a": circles(grid, 4, (2, 3))})

    def add_point(dataset):
        point = Dataset()
        point.ContourGeometricType, point.NumberOfContourPoints, point.ContourData = "POINT", 1, [0, 0, 0]
        dataset.ROIContourSequence[0].ContourSequence.append(point)

    edit(path, add_point)
    found = read_rtstruct(path, grid)
    assert str(found.left_out[0]) == "1 contour(s) that are points or open lines"


def test_the_faults_of_all_structures_come_at_once(phantom, write, edit):
    grid = phantom.ct.geometry
    path = write({name: circles(grid, 4, (2,)) for name in ("frame", "empty", "odd", "twice", "good")})

    def spoil(dataset):
        rois, drawn = dataset.StructureSetROISequence, dataset.ROIContourSequence
        rois[0].ReferencedFrameOfReferenceUID = "1.2.3"
        drawn[1].ContourSequence = []
        drawn[2].ContourSequence[0].ContourData = drawn[2].ContourSequence[0].ContourData[:-1]
        extra = Dataset()
        extra.ROINumber, extra.ROIName, extra.ReferencedFrameOfReferenceUID = 9, "twice", phantom.frame
        rois.append(extra)

    edit(path, spoil)
    with pytest.raises(InputError) as caught:
        read_rtstruct(path, grid)
    told = " ".join(str(fault) for fault in caught.value.faults)
    assert "twice: must be the name of one structure" in told
    assert "odd, contour 1: must hold the number of points it states" in told
    assert "frame: must be drawn in the frame of reference of the image" in told
    assert "empty: must hold at least one closed contour" in told
    assert "good" not in {fault.place for fault in caught.value.faults}


def test_other_objects_truncated_files_and_floods_are_refused(phantom, write):
    grid = phantom.ct.geometry
    with pytest.raises(InputError, match="must be an RT Structure Set"):
        read_rtstruct(phantom.write_nm(), grid)
    path = write({"a": circles(grid, 4, (2, 3))})
    with pytest.raises(InputError, match="below 100 contour points"):
        read_rtstruct(path, grid, limits=Limits(contour_points=100))
    path.write_bytes(path.read_bytes()[:-800])
    with pytest.raises(InputError, match="RTSTRUCT"):
        read_rtstruct(path, grid)
    empty = write({})
    with pytest.raises(InputError, match="at least one closed structure"):
        read_rtstruct(empty, grid)
