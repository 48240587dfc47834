"""A reconstructed SPECT in: a multi-frame NM image as activity (or counts) on its grid, with its moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.decay import Correction, Decay, Timing, correction_of, decay_to_start
from lutetia.exchange.dicom.file import USUAL, Limits, broken_numbers, number_of, quietly, text_of, words_of
from lutetia.exchange.dicom.moment import moment_of
from lutetia.exchange.dicom.moment import zone as zone_named
from lutetia.exchange.dicom.nm_frames import duration_s, frames_in_order, geometry_of, stacking_sentence
from lutetia.exchange.dicom.pixels import Stored, stored_values
from lutetia.exchange.dicom.radiopharmaceutical import Injection, injection_of
from lutetia.exchange.dicom.real_world import activity_mappings, mapped
from lutetia.exchange.dicom.scan import ActivityScan, aware_faults, half_life_used_h, zero_faults
from lutetia.exchange.dicom.series import identity_of, read_series

NM = "1.2.840.10008.5.1.4.1.1.20"
AGREE_WITHIN = 1e-4  # between two statements of the same values in one header
Given = Literal["Bq/mL", "kBq/mL", "MBq/mL", "counts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moments:
    acquired_at: datetime
    injection: Injection
    injected_at: datetime | None


def read_nm(
    source: str | Path | Iterable[str | Path],
    *,
    zone: str | tzinfo | None = None,
    series_uid: str | None = None,
    window_number: int | None = None,
    unit: Given | None = None,
    decay_correction: Correction | None = None,
    half_life_h: float | None = None,
    acquired_at: datetime | None = None,
    injected_at: datetime | None = None,
    reverse_stacking: bool = False,
    limits: Limits = USUAL,
) -> ActivityScan:
    """The reconstructed SPECT (RECON TOMO) of a folder or file, in Bq/mL or counts, holding for its start.

    Stored values become activity by a Real World Value Mapping in Bq/ml (kBq/ml, MBq/ml), by Units BQML with the
    rescale, or on the caller's word (`unit`, with the rescale); without any of them they are counts. What the header
    leaves out can be given: `zone` (a name) where it states no time zone, `half_life_h`, `acquired_at`, `injected_at`,
    `decay_correction`. `reverse_stacking` is for cameras that write the sign of the slice spacing the wrong way round.
    Raises InputError with every fault at once: projections, gated or several images, mixed energy windows, ambiguous
    units, an unknown decay correction, missing moments, an image of zeros.
    """
    faults: list[Fault] = []
    with quietly():
        found = read_series(
            source, modality="NM", sop_classes=[NM], series_uid=series_uid, limits=limits, faults=faults
        )
        if len(found) > 1:
            names = ", ".join(name for name, _ in found[:6])
            do = "Give the one file, or choose by series_uid."
            faults.append(Fault(place="files", must="must hold one NM image", got=f"{len(found)}: {names}", do=do))
        if len(found) != 1:
            raise InputError("NM image", faults)
        name, dataset = found[0]
        faults += _kind_faults(name, dataset)
        faults += aware_faults((("acquired_at", acquired_at), ("injected_at", injected_at)), name)
        if faults:
            raise InputError("NM image", faults)
        moments = _moments(name, dataset, zone_named(zone), acquired_at, injected_at, faults)
        half_life, notes = half_life_used_h(half_life_h, moments.injection, name, faults) if moments else (None, ())
        decay = _decay(name, dataset, decay_correction, moments, half_life, faults) if moments else None
        ordered = frames_in_order(dataset, name, window_number, faults)
        geometry = geometry_of(dataset, name, len(ordered[0]) if ordered else 1, reverse_stacking, faults)
        stored = stored_values(dataset, name, limits)
        if isinstance(stored, Fault):
            raise InputError("NM image", [*faults, stored])
        read = _values(stored, dataset, name, unit, faults)
        if faults or read is None or ordered is None or geometry is None or decay is None or moments is None:
            raise InputError("NM image", faults)
        values, own_unit, sentence = read
        array = (values[ordered[0]] * decay.factors[0]).astype(np.float32)
        faults += zero_faults(float(np.abs(array).sum(dtype=np.float64)), name)
        if faults:
            raise InputError("NM image", faults)
        stacking = stacking_sentence(dataset, reverse_stacking)
        conventions = (sentence, stacking, *ordered[1], *decay.conventions, *notes)
        return ActivityScan(
            volume=Volume(array=array, geometry=geometry, unit=own_unit, conventions=conventions),
            modality="NM",
            acquired_at=moments.acquired_at,
            valid_at=decay.valid_at,
            duration_s=duration_s(dataset),
            injection=moments.injection,
            corrections=words_of(dataset, "CorrectedImage"),
            series=identity_of(found),
        )


def _kind_faults(name: str, dataset: Dataset) -> list[Fault]:
    """A fault for anything but an ungated reconstruction."""
    kinds = words_of(dataset, "ImageType")
    kind = kinds[2] if len(kinds) > 2 else " ".join(kinds)
    if kind == "RECON TOMO":
        return []
    do = {
        "TOMO": "These are projections: reconstruct them first.",
        "GATED TOMO": "These are projections: reconstruct them first.",
        "RECON GATED TOMO": "Export the ungated reconstruction.",
    }.get(kind, "Planar images hold no volume: give the reconstructed SPECT.")
    return [
        Fault(place=name, must="must be a reconstruction (ImageType value 3 RECON TOMO)", got=kind or "none", do=do)
    ]


def _moments(
    name: str,
    dataset: Dataset,
    zone: tzinfo | None,
    acquired_at: datetime | None,
    injected_at: datetime | None,
    faults: list[Fault],
) -> _Moments | None:
    start = acquired_at or moment_of(dataset, "Acquisition", zone)
    if start is None:
        faults.append(missing_start(name, dataset, zone))
        return None
    injection = injection_of(dataset, "NM", start, zone)
    return _Moments(acquired_at=start, injection=injection, injected_at=injected_at or injection.at)


def missing_start(name: str, dataset: Dataset, zone: tzinfo | None) -> Fault:
    """The fault of an image whose start is not known: no time at all, or no time zone."""
    stated = text_of(dataset, "AcquisitionDateTime") or text_of(dataset, "AcquisitionTime")
    if stated and zone is None and not text_of(dataset, "TimezoneOffsetFromUTC"):
        do = 'Give the zone of its clock: in a study time_zone: Europe/Rome, in Python zone="Europe/Rome".'
        return Fault(place=name, must="must state its time zone (0008,0201)", got="none", do=do)
    must = "must state the start of its acquisition (AcquisitionDate and AcquisitionTime)"
    return Fault(place=name, must=must, got=stated or "none", do="Give acquired_at=, with its time zone.")


def _decay(
    name: str,
    dataset: Dataset,
    given: Correction | None,
    moments: _Moments,
    half_life_h: float | None,
    faults: list[Fault],
) -> Decay | None:
    corrected = words_of(dataset, "CorrectedImage")
    correction = correction_of(text_of(dataset, "DecayCorrection").upper(), corrected, given, "NM", name, faults)
    if correction is None:
        return None
    timing = Timing(
        starts=(moments.acquired_at,),
        durations_s=(duration_s(dataset),),
        decay_factors=(number_of(dataset, "DecayFactor"),),
        series_at=None,
    )
    return decay_to_start(correction, timing, half_life_h, moments.injected_at, name, faults)


def _values(
    stored: Stored, dataset: Dataset, name: str, given: Given | None, faults: list[Fault]
) -> tuple[NDArray[np.float64], str, str] | None:
    """The values of all frames, their unit, and the sentence on where they come from; None after a fault."""
    before = len(faults)
    faults += broken_numbers(dataset, name, "RescaleSlope", "RescaleIntercept")
    slope = number_of(dataset, "RescaleSlope")
    if slope == 0:
        faults.append(Fault(place=name, must="must have a RescaleSlope other than 0", got="0"))
    intercept = number_of(dataset, "RescaleIntercept") or 0.0
    if len(faults) > before:
        return None
    rescaled = stored * np.float64(1.0 if slope is None else slope) + intercept
    stated = text_of(dataset, "Units").upper()
    mappings = activity_mappings(dataset, name, faults)
    if len(faults) > before:
        return None
    if mappings:
        values = mapped(stored, mappings, name, faults)
        if values is None or _disagree(values, rescaled, stated, mappings[0].unit, given, name, faults):
            return None
        return values, mappings[0].unit, f"NM: Real World Value Mapping to {mappings[0].unit} of the stored values."
    if stated == "BQML" or given is not None:
        if stated and given and (stated == "BQML") != (given == "Bq/mL"):
            faults.append(Fault(place=name, must="must be given the unit it states", got=f"{given} and Units {stated}"))
            return None
        own = given or "Bq/mL"
        word = "stated by the header (Units BQML)" if stated == "BQML" else "taken on the caller's word"
        return rescaled, own, f"NM: values in {own}, {word}, with RescaleSlope {slope or 1:g}, intercept {intercept:g}."
    if stated not in ("", "CNTS"):
        do = "Give unit= if you know what the camera writes."
        faults.append(Fault(place=name, must="must be in Bq/mL or counts", got=f"Units {stated}", do=do))
        return None
    return rescaled, "counts", f"NM: no unit of activity in the header: counts, with RescaleSlope {slope or 1:g}."


def _disagree(
    values: NDArray[np.float64],
    rescaled: NDArray[np.float64],
    stated: str,
    unit: str,
    given: Given | None,
    name: str,
    faults: list[Fault],
) -> bool:
    """Adds a fault where the header says two things of the same values."""
    if given is not None and given != unit:
        faults.append(Fault(place=name, must=f"must be given unit {unit}, as its real-world mapping says", got=given))
        return True
    factor = {"Bq/mL": 1.0, "kBq/mL": 1e3, "MBq/mL": 1e6}[unit]
    if stated == "BQML" and not np.allclose(values * factor, rescaled, rtol=AGREE_WITHIN, atol=0):
        must = "must say one thing of its activity"
        do = "Settle at the scanner which one holds, or write it out again with one of them."
        got = "a real-world mapping and a rescale with Units BQML that disagree"
        faults.append(Fault(place=name, must=must, got=got, do=do))
        return True
    return False
