"""The way of each patient through the states: in which state each row is spent, and whether the rows fit together."""

from __future__ import annotations

from collections.abc import Sequence
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
    """For each of n rows: the state it is spent in (`origin`), its patient's code, whether it is the patient's last."""

    states: tuple[str, ...]
    origin: Codes
    patient: Codes
    is_last: NDArray[np.bool_]

    def at(self, rows: Codes) -> Path:
        """The same for some of the rows."""
        return Path(
            states=self.states, origin=self.origin[rows], patient=self.patient[rows], is_last=self.is_last[rows]
        )


def state_paths(
    f: FollowUp,
    *,
    from_state: ArrayLike | int | str | None,
    states: Sequence[str] | None,
    patient: ArrayLike | None,
) -> Path:
    """The ways of all patients; see `aalen_johansen` for the arguments. InputError with every fault found."""
    names = _names(f, states, from_state)
    patients = _patients(f, patient)
    starts = np.zeros(f.n) if f.start is None else f.start
    order = np.lexsort((f.stop, starts, patients))
    first = np.append(True, patients[order][1:] != patients[order][:-1])
    origin = _origins(f, names, from_state, order, first)
    last = np.append(first[1:], True)
    faults = _faults(f, starts, origin, order, first, names)
    if faults:
        raise InputError("multi-state follow-up", faults)
    is_last = np.empty(f.n, dtype=bool)
    is_last[order] = last
    return Path(states=names, origin=origin, patient=patients, is_last=is_last)


def state_number(states: tuple[str, ...], state: int | str) -> int:
    """The number of a state given by number or name; InputError if there is none."""
    number = states.index(state) if state in states else state
    if isinstance(number, str) or not 0 <= number < len(states):
        must = f"must be one of {', '.join(states)} or a number from 0 to {len(states) - 1}"
        raise InputError("state", [Fault(place="state", must=must, got=repr(state))])
    return int(number)


def _names(f: FollowUp, states: Sequence[str] | None, from_state: ArrayLike | int | str | None) -> tuple[str, ...]:
    spent = np.asarray(0 if from_state is None else from_state)
    highest = int(max(f.event.max(), spent.max() if spent.dtype.kind in "iu" and spent.size else 0))
    names = tuple(f"state {number}" for number in range(highest + 1)) if states is None else tuple(states)
    faults = []
    if len(names) <= highest:
        must = f"must name the states 0 to {highest}, the first being state 0"
        faults.append(Fault(place="states", must=must, got=f"{len(names)} names"))
    if len(set(names)) < len(names):
        faults.append(Fault(place="states", must="must differ from each other", got=", ".join(names)))
    if faults:
        raise InputError("multi-state follow-up", faults)
    return names


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
    order: Codes,
    first: NDArray[np.bool_],
) -> Codes:
    given = np.asarray(0 if from_state is None else from_state)
    if given.ndim > 0:
        return _given_origins(f, names, given)
    begin = state_number(names, given.item())
    # Within a patient each row is spent where the last event before it led; rows before any event in the first state.
    entered = np.where(f.event[order] > 0, f.event[order], -1)
    before = np.append(-1, entered[:-1])
    before[first] = begin
    told = np.maximum.accumulate(np.where(before >= 0, np.arange(f.n), 0))
    origin = np.empty(f.n, dtype=np.int64)
    origin[order] = before[told]
    return origin


def _given_origins(f: FollowUp, names: tuple[str, ...], given: NDArray[Any]) -> Codes:
    if given.shape != (f.n,):
        must = f"must have one state per row ({f.n})"
        raise InputError("multi-state follow-up", [Fault(place="from_state", must=must, got=str(given.size))])
    numbers = {name: number for number, name in enumerate(names)} | {number: number for number in range(len(names))}
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
    order: Codes,
    first: NDArray[np.bool_],
    names: tuple[str, ...],
) -> list[Fault]:
    """Every illegal sequence, each kind once with its rows."""
    later, earlier = order[1:], order[:-1]
    step = np.where(first[1:], 0.0, starts[later] - f.stop[earlier])
    led_to = np.where(f.event[earlier] > 0, f.event[earlier], origin[earlier])
    found = {
        "start: must not lie before the end of the patient's last row (overlap)": later[step < -TOLERANCE],
        "start: must be the end of the patient's last row (gap)": later[step > TOLERANCE],
        "from_state: must be the state to which the patient's last row led": later[
            ~first[1:] & (origin[later] != led_to)
        ],
        "event: must be another state than the one the row is spent in": np.flatnonzero(
            (f.event > 0) & (f.event == origin)
        ),
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
