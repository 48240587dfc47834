"""Everything about a study as one JSON document (dose.json): full precision, unknown is null, units in the names."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import numpy as np

from lutetia import __version__
from lutetia.dosimetry.absorbed_dose import AbsorbedDose
from lutetia.dosimetry.curve import ExponentialSum
from lutetia.dosimetry.curve_choice import CurveChoice
from lutetia.dosimetry.fit import CurveFit
from lutetia.dosimetry.region_result import RegionResult
from lutetia.dosimetry.registration import Registration
from lutetia.exchange.dose_study.outcome import DoseOutcome
from lutetia.exchange.dose_study.tables_out import finite, ledger_rows, plan_rows, region_rows

FORMAT = "dose-result/1"
INTENDED_USE = "Research and education software, not a medical device; it prescribes nothing."


def record_text(outcome: DoseOutcome, *, at: datetime) -> str:
    """The document as JSON text; `at` is the moment of writing."""
    return json.dumps(plain(record(outcome, at=at)), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def record(outcome: DoseOutcome, *, at: datetime) -> dict[str, Any]:
    """The document as plain data."""
    assembled, cycle, study = outcome.assembled, outcome.cycle, outcome.study
    return {
        "format": FORMAT,
        "intended_use": INTENDED_USE,
        "software": {"name": "Lutetia", "version": __version__},
        "written_at": at.isoformat(),
        "patient": study.patient,
        "made_up": study.made_up,
        "cycle": study.cycle,
        "nuclide": study.nuclide,
        "radiopharmaceutical": study.radiopharmaceutical,
        "physical_half_life_h": assembled.half_life_h,
        "administered_mbq": assembled.series.administered_mbq,
        "injected_at": study.administration.injected_at.isoformat(),
        "alarms": list(outcome.alarms),
        "engine": cycle.engine,
        "scans": _scans(outcome),
        "regions": [_region(row, cycle.region(row["region"])) for row in region_rows(outcome)],
        "organs": [
            {
                "organ": one.organ,
                "regions": list(one.regions),
                **_dose(one.dose),
                "g_factor": one.g_factor,
            }
            for one in outcome.organs.values()
        ],
        "ledger": ledger_rows(outcome),
        "plan": _plan(outcome),
        "why_not": dict(outcome.why_not),
        "missing": list(outcome.missing),
        "left_out": [{"count": one.count, "why": one.why} for one in cycle.left_out],
        "conventions": list(outcome.conventions),
        "inputs": [{"file": one.name, "sha256": one.sha256} for one in assembled.inputs],
        "declaration": study.model_dump(mode="json", exclude_none=True),
    }


def _scans(outcome: DoseOutcome) -> list[dict[str, Any]]:
    found = []
    for name, scan in outcome.assembled.scans.items():
        laid, ct = outcome.assembled.laid[name], outcome.assembled.cts.get(name)
        found.append(
            {
                "name": name,
                "valid_at": scan.valid_at.isoformat(),
                "after_h": scan.after_h,
                "duration_s": scan.duration_s,
                "total_mbq": scan.activity.total(),
                "shape": list(scan.activity.geometry.shape),
                "spacing_mm": list(scan.activity.geometry.spacing_mm),
                "frame_of_reference": scan.frame_of_reference,
                "series_uid": scan.series and scan.series.series_uid,
                "sop_uids": list(scan.series.sop_uids) if scan.series else [],
                "device": scan.series and scan.series.device,
                "ct_series_uid": ct.series.series_uid if ct and ct.series else None,
                "ct_sop_uids": list(ct.series.sop_uids) if ct and ct.series else [],
                "to_reference": None if laid.to_reference is None else laid.to_reference.record(),
                "laid": laid.said,
                "registration": None if laid.found is None else _registration(laid.found),
            }
        )
    return found


def _registration(found: Registration) -> dict[str, Any]:
    return {
        "metric": found.metric,
        "metric_before": finite(found.metric_before),
        "metric_after": finite(found.metric_after),
        "iterations": found.iterations,
        "converged": found.converged,
        "why": found.why,
        "shift_mm": found.shift_mm,
        "largest_shift_mm": found.largest_shift_mm,
        "angle_deg": found.angle_deg,
        "overlap_pct": found.overlap_pct,
        "alarms": list(found.alarms),
    }


def _region(row: dict[str, Any], region: RegionResult) -> dict[str, Any]:
    tia = region.tia_mbq_h
    return {name: finite(value) if isinstance(value, float) else value for name, value in row.items()} | {
        "activities": [
            {"after_h": float(t), "activity_mbq": float(a), "u_activity_mbq": finite(u), "recovery_fraction": float(r)}
            for t, a, u, r in zip(
                region.times_h, region.activity_mbq, region.u_activity_mbq, region.recovery_fraction, strict=True
            )
        ],
        "curve": None if region.curve is None else _curve(region),
        "tia_limits_mbq_h": None if tia is None else [tia.lower, tia.upper],
        "tia_level": None if tia is None else tia.level,
        "dose": None if region.dose is None else _dose(region.dose),
        "dose_by_source_gy": dict(region.parts_gy),
        "protraction_fraction": region.protraction_fraction,
        "cautions": list(region.cautions),
        "conventions": list(region.conventions),
    }


def _curve(region: RegionResult) -> dict[str, Any]:
    assert region.curve is not None
    found, curve = region.curve.found, region.curve.curve
    fit = found.chosen if isinstance(found, CurveChoice) else found
    said: dict[str, Any] = {
        "model": region.curve.model,
        "share_beyond_last_fraction": region.curve.share_beyond_last_fraction,
        "share_before_first_fraction": region.curve.share_before_first_fraction,
        "flags": list(region.curve.flags),
    }
    if isinstance(curve, ExponentialSum):
        said["amplitudes_mbq"] = list(map(float, curve.amplitudes_mbq))
        said["effective_half_lives_h"] = list(map(float, curve.effective_half_lives_h))
    if isinstance(fit, CurveFit):
        said["parameters"] = dict(zip(fit.parameter_names, map(float, fit.parameters), strict=True))
        said["covariance"] = fit.covariance
        said["held"] = list(fit.held)
        said["chi_square"], said["degrees_of_freedom"] = finite(fit.chi_square), fit.degrees_of_freedom
        said["aic_c"] = finite(fit.aic_c)
    if isinstance(found, CurveChoice):
        weights = zip(found.fits, found.weights, strict=True)
        said["compared"] = [
            {"model": one.model, "aic_c": finite(one.aic_c), "akaike_share": float(weight)} for one, weight in weights
        ]
        said["not_compared"] = [{"model": model, "why": why} for model, why in found.not_compared]
    return said


def _dose(dose: AbsorbedDose) -> dict[str, Any]:
    return {
        "dose_gy": dose.gy,
        "u_dose_gy": dose.u_gy,
        "budget": [
            {"source": part.name, "effect_gy": part.effect_gy, "is_shared": part.shared} for part in dose.budget
        ],
        "unknown": list(dose.unknown),
    }


def _plan(outcome: DoseOutcome) -> dict[str, Any] | None:
    plan = outcome.plan
    if plan is None:
        return None
    return {
        "next_activity_mbq": plan.next_activity_mbq,
        "remaining_activity_mbq": plan.remaining_activity_mbq,
        "ended_by": None if plan.active is None else plan.active.organ,
        "gy_per_gbq": dict(plan.gy_per_gbq),
        "standings": plan_rows(outcome),
    }


def plain(value: Any) -> Any:
    """The same as plain data: numbers of Python, null for what is no number."""
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    return finite(value) if isinstance(value, float) else value
