"""Doses given, and the reduced dose: a named variant that could not be verified, or the input of a named judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lutetia.errors import Fault, InputError
from lutetia.guideline.modification.rules import section, variant
from lutetia.quantities import number_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Administration:
    """One dose given: the day, and the activity in MBq (None: unknown)."""

    on: date
    activity_mbq: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """The reduced dose and the dose after it, in MBq: a named variant, or the input of a named judge."""

    reduced_mbq: float
    next_mbq: float
    full_mbq: float
    rules: tuple[str, ...]
    says: str

    @classmethod
    def named(cls, name: str) -> Reduction:
        """The variant of this name (`half_then_full`). Raises InputError for any other."""
        row = variant("reduction", name)
        return cls(
            reduced_mbq=float(row["reduced_mbq"]),
            next_mbq=float(row["next_mbq"]),
            full_mbq=float(row["full_mbq"]),
            rules=("DM-RED-1", "DM-RED-2"),
            says=f"reduction: {name} ({row['reduced_mbq']} MBq, then {row['next_mbq']} MBq)",
        )

    @classmethod
    def judged(cls, *, reduced_mbq: float, next_mbq: float, full_mbq: float, judged_by: str) -> Reduction:
        """The doses a named person decided. Raises InputError when a dose is no plausible activity, or without name."""
        limits = section("plausible")["activity_mbq"]
        faults = [
            Fault(place=name, must=f"must lie between {limits['low']} and {limits['high']} MBq", got=repr(dose_mbq))
            for name, dose_mbq in {"reduced_mbq": reduced_mbq, "next_mbq": next_mbq, "full_mbq": full_mbq}.items()
            if not isinstance(dose_mbq, int | float) or not limits["low"] <= dose_mbq <= limits["high"]
        ]
        if not judged_by.strip():
            faults.append(Fault(place="judged_by", must="must name who decided", got=repr(judged_by)))
        if faults:
            raise InputError("reduction", faults)
        doses = ", then ".join(f"{number_text(dose)} MBq" for dose in (reduced_mbq, next_mbq))
        return cls(
            reduced_mbq=float(reduced_mbq),
            next_mbq=float(next_mbq),
            full_mbq=float(full_mbq),
            rules=("DM-RED-3", "DM-RED-3"),
            says=f"reduction decided by {judged_by.strip()}: {doses}",
        )
