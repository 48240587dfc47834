"""The truth file of a written phantom: everything that is known about it without an image."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from lutetia.dosimetry.phantom import DigitalPatient
from lutetia.dosimetry.phantom_scan import PhantomScan
from lutetia.dosimetry.phantom_truth import PhantomTruth
from lutetia.exchange.phantom_dicom.made_up import Injected

Visit = tuple[str, str, datetime, PhantomScan]  # name, folder, start of the acquisition, scan


def write_truth(
    path: str | Path,
    patient: DigitalPatient,
    injected: Injected,
    visits: Sequence[Visit],
    truth: PhantomTruth | None = None,
) -> Path:
    """Writes `truth_record` as JSON; returns the path."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(truth_record(patient, injected, visits, truth), indent=1, ensure_ascii=False)
    target.write_text(f"{text}\n", encoding="utf-8")
    return target


def truth_record(
    patient: DigitalPatient, injected: Injected, visits: Sequence[Visit], truth: PhantomTruth | None = None
) -> dict[str, Any]:
    """Plain numbers: injection, camera, visits (moments, motion, true activity), regions (volume, mass, curve, dose).

    `to_reference` of a visit takes its frame of reference back to the first visit's. Doses only if `truth` is given.
    """
    doses: dict[str, Any] = dict(truth.record()) if truth is not None else {}
    told = doses.get("regions", {})
    return {
        "conventions": [*patient.conventions, *(truth.conventions if truth is not None else ())],
        "nuclide": patient.nuclide,
        "half_life_h": injected.half_life_h,
        "administered_mbq": injected.activity_mbq,
        "injected_at": injected.at.isoformat(),
        "frame_of_reference": patient.frame_of_reference,
        "camera": _camera(visits[0][3]) if visits else {},
        "time_points": [_visit(patient, *visit) for visit in visits],
        "regions": {name: {**_region(patient, name), **told.get(name, {})} for name in patient.names},
    }


def _camera(scan: PhantomScan) -> dict[str, Any]:
    camera = scan.camera
    return {
        "psf_fwhm_mm": camera.psf_fwhm_mm,
        "calibration_cps_per_mbq": camera.sensitivity_cps_per_mbq,
        "acquisition_s": camera.acquisition_s,
        "dead_time_s": camera.dead_time_s,
        "dead_time_model": camera.dead_time_model,
        "window_fraction": camera.window_fraction,
    }


def _visit(patient: DigitalPatient, name: str, folder: str, started_at: datetime, scan: PhantomScan) -> dict[str, Any]:
    return {
        "name": name,
        "folder": folder,
        "started_at": started_at.isoformat(),
        "start_h": scan.start_h,
        "middle_h": scan.at_h,
        "frame_of_reference": scan.counts.frame_of_reference,
        "to_reference": scan.to_patient.record(),
        "wide_spectrum_cps": scan.wide_spectrum_cps,
        "live_fraction": scan.live_fraction,
        "activity_in_field_mbq": scan.activity_mbq,
        "activity_mbq": {one.name: float(one.curve.activity_mbq(scan.at_h)) for one in patient.tissues},
    }


def _region(patient: DigitalPatient, name: str) -> dict[str, Any]:
    tissue = patient.tissues[patient.names.index(name)]
    return {
        "volume_ml": patient.volume_ml[name],
        "mass_g": patient.mass_g[name],
        "density_g_per_ml": tissue.density_g_per_ml,
        "curve": {
            "amplitudes_mbq": list(tissue.curve.amplitudes_mbq),
            "effective_half_lives_h": list(tissue.curve.effective_half_lives_h),
        },
        "tia_mbq_h": tissue.curve.time_integrated_mbq_h(),
    }
