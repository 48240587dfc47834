"""One scan in: from its files to activity in Bq/mL, with the moment its numbers hold for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from lutetia.dosimetry.calibration import dead_time_correction_fraction
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.decay import Timing, decay_to_start
from lutetia.exchange.dicom.file import USUAL, open_dataset, quietly, text_of
from lutetia.exchange.dicom.nm import read_nm
from lutetia.exchange.dicom.pt import read_pt
from lutetia.exchange.dicom.scan import ActivityScan, zero_faults
from lutetia.exchange.dicom.series import SeriesIdentity, files_of
from lutetia.exchange.dose_study.camera import Camera
from lutetia.exchange.dose_study.scans import Scan
from lutetia.exchange.dose_study.study import DoseStudy
from lutetia.exchange.nifti import read_nifti

NIFTI = (".nii", ".nii.gz")
SAME_INJECTION_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadScan:
    """A scan as the series takes it: `activity` (Bq/mL) holds for `valid_at`, `after_h` hours after the injection.

    `counts_per_mbq` are the counts of the whole acquisition for 1 MBq, None where the files hold activity. `alarms` are
    sentences for what a person must look at.
    """

    name: str
    activity: Volume
    valid_at: datetime
    after_h: float
    duration_s: float | None
    counts_per_mbq: float | None
    series: SeriesIdentity | None
    alarms: tuple[str, ...]

    @property
    def frame_of_reference(self) -> str:
        """The frame in which the scan lies."""
        return self.activity.frame_of_reference


def is_nifti(name: str) -> bool:
    """True for the name of a NIfTI file."""
    return name.endswith(NIFTI)


def read_scan(scan: Scan, study: DoseStudy, folder: Path, half_life_h: float) -> ReadScan:
    """The scan of the declaration; paths are relative to `folder`.

    Raises InputError with the faults of its files: as `read_nm`, `read_pt` and `read_nifti`; a unit that is not the one
    declared; another nuclide; a scan before the injection; no duration where counts need one.
    """
    read = _from_nifti if is_nifti(scan.image) else _from_dicom
    found = read(scan, study, folder / scan.image, half_life_h)
    volume, valid_at, duration_s, series, alarms = found
    after_h = (valid_at - study.administration.injected_at).total_seconds() / 3600
    if after_h < 0:
        got = f"{valid_at.isoformat()}, {-after_h:.2f} h before it"
        must, do = "must be scanned after the injection", "Correct injected_at, or the scan's time and time zone."
        raise InputError(scan.name, [Fault(place=Path(scan.image).name, must=must, got=got, do=do)])
    activity, counts_per_mbq = _quantified(volume, scan, study.camera, duration_s)
    return ReadScan(
        name=scan.name,
        activity=activity,
        valid_at=valid_at,
        after_h=after_h,
        duration_s=duration_s,
        counts_per_mbq=counts_per_mbq,
        series=series,
        alarms=alarms,
    )


Found = tuple[Volume, datetime, float | None, SeriesIdentity | None, tuple[str, ...]]


def _from_dicom(scan: Scan, study: DoseStudy, path: Path, half_life_h: float) -> Found:
    injected_at = study.administration.injected_at
    if _modality(path) == "PT":
        found = read_pt(
            path,
            zone=study.time_zone,
            series_uid=scan.series_uid,
            decay_correction=scan.decay_correction,
            half_life_h=half_life_h,
            acquired_at=scan.at,
            injected_at=injected_at,
        )
    else:
        found = read_nm(
            path,
            zone=study.time_zone,
            series_uid=scan.series_uid,
            unit=scan.unit,
            decay_correction=scan.decay_correction,
            half_life_h=half_life_h,
            acquired_at=scan.at,
            injected_at=injected_at,
        )
    stated = found.injection.nuclide
    if stated is not None and stated != study.nuclide:
        must = f"must be a scan of {study.nuclide}, as declared"
        raise InputError(scan.name, [Fault(place=path.name, must=must, got=stated)])
    middle = found.at_middle()  # the mean over a scan is the value at its middle, whatever the kinetics
    return (
        middle.volume,
        middle.valid_at,
        scan.duration_s or found.duration_s,
        found.series,
        _alarms(scan, study, found),
    )


def _alarms(scan: Scan, study: DoseStudy, found: ActivityScan) -> tuple[str, ...]:
    """Where the header's injection is not the declared one; the declared one is used."""
    said = []
    declared = study.administration.injected_at
    if found.injection.at is not None and abs((found.injection.at - declared).total_seconds()) > SAME_INJECTION_S:
        header = found.injection.at.isoformat()
        said.append(f"{scan.name}: the header says injected at {header}, the declaration {declared.isoformat()}.")
    return tuple(said)


