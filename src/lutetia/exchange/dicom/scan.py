"""A quantitative nuclear-medicine image as it comes in: its volume, when it was taken and what it holds for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault
from lutetia.exchange.dicom.radiopharmaceutical import Injection
from lutetia.exchange.dicom.series import SeriesIdentity
from lutetia.rows import LeftOut


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityScan:
    """One NM or PT image: `volume` in Bq/mL (or counts), holding for the moment `valid_at`.

    `acquired_at` is the start of the acquisition, `duration_s` its length where the header tells. `corrections` are the
    words of CorrectedImage (ATTN, SCAT, DECY …). `injection` is what the header says; None inside it is unknown.
    """

    volume: Volume
    modality: str
    acquired_at: datetime
    valid_at: datetime
    duration_s: float | None
    injection: Injection
    corrections: tuple[str, ...]
    series: SeriesIdentity
    left_out: tuple[LeftOut, ...] = ()

    @property
    def conventions(self) -> tuple[str, ...]:
        """How the numbers came about."""
        return self.volume.conventions

    @property
    def hours_after_injection_h(self) -> float | None:
        """From the injection to `valid_at`; None if the header does not tell the injection."""
        if self.injection.at is None:
            return None
        return (self.valid_at - self.injection.at).total_seconds() / 3600


def half_life_used_h(
    given_h: float | None, injection: Injection, name: str, faults: list[Fault]
) -> tuple[float | None, tuple[str, ...]]:
    """The caller's half-life before the header's, and a sentence where they differ by more than a per cent."""
    if given_h is not None and not 0 < given_h < float("inf"):
        faults.append(Fault(place=name, must="must be given a half_life_h above 0", got=str(given_h)))
        return None, ()
    own_h = injection.half_life_h
    if given_h is None or own_h is None or abs(given_h / own_h - 1) <= 0.01:
        return given_h if given_h is not None else own_h, ()
    return given_h, (f"Half-life {given_h:g} h as given; the header says {own_h:g} h.",)


def zero_faults(volume_sum: float, name: str) -> list[Fault]:
    """A fault for an image without any activity: never a silent zero."""
    if volume_sum == 0:
        return [Fault(place=name, must="must hold activity", got="nothing but zeros", do="Is it the right series?")]
    return []


def aware_faults(moments: Sequence[tuple[str, datetime | None]], name: str) -> list[Fault]:
    """Faults for moments given by the caller without a time zone."""
    return [
        Fault(place=name, must=f"must be given {word} with a time zone", got=moment.isoformat())
        for word, moment in moments
        if moment is not None and moment.tzinfo is None
    ]
