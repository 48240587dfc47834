"""Assumptions at the door: each check returns the faults it finds, so that a design tells all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from lutetia.errors import Fault

if TYPE_CHECKING:
    from numpy.typing import NDArray

Allocation = Sequence[float]


def is_number(value: object) -> bool:
    """True for a finite int or float that is no bool; numpy's numbers count."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return False
    try:
        return isfinite(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def above(place: str, value: object, low: float = 0.0, do: str | None = None) -> list[Fault]:
    """A fault unless the value is a number above `low`."""
    if is_number(value) and float(value) > low:  # type: ignore[arg-type]
        return []
    return [Fault(place=place, must=f"must be a number above {low:g}", got=repr(value), do=do)]


def not_negative(place: str, value: object, do: str | None = None) -> list[Fault]:
    """A fault unless the value is a number from 0 on."""
    if is_number(value) and float(value) >= 0:  # type: ignore[arg-type]
        return []
    return [Fault(place=place, must="must not be negative", got=repr(value), do=do)]


def between(place: str, value: object, low: float = 0.0, high: float = 1.0, do: str | None = None) -> list[Fault]:
    """A fault unless low < value < high."""
    if is_number(value) and low < float(value) < high:  # type: ignore[arg-type]
        return []
    return [Fault(place=place, must=f"must lie between {low:g} and {high:g}", got=repr(value), do=do)]


def whole(place: str, value: object, low: int = 1) -> list[Fault]:
    """A fault unless the value is a whole number from `low` on."""
    integral = isinstance(value, int) or (is_number(value) and float(value).is_integer())  # type: ignore[arg-type]
    if integral and not isinstance(value, bool) and int(value) >= low:  # type: ignore[call-overload]
        return []
    return [Fault(place=place, must=f"must be a whole number from {low} on", got=repr(value))]


def allocation_faults(allocation: object) -> list[Fault]:
    """Faults of a ratio experimental : control such as (2, 1)."""
    do = "Two to one is (2, 1): experimental first."
    if isinstance(allocation, str | bytes) or not hasattr(allocation, "__len__") or len(allocation) != 2:
        return [Fault(place="allocation", must="must be two numbers", got=repr(allocation), do=do)]
    if all(is_number(part) and part > 0 for part in allocation):  # type: ignore[attr-defined]
        return []
    must = "must give both arms a number above 0"
    return [Fault(place="allocation", must=must, got=repr(tuple(allocation)), do=do)]  # type: ignore[arg-type]


def experimental_fraction(allocation: Allocation) -> float:
    """The share of patients in the experimental arm, the first of the two."""
    first, second = allocation
    return float(first) / (float(first) + float(second))


def error_faults(alpha: object, power: object) -> list[Fault]:
    """Faults of a one-sided alpha and a power, also where the power is no more than alpha."""
    faults = between("alpha", alpha, 0, 0.5, "One-sided: a two-sided 5 % is 0.025.")
    faults += between("power", power, do="90 % is 0.9.")
    if not faults and float(power) <= float(alpha):  # type: ignore[arg-type]
        do = "A power of alpha needs no trial: a coin with alpha heads has it."
        faults.append(Fault(place="power", must=f"must be above alpha ({alpha})", got=f"{power}", do=do))
    return faults


def ratio_faults(hazard_ratio: object) -> list[Fault]:
    """Faults of a hazard ratio experimental over control."""
    faults = above("hazard_ratio", hazard_ratio, do="Experimental over control: 0.5 halves the hazard.")
    if not faults and float(hazard_ratio) == 1:  # type: ignore[arg-type]
        must = "must differ from 1: equal arms cannot be told apart"
        faults.append(Fault(place="hazard_ratio", must=must, got=f"{hazard_ratio}"))
    return faults


def rows_named(rows: Sequence[int] | NDArray[Any]) -> str:
    """Row numbers for a fault: the first ten, and how many more there are."""
    shown = ", ".join(str(row) for row in rows[:10])
    return shown if len(rows) <= 10 else f"{shown} and {len(rows) - 10} more"
