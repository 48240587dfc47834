"""SEG in: binary, occupancy, probability, crops of the grid, overlaps; broken files are named."""

from __future__ import annotations

from dataclasses import replace

import highdicom
import numpy as np
import pydicom
import pytest

from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_set import RegionSet
from lutetia.errors import InputError
from lutetia.exchange.dicom.file import Limits
from lutetia.exchange.dicom.seg import read_seg
from lutetia.exchange.dicom.seg_out import write_seg


@pytest.fixture
def regions(phantom):
    grid = phantom.ct.geometry
    liver, lesion = np.zeros(grid.shape, dtype=bool), np.zeros(grid.shape, dtype=bool)
    liver[1:5, 2:9, 3:12] = True
    lesion[2:4, 4:6, 5:8] = True
    return [Region(name="liver", shares=liver, geometry=grid), Region(name="lesion 1", shares=lesion, geometry=grid)]


@pytest.fixture
def write(phantom):
    def writing(regions, name="seg.dcm"):
        return write_seg(regions, phantom.folder / name, phantom.write_ct(), at=phantom.scanned_at)

    return writing


def test_segments_come_back_on_their_ct(phantom, regions, write):
    found = read_seg(write(regions), onto=phantom.ct.geometry)
    for before, after in zip(regions, found.regions, strict=True):
        assert after.name == before.name
        assert np.array_equal(after.shares, before.shares)
        assert after.is_whole_voxels
    assert found.conventions == ("SEG: whole voxels.",)


def test_overlapping_segments_are_kept_and_refused_or_stated_by_the_set(phantom, regions, write):
    found = read_seg(write(regions), onto=phantom.ct.geometry)
    with pytest.raises(InputError, match="liver, lesion 1: must not overlap"):
        RegionSet(regions=found.regions)
    assert len(RegionSet(regions=found.regions, overlaps="state").found) == 1


def test_the_own_grid_may_be_a_part_of_the_ct(regions, write):
    found = read_seg(write(regions), names=["lesion 1"])
    assert [region.name for region in found.regions] == ["lesion 1"]
    assert found["lesion 1"].volume_ml == pytest.approx(regions[1].volume_ml)
    assert found["lesion 1"].centroid_mm == pytest.approx(regions[1].centroid_mm, abs=1e-3)


def test_occupancy_is_a_fraction_of_the_voxel(phantom, regions, write):
    half = [replace(regions[0], shares=regions[0].shares * np.float32(0.4))]
    found = read_seg(write(half), onto=phantom.ct.geometry)["liver"]
    assert not found.is_whole_voxels
    assert found.volume_ml == pytest.approx(0.4 * regions[0].volume_ml, rel=1e-6)


def test_a_probability_is_no_fraction(phantom, regions, write, edit):
    half = [replace(regions[0], shares=regions[0].shares * np.float32(0.4))]
    path = write(half)
    edit(path, lambda dataset: setattr(dataset, "SegmentationFractionalType", "PROBABILITY"))
    with pytest.raises(InputError, match="occupancy, not probability"):
        read_seg(path)
    cut = read_seg(path, onto=phantom.ct.geometry, probability_at_least_fraction=0.3)["liver"]
    assert np.array_equal(cut.shares, regions[0].shares)
    with pytest.raises(InputError, match="at least one voxel"):
        read_seg(path, probability_at_least_fraction=0.5)


def test_a_label_map_of_another_writer_is_read(phantom, regions):
    """Written by highdicom itself, as a LABELMAP segmentation."""
    sources = [pydicom.dcmread(path) for path in phantom.write_ct()]
    labels = np.where(regions[1].shares, 2, np.where(regions[0].shares, 1, 0)).astype(np.uint8)
    descriptions = [
        highdicom.seg.SegmentDescription(
            segment_number=n,
            segment_label=region.name,
            segmented_property_category=highdicom.sr.CodedConcept("91723000", "SCT", "Anatomical Structure"),
            segmented_property_type=highdicom.sr.CodedConcept("91772007", "SCT", "Organ"),
            algorithm_type="MANUAL",
        )
        for n, region in enumerate(regions, start=1)
    ]
    seg = highdicom.seg.Segmentation(
        source_images=sources,
        pixel_array=labels,
        segmentation_type="LABELMAP",
        segment_descriptions=descriptions,
        series_instance_uid="1.2.3",
        series_number=1,
        sop_instance_uid="1.2.3.4",
        instance_number=1,
        manufacturer="test",
        manufacturer_model_name="test",
        software_versions="1",
        device_serial_number="1",
    )
    path = phantom.folder / "labels.dcm"
    seg.save_as(path)
    found = read_seg(path, onto=phantom.ct.geometry)
    assert np.array_equal(found["lesion 1"].shares, regions[1].shares)
    assert np.array_equal(found["liver"].shares, regions[0].shares & ~regions[1].shares)


def test_what_is_broken_is_named(phantom, regions, write, edit):
    path = write(regions)
    with pytest.raises(InputError, match="0 of that label; the file has liver, lesion 1"):
        read_seg(path, names=["spleen"])
    with pytest.raises(InputError, match="must be a DICOM segmentation"):
        read_seg(phantom.write_nm())
    with pytest.raises(InputError, match="must decode to at most 0 MiB"):
        read_seg(path, limits=Limits(pixels_bytes=100))
    edit(path, lambda dataset: setattr(dataset, "PixelData", dataset.PixelData[:20]))
    with pytest.raises(InputError, match="must be a complete segmentation"):
        read_seg(path)
    edit(path, lambda dataset: setattr(dataset, "FrameOfReferenceUID", ""))
    with pytest.raises(InputError, match="frame of reference"):
        read_seg(path)
    edit(path, lambda dataset: delattr(dataset, "Rows"))
    with pytest.raises(InputError, match="must state NumberOfFrames"):
        read_seg(path)
