"""Files made to break a reader: each is refused by name or read; no traceback, no silent zero, no flood of memory."""

from __future__ import annotations

import io
import random
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom import config
from pydicom.dataelem import RawDataElement
from pydicom.encaps import encapsulate
from pydicom.tag import Tag
from pydicom.uid import RLELossless

from lutetia.dosimetry.contour_trace import contours_of_region
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError
from lutetia.exchange.dicom import (
    StudyReference,
    VoiDose,
    find_series,
    read_ct,
    read_nm,
    read_pt,
    read_rtdose,
    read_rtstruct,
    read_seg,
    write_dose_sr,
    write_rtdose,
    write_seg,
)
from lutetia.exchange.phantom_dicom.rtstruct import write_structures

ODD = (
    b"",
    b"nan ",
    b"inf ",
    b"-1",
    b"0 ",
    b"1e308 ",
    b"../../../etc/passwd ",
    b"\xff\xfe\x00\x80",
    b"1\\2\\3\\4\\5\\6\\7\\8\\9\\10",
    b"\x00" * 8,
    b"\xff" * 8,
    b"2.5.a ",
    b"999999999999",
)


@dataclass(frozen=True)
class Target:
    """A file to be broken and what then reads it."""

    path: Path
    read: object


@pytest.fixture
def targets(phantom):
    grid = phantom.ct.geometry
    mask = np.zeros(grid.shape, bool)
    mask[2:4, 3:8, 4:10] = True
    liver = Region(name="liver", shares=mask, geometry=grid)
    ct, pt = phantom.write_ct(), phantom.write_pt(decay_correction="ADMIN")
    seg = write_seg([liver], phantom.folder / "seg.dcm", ct, at=phantom.scanned_at)
    contours = {"liver": contours_of_region(liver)}
    rtstruct = write_structures(contours, phantom.folder / "rs.dcm", phantom.study, ct, at=phantom.scanned_at)
    dose = Volume(array=mask * 2.0, geometry=grid, unit="Gy")
    rtdose = write_rtdose(dose, phantom.folder / "rd.dcm", phantom.study, at=phantom.scanned_at)
    out = phantom.folder / "out"
    doses = [VoiDose(name="liver", dose_gy=1.0, segment=1)]
    nm = phantom.write_nm(decay_correction="ADMIN")
    return {
        "ct": Target(ct[2], lambda _: read_ct(ct[0].parent)),
        "pt": Target(pt[1], lambda _: read_pt(pt[0].parent)),
        "nm": Target(nm, read_nm),
        "nm units": Target(phantom.write_nm(name="units.dcm", quantified="units"), read_nm),
        "rtstruct": Target(rtstruct, lambda path: read_rtstruct(path, grid)),
        "seg": Target(seg, lambda path: read_seg(path, onto=grid)),
        "rtdose": Target(rtdose, read_rtdose),
        "study": Target(nm, StudyReference.of),
        "folder": Target(nm, lambda path: find_series(path.parent)),
        "seg out": Target(ct[3], lambda _: write_seg([liver], out / "s.dcm", ct, at=phantom.scanned_at)),
        "sr out": Target(seg, lambda path: write_dose_sr(doses, out / "r.dcm", path, at=phantom.scanned_at)),
    }


def raw(dataset, keyword, value, vr=None):
    """Puts bytes where the element stands, whatever they are."""
    tag = Tag(keyword)
    dataset[tag] = RawDataElement(tag, vr or dataset[tag].VR, len(value), value, 0, False, True)


def broken(path, by):
    with config.disable_value_validation():
        dataset = pydicom.dcmread(path)
        by(dataset)
        dataset.save_as(path)


