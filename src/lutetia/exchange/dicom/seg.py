"""Segmentations in: DICOM SEG (binary, fractional, label map) as regions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_measure import region_on
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.file import MIB, USUAL, Limits, open_dataset, quietly, text_of, whole_number_of
from lutetia.exchange.dicom.rtstruct import Structures
from lutetia.exchange.dicom.series import identity_of

SEG_CLASSES = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")  # segmentation, label map


def read_seg(
    path: str | Path,
    *,
    onto: Geometry | None = None,
    names: Iterable[str] | None = None,
    probability_at_least_fraction: float | None = None,
    limits: Limits = USUAL,
) -> Structures:
    """The segments as regions named by their SegmentLabel, on the grid of the SEG or on `onto` (its CT).

    Binary segments and label maps give whole voxels, fractional OCCUPANCY the fraction of each voxel. PROBABILITY is no
    fraction: `probability_at_least_fraction` makes it whole voxels, else it is refused. Overlapping segments are kept
    (`RegionSet` refuses or states them). Raises InputError for broken files, another frame of reference, double or
    missing names and empty segments.
    """
    with quietly():
        name = Path(path).name
        dataset = open_dataset(Path(path), limits=limits)
        faults = [dataset] if isinstance(dataset, Fault) else _faults(dataset, name, limits)
        if isinstance(dataset, Fault) or faults:
            raise InputError("SEG", faults)
        series = identity_of([(name, dataset)])
        segmentation = _segmentation(dataset, name)
        labels = _labels(segmentation, name)
        wanted = _wanted(list(labels.values()), names, name)
        fractional = text_of(dataset, "SegmentationType") == "FRACTIONAL"
        kind = text_of(dataset, "SegmentationFractionalType") if fractional else ""
        if kind == "PROBABILITY" and probability_at_least_fraction is None:
            do = "Give probability_at_least_fraction=, such as 0.5, to make whole voxels of it."
            fault = Fault(place=name, must="must hold occupancy, not probability, to be a fraction of a voxel", do=do)
            raise InputError("SEG", [fault])
        regions = []
        for number, label in labels.items():
            if label in wanted:
                region = _region(segmentation, number, label, probability_at_least_fraction if kind else None, name)
                regions.append(region if onto is None else _onto(region, onto))
    how = {"": "whole voxels", "OCCUPANCY": "fractions of voxels", "PROBABILITY": "probability cut to whole voxels"}
    return Structures(regions=tuple(regions), series=series, left_out=(), conventions=(f"SEG: {how[kind]}.",))


def _faults(dataset: Dataset, name: str, limits: Limits) -> list[Fault]:
    if text_of(dataset, "SOPClassUID") not in SEG_CLASSES:
        return [Fault(place=name, must="must be a DICOM segmentation", got=text_of(dataset, "SOPClassUID") or "none")]
    sizes = [whole_number_of(dataset, word) or 0 for word in ("NumberOfFrames", "Rows", "Columns")]
    if min(sizes) < 1:
        return [Fault(place=name, must="must state NumberOfFrames, Rows and Columns", got=str(sizes))]
    if int(np.prod(sizes, dtype=object)) > limits.pixels_bytes:
        must = f"must decode to at most {limits.pixels_bytes // MIB} MiB"
        return [
            Fault(
                place=name,
                must=must,
                got=str(sizes),
                do="Is it damaged? If it is meant, raise Limits.pixels_bytes (Python).",
            )
        ]
    if not text_of(dataset, "FrameOfReferenceUID"):
        return [Fault(place=name, must="must name its frame of reference (0020,0052)", got="none")]
    return []


def _segmentation(dataset: Dataset, name: str) -> Any:
    import highdicom

    try:
        return highdicom.seg.Segmentation.from_dataset(dataset, copy=False)
    except Exception as error:  # a broken file may raise anything
        raise InputError("SEG", [_broken(name, error)]) from error


def _labels(segmentation: Any, name: str) -> dict[int, str]:
    try:
        return {
            number: str(segmentation.get_segment_description(number).segment_label)
            for number in segmentation.segment_numbers
        }
    except Exception as error:  # a broken file may raise anything
        raise InputError("SEG", [_broken(name, error)]) from error


def _wanted(labels: list[str], names: Iterable[str] | None, place: str) -> list[str]:
    wanted = labels if names is None else list(names)
    faults = [
        Fault(
            place=label,
            must="must be the label of one segment",
            got=f"{labels.count(label)} of that label; the file has {', '.join(labels)}",
        )
        for label in dict.fromkeys(wanted)
        if labels.count(label) != 1
    ]
    if not labels:
        faults.append(Fault(place=place, must="must hold at least one segment"))
    if faults:
        raise InputError("SEG", faults)
    return wanted


def _region(segmentation: Any, number: int, label: str, at_least_fraction: float | None, name: str) -> Region:
    try:
        volume = segmentation.get_volume(segment_numbers=[number], allow_missing_positions=True)
        shares: NDArray[Any] = np.asarray(volume.array)[..., 0]
        geometry = _geometry(volume)
    except InputError:
        raise
    except Exception as error:  # a broken file may raise anything
        raise InputError("SEG", [_broken(f"{name}, {label}", error)]) from error
    if at_least_fraction is not None:
        shares = shares >= at_least_fraction
    elif shares.dtype.kind != "f":
        shares = shares != 0
    region = Region(name=label, shares=shares, geometry=geometry)
    if region.is_empty:
        raise InputError("SEG", [Fault(place=label, must="must hold at least one voxel", do="Leave it out by names=.")])
    return region


def _geometry(volume: Any) -> Geometry:
    """highdicom's affine takes (slice, row, column): the columns of ours are in the order (column, row, slice)."""
    affine = np.asarray(volume.affine, dtype=np.float64)[:, [2, 1, 0, 3]]
    frame = str(volume.frame_of_reference_uid)
    return Geometry(shape=volume.spatial_shape, affine=affine, frame_of_reference=frame)


def _onto(region: Region, onto: Geometry) -> Region:
    return region_on(region, onto, whole_voxels=region.is_whole_voxels)


def _broken(place: str, error: Exception) -> Fault:
    text = " ".join(str(error).split())[:160]
    return Fault(place=place, must="must be a complete segmentation", got=f"{type(error).__name__}: {text}")
