"""A quantitative nuclear-medicine image as it comes in: its volume, when it was taken and what it holds for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lutetia.dosimetry.volume import Volume
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.decay import growth_over_scan
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

    def at_middle(self, half_life_h: float | None = None) -> ActivityScan:
        """The same image holding for the middle of the acquisition, where a mean over it is the value at that moment.

        The values at the start rest on physical decay alone; while the nuclide is also taken up or washed out, the mean
        over the scan belongs to its middle (to the second order in its length). `half_life_h` goes before the header's.
        Raises InputError where duration or half-life are not known.
        """
        life_h = half_life_h or self.injection.half_life_h
        if self.duration_s is None or life_h is None:
            must = "must state duration and half-life to be brought to its middle"
            raise InputError("scan", [Fault(place=self.modality, must=must, do="Give half_life_h=.")])
        waited_h = (self.acquired_at - self.valid_at).total_seconds() / 3600
        factor = 2 ** (-waited_h / life_h) / growth_over_scan(self.duration_s, life_h)
        middle = self.acquired_at + timedelta(seconds=self.duration_s / 2)
        because = f"Decay: brought to the middle of the acquisition, {middle.isoformat()}, factor {factor:.6f}."
        return replace(self, volume=self.volume.scaled(factor, because=because), valid_at=middle)


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


def zero_faults(sum_of_values: float, name: str) -> list[Fault]:
    """A fault for an image without any activity: never a silent zero."""
    if sum_of_values == 0:
        return [Fault(place=name, must="must hold activity", got="nothing but zeros", do="Is it the right series?")]
    return []


def aware_faults(moments: Sequence[tuple[str, datetime | None]], name: str) -> list[Fault]:
    """Faults for moments given by the caller without a time zone."""
    return [
        Fault(place=name, must=f"must be given {word} with a time zone", got=moment.isoformat())
        for word, moment in moments
        if moment is not None and moment.tzinfo is None
    ]
