"""A declared study put together: every file read, scans in Bq/mL with their times, regions, CT, density, motions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lutetia.course.plausible import activity_range
from lutetia.dosimetry.activity_series import ActivitySeries, BloodSamples, TimePoint
from lutetia.dosimetry.calibration import decay_fraction
from lutetia.dosimetry.nuclide import nuclide
from lutetia.dosimetry.recovery import RecoveryCurve
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_plan import RegionPlan
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.exchange.dose_study.align import Laid, laid_on_reference, one_thread
from lutetia.exchange.dose_study.ct_in import ReadCt, density_of, read_visit_ct
from lutetia.exchange.dose_study.gather import Told, gathered, silent
from lutetia.exchange.dose_study.inputs import InputFile, study_inputs
from lutetia.exchange.dose_study.outlines_in import read_outlines, region_set
from lutetia.exchange.dose_study.recovery_in import recovery_of
from lutetia.exchange.dose_study.scan_in import ReadScan, read_scan
from lutetia.exchange.dose_study.scans import Scan
from lutetia.exchange.dose_study.study import DoseStudy, read_dose_study

OLD_CALIBRATION_DAYS = 366  # older than a year: said, not refused


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AssembledStudy:
    """A study ready for the engine, and all that the outputs name of its inputs.

    `scans`, `laid` and `cts` are by the name of the time point; `ct` is that of the reference. `folder` is where the
    paths of the declaration start. `alarms` are sentences for what a person must look at.
    """

    study: DoseStudy
    folder: Path
    half_life_h: float
    series: ActivitySeries
    plans: Mapping[str, RegionPlan]
    scans: Mapping[str, ReadScan]
    laid: Mapping[str, Laid]
    cts: Mapping[str, ReadCt]
    inputs: tuple[InputFile, ...]
    alarms: tuple[str, ...]
    conventions: tuple[str, ...]

    @property
    def ct(self) -> ReadCt | None:
        """The CT of the reference scan, None without one."""
        return self.cts.get(self.study.reference)


def assemble(path: str | Path, *, told: Told = silent) -> AssembledStudy:
    """The study of a declaration with all its files, which are read and checked together.

    Raises InputError: first with every fault of the declaration, then with every fault of the files, each with the
    place in the declaration.
    """
    study, folder = read_dose_study(path), Path(path).parent
    faults: list[Fault] = []
    half_life_h = gathered(faults, "nuclide", lambda: nuclide(study.nuclide).half_life_h)
    if half_life_h is None:
        raise InputError(str(path), faults)
    net_mbq = study.administration.net_mbq(half_life_h)
    faults += net_faults(net_mbq, study.radiopharmaceutical)
    scans = _scans(study, folder, half_life_h, faults, told)
    cts = _cts(study, folder, scans, faults, told)
    regions = _regions(study, folder, scans, cts, faults, told)
    laid = _laid(study, folder, scans, cts, faults, told)
    recovery = _recovery(study, folder, faults)
    density = _density(study, cts, faults)
    if faults or study.reference not in regions:
        raise InputError(str(path), faults)
    told("hashing the inputs")
    series = ActivitySeries(
        nuclide=study.nuclide,
        administered_mbq=net_mbq,
        time_points=tuple(_time_point(scan, regions, laid[name], study) for name, scan in scans.items()),
        regions=regions[study.reference],
        density=density,
        image_fwhm_mm=study.camera.image_fwhm_mm,
        u_image_fwhm_mm=study.camera.u_image_fwhm_mm,
        outline_fwhm_mm=study.camera.outline_fwhm_mm,
        recovery=recovery,
        u_calibration_fraction=study.camera.u_fraction,
        blood=_blood(study, half_life_h),
        conventions=study.administration.conventions(half_life_h),
    )
    return AssembledStudy(
        study=study,
        folder=folder,
        half_life_h=half_life_h,
        series=series,
        plans={request.region: request.plan(study.method, half_life_h) for request in study.regions},
        scans=scans,
        laid=laid,
        cts=cts,
        inputs=study_inputs(path, study),
        alarms=(*calibration_alarms(study), *_alarms(scans, laid)),
        conventions=tuple(_conventions(study, scans, laid, density)),
    )


def net_faults(net_mbq: float, radiopharmaceutical: str | None) -> list[Fault]:
    """A fault where what is left at the injection is nothing, or not an activity of this radiopharmaceutical."""
    expected = activity_range(radiopharmaceutical)
    if net_mbq > 0 and expected.holds(net_mbq):
        return []
    must = f"must leave between {expected.low:g} and {expected.high:g} MBq in the patient at the injection"
    do = "Measured and residual are decayed from their moments to injected_at: check the three moments."
    return [Fault(place="administration", must=must, got=f"{net_mbq:.4g} MBq", do=do)]


def _scans(study: DoseStudy, folder: Path, half_life_h: float, faults: list[Fault], told: Told) -> dict[str, ReadScan]:
    found = {}
    for number, scan in enumerate(study.scans):
        told(f"reading {scan.name}", number, len(study.scans))

        def read(scan: Scan = scan) -> ReadScan:
            return read_scan(scan, study, folder, half_life_h)

        one = gathered(faults, f"scans[{number}] ({scan.name})", read)
        if one is not None:
            found[scan.name] = one
    return found


def _cts(
    study: DoseStudy, folder: Path, scans: Mapping[str, ReadScan], faults: list[Fault], told: Told
) -> dict[str, ReadCt]:
    """The CTs that are used: of the reference, of visits registered by CT, of visits with an RTSTRUCT of their own."""
    found = {}
    for number, scan in enumerate(study.scans):
        if scan.ct is None or scan.name not in scans or not _needs_ct(scan, study):
            continue
        told(f"reading the CT of {scan.name}", number, len(study.scans))
        frame, name = scans[scan.name].frame_of_reference, scan.ct

        def read(name: str = name, frame: str = frame) -> ReadCt:
            return read_visit_ct(name, folder, frame)

        one = gathered(faults, f"scans[{number}] ({scan.name}).ct", read)
        if one is not None:
            found[scan.name] = one
    return found


def _needs_ct(scan: Scan, study: DoseStudy) -> bool:
    drawn = scan.outlines is not None and scan.outlines.rtstruct is not None
    return scan.name == study.reference or drawn or (study.registration.images == "ct" and scan.transform is None)


def _regions(
    study: DoseStudy,
    folder: Path,
    scans: Mapping[str, ReadScan],
    cts: Mapping[str, ReadCt],
    faults: list[Fault],
    told: Told,
) -> dict[str, RegionSet]:
    """The regions of the reference, and of each visit that has outlines of its own."""
    found = {}
    requested = [request.region for request in study.regions]
    for number, scan in enumerate(study.scans):
        outlines = study.outlines if scan.name == study.reference else scan.outlines
        if (
            outlines is None
            or scan.name not in scans
            or (scan.ct is not None and scan.name not in cts and outlines.rtstruct)
        ):
            continue
        told(f"reading the outlines of {scan.name}", number, len(study.scans))
        onto = (cts[scan.name].volume if scan.name in cts else scans[scan.name].activity).geometry
        place = "outlines" if scan.name == study.reference else f"scans[{number}] ({scan.name}).outlines"
        drawn: tuple[Region, ...] | None = gathered(
            faults,
            place,
            lambda outlines=outlines, onto=onto: read_outlines(outlines, folder, onto),  # type: ignore[misc]
        )
        if drawn is None:
            continue
        made = gathered(
            faults,
            place,
            lambda drawn=drawn: region_set(drawn, study.combine, requested, study.overlaps),  # type: ignore[misc]
        )
        if made is not None:
            found[scan.name] = made
    return found


def _laid(
    study: DoseStudy,
    folder: Path,
    scans: Mapping[str, ReadScan],
    cts: Mapping[str, ReadCt],
    faults: list[Fault],
    told: Told,
) -> dict[str, Laid]:
    """Every scan laid on the reference; searches run side by side, each on one thread: the same numbers every time."""
    reference = scans.get(study.reference)
    found: dict[str, Laid] = {}
    if reference is None:
        return found
    asked = [(number, scan, _images(study, scan, scans, cts)) for number, scan in enumerate(study.scans)]
    asked = [one for one in asked if one[1].name in scans and not _lacks_ct(one[1], one[2], study)]
    searched = any(scan.transform is None and images is not None for _, scan, images in asked)
    with one_thread() if searched else nullcontext(), ThreadPoolExecutor(os.cpu_count()) as pool:
        running = [
            pool.submit(laid_on_reference, scan, scans[scan.name], reference, study, images, folder)
            for _, scan, images in asked
        ]
        for (number, scan, _), one in zip(asked, running, strict=True):
            told(f"laying {scan.name} on {study.reference}", number, len(study.scans))
            laid = gathered(faults, f"scans[{number}] ({scan.name})", one.result)
            if laid is not None:
                found[scan.name] = laid
    return found


def _lacks_ct(scan: Scan, images: tuple[Volume, Volume] | None, study: DoseStudy) -> bool:
    """Whether a CT that the motion would be searched by could not be read: that fault is named already."""
    return images is None and study.registration.images == "ct" and scan.transform is None


def _images(
    study: DoseStudy, scan: Scan, scans: Mapping[str, ReadScan], cts: Mapping[str, ReadCt]
) -> tuple[Volume, Volume] | None:
    """The fixed and the moving image of a rigid registration; None where none is asked for or one is missing."""
    if study.registration.images == "scan":
        return scans[study.reference].activity, scans[scan.name].activity
    if study.registration.images == "ct" and scan.name in cts and study.reference in cts:
        return cts[study.reference].volume, cts[scan.name].volume
    return None


def _recovery(study: DoseStudy, folder: Path, faults: list[Fault]) -> RecoveryCurve | None:
    declared = study.camera.recovery
    if isinstance(declared, str):
        return None
    return gathered(faults, "camera.recovery", lambda: recovery_of(declared, folder))


def _density(study: DoseStudy, cts: Mapping[str, ReadCt], faults: list[Fault]) -> Volume | None:
    ct = cts.get(study.reference)
    return None if ct is None else gathered(faults, "density", lambda: density_of(ct.volume, study.density))


def _time_point(scan: ReadScan, regions: Mapping[str, RegionSet], laid: Laid, study: DoseStudy) -> TimePoint:
    return TimePoint(
        name=scan.name,
        after_h=scan.after_h,
        activity=scan.activity,
        regions=None if scan.name == study.reference else regions.get(scan.name),
        to_reference=laid.to_reference,
        registration=laid.found,
        counts_per_mbq=scan.counts_per_mbq,
    )


def _blood(study: DoseStudy, half_life_h: float) -> BloodSamples | None:
    """Concentrations at the draw: those that hold for the injection are decayed to it."""
    if study.blood is None:
        return None
    injected_at = study.administration.injected_at
    times_h = np.array([(one.at - injected_at).total_seconds() / 3600 for one in study.blood.samples])
    kbq_per_ml = np.array([one.kbq_per_ml for one in study.blood.samples], dtype=np.float64)
    if study.blood.hold_for == "injection":
        kbq_per_ml = kbq_per_ml * decay_fraction(times_h, half_life_h)
    return BloodSamples(times_h=times_h, kbq_per_ml=kbq_per_ml, u_fraction=study.blood.u_fraction)


def calibration_alarms(study: DoseStudy) -> tuple[str, ...]:
    """A sentence where the camera was calibrated after the injection, or more than a year before."""
    if study.camera.calibration is None:
        return ()
    measured_on = study.camera.calibration.measured_on
    days = (study.administration.injected_at.date() - measured_on).days
    if 0 <= days <= OLD_CALIBRATION_DAYS:
        return ()
    said = f"{days} days before" if days > 0 else f"{-days} days after"
    return (f"The camera was calibrated on {measured_on.isoformat()}, {said} the injection: check the date.",)


def _alarms(scans: Mapping[str, ReadScan], laid: Mapping[str, Laid]) -> list[str]:
    said = [alarm for scan in scans.values() for alarm in scan.alarms]
    for name, one in laid.items():
        found = one.found
        said += [f"{name}: {alarm}" for alarm in (found.alarms if found is not None else ())]
        if found is not None and not found.converged:
            said.append(f"{name}: the registration did not settle ({found.why}).")
    return said


def _conventions(
    study: DoseStudy, scans: Mapping[str, ReadScan], laid: Mapping[str, Laid], density: Volume | None
) -> list[str]:
    said = [f"{name}: {sentence}" for name, scan in scans.items() for sentence in scan.activity.conventions]
    for name, one in laid.items():
        if name == study.reference:
            said.append(f"{name}: regions and maps lie in the frame of this scan.")
            continue
        motion = "" if one.to_reference is None else f", turned by {one.to_reference.angle_deg:.2f}°"
        shift = "" if one.found is None else f", middle moved by {one.found.shift_mm:.1f} mm"
        said.append(f"{name}: laid on {study.reference}: {one.said}{motion}{shift}.")
    if density is None:
        said.append("No CT of the reference scan: masses are volume × the density of soft tissue.")
    else:
        said += [sentence for sentence in density.conventions[-2:] if "ensity" in sentence]
    return said
