"""A column of numbers beside the follow-up (a score, a prediction), read at the door."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lutetia.errors import Fault, InputError
from lutetia.survival.followup import floats
from lutetia.survival.ties import Floats


def number_column(values: ArrayLike, place: str, name: str) -> Floats:
    """The values as float64 (n,), NaN where missing; InputError of `name` at `place` for anything but numbers."""
    try:
        return floats(values)
    except (TypeError, ValueError) as wrong:
        raise InputError(name, [Fault(place=place, must="must be a column of numbers", got=str(wrong))]) from wrong


def number_table(values: ArrayLike, place: str, name: str) -> Floats:
    """The values as float64 (n, q), a single column as (n, 1); InputError as `number_column`."""
    try:
        table = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as wrong:
        raise InputError(name, [Fault(place=place, must="must be a table of numbers", got=str(wrong))]) from wrong
    if table.ndim not in (1, 2):
        must = "must be a table of rows and columns"
        raise InputError(name, [Fault(place=place, must=must, got=f"{table.ndim} dimensions")])
    return table[:, None] if table.ndim == 1 else table
