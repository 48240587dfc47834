"""The digital patient written as a whole study: SPECT (or PET), CT, structures and the truth, visit by visit.

truth.json                       what is true: volumes, masses, curves, doses, motion, moments
1_4h/nm.dcm  (or pt/…)           the scan
1_4h/ct/ct_0001.dcm …            the CT of the same visit, in the same frame of reference
1_4h/rtstruct.dcm, seg.dcm       all regions, drawn on that CT at half a voxel's share (first visit, or every)
2_24h/…
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, get_args

from lutetia.dosimetry.contour_trace import contours_of_region
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.nuclide import nuclide
from lutetia.dosimetry.phantom import DigitalPatient, VoxelPhantom, on_grid, phantom_table, torso_geometry
from lutetia.dosimetry.phantom_scan import HOURS, Camera, PhantomScan, phantom_series
from lutetia.dosimetry.phantom_truth import PhantomTruth
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.decay import growth_over_scan
from lutetia.exchange.dicom.seg_out import write_seg
from lutetia.exchange.dicom.study_reference import StudyReference
from lutetia.exchange.phantom_dicom.ct import write_ct_series
from lutetia.exchange.phantom_dicom.made_up import Injected, made_up_study
from lutetia.exchange.phantom_dicom.nm import Quantified, write_nm
from lutetia.exchange.phantom_dicom.pt import write_pt_series
from lutetia.exchange.phantom_dicom.rtstruct import write_structures
from lutetia.exchange.phantom_dicom.truth import write_truth

Images = Literal["NM counts", "NM Bq/mL", "NM BQML", "PT NONE", "PT START", "PT ADMIN"]
Visits = Literal["first", "every", "none"]
_FORMS: dict[str, Quantified] = {"NM counts": "counts", "NM Bq/mL": "real_world", "NM BQML": "units"}
POINTS_OF_SCAN = 64  # in a border voxel
POINTS_OF_CT = 16  # enough for an outline at half a voxel, and for a scan that is blurred
DEMO_CAMERA = Camera(psf_fwhm_mm=10.0, dead_time_s=0.3e-6)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenVisit:
    """One visit as it was written. `images` is the NM file or the folder of the PET slices; None: not written."""

    name: str
    folder: Path
    scan: PhantomScan
    started_at: datetime
    study: StudyReference
    images: Path
    ct: Path | None = None
    rtstruct: Path | None = None
    seg: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPatient:
    """The study as it was written: its folder, its visits in order of time, the truth file."""

    folder: Path
    patient: DigitalPatient
    injected: Injected
    visits: tuple[WrittenVisit, ...]
    truth: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What is written at each visit, and on which grids."""

    name: str
    injected: Injected
    images: Images
    ct_at: Visits
    structures_at: Visits
    ct_shape: tuple[int, int, int]
    ct_spacing_mm: tuple[float, float, float]


def write_digital_patient(
    out: str | Path,
    patient: DigitalPatient,
    *,
    injected_at: datetime,
    name: str = "Digital patient",
    hours: tuple[float, ...] = HOURS,
    camera: Camera = DEMO_CAMERA,
    shift_mm: float = 0.0,
    turn_deg: float = 0.0,
    seed: int | None = None,
    images: Images = "NM counts",
    spect_shape: tuple[int, int, int] = (128, 128, 128),
    spect_spacing_mm: tuple[float, float, float] = (4.8, 4.8, 4.8),
    ct_shape: tuple[int, int, int] = (128, 192, 192),
    ct_spacing_mm: tuple[float, float, float] = (4.8, 2.4, 2.4),
    ct_at: Visits = "every",
    structures_at: Visits = "first",
    administered_mbq: float | None = None,
    truth: PhantomTruth | None = None,
) -> WrittenPatient:
    """Writes the patient, scanned at these hours after `injected_at` (with a time zone), into the folder `out`.

    `hours` are the middles of the acquisitions; the headers state their starts. Without `seed` there is no noise and no
    motion; `shift_mm` and `turn_deg` move the patient from the second visit on (`phantom_series`), CT and scan of a
    visit alike, each visit in a frame of reference and a study of its own. "NM counts" is what the camera counted: a
    reader needs its calibration factor and dead time, both in truth.json; the other forms hold Bq/mL. Doses in
    truth.json come from `truth` (`phantom_truth`), without it they are left out. Same arguments, same bytes. Raises
    InputError for a moment without a zone, unknown words, and as `phantom_series` does.
    """
    _refuse(_faults(injected_at, images, ct_at, structures_at))
    request = _Request(
        name=name,
        injected=Injected(
            nuclide=patient.nuclide,
            half_life_h=nuclide(patient.nuclide).half_life_h,
            at=injected_at,
            activity_mbq=administered_mbq or float(phantom_table().table["patient"]["administered_mbq"]),
        ),
        images=images,
        ct_at=ct_at,
        structures_at=structures_at,
        ct_shape=ct_shape,
        ct_spacing_mm=ct_spacing_mm,
    )
    grid = torso_geometry(patient, shape=spect_shape, spacing_mm=spect_spacing_mm)
    points = POINTS_OF_SCAN if camera.psf_fwhm_mm == 0 else POINTS_OF_CT
    scans = phantom_series(
        patient, grid, hours=hours, camera=camera, shift_mm=shift_mm, turn_deg=turn_deg, seed=seed, points=points
    )
    folder = Path(out)
    visits = tuple(_write_visit(folder, patient, scan, number, request) for number, scan in enumerate(scans))
    written = write_truth(folder / "truth.json", patient, request.injected, visits_of(visits), truth)
    return WrittenPatient(folder=folder, patient=patient, injected=request.injected, visits=visits, truth=written)


