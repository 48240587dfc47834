"""Drop-out, always with its reading: "15 % drop out" means five different trials."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Literal

from lutetia.errors import Fault, InputError
from lutetia.trial.checked import above, not_negative

Reading = Literal["none", "rate", "net", "net by the analysis", "of the patients", "deflated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DropOut:
    """How patients are lost before their event; made by `none`, `rate`, `net`, `of_patients`, `deflated`.

    `reading` names what `fraction` is a share of; `by_months` belongs to "net", `per_month` to "rate".
    """

    reading: Reading
    fraction: float = 0.0
    by_months: float | None = None
    per_month: float | None = None

    @classmethod
    def none(cls) -> DropOut:
        """Nobody is lost."""
        return cls(reading="none")

    @classmethod
    def rate(cls, per_month: float) -> DropOut:
        """A constant hazard of dropping out, the same in both arms."""
        if faults := not_negative("per_month", per_month):
            raise InputError("drop-out", faults)
        return cls(reading="rate", per_month=per_month)

    @classmethod
    def net(cls, fraction: float, *, by_months: float | None = None) -> DropOut:
        """The share that would be lost by then if nobody had an event; without `by_months`: by the analysis itself."""
        faults = _share(fraction)
        if by_months is not None:
            faults += above("by_months", by_months)
        if faults:
            raise InputError("drop-out", faults)
        return cls(
            reading="net by the analysis" if by_months is None else "net", fraction=fraction, by_months=by_months
        )

    @classmethod
    def of_patients(cls, fraction: float) -> DropOut:
        """The share of entered patients who are lost by the analysis, events and end of study competing."""
        if faults := _share(fraction):
            raise InputError("drop-out", faults)
        return cls(reading="of the patients", fraction=fraction)

    @classmethod
    def deflated(cls, fraction: float) -> DropOut:
        """No drop-out over time; only (1 − fraction) of the expected events are counted."""
        if faults := _share(fraction):
            raise InputError("drop-out", faults)
        return cls(reading="deflated", fraction=fraction)

    @property
    def kept_fraction(self) -> float:
        """The share of expected events that count: below 1 for "deflated" alone."""
        return 1.0 - self.fraction if self.reading == "deflated" else 1.0

    def rate_at(self, analysis_months: float) -> float | None:
        """The drop-out hazard per month if the analysis is at that time; None where it hangs on the events too."""
        if self.reading in ("none", "deflated"):
            return 0.0
        if self.reading == "rate":
            return self.per_month
        if self.reading == "of the patients":
            return None
        return -log(1 - self.fraction) / (self.by_months or analysis_months)

    def __str__(self) -> str:
        share = f"{100 * self.fraction:g} %"
        return {
            "none": "no drop-out",
            "rate": f"drop-out hazard {self.per_month} per month",
            "net": f"{share} would be lost by month {self.by_months} if nobody had an event",
            "net by the analysis": f"{share} would be lost by the analysis if nobody had an event",
            "of the patients": f"{share} of the patients are lost by the analysis, events competing",
            "deflated": f"expected events lowered by {share}, nobody lost over time",
        }[self.reading]


def _share(fraction: object) -> list[Fault]:
    faults = not_negative("fraction", fraction, "15 % is 0.15.")
    if not faults and float(fraction) >= 1:  # type: ignore[arg-type]
        faults = [Fault(place="fraction", must="must be below 1", got=repr(fraction), do="15 % is 0.15.")]
    return faults
