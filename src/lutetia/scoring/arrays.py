"""What a caller gives as one value or a list of them, as an array; what does not fit is a fault with its rows.

Needs numpy (imported on first use). Rows are counted from 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from lutetia.errors import Fault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Truth = NDArray[np.bool_]


def as_numbers(name: str, given: Any, faults: list[Fault]) -> Numbers:
    """One number, or an array of them with the shape of what is given; None is NaN. A fault for each text."""
    import numpy as np

    try:
        return np.asarray(np.nan if given is None else given, dtype=np.float64)
    except (TypeError, ValueError):
        several = isinstance(given, Iterable) and not isinstance(given, str | bytes)
        items = list(given) if several else [given]
        faults += _unlike(name, "must be a number", items, is_number)
        return np.full(len(items) if several else (), np.nan)


def as_truth(name: str, given: Any, many: int, faults: list[Fault]) -> Truth:
    """True or False, once for all or one for each of so many rows; a fault for what is neither."""
    import numpy as np

    given = given.tolist() if hasattr(given, "tolist") else given
    items = list(given) if isinstance(given, Iterable) and not isinstance(given, str | bytes) else [given] * many
    if len(items) != many:
        must = f"must have as many entries as there are values ({many})"
        faults.append(Fault(place=name, must=must, got=str(len(items))))
    faults += _unlike(name, "must be True or False", items, lambda item: isinstance(item, bool))
    return np.array([item is True for item in items[:many]] + [False] * (many - len(items)), np.bool_)


def _unlike(name: str, must: str, items: Sequence[Any], fits: Any) -> list[Fault]:
    rows_of: dict[str, list[int]] = {}
    for row, item in enumerate(items):
        if not fits(item):
            rows_of.setdefault(repr(item), []).append(row)
    return [fault_with_rows(Fault(place=name, must=must, got=got), rows) for got, rows in rows_of.items()]


def is_number(item: Any) -> bool:
    """Whether numpy takes an item of a list as a number; None stands for unknown."""
    try:
        return item is None or isinstance(float(item), float)
    except (TypeError, ValueError):
        return False


def fault_with_rows(fault: Fault, rows: Sequence[int] | NDArray[np.intp]) -> Fault:
    """The fault with all row numbers it concerns."""
    got = fault.got if fault.got is not None else "other"
    return Fault(place=fault.place, must=fault.must, got=f"{got} in {_listed(rows)}", do=fault.do)


def _listed(rows: Sequence[int] | NDArray[np.intp]) -> str:
    """Every row number, runs joined: "row 4", "rows 0-2, 7"."""
    import numpy as np

    runs = np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)
    text = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
    return f"{'row' if len(rows) == 1 else 'rows'} {text}"
