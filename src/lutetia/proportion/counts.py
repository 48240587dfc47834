"""Counts at the door: whole numbers, none negative, no more events than patients; all faults at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError

SHOWN = 10
"""Positions named in a fault before "and k more"."""

Numbers = NDArray[np.float64]


def checked_pairs(title: str, **pairs: tuple[ArrayLike, ArrayLike]) -> tuple[tuple[Numbers, Numbers], ...]:
    """Events and denominators as float arrays that fit together, one pair for each keyword.

    A keyword names its pair in a fault: `group_1=(x, n)` speaks of "events of group_1". Raises InputError with all
    faults: not numbers, not whole, negative, denominator 0, more events than patients, shapes that do not fit.
    """
    faults: list[Fault] = []
    checked = tuple(_pair(name.replace("_", " "), *pair, faults) for name, pair in pairs.items())
    if faults:
        raise InputError(title, faults)
    return checked


def _pair(name: str, events: ArrayLike, n: ArrayLike, faults: list[Fault]) -> tuple[Numbers, Numbers]:
    x = _whole(f"events of {name}", events, faults)
    total = _whole(f"n of {name}", n, faults)
    if x is None or total is None:
        return np.zeros(0), np.zeros(0)
    try:
        x, total = np.broadcast_arrays(x, total)
    except ValueError:
        got = f"{x.shape} and {total.shape}"
        faults.append(Fault(place=name, must="events and n must have shapes that fit together", got=got))
        return np.zeros(0), np.zeros(0)
    _note(faults, f"n of {name}", "must be at least 1", total, total == 0)
    over = (x > total) & (total > 0)
    do = "Events first, then all patients."
    _note(faults, f"events of {name}", f"must not exceed n ({_some(total, over)})", x, over, do)
    return x, total


def _whole(place: str, given: ArrayLike, faults: list[Fault]) -> Numbers | None:
    """The values as floats, or None and a fault when they are not whole numbers from 0 on."""
    array = np.asarray(given)
    if array.dtype == np.bool_ or not np.issubdtype(array.dtype, np.number) or np.iscomplexobj(array):
        faults.append(Fault(place=place, must="must be whole numbers", got=_shown(given)))
        return None
    values = array.astype(np.float64)
    wrong = ~np.isfinite(values) | (values != np.floor(values))
    negative = values < 0
    _note(faults, place, "must be a whole number", values, wrong, "A percentage is no count.")
    _note(faults, place, "must not be negative", values, negative)
    return None if (wrong | negative).any() else values


def _note(faults: list[Fault], place: str, must: str, values: Numbers, wrong: Any, do: str | None = None) -> None:
    if np.any(wrong):
        faults.append(Fault(place=place, must=must, got=_some(values, wrong), do=do))


def _some(values: Numbers, chosen: Any) -> str:
    """The chosen values, with their positions when there are several values, the first ten in full."""
    if values.ndim == 0:
        return f"{float(values):g}"
    rows = np.flatnonzero(np.ravel(chosen))
    flat = np.ravel(values)
    named = ", ".join(f"{flat[row]:g} at {row}" for row in rows[:SHOWN])
    return named + (f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else "")


def _shown(given: object) -> str:
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}…"


def chosen(title: str, place: str, given: str, known: Sequence[str]) -> str:
    """A method's name as it is printed; "_" and "-" are alike. Raises InputError that lists the known ones."""
    name = given.replace("_", "-").lower() if isinstance(given, str) else given
    if name not in known:
        raise InputError(title, [Fault(place=place, must=f"must be one of {', '.join(known)}", got=repr(given))])
    return name


def checked_level(title: str, level: float) -> float:
    """A coverage between 0 and 1. Raises InputError."""
    if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
        do = "95 % is 0.95."
        raise InputError(title, [Fault(place="level", must="must lie between 0 and 1", got=repr(level), do=do)])
    return float(level)
