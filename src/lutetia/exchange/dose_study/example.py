"""The digital patient as a study to try: DICOM files, a declaration that reads them, a course, and the truth."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from lutetia.dosimetry.phantom import digital_patient, on_grid, phantom_table, sphere_phantom, torso_geometry
from lutetia.dosimetry.phantom_scan import HOURS, Camera, phantom_scan, sphere_recoveries
from lutetia.dosimetry.phantom_truth import PhantomTruth, phantom_truth
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.file import items_of, open_dataset, text_of
from lutetia.exchange.dose_study.gather import Told, silent
from lutetia.exchange.phantom_dicom.patient import WrittenPatient, write_digital_patient

STUDY, COURSE, SPHERES = "study.yaml", "course.yaml", "spheres.csv"
INJECTED_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PATIENT = "MADE-UP-DIGITAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How finely the example is written: grids as (z, y, x)."""

    spect_shape: tuple[int, int, int]
    spect_spacing_mm: tuple[float, float, float]
    ct_shape: tuple[int, int, int]
    ct_spacing_mm: tuple[float, float, float]
    image_fwhm_mm: float
    decays: int


SIZES = {
    "standard": Size(
        spect_shape=(128, 128, 128),
        spect_spacing_mm=(4.8, 4.8, 4.8),
        ct_shape=(128, 192, 192),
        ct_spacing_mm=(4.8, 2.4, 2.4),
        image_fwhm_mm=10.0,
        decays=2_000_000,
    ),
    "small": Size(
        spect_shape=(64, 64, 64),
        spect_spacing_mm=(9.6, 9.6, 9.6),
        ct_shape=(64, 96, 96),
        ct_spacing_mm=(9.6, 4.8, 4.8),
        image_fwhm_mm=12.0,
        decays=100_000,
    ),
    "coarse": Size(
        spect_shape=(32, 32, 32),
        spect_spacing_mm=(19.2, 19.2, 19.2),
        ct_shape=(32, 48, 48),
        ct_spacing_mm=(19.2, 9.6, 9.6),
        image_fwhm_mm=24.0,
        decays=50_000,
    ),
}


def write_example(
    out: Path, *, seed: int, size: str | Size = "standard", truth: bool = True, told: Told = silent
) -> Path:
    """Writes the digital patient, its study.yaml, course.yaml and truth.json into the folder `out`; the declaration.

    Same seed and size, same bytes. `truth` False leaves the true doses (which take seconds) out of truth.json.
    """
    chosen = size if isinstance(size, Size) else SIZES[size]
    camera = Camera(psf_fwhm_mm=chosen.image_fwhm_mm, dead_time_s=0.3e-6)
    patient = digital_patient(seed=seed)
    told("working out the true doses")
    doses = _truth(patient, chosen) if truth else None
    told("writing CT, SPECT and structures")
    made = write_digital_patient(
        out,
        patient,
        injected_at=INJECTED_AT,
        name="Digital patient",
        hours=HOURS,
        camera=camera,
        shift_mm=6.0,
        turn_deg=3.0,
        seed=seed,
        spect_shape=chosen.spect_shape,
        spect_spacing_mm=chosen.spect_spacing_mm,
        ct_shape=chosen.ct_shape,
        ct_spacing_mm=chosen.ct_spacing_mm,
        truth=doses,
    )
    told("writing the declaration")
    (out / SPHERES).write_text(_spheres(camera, chosen), encoding="utf-8")
    declared = declaration(made, camera, SPHERES)
    (out / STUDY).write_text(_text(declared), encoding="utf-8")
    (out / COURSE).write_text(_yaml(_course(made)), encoding="utf-8")
    return out / STUDY


def declaration(made: WrittenPatient, camera: Camera, spheres: str) -> dict[str, Any]:
    """The study of a written patient as plain data; paths are relative to its folder."""
    visits = [_visit(made, number) for number in range(len(made.visits))]
    return {
        "lutetia": "dose/1",
        "patient": PATIENT,
        "made_up": True,
        "cycle": 2,
        "nuclide": made.patient.nuclide,
        "radiopharmaceutical": "[177Lu]Lu-DOTATATE",
        "administration": _administration(made),
        "camera": _camera(camera, spheres),
        "scans": visits,
        "reference": visits[0]["name"],
        "outlines": {"seg": _inside(made, made.visits[0].seg)},
        "overlaps": "state",
        "registration": {"method": "rigid", "images": "ct"},
        "density": _density(),
        "regions": [_region(name) for name in _drawn(made)],
        "earlier_cycles": [
            {
                "administered_on": "2026-01-05",
                "activity_mbq": 7400,
                "doses": [
                    {"organ": "kidneys", "absorbed_dose_gy": 3.6, "u_gy": 0.5},
                    {"organ": "red_marrow", "absorbed_dose_gy": 0.25, "u_gy": 0.06},
                ],
            }
        ],
        "plan": {
            "standard_activity_mbq": 7400,
            "rule": "probability",
            "p_exceed": 0.05,
            "forecast": "mean_of_cycles",
            "between_cycles_sd_fraction": 0.1,
        },
        "course": {"recorded_by": "made-up physicist"},
    }


def _drawn(made: WrittenPatient) -> list[str]:
    """The regions of the first visit's SEG: on a coarse grid a small lesion fills no voxel by half."""
    dataset = open_dataset(made.folder / _inside(made, made.visits[0].seg), pixels=False)
    if isinstance(dataset, Fault):
        raise InputError("example", [dataset])
    there = {text_of(item, "SegmentLabel") for item in items_of(dataset, "SegmentSequence")}
    return [name for name in made.patient.names if name in there]


