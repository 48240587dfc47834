"""Follow-up of patients as arrays: when it ended, with which event, and what else an analysis needs of each row."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.survival.levels import Levels, is_missing, levels
from lutetia.survival.ties import TOLERANCE

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Grouping = ArrayLike | Mapping[str, ArrayLike]
COLUMNS = ("stop", "event", "start", "weights", "strata", "cluster")
ROWS_NAMED = 10
AFTER_START = "must lie after start by more than rounding"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FollowUp:
    """One row per patient, or per piece (start, stop] of a patient's follow-up; times in the caller's unit.

    Each argument is a 1-d array-like of length n. `stop` ≥ 0 (0 is allowed); `event` 0 is censored, 1..k are causes or
    states (booleans are 0 and 1); 0 ≤ `start` < `stop` is delayed entry; `weights` > 0; `strata` and `cluster` hold
    labels of any kind, or a mapping of names to columns whose combinations count. Afterwards `stop`, `start` and
    `weights` are float64, `event`, `strata` and `cluster` int64 (codes of `strata_labels`, `cluster_labels`), all
    read-only copies; what is absent stays None.

    Raises InputError with every fault of every column: missing or infinite values, negative times, stop not after
    start, events that are no whole number from 0, weights not above 0, unequal lengths, no rows.
    """

    stop: Floats
    event: Codes
    start: Floats | None
    weights: Floats | None
    strata: Codes | None
    cluster: Codes | None
    strata_labels: tuple[Hashable, ...] | None = field(init=False)
    cluster_labels: tuple[Hashable, ...] | None = field(init=False)
    left_out: tuple[LeftOut, ...] = field(init=False)
    kept_rows: Codes | None = field(init=False)

    def __init__(
        self,
        *,
        stop: ArrayLike,
        event: ArrayLike,
        start: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        strata: Grouping | None = None,
        cluster: Grouping | None = None,
    ) -> None:
        read = _read(stop=stop, event=event, start=start, weights=weights, strata=strata, cluster=cluster)
        faults = read.faults or _faults_of_values(read)
        if faults:
            raise InputError("follow-up", faults)
        self._set(read, left_out=(), kept_rows=None)

    @classmethod
    def complete(
        cls,
        *,
        stop: ArrayLike,
        event: ArrayLike,
        start: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        strata: Grouping | None = None,
        cluster: Grouping | None = None,
    ) -> FollowUp:
        """The rows in which nothing given is missing; the others stand, with the reason, in `left_out`.

        `kept_rows` holds the positions (from 0) of the kept rows in the input, so that covariates can follow. A row
        missing several things is counted once, by the first of stop, event, start, weights, strata, cluster. Raises
        InputError as FollowUp does for everything else, and if no row is complete.
        """
        read = _read(stop=stop, event=event, start=start, weights=weights, strata=strata, cluster=cluster)
        if read.faults:
            raise InputError("follow-up", read.faults)
        left_out, kept = _without_missing(read)
        rest = read.at(kept)
        if faults := _faults_of_values(rest, kept):
            raise InputError("follow-up", faults)
        made = object.__new__(cls)
        made._set(rest, left_out=left_out, kept_rows=_read_only(kept))
        return made

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.stop.size

    def at(self, rows: ArrayLike | slice) -> FollowUp:
        """The follow-up of these rows: positions (a row may repeat, as in a bootstrap), a mask or a slice.

        Codes keep their labels; `left_out` and `kept_rows` speak of the whole input, so `kept_rows` is picked too.
        """
        picked = rows if isinstance(rows, slice) else np.asarray(rows)
        columns = {name: None if (a := getattr(self, name)) is None else _read_only(a[picked]) for name in COLUMNS}
        made = object.__new__(FollowUp)
        for name, column in columns.items():
            object.__setattr__(made, name, column)
        for name in ("strata_labels", "cluster_labels", "left_out"):
            object.__setattr__(made, name, getattr(self, name))
        kept = None if self.kept_rows is None else _read_only(self.kept_rows[picked])
        object.__setattr__(made, "kept_rows", kept)
        return made

    def _set(self, read: _Columns, *, left_out: tuple[LeftOut, ...], kept_rows: Codes | None) -> None:
        for name in COLUMNS:
            column = read.arrays.get(name)
            if name == "event" and column is not None:
                column = column.astype(np.int64)
            object.__setattr__(self, name, None if column is None else _read_only(column))
        object.__setattr__(self, "strata_labels", read.labels.get("strata"))
        object.__setattr__(self, "cluster_labels", read.labels.get("cluster"))
        object.__setattr__(self, "left_out", left_out)
        object.__setattr__(self, "kept_rows", kept_rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """The given columns as arrays of their own: floats (events too, as long as they are unchecked) or codes."""

    arrays: dict[str, NDArray[Any]]
    labels: dict[str, tuple[Hashable, ...]]
    faults: list[Fault]

    def at(self, rows: Codes) -> _Columns:
        return _Columns(
            arrays={name: array[rows] for name, array in self.arrays.items()}, labels=self.labels, faults=self.faults
        )


def _read(**given: Any) -> _Columns:
    read = _Columns(arrays={}, labels={}, faults=[])
    for name, values in given.items():
        if values is None and name not in ("stop", "event"):
            continue
        try:
            if name in ("strata", "cluster"):
                found = levels(values)
                read.arrays[name], read.labels[name] = found.codes, found.labels
            else:
                read.arrays[name] = floats(values)
        except (TypeError, ValueError) as wrong:
            must = "must be a column of labels" if name in ("strata", "cluster") else "must be a column of numbers"
            read.faults.append(Fault(place=name, must=must, got=str(wrong)))
    lengths = {name: array.size for name, array in read.arrays.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        read.faults.append(Fault(place=", ".join(lengths), must="must have one length", got=told))
    elif 0 in lengths.values():
        read.faults.append(Fault(place="stop", must="must hold at least one row", got="none"))
    return read


def floats(values: ArrayLike) -> Floats:
    """A float64 copy of a 1-d array-like, NaN where a value is missing; ValueError or TypeError for anything else."""
    array = np.ma.filled(values.astype(float), np.nan) if isinstance(values, np.ma.MaskedArray) else np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{array.ndim} dimensions")
    if array.dtype.kind in "biuf":
        return array.astype(np.float64)  # a copy, always
    if array.dtype.kind != "O":
        raise TypeError(f"values of kind {array.dtype}")
    return np.array([np.nan if is_missing(value) else float(value) for value in array.tolist()], dtype=np.float64)


def _without_missing(read: _Columns) -> tuple[tuple[LeftOut, ...], Codes]:
    out = np.zeros(read.arrays["stop"].size, dtype=bool)
    reasons = []
    for name, array in read.arrays.items():
        rows = np.flatnonzero(_missing(name, array) & ~out)
        out[rows] = True
        if rows.size:
            reasons.append(LeftOut.at(rows.tolist(), f"{name} missing"))
    return tuple(reasons), np.flatnonzero(~out)


def _missing(name: str, array: NDArray[Any]) -> NDArray[np.bool_]:
    return array < 0 if name in ("strata", "cluster") else np.isnan(array)


def _faults_of_values(read: _Columns, positions: Codes | None = None) -> list[Fault]:
    """Every fault of the values; rows are named by their position (from 0) in what the caller gave."""
    arrays, faults = read.arrays, []
    if not arrays["stop"].size:
        return [Fault(place="stop, event", must="must have at least one row without missing values", got="none")]
    for name, array in arrays.items():
        bad: dict[str, NDArray[np.bool_]] = {"must not be missing": _missing(name, array)}
        if name not in ("strata", "cluster"):
            bad["must be finite"] = np.isinf(array)
        if name in _RULES:
            bad |= _RULES[name](array)
        faults += [_fault(name, must, array, rows, positions) for must, rows in bad.items() if rows.any()]
    if "start" in arrays:
        rows = arrays["stop"] - arrays["start"] <= TOLERANCE  # tied but for rounding: no piece of follow-up
        if rows.any():
            faults.append(_fault("stop", AFTER_START, arrays["stop"], rows, positions))
    return faults


_RULES: dict[str, Callable[[NDArray[Any]], dict[str, NDArray[np.bool_]]]] = {
    "stop": lambda stop: {"must not be negative": stop < 0},
    "start": lambda start: {"must not be negative": start < 0},
    "event": lambda event: {
        "must be a whole number from 0 (0 censored, 1..k causes or states)": np.isfinite(event)
        & ((event < 0) | (event != np.floor(event)))
    },
    "weights": lambda weights: {"must be above 0": weights <= 0},
}
_ADVICE = {
    "must not be missing": "FollowUp.complete(...) leaves such rows out and counts them.",
    AFTER_START: "A piece of follow-up without length holds no information; leave it out or mend the dates.",
}


def _fault(name: str, must: str, array: NDArray[Any], rows: NDArray[np.bool_], positions: Codes | None = None) -> Fault:
    found = np.flatnonzero(rows)
    named = found if positions is None else positions[found]
    told = ", ".join(str(row) for row in named[:ROWS_NAMED])
    more = f" and {named.size - ROWS_NAMED} more" if named.size > ROWS_NAMED else ""
    plural = "rows" if named.size > 1 else "row"
    got = None if must == "must not be missing" else f"{array[found[0]]:g}"
    return Fault(place=f"{name}, {plural} {told}{more} (counted from 0)", must=must, got=got, do=_ADVICE.get(must))


def refuse_causes(f: FollowUp, name: str) -> None:
    """InputError if the follow-up knows several kinds of event, which `name` cannot tell apart."""
    kinds = np.unique(f.event[f.event > 1])
    if kinds.size:
        do = "Count every event as one with event > 0, one cause alone with event == 1, or use cumulative_incidence."
        got = ", ".join(str(kind) for kind in kinds[:ROWS_NAMED])
        raise InputError(name, [Fault(place="event", must="must be 0 (censored) or 1 (event)", got=got, do=do)])


def group_levels(f: FollowUp, by: Grouping, place: str) -> Levels:
    """Codes and labels of a grouping of the rows; InputError if it is no column of n labels or all are missing."""
    try:
        groups = levels(by)
    except (TypeError, ValueError) as wrong:
        raise InputError("grouping", [Fault(place=place, must="must be a column of labels", got=str(wrong))]) from wrong
    if groups.codes.size != f.n:
        must = f"must have one label for each of the {f.n} rows"
        raise InputError("grouping", [Fault(place=place, must=must, got=f"{groups.codes.size}")])
    if not groups.labels:
        raise InputError("grouping", [Fault(place=place, must="must have a label in at least one row", got="none")])
    return groups


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array


def with_event(f: FollowUp, event: ArrayLike) -> FollowUp:
    """The same follow-up with other events (n,): 0 or 1..k whole numbers, not checked again."""
    made = f.at(slice(None))
    object.__setattr__(made, "event", _read_only(np.array(event, dtype=np.int64)))
    return made