@pytest.mark.parametrize(
    ("name", "how", "words"),
    [
        ("ct", lambda d: setattr(d, "Rows", 65535), "bytes of pixels"),
        ("ct", lambda d: raw(d, "PixelSpacing", b"0\\0 "), "PixelSpacing as two numbers above 0"),
        ("ct", lambda d: raw(d, "RescaleSlope", b"nan "), "RescaleSlope"),
        ("ct", lambda d: raw(d, "RescaleSlope", b"0 "), "RescaleSlope"),
        ("ct", lambda d: raw(d, "ImagePositionPatient", b"1\\2 "), "ImagePositionPatient"),
        ("ct", lambda d: raw(d, "ImageOrientationPatient", b"1\\0\\0\\1\\0\\0 "), "right angles"),
        ("ct", lambda d: d.__delitem__("PixelRepresentation"), "PixelRepresentation"),
        ("ct", lambda d: setattr(d, "PixelData", d.PixelData[:-10]), "bytes of pixels"),
        ("ct", lambda d: raw(d, "FrameOfReferenceUID", b"1.2.3 "), "frame of reference of its series"),
        ("pt", lambda d: raw(d, "RescaleSlope", b"nan "), "RescaleSlope"),
        ("pt", lambda d: raw(d, "Rows", b"\x01\x00\x02\x00", "US"), "pixels, as its series"),
        ("nm", lambda d: setattr(d, "NumberOfFrames", "2147483647"), "NumberOfFrames, 1 to 100000"),
        ("nm", lambda d: [setattr(d, "NumberOfFrames", "90000"), setattr(d, "Rows", 65535)], "MiB"),
        ("nm", lambda d: raw(d, "NumberOfFrames", b"-5"), "NumberOfFrames"),
        ("nm", lambda d: raw(d, "SpacingBetweenSlices", b"nan "), "finite number in SpacingBetweenSlices"),
        ("nm", lambda d: raw(d, "SpacingBetweenSlices", b"4.8 ", "LO"), None),
        ("nm", lambda d: setattr(d.RealWorldValueMappingSequence[0], "RealWorldValueSlope", float("nan")), "slope"),
        ("nm", lambda d: raw(d, "SliceVector", b"\xff\xff" * 5), "number its slices"),
        ("nm units", lambda d: raw(d, "RescaleSlope", b"nan "), "finite number in RescaleSlope"),
        ("nm units", lambda d: raw(d, "RescaleSlope", b"0 "), "RescaleSlope other than 0"),
        ("nm units", lambda d: raw(d, "RescaleIntercept", b"many"), "finite number in RescaleIntercept"),
        ("nm units", lambda d: setattr(d, "PixelData", bytes(len(d.PixelData))), "nothing but zeros"),
        ("rtstruct", lambda d: raw(d.ROIContourSequence[0].ContourSequence[0], "ContourData", b"nan\\1\\2"), "liver"),
        ("rtstruct", lambda d: d.__delitem__("ROIContourSequence"), "liver"),
        ("seg", lambda d: setattr(d, "NumberOfFrames", "2147483647"), "MiB"),
        ("seg", lambda d: raw(d.SegmentSequence[0], "SegmentNumber", b"\x01\x00\x02\x00"), "complete"),
        ("rtdose", lambda d: raw(d, "DoseGridScaling", b"nan "), "DoseGridScaling"),
        ("rtdose", lambda d: raw(d, "GridFrameOffsetVector", b"0\\3\\3\\3\\3\\3 "), "even distances"),
        ("seg out", lambda d: raw(d, "StudyInstanceUID", b"../../x "), "complete, valid DICOM"),
        ("sr out", lambda d: raw(d, "StudyDate", b"../../x "), "complete, valid DICOM"),
    ],
)
def test_each_attack_is_named(targets, name, how, words):
    target = targets[name]
    broken(target.path, how)
    if words is None:
        assert target.read(target.path)
        return
    with pytest.raises(InputError) as caught:
        target.read(target.path)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["ct", "pt", "nm", "rtstruct", "seg", "rtdose", "study"])
def test_a_length_beyond_the_file_takes_neither_memory_nor_values(targets, name):
    """Declares four gigabytes for a last, private element; the image before it stays what it is."""
    target = targets[name]
    before = target.read(target.path)
    data = target.path.read_bytes() + struct.pack("<HH2sHI", 0x7FE1, 0x0010, b"OB", 0, 0xFFFFFFF0) + b"abc"
    target.path.write_bytes(data)
    after = target.read(target.path)
    assert type(after) is type(before)
    if name in ("ct", "pt", "nm"):
        assert np.array_equal(after.volume.array, before.volume.array)


