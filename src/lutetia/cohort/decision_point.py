"""Patients at a decision: time zero, how long they were followed from it, and when, if ever, the exposure began.

The one input of every analysis of a later treatment (`exposure`, `clone_censor_weight`). Days are counted from time
zero, which must be a day on which nobody yet knows who will be exposed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DecisionPoint:
    """One row per patient, n rows; covariates are known at time zero.

    `follow_up_days` (n,): from time zero to the event or to censoring. `event` (n,): whether the event ended it.
    `exposed_after_days` (n,): from time zero to the start of the exposure; infinity where it did not start during
    follow-up. `other_after_days` (n,), or None: the same for the treatment given instead. `covariates` (n, p) with
    `names`, p may be 0. `patients`: an identifier per row.
    """

    follow_up_days: Floats
    event: NDArray[np.bool_]
    exposed_after_days: Floats
    other_after_days: Floats | None
    covariates: Floats
    names: tuple[str, ...]
    patients: tuple[str, ...]

    @classmethod
    def of(
        cls,
        *,
        follow_up_days: ArrayLike,
        event: ArrayLike,
        exposed_after_days: ArrayLike,
        other_after_days: ArrayLike | None = None,
        covariates: ArrayLike | None = None,
        names: Sequence[str] = (),
        patients: Sequence[str] | None = None,
    ) -> DecisionPoint:
        """The patients of these columns; an exposure missing (NaN) or after the end of follow-up counts as never.

        An exposure on the last day of follow-up counts as never too: it leaves no exposed time. Raises InputError with
        every fault: no patient, unequal lengths, follow-up that is missing or not above 0, exposure before time zero,
        missing covariates.
        """
        follow_up = np.array(follow_up_days, dtype=np.float64)
        starts = {"exposed_after_days": np.array(exposed_after_days, dtype=np.float64)}
        if other_after_days is not None:
            starts["other_after_days"] = np.array(other_after_days, dtype=np.float64)
        table = _table(covariates, follow_up.size)
        happened = np.asarray(event)
        faults = _faults(follow_up, happened, starts, table, names, patients)
        if faults:
            raise InputError("patients at the decision", faults)
        for begins in starts.values():
            begins[~(begins < follow_up)] = np.inf
        labels = tuple(str(row) for row in range(follow_up.size)) if patients is None else tuple(patients)
        return cls(
            follow_up_days=follow_up,
            event=happened.astype(bool),
            exposed_after_days=starts["exposed_after_days"],
            other_after_days=starts.get("other_after_days"),
            covariates=table,
            names=tuple(names),
            patients=labels,
        )

    @property
    def n(self) -> int:
        """Number of patients."""
        return self.follow_up_days.size

    def at(self, rows: NDArray[np.int64]) -> DecisionPoint:
        """These patients; a row may repeat, as in a bootstrap, and is then a patient of its own."""
        return DecisionPoint(
            follow_up_days=self.follow_up_days[rows],
            event=self.event[rows],
            exposed_after_days=self.exposed_after_days[rows],
            other_after_days=None if self.other_after_days is None else self.other_after_days[rows],
            covariates=self.covariates[rows],
            names=self.names,
            patients=tuple(f"{self.patients[row]}#{place}" for place, row in enumerate(rows.tolist())),
        )


def _table(covariates: ArrayLike | None, n: int) -> Floats:
    if covariates is None:
        return np.empty((n, 0))
    table = np.array(covariates, dtype=np.float64)
    return table[:, None] if table.ndim == 1 else table


def _faults(
    follow_up: Floats,
    event: NDArray[np.generic],
    starts: dict[str, Floats],
    table: Floats,
    names: Sequence[str],
    patients: Sequence[str] | None,
) -> list[Fault]:
    lengths = {"follow_up_days": follow_up.shape[0], "event": event.shape[0], "covariates": table.shape[0]}
    lengths |= {name: begins.shape[0] for name, begins in starts.items()}
    if patients is not None:
        lengths["patients"] = len(patients)
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        return [Fault(place=", ".join(lengths), must="must have one length", got=told)]
    if not follow_up.size:
        return [Fault(place="follow_up_days", must="must hold at least one patient", got="none")]
    faults = []
    if table.shape[1] != len(names):
        must = f"must name the {table.shape[1]} columns of covariates"
        faults.append(Fault(place="names", must=must, got=f"{len(names)} names"))
    rules = (
        ("follow_up_days", ~(follow_up > 0) | np.isinf(follow_up), "must be above 0 and finite"),
        ("event", ~np.isin(event, (0, 1)), "must be true or false"),
        *((name, begins < 0, "must not lie before time zero") for name, begins in starts.items()),
        ("covariates", ~np.isfinite(table).all(axis=1), "must not be missing"),
    )
    for name, wrong, must in rules:
        if wrong.any():
            rows = np.flatnonzero(wrong)
            told = ", ".join(map(str, rows[:10])) + (f" and {rows.size - 10} more" if rows.size > 10 else "")
            faults.append(Fault(place=f"{name}, rows {told} (counted from 0)", must=must))
    return faults
