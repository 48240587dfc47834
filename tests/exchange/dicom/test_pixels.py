"""Stored values: signs, bits, byte order, compression, truncation, limits."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, JPEG2000Lossless, RLELossless

from lutetia.errors import Fault
from lutetia.exchange.dicom.file import Limits
from lutetia.exchange.dicom.pixels import stored_values

LIMITS = Limits()


def image(values, *, stored_bits=None, syntax=ExplicitVRLittleEndian):
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = values.shape
    bits = values.dtype.itemsize * 8
    dataset.BitsAllocated, dataset.BitsStored = bits, stored_bits or bits
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(values.dtype.kind == "i")
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    order = "<" if syntax.is_little_endian else ">"
    dataset.PixelData = values.astype(values.dtype.newbyteorder(order)).tobytes()
    return dataset


@pytest.mark.parametrize("kind", ["u1", "i1", "u2", "i2", "u4", "i4"])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian])
def test_values_of_every_kind(kind, syntax):
    info = np.iinfo(kind)
    values = np.array([[[info.min, info.max, 7], [1, 2, 3]]] * 2, dtype=kind)
    found = stored_values(image(values, syntax=syntax), "a", LIMITS)
    assert np.array_equal(found, values)


def test_bits_above_the_stored_ones_are_taken_off_with_the_sign_kept():
    values = np.array([[[0x0FFF, 0xF001]]], dtype=np.uint16)
    assert stored_values(image(values, stored_bits=12), "a", LIMITS).tolist() == [[[0xFFF, 1]]]
    signed = values.view(np.int16)
    assert stored_values(image(signed, stored_bits=12), "a", LIMITS).tolist() == [[[-1, 1]]]


def test_run_length_encoded_pixels_are_decoded():
    dataset = image(np.arange(24, dtype=np.uint16).reshape(2, 3, 4))
    plain = stored_values(dataset, "a", LIMITS).copy()
    dataset.SOPInstanceUID = "1.2.3"
    dataset.compress(RLELossless)
    assert np.array_equal(stored_values(dataset, "a", LIMITS), plain)
    dataset.PixelData = dataset.PixelData[:60]
    assert "can be decompressed" in stored_values(dataset, "a", LIMITS).must


def test_broken_streams_and_truncated_pixels_are_faults():
    values = np.zeros((2, 3, 4), dtype=np.int16)
    short = image(values)
    short.PixelData = short.PixelData[:-2]
    assert "truncated" in stored_values(short, "a", LIMITS).do
    strange = image(values, syntax=JPEG2000Lossless)
    assert "can be decompressed" in stored_values(strange, "a", LIMITS).must
    none = image(values)
    del none.PixelData
    assert "must hold pixel data" in stored_values(none, "a", LIMITS).must


@pytest.mark.parametrize(
    ("keyword", "value", "words"),
    [
        ("Rows", 0, "must state Rows"),
        ("BitsAllocated", 12, "BitsAllocated 8, 16 or 32"),
        ("SamplesPerPixel", 3, "one sample"),
        ("NumberOfFrames", 0, "NumberOfFrames"),
        ("NumberOfFrames", 2_000_000_000, "at most"),
    ],
)
def test_sizes_that_cannot_be_are_faults(keyword, value, words):
    dataset = image(np.zeros((2, 3, 4), dtype=np.int16))
    setattr(dataset, keyword, value)
    fault = stored_values(dataset, "a", LIMITS)
    assert isinstance(fault, Fault)
    assert words in fault.must


def test_a_stored_file_agrees_with_pydicom(phantom):
    dataset = pydicom.dcmread(phantom.write_nm())
    assert np.array_equal(stored_values(dataset, "a", LIMITS), dataset.pixel_array)
