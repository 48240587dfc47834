"""The way of each patient through the states: in which state each row is spent, and whether the rows fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError
from lutetia.survival.followup import ROWS_NAMED, FollowUp
from lutetia.survival.levels import levels
from lutetia.survival.ties import TOLERANCE, Codes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Path:
    """For each of n rows: the state it is spent in, the state entered at its end (−1: none), and its patient.

    `origin` and `target` are positions in `states`; `is_last` marks each patient's last row.
    """

    states: tuple[str, ...]
    origin: Codes
    target: Codes
    patient: Codes
    is_last: NDArray[np.bool_]

    def at(self, rows: Codes) -> Path:
        """The same for some of the rows."""
        columns = {name: getattr(self, name)[rows] for name in ("origin", "target", "patient", "is_last")}
        return Path(states=self.states, **columns)


def state_paths(
    f: FollowUp,
    *,
    from_state: ArrayLike | int | str | None,
    states: Sequence[str] | Mapping[int, str] | None,
    patient: ArrayLike | None,
) -> Path:
    """The ways of all patients; see `aalen_johansen` for the arguments. InputError with every fault found."""
    names, lowest = _names(f, states, from_state)
    patients = _patients(f, patient)
    starts = np.zeros(f.n) if f.start is None else f.start
    order = np.lexsort((f.stop, starts, patients))
    first = np.append(True, patients[order][1:] != patients[order][:-1])
    target = np.where(f.event > 0, f.event - lowest, -1)
    origin = _origins(f, names, from_state, lowest, target, order, first)
    if faults := _faults(f, starts, origin, target, order, first):
        raise InputError("multi-state follow-up", faults)
    is_last = np.empty(f.n, dtype=bool)
    is_last[order] = np.append(first[1:], True)
    return Path(states=names, origin=origin, target=target, patient=patients, is_last=is_last)


def state_place(states: tuple[str, ...], state: str) -> int:
    """The position of a state given by name; InputError if there is none of that name."""
    if state not in states:
        raise InputError("state", [Fault(place="state", must=f"must be one of {', '.join(states)}", got=repr(state))])
    return states.index(state)


def _names(
    f: FollowUp, states: Sequence[str] | Mapping[int, str] | None, from_state: ArrayLike | int | str | None
) -> tuple[tuple[str, ...], int]:
    """Names of the states, and the number of the first: 0, or 1 where a mapping names 1..k only."""
    spent = np.asarray(0 if from_state is None else from_state)
    highest = int(max(f.event.max(), spent.max() if spent.dtype.kind in "iu" and spent.size else 0))
    lowest = 1 if isinstance(states, Mapping) and 0 not in states else 0
    faults = []
    if states is None:
        return tuple(f"state {number}" for number in range(highest + 1)), 0
    if isinstance(states, Mapping):
        wanted = range(lowest, max(highest, *states) + 1 if states else highest + 1)
        names = tuple(str(states.get(number, "")) for number in wanted)
        if missing := [str(number) for number in wanted if number not in states]:
            faults.append(Fault(place="states", must="must name every state", got=f"no name for {', '.join(missing)}"))
    else:
        names = tuple(states)
        if len(names) <= highest:
            must = f"must name the states 0 to {highest}, the first being state 0"
            faults.append(Fault(place="states", must=must, got=f"{len(names)} names"))
    if not faults and len(set(names)) < len(names):
        faults.append(Fault(place="states", must="must differ from each other", got=", ".join(names)))
    if lowest == 1 and from_state is None:
        must = "must be given where there is no state 0 in which patients begin"
        faults.append(Fault(place="from_state", must=must, got="nothing"))
    if faults:
        raise InputError("multi-state follow-up", faults)
    return names, lowest


def _patients(f: FollowUp, patient: ArrayLike | None) -> Codes:
    if patient is None:
        if f.cluster is not None:
            return f.cluster
        if f.start is not None:
            must = "must tell which rows are one patient's"
            do = "Give `cluster` to FollowUp, or `patient`."
            raise InputError("multi-state follow-up", [Fault(place="patient", must=must, got="nothing", do=do)])
        return np.arange(f.n)
    found = levels(patient)
    if found.codes.size != f.n or (found.codes < 0).any():
        must = f"must have one label per row ({f.n}), none missing"
        got = f"{found.codes.size} labels, {int((found.codes < 0).sum())} missing"
        raise InputError("multi-state follow-up", [Fault(place="patient", must=must, got=got)])
    return found.codes


def _origins(
    f: FollowUp,
    names: tuple[str, ...],
    from_state: ArrayLike | int | str | None,
    lowest: int,
    target: Codes,
    order: Codes,
    first: NDArray[np.bool_],
) -> Codes:
    given = np.asarray(lowest if from_state is None else from_state)
    if given.ndim > 0:
        return _given_origins(f, names, lowest, given)
    begin = _given_origins(f, names, lowest, np.full(f.n, given.item()))[0]
    # Within a patient each row is spent where the last event before it led; rows before any event in the first state.
    before = np.append(-1, target[order][:-1])
    before[first] = begin
    told = np.maximum.accumulate(np.where(before >= 0, np.arange(f.n), 0))
    origin = np.empty(f.n, dtype=np.int64)
    origin[order] = before[told]
    return origin


def _given_origins(f: FollowUp, names: tuple[str, ...], lowest: int, given: NDArray[Any]) -> Codes:
    if given.shape != (f.n,):
        must = f"must have one state per row ({f.n})"
        raise InputError("multi-state follow-up", [Fault(place="from_state", must=must, got=str(given.size))])
    numbers: dict[Any, int] = {name: place for place, name in enumerate(names)}
    numbers |= {lowest + place: place for place in range(len(names))}
    codes = np.array([numbers.get(value, -1) for value in given.tolist()], dtype=np.int64)
    if (unknown := np.flatnonzero(codes < 0)).size:
        must = f"must be one of {', '.join(names)} or their numbers"
        got = repr(given.tolist()[unknown[0]])
        raise InputError("multi-state follow-up", [Fault(place=_rows("from_state", unknown), must=must, got=got)])
    return codes


def _faults(
    f: FollowUp,
    starts: NDArray[np.float64],
    origin: Codes,
    target: Codes,
    order: Codes,
    first: NDArray[np.bool_],
) -> list[Fault]:
    """Every illegal sequence, each kind once with its rows."""
    later, earlier = order[1:], order[:-1]
    step = np.where(first[1:], 0.0, starts[later] - f.stop[earlier])
    led_to = np.where(target[earlier] >= 0, target[earlier], origin[earlier])
    found = {
        "start: must not lie before the end of the patient's last row (overlap)": later[step < -TOLERANCE],
        "start: must be the end of the patient's last row (gap)": later[step > TOLERANCE],
        "from_state: must be the state to which the patient's last row led": later[
            ~first[1:] & (origin[later] != led_to)
        ],
        "event: must be another state than the one the row is spent in": np.flatnonzero(target == origin),
    }
    do = {
        "from_state": "A move is the event of the row that ends with it.",
        "event": "Code a row without a move with event 0.",
    }
    return [
        Fault(place=_rows(what.split(":")[0], rows), must=what.split(": ")[1], do=do.get(what.split(":")[0]))
        for what, rows in found.items()
        if rows.size
    ]


def _rows(place: str, rows: Codes) -> str:
    told = ", ".join(str(row) for row in sorted(rows.tolist())[:ROWS_NAMED])
    more = f" and {rows.size - ROWS_NAMED} more" if rows.size > ROWS_NAMED else ""
    return f"{place}, {'rows' if rows.size > 1 else 'row'} {told}{more} (counted from 0)"
