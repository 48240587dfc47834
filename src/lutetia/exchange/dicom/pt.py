"""A PET series in: activity on its grid, every slice rescaled and brought to one moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.decay import Correction, Decay, Timing, correction_of, decay_to_start
from lutetia.exchange.dicom.file import USUAL, Limits, number_of, quietly, text_of, words_of
from lutetia.exchange.dicom.moment import moment_of
from lutetia.exchange.dicom.moment import zone as zone_named
from lutetia.exchange.dicom.nm import missing_start
from lutetia.exchange.dicom.pixels import stored_values
from lutetia.exchange.dicom.radiopharmaceutical import injection_of
from lutetia.exchange.dicom.real_world import activity_mappings, mapped
from lutetia.exchange.dicom.scan import ActivityScan, aware_faults, half_life_used_h, zero_faults
from lutetia.exchange.dicom.series import identity_of, read_series
from lutetia.exchange.dicom.stack import stacked

PT = "1.2.840.10008.5.1.4.1.1.128"
AGREE_WITHIN = 1e-4
_UNITS_OF = {"BQML": "Bq/mL", "CNTS": "counts"}
_REFUSED = {
    "GML": "An SUV image: export it in Bq/mL.",
    "SUV": "An SUV image: export it in Bq/mL.",
    "CM2ML": "An SUV image: export it in Bq/mL.",
}
Slices = Sequence[tuple[str, Dataset]]


def read_pt(
    source: str | Path | Iterable[str | Path],
    *,
    zone: str | tzinfo | None = None,
    series_uid: str | None = None,
    decay_correction: Correction | None = None,
    half_life_h: float | None = None,
    acquired_at: datetime | None = None,
    injected_at: datetime | None = None,
    limits: Limits = USUAL,
) -> ActivityScan:
    """The PET series of a folder or of the files given, in Bq/mL (or counts), holding for one moment.

    Every slice has its own rescale. DecayCorrection NONE, START and ADMIN are brought to the start of the scan
    (`lutetia.exchange.dicom.decay`). What the header leaves out can be given: `zone`, `half_life_h`, `acquired_at`,
    `injected_at`, `decay_correction`. Raises InputError with every fault of the series at once, each with its file.
    """
    faults: list[Fault] = []
    with quietly():
        found = read_series(
            source, modality="PT", sop_classes=[PT], series_uid=series_uid, limits=limits, faults=faults
        )
        faults += aware_faults((("acquired_at", acquired_at), ("injected_at", injected_at)), "arguments")
        if not found:
            raise InputError("PET series", faults)
        place = stacked(found, faults)
        unit = _unit(found, faults)
        arrays = [_slice(name, dataset, unit or "counts", limits, faults) for name, dataset in found]
        zone_given = zone_named(zone)
        starts = [acquired_at or moment_of(dataset, "Acquisition", zone_given) for _, dataset in found]
        lacking = [pair for pair, start in zip(found, starts, strict=True) if start is None]
        faults += [missing_start(name, dataset, zone_given) for name, dataset in lacking[:3]]
        if faults or place is None or unit is None:
            raise InputError("PET series", faults)
        known = [start for start in starts if start is not None]
        injection = injection_of(found[0][1], "PT", min(known), zone_given)
        half_life, notes = half_life_used_h(half_life_h, injection, found[0][0], faults)
        timing = _timing(found, known, zone_given if acquired_at is None else None, acquired_at)
        decay = _decay(found, decay_correction, timing, half_life, injected_at or injection.at, faults)
        if faults or decay is None:
            raise InputError("PET series", faults)
        geometry, order = place
        parts = [(arrays[which], decay.factors[which]) for which in order]
        array = np.stack([part * factor for part, factor in parts if part is not None]).astype(np.float32)
        faults += zero_faults(float(np.abs(array).sum(dtype=np.float64)), found[0][0])
        if faults:
            raise InputError("PET series", faults)
        durations = {timing.durations_s[which] for which in order}
        return ActivityScan(
            volume=Volume(
                array=array,
                geometry=geometry,
                unit=unit,
                conventions=(*_conventions(found, unit), *decay.conventions, *notes),
            ),
            modality="PT",
            acquired_at=min(known),
            valid_at=decay.valid_at,
            duration_s=durations.pop() if len(durations) == 1 else None,
            injection=injection,
            corrections=words_of(found[0][1], "CorrectedImage"),
            series=identity_of([found[which] for which in order]),
        )


def _unit(found: Slices, faults: list[Fault]) -> str | None:
    """The one unit of the series; None after a fault for slices that state another, none or no activity."""
    before = len(faults)
    units = []
    for name, dataset in found:
        stated = text_of(dataset, "Units").upper()
        mapping = activity_mappings(dataset, name, faults)
        unit = mapping[0].unit if mapping and stated != "BQML" else _UNITS_OF.get(stated)
        if unit is None:
            do = _REFUSED.get(stated, "Export it in Bq/mL (BQML).")
            must = "must state Units BQML or CNTS, or a real-world mapping to Bq/ml"
            faults.append(Fault(place=name, must=must, got=stated or "none", do=do))
        else:
            units.append(unit)
    if len(set(units)) > 1:
        faults.append(Fault(place="series", must="must have one unit", got=", ".join(sorted(set(units)))))
    return units[0] if len(faults) == before else None


def _slice(name: str, dataset: Dataset, unit: str, limits: Limits, faults: list[Fault]) -> NDArray[np.float64] | None:
    """(rows, columns) in the unit; None after a fault."""
    slope, intercept = number_of(dataset, "RescaleSlope"), number_of(dataset, "RescaleIntercept")
    if slope is None or intercept is None or slope == 0:
        faults.append(Fault(place=name, must="must state RescaleSlope (not 0) and RescaleIntercept"))
        return None
    stored = stored_values(dataset, name, limits)
    if isinstance(stored, Fault):
        faults.append(stored)
        return None
    rescaled = np.asarray(stored[0] * np.float64(slope) + intercept, dtype=np.float64)
    mappings = activity_mappings(dataset, name, [])
    if not mappings:
        return rescaled
    values = mapped(stored[0], mappings, name, faults)
    if values is None:
        return None
    factor = {"Bq/mL": 1.0, "kBq/mL": 1e3, "MBq/mL": 1e6}[mappings[0].unit]
    if text_of(dataset, "Units").upper() == "BQML":
        if not np.allclose(values * factor, rescaled, rtol=AGREE_WITHIN, atol=0):
            do = "Settle at the scanner which one holds, or write it out again with one of them."
            got = "a real-world mapping and a rescale with Units BQML that disagree"
            faults.append(Fault(place=name, must="must say one thing of its activity", got=got, do=do))
            return None
        return rescaled
    return values


def _timing(found: Slices, starts: list[datetime], zone: tzinfo | None, acquired_at: datetime | None) -> Timing:
    durations_ms = [number_of(dataset, "ActualFrameDuration") for _, dataset in found]
    series = [moment_of(dataset, "Series", zone) for _, dataset in found[:1]]
    return Timing(
        starts=tuple(starts),
        durations_s=tuple(ms / 1000 if ms is not None and ms > 0 else None for ms in durations_ms),
        decay_factors=tuple(None if acquired_at else number_of(dataset, "DecayFactor") for _, dataset in found),
        series_at=None if acquired_at else series[0],
    )


def _decay(
    found: Slices,
    given: Correction | None,
    timing: Timing,
    half_life_h: float | None,
    injected_at: datetime | None,
    faults: list[Fault],
) -> Decay | None:
    stated = {text_of(dataset, "DecayCorrection").upper() for _, dataset in found}
    corrected = {words_of(dataset, "CorrectedImage") for _, dataset in found}
    if len(stated) > 1 or len(corrected) > 1:
        got = ", ".join(sorted(word or "none" for word in stated))
        faults.append(Fault(place="series", must="must have one decay correction and one list of corrections", got=got))
        return None
    correction = correction_of(stated.pop(), corrected.pop(), given, "PT", "series", faults)
    if correction is None:
        return None
    return decay_to_start(correction, timing, half_life_h, injected_at, "series", faults)


def _conventions(found: Slices, unit: str) -> tuple[str, ...]:
    missing = [word for word in ("ATTN", "SCAT") if word not in words_of(found[0][1], "CorrectedImage")]
    sentences = [f"PET: {unit} = stored value × RescaleSlope + RescaleIntercept, slice by slice; ordered by position."]
    if missing:
        sentences.append(f"PET: the header does not name the corrections {' and '.join(missing)}.")
    return tuple(sentences)
