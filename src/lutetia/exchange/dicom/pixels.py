"""The stored numbers of an image: decoded only when header, length and limits agree."""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID

from lutetia.errors import Fault
from lutetia.exchange.dicom.file import MIB, Limits, element, text_of, whole_number_of

Stored = NDArray[np.integer[Any]]
_SIZES = {8: 1, 16: 2, 32: 4}


def stored_values(dataset: Dataset, name: str, limits: Limits) -> Stored | Fault:
    """The stored values (frames, rows, columns) as integers, or the fault that says why they cannot be had."""
    shape = _shape(dataset)
    bits = whole_number_of(dataset, "BitsAllocated")
    if shape is None or bits not in _SIZES:
        must = "must state Rows, Columns, NumberOfFrames (one or more) and BitsAllocated 8, 16 or 32"
        got = ", ".join(
            f"{word} {text_of(dataset, word) or 'missing'}" for word in ("Rows", "Columns", "BitsAllocated")
        )
        return Fault(place=name, must=must, got=got)
    if whole_number_of(dataset, "PixelRepresentation") not in (0, 1):
        got = text_of(dataset, "PixelRepresentation") or "none"
        return Fault(place=name, must="must state PixelRepresentation 0 or 1 (without or with sign)", got=got)
    if (whole_number_of(dataset, "SamplesPerPixel") or 1) != 1:
        return Fault(place=name, must="must have one sample per pixel", got=text_of(dataset, "SamplesPerPixel"))
    wanted_bytes = int(np.prod(shape, dtype=object)) * _SIZES[bits]
    if wanted_bytes > limits.pixels_bytes:
        must = f"must decode to at most {limits.pixels_bytes // MIB} MiB"
        return Fault(
            place=name,
            must=must,
            got=f"{shape} of {bits} bits",
            do="Is it damaged? If it is meant, raise Limits.pixels_bytes (Python).",
        )
    raw = element(dataset, "PixelData")
    if not isinstance(raw, bytes) or not raw:
        return Fault(place=name, must="must hold pixel data", got="none")
    syntax = getattr(getattr(dataset, "file_meta", None), "TransferSyntaxUID", None)
    if not isinstance(syntax, UID) or not syntax.is_transfer_syntax:
        return Fault(place=name, must="must state a known transfer syntax", got=str(syntax))
    if syntax.is_compressed:
        return _decompressed(dataset, name, shape)
    if len(raw) < wanted_bytes:
        must = f"must hold {wanted_bytes} bytes of pixels for {shape} of {bits} bits"
        do = "The file is truncated: fetch it again."
        return Fault(place=name, must=must, got=f"{len(raw)}", do=do)
    order = "<" if syntax.is_little_endian else ">"
    kind = "i" if whole_number_of(dataset, "PixelRepresentation") == 1 else "u"
    values = np.frombuffer(raw, dtype=f"{order}{kind}{_SIZES[bits]}", count=wanted_bytes // _SIZES[bits])
    return _without_high_bits(values.reshape(shape), dataset, bits)


def _shape(dataset: Dataset) -> tuple[int, int, int] | None:
    frames = whole_number_of(dataset, "NumberOfFrames") if text_of(dataset, "NumberOfFrames") else 1
    rows, columns = whole_number_of(dataset, "Rows"), whole_number_of(dataset, "Columns")
    if frames is None or rows is None or columns is None or min(frames, rows, columns) < 1:
        return None
    return frames, rows, columns


def _without_high_bits(values: Stored, dataset: Dataset, bits: int) -> Stored:
    """The values with bits above BitsStored taken off (overlays once lived there), the sign kept."""
    stored = whole_number_of(dataset, "BitsStored")
    if stored is None or not 0 < stored < bits:
        return values
    own = values.astype(values.dtype.newbyteorder("="))
    shift = bits - stored
    return np.asarray(np.right_shift(np.left_shift(own, shift), shift), dtype=own.dtype)


def _overflows(told: str) -> bool:
    """True for pydicom's word on a run-length stream that unpacks to more than a byte of padding above its image."""
    match = re.search(r"non-conformant padding - (\d+) vs\. (\d+) bytes", told)
    return match is not None and int(match[1]) > int(match[2]) + 1


def _decompressed(dataset: Dataset, name: str, shape: tuple[int, int, int]) -> Stored | Fault:
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            values = np.asarray(dataset.pixel_array)
    except Exception as error:  # decoders raise whatever they like on broken streams
        do = "Decompress it first (dcmdjpeg, gdcmconv --raw) or install a decoder for pydicom (pylibjpeg)."
        got = f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"
        return Fault(place=name, must="must hold pixels that can be decompressed", got=got, do=do)
    if any(_overflows(str(one.message)) for one in told):
        return Fault(place=name, must=f"must decompress to {shape} values", got="a stream that unpacks to more")
    if values.size != int(np.prod(shape)) or values.dtype.kind not in "iu":
        return Fault(place=name, must=f"must decompress to {shape} whole numbers", got=f"{values.shape} {values.dtype}")
    return values.reshape(shape)
