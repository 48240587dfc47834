"""Regions out as a DICOM SEG: whole voxels binary, fractions as occupancy, one segment a region."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from lutetia.dosimetry.region import Region
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.file import USUAL, Limits, open_dataset, quietly, text_of
from lutetia.exchange.dicom.nm_frames import frames_in_order, geometry_of
from lutetia.exchange.dicom.out import (
    MANUFACTURER,
    Deidentify,
    built,
    decimal,
    decimals,
    series_description,
    software_version,
    uid_faults,
    uid_from,
    with_empty_elements,
    write_moment,
)
from lutetia.exchange.dicom.series import files_of
from lutetia.exchange.dicom.voi_code import codes_of

LARGEST_FRACTION = 255


def write_seg(
    regions: Sequence[Region],
    path: str | Path,
    source: str | Path | Sequence[str | Path],
    *,
    at: datetime,
    description: str = "Volumes of interest",
    deidentify: Deidentify | None = None,
    limits: Limits = USUAL,
) -> Path:
    """Writes the regions, all on one grid, as one SEG; returns the path.

    `source` are the files (or the folder) of the image series that the regions belong to: patient, study and references
    come from there. Regions of whole voxels are written binary; if any holds fractions all are written as occupancy in
    255 steps. Raises InputError for no regions, different grids, double names, and a source in another frame.
    """
    with quietly():
        faults: list[Fault] = []
        sources = _sources(source, limits, faults)
        faults += _faults(regions, sources)
        if faults:
            raise InputError("SEG", faults)
        dataset = built("SEG", lambda: _segmentation(regions, sources, at, description))
        if deidentify is not None:
            deidentify(dataset)
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        built("SEG", lambda: dataset.save_as(target))
    return target


def _sources(source: str | Path | Sequence[str | Path], limits: Limits, faults: list[Fault]) -> list[Dataset]:
    """The headers of the source images: single slices as they are, of a multi-frame image the one header."""
    found = []
    for path in files_of(source, limits):
        dataset = open_dataset(path, pixels=False, limits=limits)
        if isinstance(dataset, Fault):
            faults.append(dataset)
        elif text_of(dataset, "Modality") in ("CT", "PT", "NM", "MR"):
            found.append(_with_frames_placed(with_empty_elements(dataset), path.name, faults))
    if not found:
        faults.append(Fault(place="source", must="must hold images of the series that the regions belong to"))
    return found


def _with_frames_placed(dataset: Dataset, name: str, faults: list[Fault]) -> Dataset:
    """An NM header with the place of each frame where newer multi-frame images have it: highdicom looks there."""
    if text_of(dataset, "Modality") != "NM":
        return dataset
    ordered = frames_in_order(dataset, name, None, faults)
    geometry = geometry_of(dataset, name, len(ordered[0]) if ordered else 1, False, faults)
    if ordered is None or geometry is None:
        return dataset
    measures, orientation, shared = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing = dataset.PixelSpacing
    measures.SliceThickness = measures.SpacingBetweenSlices = decimal(geometry.spacing_mm[0])
    orientation.ImageOrientationPatient = decimals(geometry.directions[:, :2].T.ravel())
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    frames = [Dataset() for _ in ordered[0]]
    for k, frame in enumerate(ordered[0]):
        position = Dataset()
        position.ImagePositionPatient = decimals(geometry.world_mm((k, 0, 0)))
        frames[int(frame)].PlanePositionSequence = [position]
    dataset.SharedFunctionalGroupsSequence, dataset.PerFrameFunctionalGroupsSequence = [shared], frames
    return dataset


def _faults(regions: Sequence[Region], sources: Sequence[Dataset]) -> list[Fault]:
    if not regions:
        return [Fault(place="regions", must="must name at least one region")]
    first = regions[0].geometry
    faults = uid_faults(first.frame_of_reference)
    names = [region.name for region in regions]
    for region in regions:
        if not region.geometry.same_grid(first):
            faults.append(Fault(place=region.name, must=f"must lie on the grid of {regions[0].name}"))
        if region.is_empty:
            faults.append(Fault(place=region.name, must="must hold at least one voxel"))
        if names.count(region.name) > 1:
            faults.append(Fault(place=region.name, must="must be the name of one region only"))
    frames = {text_of(dataset, "FrameOfReferenceUID") for dataset in sources}
    if sources and frames != {first.frame_of_reference}:
        must = f"must lie in the frame of reference of the regions, {first.frame_of_reference}"
        faults.append(Fault(place="source", must=must, got=", ".join(sorted(frames)) or "none"))
    return faults


def _segmentation(regions: Sequence[Region], sources: Sequence[Dataset], at: datetime, description: str) -> Any:
    import highdicom as hd

    binary = all(region.is_whole_voxels for region in regions)
    series_uid = uid_from(text_of(sources[0], "StudyInstanceUID"), "SEG", description)
    total = ",".join(f"{region.name}:{region.voxels!r}" for region in regions)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = hd.seg.Segmentation(
            source_images=list(sources),
            pixel_array=_volume(hd, regions, binary),
            segmentation_type=hd.seg.SegmentationTypeValues.BINARY
            if binary
            else hd.seg.SegmentationTypeValues.FRACTIONAL,
            segment_descriptions=[_description(hd, n, region) for n, region in enumerate(regions, start=1)],
            series_instance_uid=series_uid,
            series_number=2,
            sop_instance_uid=uid_from(series_uid, at.isoformat(), total),
            instance_number=1,
            manufacturer=MANUFACTURER,
            manufacturer_model_name=MANUFACTURER,
            software_versions=software_version(),
            device_serial_number="0",
            fractional_type=hd.seg.SegmentationFractionalTypeValues.OCCUPANCY,
            max_fractional_value=LARGEST_FRACTION,
            series_description=series_description(description),
        )
    write_moment(dataset, at)
    organization = uid_from(series_uid, "dimensions")  # highdicom draws it at random
    for item in (*dataset.DimensionOrganizationSequence, *dataset.DimensionIndexSequence):
        item.DimensionOrganizationUID = organization
    return dataset


def _volume(hd: Any, regions: Sequence[Region], binary: bool) -> Any:
    geometry = regions[0].geometry
    stacked = np.stack([region.shares for region in regions], axis=-1)
    array = stacked.astype(np.uint8) if binary else stacked.astype(np.float32)
    return hd.Volume(
        array=array,
        affine=geometry.affine[:, [2, 1, 0, 3]],
        coordinate_system=hd.CoordinateSystemNames.PATIENT,
        frame_of_reference_uid=geometry.frame_of_reference,
        channels={hd.ChannelDescriptor("SegmentNumber"): list(range(1, len(regions) + 1))},
    )


def _description(hd: Any, number: int, region: Region) -> Any:
    rule = None if region.rule == region.name else region.rule
    category, kind = codes_of(region.name)
    return hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=region.name[:64],
        segmented_property_category=category,
        segmented_property_type=kind,
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.SEMIAUTOMATIC,
        algorithm_identification=hd.AlgorithmIdentificationSequence(
            name=f"{MANUFACTURER}: {rule}"[:64] if rule else MANUFACTURER,
            family=codes.cid7162.ManualProcessing,
            version=software_version(),
        ),
        tracking_uid=uid_from("segment", region.name, repr(region.voxels)),
        tracking_id=region.name[:64],
    )