def visits_of(visits: Sequence[WrittenVisit]) -> list[tuple[str, str, datetime, PhantomScan]]:
    """Name, folder, start and scan of each visit, as the truth file tells them."""
    return [(visit.name, visit.folder.name, visit.started_at, visit.scan) for visit in visits]


def _write_visit(out: Path, patient: DigitalPatient, scan: PhantomScan, number: int, request: _Request) -> WrittenVisit:
    started_at = request.injected.at + timedelta(hours=scan.start_h)
    name = f"{scan.at_h:g} h"
    folder = out / f"{number + 1}_{scan.at_h:g}h"
    study = made_up_study(request.name, started_at)
    visit = WrittenVisit(
        name=name,
        folder=folder,
        scan=scan,
        started_at=started_at,
        study=study,
        images=_write_images(scan, folder, study, started_at, request),
    )
    with_structures = request.structures_at == "every" or (request.structures_at == "first" and number == 0)
    with_ct = with_structures or request.ct_at == "every" or (request.ct_at == "first" and number == 0)
    if not with_ct:
        return visit
    voxels = _on_ct_grid(patient, scan, request)
    slices = write_ct_series(voxels.ct(), folder / "ct", study, at=started_at)
    visit = replace(visit, ct=folder / "ct")
    if not with_structures:
        return visit
    regions = voxels.regions()
    contours = {region.name: contours_of_region(region) for region in regions if not region.is_empty}
    whole = [Region(name=one.name, shares=one.mask(), geometry=one.geometry) for one in regions]
    return replace(
        visit,
        rtstruct=write_structures(contours, folder / "rtstruct.dcm", study, slices, at=started_at),
        seg=write_seg([one for one in whole if not one.is_empty], folder / "seg.dcm", slices, at=started_at),
    )


def _on_ct_grid(patient: DigitalPatient, scan: PhantomScan, request: _Request) -> VoxelPhantom:
    frame = scan.counts.frame_of_reference
    grid: Geometry = torso_geometry(
        patient, shape=request.ct_shape, spacing_mm=request.ct_spacing_mm, frame_of_reference=frame
    )
    return on_grid(patient, grid, transform=scan.position, points=POINTS_OF_CT)


def _write_images(
    scan: PhantomScan, folder: Path, study: StudyReference, started_at: datetime, request: _Request
) -> Path:
    """The scan as NM or PT; the numbers hold for the middle of the acquisition, whose mean they are."""
    injected, seconds = request.injected, scan.camera.acquisition_s
    if request.images.startswith("NM"):
        form = _FORMS[request.images]
        volume = scan.counts if form == "counts" else scan.image
        target = folder / "nm.dcm"
        return write_nm(
            volume, target, study, acquired_at=started_at, duration_s=seconds, injected=injected, quantified=form
        )
    growth = growth_over_scan(seconds, injected.half_life_h)
    at_start: Volume = scan.image.scaled(growth, because="Taken from the mean over the scan to its start.")
    correction = request.images.split()[1]
    write_pt_series(
        at_start,
        folder / "pt",
        study,
        acquired_at=started_at,
        duration_s=seconds,
        injected=injected,
        decay_correction=correction,
    )
    return folder / "pt"


def _faults(injected_at: datetime, images: str, ct_at: str, structures_at: str) -> list[Fault]:
    faults = []
    if injected_at.tzinfo is None:
        faults.append(Fault(place="injected_at", must="must have a time zone", got=injected_at.isoformat()))
    for place, word, known in (
        ("images", images, get_args(Images)),
        ("ct_at", ct_at, get_args(Visits)),
        ("structures_at", structures_at, get_args(Visits)),
    ):
        if word not in known:
            faults.append(Fault(place=place, must=f"must be one of {', '.join(known)}", got=repr(word)))
    return faults


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise InputError("write_digital_patient", faults)
