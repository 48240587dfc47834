"""The moment for which an image's activity holds: every way a scanner corrects for decay, brought to one.

NONE: the values are means over the acquisition and are taken to its start, times λT / (1 − e^−λT). START: they hold for
the start (PS3.3 C.8.9.1: Series Date and Time are the reference of everything that is temporal in a PET series). ADMIN:
they were taken back to the injection and are undone, times 2^−(start − injection)/T½.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import expm1, log
from typing import Literal

from lutetia.errors import Fault

Correction = Literal["NONE", "START", "ADMIN"]
SAME_MOMENT_S = 1.0
FACTOR_WITHIN = 0.01  # between the decay factor in the header and the one that a reference would give


@dataclass(frozen=True, slots=True, kw_only=True)
class Decay:
    """What to multiply each slice's values by so that they hold at `valid_at`; sentences on how."""

    valid_at: datetime
    factors: tuple[float, ...]
    conventions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The moments of a scan: per slice (or once) the start, the duration and the header's decay factor, if stated."""

    starts: tuple[datetime, ...]
    durations_s: tuple[float | None, ...]
    decay_factors: tuple[float | None, ...]
    series_at: datetime | None


def correction_of(
    stated: str, corrected: tuple[str, ...], given: Correction | None, modality: str, name: str, faults: list[Fault]
) -> Correction | None:
    """The decay correction of a series; None after a fault: not stated, contradictory or unknown.

    `stated` is DecayCorrection (0054,1102), `corrected` CorrectedImage (0028,0051), `given` the caller's own word.
    """
    if given is not None:
        return given
    do = "Give decay_correction= (NONE, START or ADMIN) as the camera's manual or a calibrated phantom shows it."
    if stated and stated not in ("NONE", "START", "ADMIN"):
        faults.append(Fault(place=name, must="must state DecayCorrection NONE, START or ADMIN", got=stated, do=do))
        return None
    says_corrected = "DECY" in corrected
    if not stated:
        if modality == "NM" and not says_corrected:
            return "NONE"
        got = "DECY in CorrectedImage without the moment it refers to" if says_corrected else "nothing"
        faults.append(Fault(place=name, must="must state DecayCorrection (0054,1102)", got=got, do=do))
        return None
    if corrected and says_corrected != (stated != "NONE"):
        got = f"DecayCorrection {stated}, CorrectedImage {' '.join(corrected)}"
        faults.append(Fault(place=name, must="must say one thing of decay correction", got=got, do=do))
        return None
    return "NONE" if stated == "NONE" else "START" if stated == "START" else "ADMIN"


def decay_to_start(
    correction: Correction,
    timing: Timing,
    half_life_h: float | None,
    injected_at: datetime | None,
    name: str,
    faults: list[Fault],
) -> Decay | None:
    """The factors that bring every slice to one moment; None after a fault that names what is missing."""
    if correction == "NONE":
        return _uncorrected(timing, half_life_h, name, faults)
    if correction == "START":
        return _from_start(timing, half_life_h, name, faults)
    first = min(timing.starts)
    missing = [
        Fault(place=name, must=f"must state {what} to undo its decay correction to the injection (ADMIN)", do=do)
        for what, value, do in (
            ("the moment of injection (0018,1078)", injected_at, "Give injected_at=."),
            ("the half-life (0018,1075)", half_life_h, "Give half_life_h=."),
        )
        if value is None
    ]
    faults += missing
    if missing or injected_at is None or half_life_h is None:
        return None
    hours = (first - injected_at).total_seconds() / 3600
    if hours < 0:
        got = f"{injected_at.isoformat()} after the scan's start {first.isoformat()}"
        faults.append(Fault(place=name, must="must be injected before it is scanned", got=got))
        return None
    factor = 2 ** (-hours / half_life_h)
    sentence = (
        f"Decay: corrected to the injection by the scanner (ADMIN); undone over {hours:.3f} h with a half-life of "
        f"{half_life_h:g} h, so that values hold at the start of the scan."
    )
    return Decay(valid_at=first, factors=(factor,) * len(timing.starts), conventions=(sentence,))


def growth_over_scan(duration_s: float, half_life_h: float) -> float:
    """Activity at the start over the mean activity during the scan: λT / (1 − e^−λT)."""
    decays = log(2) * duration_s / 3600 / half_life_h
    return decays / -expm1(-decays) if decays > 0 else 1.0


def _uncorrected(timing: Timing, half_life_h: float | None, name: str, faults: list[Fault]) -> Decay | None:
    first = min(timing.starts)
    spread_s = (max(timing.starts) - first).total_seconds()
    known = half_life_h is not None and all(duration is not None for duration in timing.durations_s)
    if not known and spread_s > SAME_MOMENT_S:
        must = "must state half-life and frame durations: its slices were taken at different moments without correction"
        faults.append(Fault(place=name, must=must, got=f"starts {spread_s:.0f} s apart", do="Give half_life_h=."))
        return None
    if not known or half_life_h is None:
        sentence = (
            "Decay: not corrected; half-life or duration unknown, so that means over the scan are taken as the values "
            "at its start."
        )
        return Decay(valid_at=first, factors=(1.0,) * len(timing.starts), conventions=(sentence,))
    factors = tuple(
        growth_over_scan(duration or 0.0, half_life_h) * 2 ** ((start - first).total_seconds() / 3600 / half_life_h)
        for start, duration in zip(timing.starts, timing.durations_s, strict=True)
    )
    sentence = (
        "Decay: not corrected by the scanner; brought from the mean over the scan to its start, "
        f"factor {factors[0]:.6f}."
    )
    return Decay(valid_at=first, factors=factors, conventions=(sentence,))


def _from_start(timing: Timing, half_life_h: float | None, name: str, faults: list[Fault]) -> Decay | None:
    first = min(timing.starts)
    series = timing.series_at
    reference = series if series is not None and (first - series).total_seconds() >= -SAME_MOMENT_S else first
    other = first if reference is series else series
    if half_life_h is not None and not _agrees(reference, timing, half_life_h):
        if other is None or not _agrees(other, timing, half_life_h):
            must = "must have decay factors (0054,1321) that fit the start of series or acquisition"
            do = "The moment its values hold for cannot be told. Give decay_correction= and acquired_at=."
            faults.append(Fault(place=name, must=must, got="factors that fit neither", do=do))
            return None
        reference = other
    which = "of the series" if reference is series and reference != first else "of the acquisition"
    sentence = (
        f"Decay: corrected by the scanner to the start {which} (START), {reference.isoformat()}; values hold then."
    )
    return Decay(valid_at=reference, factors=(1.0,) * len(timing.starts), conventions=(sentence,))


def _agrees(reference: datetime, timing: Timing, half_life_h: float) -> bool:
    """True if every stated decay factor is what correction to this reference gives, to one per cent."""
    for start, duration, stated in zip(timing.starts, timing.durations_s, timing.decay_factors, strict=True):
        if stated is None or stated <= 0:
            continue
        since = 2 ** ((start - reference).total_seconds() / 3600 / half_life_h)
        within = growth_over_scan(duration or 0.0, half_life_h)
        if min(abs(stated / since - 1), abs(stated / (since * within) - 1)) > FACTOR_WITHIN:
            return False
    return True