def _truth(patient: Any, size: Size) -> PhantomTruth:
    from lutetia.dosimetry.kernel import radial_kernel

    return phantom_truth(patient, radial_kernel(patient.nuclide), decays=size.decays)


def _visit(made: WrittenPatient, number: int) -> dict[str, Any]:
    visit = made.visits[number]
    return {
        "name": visit.name,
        "image": _inside(made, visit.images),
        "ct": _inside(made, visit.ct),
        "wide_spectrum_cps": float(f"{visit.scan.wide_spectrum_cps:.7g}"),
    }


def _inside(made: WrittenPatient, path: Path | None) -> str:
    assert path is not None
    return path.relative_to(made.folder).as_posix()


def _administration(made: WrittenPatient) -> dict[str, Any]:
    """Measured an hour before, 1 % left in the syringe: the net activity at the injection is the patient's."""
    half_life_h, net_mbq = made.injected.half_life_h, made.injected.activity_mbq
    before, after = timedelta(hours=1), timedelta(minutes=30)
    return {
        "injected_at": made.injected.at.isoformat(),
        "measured": {
            "activity_mbq": round(net_mbq * 1.01 * 2 ** (1 / half_life_h), 3),
            "at": (made.injected.at - before).isoformat(),
        },
        "residual": {
            "activity_mbq": round(net_mbq * 0.01 * 2 ** (-0.5 / half_life_h), 3),
            "at": (made.injected.at + after).isoformat(),
        },
    }


def _camera(camera: Camera, spheres: str) -> dict[str, Any]:
    return {
        "values": "counts",
        "counts": "whole_acquisition",
        "calibration": {
            "cps_per_mbq": camera.sensitivity_cps_per_mbq,
            "u_cps_per_mbq": round(0.03 * camera.sensitivity_cps_per_mbq, 4),
            "geometry": "made-up camera, exact",
            "measured_on": "2025-12-01",
        },
        "dead_time": {"model": camera.dead_time_model, "dead_time_s": camera.dead_time_s},
        "image_fwhm_mm": camera.psf_fwhm_mm,
        "u_image_fwhm_mm": 0.5,
        "outline_fwhm_mm": 1.0,
        "recovery": {"form": "gear_2018", "phantom": spheres},
    }


def _density() -> dict[str, Any]:
    """The made-up scanner's own Hounsfield units: another scanner's curve would give masses that are 4 % too large."""
    scale = phantom_table().table["hounsfield"]
    points = {name: [float(value) for value in scale[name]] for name in ("hu", "density_g_per_ml")}
    return {**points, "source": "made-up scanner", "beyond": "hold"}


def _region(name: str) -> dict[str, Any]:
    if "kidney" in name:
        return {"region": name, "role": "organ", "organ": "kidneys", "tissue": "kidneys"}
    if name in ("liver", "spleen"):
        return {"region": name, "role": "organ", "organ": name}
    if "marrow" in name:
        return {"region": name, "role": "marrow", "marrow": {"method": "image"}}
    if "lesion" in name or "tumour" in name:
        return {"region": name, "role": "lesion", "lesion": name.replace(" ", "-")}
    if name == "rest of the body":
        return {"region": name, "role": "remainder"}
    return {"region": name, "role": "organ"}


def _spheres(camera: Camera, size: Size) -> str:
    """What the made-up camera recovers of the six spheres of a phantom."""
    phantom = sphere_phantom()
    spacing_mm = 0.36 * size.image_fwhm_mm
    z, y, x = (round(extent_mm / spacing_mm) for extent_mm in (230, 346, 346))
    grid = torso_geometry(phantom, shape=(z, y, x), spacing_mm=(spacing_mm,) * 3)
    scan = phantom_scan(phantom, grid, 1.0, camera=camera, seed=1)
    found = sphere_recoveries(scan, on_grid(phantom, grid))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("volume_ml", "recovery", "u_recovery"))
    for row in zip(found.volume_ml, found.recovery, found.u_recovery, strict=True):
        writer.writerow([f"{value:.6g}" for value in row])
    return text.getvalue()


def _course(made: WrittenPatient) -> dict[str, Any]:
    """A small made-up course that holds the cycle, for --course."""
    by = {"recorded_by": "made-up physicist"}
    day = made.injected.at.date().isoformat()
    return {
        "lutetia": "course/1",
        "patient": {"id": PATIENT, "sex": "female"},
        "entries": [
            {"kind": "therapy_line", "id": "rlt", "date": "2026-01-05", **by, "regimen": "rlt"},
            {
                "kind": "rlt_cycle",
                "id": "c1",
                "date": "2026-01-05",
                **by,
                "line": "rlt",
                "number": 1,
                "radiopharmaceutical": "[177Lu]Lu-DOTATATE",
                "activity_mbq": 7400,
                "absorbed_doses": [
                    {"organ": "kidneys", "absorbed_dose_gy": 3.6, "standard_uncertainty_gy": 0.5},
                    {"organ": "red_marrow", "absorbed_dose_gy": 0.25, "standard_uncertainty_gy": 0.06},
                ],
            },
            {
                "kind": "rlt_cycle",
                "id": "c2",
                "date": day,
                **by,
                "line": "rlt",
                "number": 2,
                "radiopharmaceutical": "[177Lu]Lu-DOTATATE",
                "activity_mbq": made.injected.activity_mbq,
            },
            {"kind": "treatment_history", "id": "history", "date": day, **by, "complete_for": ["rlt"]},
        ],
    }


def _text(declared: dict[str, Any]) -> str:
    head = (
        "# A made-up study: the digital patient, written as DICOM. What is true of it stands in truth.json.\n"
        "# lutetia dose study.yaml --out results --course course.yaml\n"
    )
    return head + _yaml(declared)


def _yaml(data: dict[str, Any]) -> str:
    return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None))