def _modality(path: Path) -> str:
    """The first of NM and PT among the files; NM where there is none, so that its reader names the faults."""
    with quietly():
        for one in files_of(path, USUAL):
            dataset = open_dataset(one, pixels=False)
            if not isinstance(dataset, Fault) and text_of(dataset, "Modality") in ("NM", "PT"):
                return text_of(dataset, "Modality")
    return "NM"


def _from_nifti(scan: Scan, study: DoseStudy, path: Path, half_life_h: float) -> Found:
    faults = [
        Fault(place=place, must=f"must be given for a NIfTI scan: {what}")
        for place, what in (
            ("at", "the start of the acquisition"),
            ("frame", "a name for the coordinate system of the visit"),
            ("decay_correction", "NONE, START or ADMIN"),
        )
        if getattr(scan, place) is None
    ]
    if scan.decay_correction == "NONE" and scan.duration_s is None:
        faults.append(Fault(place="duration_s", must="must be given for decay_correction NONE"))
    if faults or scan.at is None or scan.frame is None or scan.decay_correction is None:
        raise InputError(scan.name, faults)
    volume = read_nifti(path, frame_of_reference=scan.frame, unit=scan.unit)
    injected_at = study.administration.injected_at
    if scan.decay_correction == "NONE" and scan.duration_s is not None:
        valid_at = scan.at + timedelta(seconds=scan.duration_s / 2)
        factor, said = 1.0, "Decay: not corrected; the mean over the scan is taken as the value at its middle."
    else:
        timing = Timing(starts=(scan.at,), durations_s=(scan.duration_s,), decay_factors=(None,), series_at=None)
        decay = decay_to_start(scan.decay_correction, timing, half_life_h, injected_at, path.name, faults)
        if decay is None:
            raise InputError(scan.name, faults)
        valid_at, factor, said = decay.valid_at, decay.factors[0], " ".join(decay.conventions)
    faults += zero_faults(float(abs(volume.array).sum(dtype="float64")), path.name)
    if faults:
        raise InputError(scan.name, faults)
    return volume.scaled(factor, because=said), valid_at, scan.duration_s, None, ()


def _quantified(volume: Volume, scan: Scan, camera: Camera, duration_s: float | None) -> tuple[Volume, float | None]:
    """The volume in Bq/mL, and the counts of the acquisition for 1 MBq where it was counts."""
    _refuse_unit(volume, scan, camera, duration_s)
    shown_fraction = 1.0
    if not isinstance(camera.dead_time, str) and scan.wide_spectrum_cps is not None:
        dead_time_s = camera.dead_time.dead_time_s
        factor = dead_time_correction_fraction(scan.wide_spectrum_cps, dead_time_s, camera.dead_time.model)
        shown_fraction = 1 / float(factor)
        because = (
            f"Dead time {1e6 * camera.dead_time.dead_time_s:g} µs ({camera.dead_time.model}) at "
            f"{scan.wide_spectrum_cps:g} cps: × {1 / shown_fraction:.5f}."
        )
        volume = volume.scaled(1 / shown_fraction, because=because)
    if camera.calibration is None:
        return volume.converted("Bq/mL"), None
    seconds = 1.0 if camera.counts == "per_second" else duration_s or 0.0
    cps_per_mbq = camera.calibration.cps_per_mbq
    because = f"Counts over {seconds:g} s and {cps_per_mbq:g} cps/MBq ({camera.calibration.geometry})."
    activity = volume.scaled(1 / (seconds * cps_per_mbq), unit="MBq", because=because).converted("Bq/mL")
    return activity, None if duration_s is None else cps_per_mbq * duration_s * shown_fraction


def _refuse_unit(volume: Volume, scan: Scan, camera: Camera, duration_s: float | None) -> None:
    place = Path(scan.image).name
    faults = []
    is_counts = volume.unit in ("counts", "counts/s")
    if camera.values == "activity" and is_counts:
        do = "Its file names no unit of activity. Write the scan's unit if you know it, or values: counts."
        faults.append(Fault(place=place, must="must hold activity, as camera.values says", got="counts", do=do))
    if camera.values == "counts" and not is_counts:
        do = "Write values: activity, and leave the calibration out."
        faults.append(Fault(place=place, must="must hold counts, as camera.values says", got=volume.unit, do=do))
    if camera.values == "counts" and camera.counts == "whole_acquisition" and duration_s is None:
        do = "Write the scan's duration_s."
        faults.append(Fault(place=place, must="must state its duration to turn counts into activity", do=do))
    if not is_counts and (volume.quantity == "intensive" or volume.total_unit != "MBq"):
        faults.append(Fault(place=place, must="must be in a unit of activity or counts", got=volume.unit))
    if faults:
        raise InputError(scan.name, faults)
