"""A lesion of the baseline, and what a reader saw of it at one visit: a typed measurement, never a bare number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Literal

from lutetia.scoring.recist.rules import UM_PER_MM, Precision, limits, mm_text

Role = Literal["target", "non_target", "new"]
State = Literal["measured", "absent", "present", "too_small", "not_evaluable", "equivocal", "progression", "joined"]

_LONGEST_MM = 10_000  # our own choice: longer than any patient
_STEP_UM = {"as_entered": 1, "tenth_mm": 100}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    """A lesion as identified: its name, organ and role; `node`: a lymph node, followed by its short axis."""

    name: str
    organ: str
    role: Role
    node: bool
    gone_below_um: int = field(init=False, repr=False, compare=False)
    axis: Literal["longest", "short_axis"] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # A node below 10 mm is normal; anything else has gone only at 0 (below one micrometre).
        object.__setattr__(self, "axis", "short_axis" if self.node else "longest")
        object.__setattr__(self, "gone_below_um", limits().node_pathological_um if self.node else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What was seen of one lesion at one visit.

    `sum_um` is what it adds to a sum of diameters, in micrometres: its measure, 5 mm when too small to measure,
    0 when absent; None when it cannot be counted.
    """

    state: State
    sum_um: int | None = None

    def __str__(self) -> str:
        if self.state == "measured":
            return mm_text(self.sum_um)
        if self.state == "too_small":
            return f"too small to measure, {mm_text(self.sum_um)}"
        return self.state.replace("_", " ")

    @property
    def diameter_mm(self) -> float | None:
        """What it adds to the sum of diameters, in mm; None when it cannot be counted."""
        return None if self.sum_um is None else self.sum_um / UM_PER_MM


ABSENT = Measurement(state="absent", sum_um=0)
PRESENT = Measurement(state="present")
NOT_EVALUABLE = Measurement(state="not_evaluable")
EQUIVOCAL = Measurement(state="equivocal")
PROGRESSION = Measurement(state="progression")
REFUSED = Measurement(state="not_evaluable")
"""Stands where a result could not be read, so that its fault is told once; it never leaves the reading of tables."""
JOINED = Measurement(state="joined", sum_um=0)
"""Merged into another target, which carries the diameter of the joined lesion."""


def too_small() -> Measurement:
    """Seen, but too small to measure: it counts 5 mm."""
    return Measurement(state="too_small", sum_um=limits().too_small_um)


def measured(diameter_mm: object, precision: Precision) -> Measurement:
    """A lesion with its diameter (longest, or short axis of a node) in mm, taken as entered or to a tenth of a mm.

    Raises ValueError with a sentence when it is no number from 0 to 10,000 mm.
    """
    return Measurement(state="measured", sum_um=length_um(diameter_mm, precision))


def length_um(length_mm: object, precision: Precision) -> int:
    """A length in mm as whole micrometres, decimals taken as written: 0.1 + 0.2 is 300, not 300.00000000000006.

    `precision="tenth_mm"` rounds half up to a tenth of a millimetre first.
    Raises ValueError with a sentence when it is no number from 0 to 10,000 mm.
    """
    number = _decimal(length_mm)
    step = _STEP_UM[precision]
    return int((number * UM_PER_MM / step).to_integral_value(ROUND_HALF_UP)) * step


def _decimal(length_mm: object) -> Decimal:
    if isinstance(length_mm, bool) or not isinstance(length_mm, int | float | str | Decimal):
        raise ValueError("must be a length in mm")
    try:
        number = Decimal(str(length_mm).strip())
    except InvalidOperation:
        raise ValueError("must be a length in mm") from None
    if not number.is_finite():
        raise ValueError("must be a finite length in mm")
    if number < 0:
        raise ValueError("must be 0 mm or more")
    if number > _LONGEST_MM:
        raise ValueError(f"must be at most {_LONGEST_MM} mm")
    # A float carries about 16 digits; what stands beyond the nanometre is rounding, not measurement.
    return number.quantize(Decimal("0.000001"))


def fragments(parts: Sequence[Measurement]) -> Measurement:
    """A lesion that has split: the longest diameters of its parts added (RECIST 1.1, special notes).

    Not countable as soon as one part is not. Raises ValueError without parts.
    """
    if not parts:
        raise ValueError("a split lesion must have at least one part")
    if any(part.sum_um is None for part in parts):
        return NOT_EVALUABLE
    total = sum(part.sum_um or 0 for part in parts)
    return Measurement(state="measured", sum_um=total) if total else ABSENT


def coalesced(names: Sequence[str], whole: Measurement) -> dict[str, Measurement]:
    """Lesions that have merged and cannot be separated: the first carries the joined lesion's diameter.

    The others add nothing of their own; where the joined lesion is not countable, none of them is.
    """
    rest = JOINED if whole.sum_um is not None else NOT_EVALUABLE
    return {name: whole if index == 0 else rest for index, name in enumerate(names)}
