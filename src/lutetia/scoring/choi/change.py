"""Change of size and attenuation between two examinations, as exact fractions: 1/10 is 10 % more."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lutetia.scoring.choi.inputs import Average, Read


@dataclass(frozen=True, slots=True)
class Change:
    """Relative changes as exact fractions: 1/10 is 10 % more; attenuation None when it cannot be told."""

    size_fraction: Fraction
    growth_fraction: Fraction
    attenuation_fraction: Fraction | None
    gone: bool
    why_no_attenuation: str


def change_between(read: Read, average: Average) -> Change:
    before_mm = sum(diameter for diameter, _ in read.before.values())
    after_mm = sum(diameter for diameter, _ in read.after.values())
    attenuation, why = _attenuation_change_fraction(read, average)
    return Change(
        size_fraction=Fraction(after_mm - before_mm) / before_mm,
        growth_fraction=Fraction(after_mm - read.reference_mm) / read.reference_mm,
        attenuation_fraction=attenuation,
        gone=not after_mm,
        why_no_attenuation=why,
    )


def _attenuation_change_fraction(read: Read, average: Average) -> tuple[Fraction | None, str]:
    """Relative change of the mean attenuation over the targets seen at both times, or why there is none."""
    seen = [name for name, (diameter_mm, _) in read.after.items() if diameter_mm]
    means: list[Fraction] = []
    for time in (read.before, read.after):
        weighted = []
        for name in seen:
            diameter_mm, attenuation_hu = time[name]
            if attenuation_hu is None:
                return None, f"not measured in {name}"
            weighted.append((attenuation_hu, diameter_mm if average == "weighted_by_diameter" else Fraction(1)))
        if not weighted:
            return None, "no target seen at both times"
        total = sum((weight for _, weight in weighted), Fraction(0))
        means.append(sum((hu * weight for hu, weight in weighted), Fraction(0)) / total)
    if means[0] <= 0:
        return None, "not above 0 HU at baseline"
    return (means[1] - means[0]) / means[0], ""
