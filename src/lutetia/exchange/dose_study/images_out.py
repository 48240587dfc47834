"""The maps, regions and doses of a study as DICOM (RTDOSE, SEG, SR) and NIfTI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_result import RegionResult
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault
from lutetia.exchange.dicom.file import USUAL, open_dataset, quietly, text_of
from lutetia.exchange.dicom.rtdose_out import write_rtdose
from lutetia.exchange.dicom.seg_out import write_seg
from lutetia.exchange.dicom.series import files_of
from lutetia.exchange.dicom.sr_out import VoiDose, write_dose_sr
from lutetia.exchange.dicom.study_reference import StudyReference
from lutetia.exchange.dose_study.outcome import DoseOutcome
from lutetia.exchange.nifti import write_nifti

NO_DICOM = (
    "RTDOSE, SEG and SR are not written: the reference scan and its CT are no DICOM, so there is no study to join."
)


def write_images(outcome: DoseOutcome, folder: Path, *, at: datetime) -> tuple[str, ...]:
    """Writes the maps as NIfTI, and where the reference is DICOM also RTDOSE, SEG and SR; sentences on what is not.

    Raises InputError as the writers do.
    """
    left_out = []
    dose = dose_of(outcome)
    if dose is None:
        left_out.append("No dose map was asked for: no RTDOSE and no NIfTI of it.")
    else:
        write_nifti(dose, folder / "dose.nii.gz")
    if outcome.cycle.tia_map is not None:
        write_nifti(outcome.cycle.tia_map.converted("MBq h/mL"), folder / "tia.nii.gz")
    source = reference_files(outcome)
    if not source:
        return (*left_out, NO_DICOM)
    study = StudyReference.of(source[0])
    if dose is not None:
        label = f"Absorbed dose, cycle {outcome.study.cycle}"
        write_rtdose(
            dose, folder / "dose.rtdose.dcm", study, at=at, description=label, references=references_of(source)
        )
    seg = write_regions(outcome, source, folder, at)
    doses = voi_doses(outcome)
    if doses:
        write_dose_sr(doses, folder / "report.sr.dcm", seg, at=at)
    else:
        left_out.append("No region has a dose: no SR is written.")
    return tuple(left_out)


def dose_of(outcome: DoseOutcome) -> Volume | None:
    """The map of the absorbed dose, what the method undershoots below 0 set to 0; None where none was asked for."""
    found = outcome.cycle.dose_map
    if found is None:
        return None
    dose = found.dose
    return dose if float(dose.array.min()) >= 0 else dose.with_array(np.maximum(dose.array, 0))


def reference_files(outcome: DoseOutcome) -> tuple[Path, ...]:
    """The DICOM files of the images that the regions lie on: the reference's CT, else its scan; empty for NIfTI."""
    assembled = outcome.assembled
    declared = next(scan for scan in outcome.study.scans if scan.name == outcome.study.reference)
    ct, scan = assembled.ct, assembled.scans[outcome.study.reference]
    if ct is not None and ct.series is not None and declared.ct is not None:
        return _of_series(assembled.folder / declared.ct, ct.series.series_uid)
    if ct is None and scan.series is not None:
        return _of_series(assembled.folder / declared.image, scan.series.series_uid)
    return ()


def references_of(source: Sequence[Path]) -> tuple[tuple[str, str], ...]:
    """SOP class and instance of each file."""
    with quietly():
        opened = [open_dataset(path, pixels=False) for path in source]
    return tuple(
        (text_of(one, "SOPClassUID"), text_of(one, "SOPInstanceUID")) for one in opened if not isinstance(one, Fault)
    )


def write_regions(outcome: DoseOutcome, source: Sequence[Path], folder: Path, at: datetime) -> Path:
    """Writes the regions of the reference as SEG; the path."""
    regions = [in_whole_voxels(region) for region in outcome.assembled.series.regions]
    label = f"Regions, cycle {outcome.study.cycle}"
    return write_seg(regions, folder / "regions.seg.dcm", list(source), at=at, description=label)


def in_whole_voxels(region: Region) -> Region:
    """The region by the voxels it fills by half or more; as it is where that would leave nothing."""
    if region.is_whole_voxels or not region.mask().any():
        return region
    return replace(region, shares=region.mask())


def voi_doses(outcome: DoseOutcome) -> list[VoiDose]:
    """Absorbed dose, BED and EQD2 of each region, by the number of its segment."""
    found: list[VoiDose] = []
    names = outcome.assembled.series.regions.names
    for region in outcome.cycle.regions:
        found += _of_region(region, names.index(region.name) + 1)
    return found


def _of_region(region: RegionResult, segment: int) -> list[VoiDose]:
    if region.dose is None:
        return []
    given: list[tuple[str, float, float | None]] = [("absorbed dose", region.dose.gy, region.dose.u_gy)]
    if region.bed is not None:
        given.append(("BED", region.bed.bed_gy, region.bed.u_bed_gy))
    if region.eqd2 is not None:
        given.append(("EQD2", region.eqd2.eqd2_gy, region.eqd2.u_eqd2_gy))
    return [
        VoiDose(
            name=region.name,
            dose_gy=gy,
            std_error_gy=u,
            volume_ml=region.volume_ml,
            method=region.engine,
            kind=kind,
            segment=segment,
        )
        for kind, gy, u in given
        if gy >= 0
    ]


def _of_series(place: Path, series_uid: str) -> tuple[Path, ...]:
    """The files of the series below the place."""
    found = []
    with quietly():
        for path in files_of(place, USUAL):
            dataset = open_dataset(path, pixels=False)
            if not isinstance(dataset, Fault) and text_of(dataset, "SeriesInstanceUID") == series_uid:
                found.append(path)
    return tuple(found)
