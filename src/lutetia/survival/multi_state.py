"""Multi-state models: the probability to be in each state over time when patients move between states.

Aalen & Johansen 1978, Scandinavian Journal of Statistics 5:141-150; standard errors as R survfit gives them.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np
from numpy.typing import ArrayLike

from lutetia.estimate import Estimate
from lutetia.rows import LeftOut
from lutetia.survival.competing_risks import clusters_of
from lutetia.survival.curve_interval import Interval
from lutetia.survival.followup import FollowUp, Grouping
from lutetia.survival.state_curve import CONVENTIONS, StateCurve, curve, groups_of, tied_times
from lutetia.survival.state_path import Path, state_paths, state_place
from lutetia.survival.state_probability import Codes, Floats, Pieces


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StateOccupation:
    """Probability of each of K states over the T distinct times of a move.

    `probability` and `std_error` (T, K) hold from each time on, `at_risk` (T, K) is the (weighted) number in each state
    just before. `transitions` (K, K) counts moves from row to column, `censored` (K,) the patients last seen in a state
    without a further move, `initial` (K,) is the distribution before the first move. `n` rows, `n_patients` patients.
    `why` says what a reader must know before believing the curves.
    """

    states: tuple[str, ...]
    times: Floats
    probability: Floats
    std_error: Floats
    at_risk: Floats
    initial: Floats
    transitions: Codes
    censored: Codes
    n: int
    n_patients: int
    label: Hashable | None = None
    why: str | None = None
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    _curve: StateCurve = field(repr=False)

    def at(self, when: float, interval: Interval = "log-log", level: float = 0.95) -> dict[str, Estimate]:
        """Probability of each state at one time, in the unit of the times; None beyond the last follow-up."""
        return {state: self.probability_at(when, state, interval, level) for state in self.states}

    def probability_at(self, when: float, state: str, interval: Interval = "log-log", level: float = 0.95) -> Estimate:
        """Probability to be in `state` (its name) at `when`, with limits.

        Raises InputError for an unknown state or interval, or a negative time.
        """
        return self._curve.estimate(state_place(self.states, state), when, interval, level)

    def mean_time_in(self, state: str, horizon: float, level: float = 0.95) -> Estimate:
        """Mean time spent in `state` from 0 to the horizon: the area under its probability, with symmetric limits.

        Raises InputError for an unknown state or a horizon beyond follow-up.
        """
        return self._curve.mean_time(horizon, level)[state_place(self.states, state)]

    def mean_times(self, horizon: float, level: float = 0.95) -> dict[str, Estimate]:
        """Mean time spent in every state from 0 to the horizon; together they are the horizon."""
        return dict(zip(self.states, self._curve.mean_time(horizon, level), strict=True))


@overload
def aalen_johansen(
    f: FollowUp,
    by: None = None,
    *,
    from_state: ArrayLike | int | str | None = None,
    states: Sequence[str] | Mapping[int, str] | None = None,
    patient: ArrayLike | None = None,
) -> StateOccupation: ...
@overload
def aalen_johansen(
    f: FollowUp,
    by: Grouping,
    *,
    from_state: ArrayLike | int | str | None = None,
    states: Sequence[str] | Mapping[int, str] | None = None,
    patient: ArrayLike | None = None,
) -> dict[Hashable, StateOccupation]: ...
def aalen_johansen(
    f: FollowUp,
    by: Grouping | None = None,
    *,
    from_state: ArrayLike | int | str | None = None,
    states: Sequence[str] | Mapping[int, str] | None = None,
    patient: ArrayLike | None = None,
) -> StateOccupation | dict[Hashable, StateOccupation]:
    """State probabilities from (start, stop] pieces; with `by` a dict of them by level.

    `f.event` is the state entered at `stop` (1..k; 0: no move). `states` names them: a sequence for 0..k, or a mapping
    {1: …, k: …} if there is no state 0 (a state that can be entered again has a number above 0). `from_state` is the
    state in which each row is spent (numbers or names), or the one in which every patient begins (default 0), the later
    rows following from the events. `patient` (default `f.cluster`, else each row) tells which rows are one patient's;
    influences are summed within `f.cluster`, else within patients, before they are squared. Where patients begin in
    several states, the initial distribution is that at the first move, its uncertainty included.

    Raises InputError with every illegal sequence: overlapping or gapped pieces, a piece spent in another state than the
    last one led to, a move into the state one is in, (start, stop] rows without patients, or states without a name.
    Rows without a level of `by` are left out and counted.
    """
    path = state_paths(f, from_state=from_state, states=states, patient=patient)
    if by is None:
        return _occupation(f, path, None, f.left_out)
    groups, left_out = groups_of(f, by)
    return {
        label: _occupation(f.at(rows), path.at(rows), label, (*f.left_out, *left_out)) for label, rows in groups.items()
    }


def _occupation(f: FollowUp, path: Path, label: Hashable | None, left_out: tuple[LeftOut, ...]) -> StateOccupation:
    k, patients = len(path.states), np.unique(path.patient, return_inverse=True)[1].reshape(f.n)
    found = curve(_pieces(f, path, patients))
    moved = path.target >= 0
    moves = np.bincount(path.origin[moved] * k + path.target[moved], minlength=k * k).reshape(k, k)
    censored = np.bincount(path.origin[path.is_last & ~moved], minlength=k)
    return StateOccupation(
        states=path.states,
        times=found.counts.times,
        probability=found.probability[1:],
        std_error=found.std_error[1:],
        at_risk=found.counts.at_risk,
        initial=found.probability[0],
        transitions=moves,
        censored=censored,
        n=f.n,
        n_patients=int(patients.max()) + 1,
        label=label,
        why=found.why,
        conventions=_conventions(f, found),
        left_out=left_out,
        _curve=found,
    )


def _pieces(f: FollowUp, path: Path, patients: Codes) -> Pieces:
    start, stop = tied_times(f)
    return Pieces(
        start=start,
        stop=stop,
        origin=path.origin,
        target=path.target,
        weight=np.ones(f.n) if f.weights is None else f.weights,
        cluster=patients if f.cluster is None else clusters_of(f),
        n_states=len(path.states),
    )


def _conventions(f: FollowUp, found: StateCurve) -> tuple[str, ...]:
    said = ["State probabilities by Aalen-Johansen; they hold without the Markov assumption (Datta & Satten 2001)."]
    if (found.probability[0] < 1).all():
        said.append("The initial distribution is the weighted one at the first move; its uncertainty is included.")
    if f.strata is not None:
        said.append("The strata of the follow-up are not used; `by` gives one curve per group.")
    return (*said, *CONVENTIONS)
