"""SEG out: on CT and on SPECT, binary and occupancy, read by highdicom, checked by dciodvfy."""

from __future__ import annotations

from dataclasses import replace

import highdicom
import numpy as np
import pydicom
import pytest

from lutetia.dosimetry.region import Region, minus
from lutetia.dosimetry.transform import RigidTransform
from lutetia.errors import InputError
from lutetia.exchange.dicom.nm import read_nm
from lutetia.exchange.dicom.seg import read_seg
from lutetia.exchange.dicom.seg_out import write_seg


def boxes(grid):
    liver, lesion = np.zeros(grid.shape, dtype=bool), np.zeros(grid.shape, dtype=bool)
    liver[1:4, 2:6, 1:7] = True
    lesion[2:3, 3:5, 2:4] = True
    return Region(name="liver", shares=liver, geometry=grid), Region(name="lesion", shares=lesion, geometry=grid)


def test_highdicom_reads_segments_and_rules(phantom, conforms):
    liver, lesion = boxes(phantom.ct.geometry)
    path = write_seg(
        [minus("healthy liver", liver, lesion), lesion],
        phantom.folder / "seg.dcm",
        phantom.write_ct(),
        at=phantom.scanned_at,
    )
    seg = highdicom.seg.segread(path)
    description = seg.get_segment_description(1)
    assert (description.segment_label, seg.segmentation_type.value) == ("healthy liver", "BINARY")
    assert description.segmented_property_type.meaning == "Liver"
    assert description.algorithm_identification[0].AlgorithmName == "Lutetia: liver − lesion"
    assert seg.get_volume(segment_numbers=[2]).array.sum() == lesion.shares.sum()
    assert str(seg.PatientName) == "MadeUp^Tests"
    conforms(path)


def test_fractions_are_written_as_occupancy(phantom, conforms):
    liver, lesion = boxes(phantom.ct.geometry)
    soft = replace(lesion, shares=lesion.shares * np.float32(0.2))
    path = write_seg([liver, soft], phantom.folder / "seg.dcm", phantom.write_ct(), at=phantom.scanned_at)
    dataset = pydicom.dcmread(path)
    assert (dataset.SegmentationType, dataset.SegmentationFractionalType) == ("FRACTIONAL", "OCCUPANCY")
    back = read_seg(path, onto=phantom.ct.geometry)
    assert back["lesion"].volume_ml == pytest.approx(soft.volume_ml, rel=1e-6)
    conforms(path)


@pytest.mark.parametrize("axes", [(), (0,)], ids=["upward", "negative spacing"])
def test_regions_of_a_spect_are_written_on_it(phantom, conforms, axes):
    source = phantom.write_nm(phantom.activity.flipped(*axes))
    grid = read_nm(source).volume.geometry
    liver, lesion = boxes(grid)
    path = write_seg([liver, lesion], phantom.folder / "seg.dcm", source, at=phantom.scanned_at)
    back = read_seg(path, onto=grid)
    assert np.array_equal(back["liver"].shares, liver.shares)
    assert np.array_equal(back["lesion"].shares, lesion.shares)
    conforms(path)


def test_an_oblique_ct_keeps_its_place(phantom, turned):
    ct = phantom.ct.moved(turned)
    liver, lesion = boxes(ct.geometry)
    path = write_seg([liver, lesion], phantom.folder / "seg.dcm", phantom.write_ct(ct), at=phantom.scanned_at)
    assert read_seg(path)["lesion"].centroid_mm == pytest.approx(lesion.centroid_mm, abs=1e-3)


def test_the_hook_takes_names_out(phantom):
    def blank(dataset):
        dataset.PatientName = dataset.PatientID = ""

    path = phantom.folder / "seg.dcm"
    write_seg(boxes(phantom.ct.geometry), path, phantom.write_ct(), at=phantom.scanned_at, deidentify=blank)
    assert b"MadeUp" not in path.read_bytes()


def test_every_fault_is_named(phantom):
    liver, lesion = boxes(phantom.ct.geometry)
    empty = Region(name="lesion", shares=np.zeros(phantom.ct.geometry.shape, dtype=bool), geometry=phantom.ct.geometry)
    other = boxes(phantom.activity.geometry)[0].renamed("far")
    ct = phantom.write_ct()

    def writing(regions, source=ct):
        write_seg(regions, phantom.folder / "seg.dcm", source, at=phantom.scanned_at)

    with pytest.raises(InputError) as caught:
        writing([liver, lesion, empty, other])
    assert [fault.place for fault in caught.value.faults] == ["lesion", "lesion", "lesion", "far"]
    with pytest.raises(InputError, match="at least one region"):
        writing([])
    moved = liver.moved(RigidTransform.identity(phantom.frame, "1.2.3"))
    with pytest.raises(InputError, match=r"frame of reference of the regions, 1\.2\.3"):
        writing([moved])
    notes = phantom.folder / "notes.txt"
    notes.write_text("hello", encoding="utf-8")
    with pytest.raises(InputError, match="must hold images of the series"):
        writing([liver], [notes])