@pytest.mark.parametrize("depth", [50, 20_000])
def test_deeply_nested_sequences_end_in_an_answer(targets, depth):
    target = targets["nm"]
    data = target.path.read_bytes()
    opened = struct.pack("<HH2sHI", 0x0009, 0x1001, b"SQ", 0, 0xFFFFFFFF) + struct.pack(
        "<HHI", 0xFFFE, 0xE000, 2**32 - 1
    )
    closed = struct.pack("<HHIHHI", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
    dataset = pydicom.dcmread(target.path)
    first = data.index(struct.pack("<HH", dataset["Modality"].tag.group, dataset["Modality"].tag.elem))
    target.path.write_bytes(data[:first] + opened * depth + closed * depth + data[first:])
    if depth < 100:
        assert target.read(target.path).volume.total() > 0
        return
    with pytest.raises(InputError, match="complete DICOM file"):
        target.read(target.path)


def test_a_stream_that_unpacks_to_more_than_the_header_says_is_refused(targets):
    target = targets["ct"]

    def bomb(dataset):
        runs = b"\x81\x00" * 50_000  # each pair unpacks to 128 bytes
        header = struct.pack("<16I", 2, 64, 64 + len(runs), *([0] * 13))
        dataset.PixelData = encapsulate([header + runs + runs])
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
        dataset.file_meta.TransferSyntaxUID = RLELossless

    broken(target.path, bomb)
    with pytest.raises(InputError, match="unpacks to more"):
        target.read(target.path)


def test_texts_that_look_like_paths_stay_texts(targets, phantom):
    target = targets["study"]
    broken(target.path, lambda d: setattr(d, "PatientID", "../../../etc/passwd"))
    before = sorted(phantom.folder.rglob("*"))
    assert target.read(target.path).patient_id == "../../../etc/passwd"
    assert read_nm(target.path).volume.total() > 0
    assert sorted(phantom.folder.rglob("*")) == before


def test_a_source_without_its_name_elements_can_still_be_referred_to(targets, phantom):
    for name in ("sr out", "seg out"):
        broken(targets[name].path, lambda d: [d.pop(Tag(word), None) for word in ("PatientName", "PatientID")])
        assert targets[name].read(targets[name].path).is_file()


def attacked(data, draws):
    """The file with bytes turned, cut off, or an element emptied, deleted or filled with what does not belong."""
    kind = draws.choice(("element", "element", "vr", "delete", "flip", "cut"))
    if kind == "cut":
        return data[: draws.randrange(len(data))]
    if kind == "flip":
        changed = bytearray(data)
        for _ in range(draws.choice((1, 3, 20))):
            changed[draws.randrange(132, min(len(data), 6000))] = draws.randrange(256)
        return bytes(changed)
    dataset = pydicom.dcmread(io.BytesIO(data))
    holder, tag = draws.choice(list(elements(dataset)))
    value = draws.choice(ODD)
    if kind == "delete" or (kind == "element" and holder[tag].VR == "SQ"):
        del holder[tag]
    else:
        vr = holder[tag].VR if kind == "element" else draws.choice(("LO", "DS", "US", "UN", "FD", "OB", "UI", "AT"))
        holder[tag] = RawDataElement(tag, vr, len(value), value, 0, False, True)
    stream = io.BytesIO()
    dataset.save_as(stream)
    return stream.getvalue()


def elements(dataset, depth=0):
    for element in list(dataset):
        yield dataset, element.tag
        if element.VR == "SQ" and depth < 3:
            for item in element.value:
                yield from elements(item, depth + 1)


def attack(targets, seed, times):
    draws = random.Random(seed)
    refused = 0
    for target in targets.values():
        data = target.path.read_bytes()
        for _ in range(times):
            with config.disable_value_validation():
                try:
                    target.path.write_bytes(attacked(data, draws))
                except Exception:  # pydicom itself cannot write it: no file, no attack
                    continue
            try:
                target.read(target.path)
            except InputError:
                refused += 1
        target.path.write_bytes(data)
    return refused


@pytest.mark.filterwarnings("ignore")
def test_random_damage_is_read_or_refused(targets):
    assert attack(targets, 1, 12) > 10


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", [2, 3])
def test_much_random_damage_is_read_or_refused(targets, seed):
    assert attack(targets, seed, 250) > 300
