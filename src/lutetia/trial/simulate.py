"""Thousands of simulated trials: power, type I error, medians, events, and how sure each mean is."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.rows import LeftOut
from lutetia.trial.checked import whole
from lutetia.trial.cut_off import KNOWN, cut
from lutetia.trial.model_tables import DAYS_PER_MONTH, ModelTables, tables_of
from lutetia.trial.patient_path import PATH
from lutetia.trial.simulated_runs import COLUMNS, cut_off_day, draw_trial, run
from lutetia.trial.trial_model import TrialModel

Floats = NDArray[np.float64]

BATCH = 250


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Simulations:
    """One row a trial: `columns` names → array (trials,). Arm names in columns are `control` and `experimental`."""

    columns: dict[str, Floats]
    trials: int
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...]

    def mean(self, name: str) -> Estimate:
        """The mean over trials in which the value exists, with its Monte-Carlo standard error."""
        values = self._known(name)
        if values.size == 0:
            return Estimate(estimate=None, lower=None, upper=None, std_error=None, method="no trial has it")
        error = float(values.std(ddof=1) / np.sqrt(values.size)) if values.size > 1 else None
        mean = float(values.mean())
        half = 1.959963984540054 * error if error is not None else None
        return Estimate(
            estimate=mean,
            lower=None if half is None else mean - half,
            upper=None if half is None else mean + half,
            std_error=error,
            level=0.95,
            method=f"mean of {values.size} simulated trials",
        )

    def quantile(self, name: str, share: float) -> float:
        """A quantile over trials in which the value exists; NaN if none has it."""
        values = self._known(name)
        return float(np.quantile(values, share)) if values.size else float("nan")

    def power(self, z_bound: float = -1.959963984540054) -> Estimate:
        """Share of trials whose log-rank z is at or below the bound (below 0: fewer events in the experimental arm)."""
        z = self._known("z")
        share = float((z <= z_bound).mean()) if z.size else float("nan")
        error = float(np.sqrt(share * (1 - share) / z.size)) if z.size else float("nan")
        return Estimate(
            estimate=share,
            lower=max(0.0, share - 1.959963984540054 * error),
            upper=min(1.0, share + 1.959963984540054 * error),
            std_error=error,
            level=0.95,
            method=f"share of {z.size} simulated trials with z ≤ {z_bound:.4f}",
        )

    def hazard_ratio(self) -> Estimate:
        """The geometric mean of the stratified Cox hazard ratios (Efron), experimental : control."""
        found = self.mean("log_hazard_ratio")
        if found.estimate is None or found.std_error is None or found.lower is None or found.upper is None:
            return found
        return Estimate(
            estimate=float(np.exp(found.estimate)),
            lower=float(np.exp(found.lower)),
            upper=float(np.exp(found.upper)),
            std_error=float(np.exp(found.estimate) * found.std_error),
            level=0.95,
            method=f"geometric {found.method}",
        )

    def _known(self, name: str) -> Floats:
        if name not in self.columns:
            must = f"must be one of {', '.join(self.columns)}"
            raise InputError("simulations", [Fault(place="name", must=must, got=repr(name))])
        values = self.columns[name]
        return values[np.isfinite(values)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SimulatedTrial:
    """One trial patient by patient. `paths` name → array: what would happen; `known` name → array: what is known at
    `cut_off_day`, whole days from the opening of accrual. `visits` (patients, planned): day of each visit, minus the
    planned day where it was missed. Patients in order of entry; arm 1 is experimental."""

    model: TrialModel
    seed: int
    number: int
    paths: dict[str, Floats]
    known: dict[str, Floats]
    visits: Floats
    cut_off_day: float
    conventions: tuple[str, ...]

    @property
    def n(self) -> int:
        """Patients entered by the cut-off."""
        return int(self.known["pfs_days"].size)

    def stratum_names(self) -> tuple[str, ...]:
        """The stratum of each patient."""
        return tuple(self.model.strata[int(code)].name for code in self.paths["stratum"])

    def arm_names(self) -> tuple[str, ...]:
        """The arm of each patient."""
        return tuple(self.model.arms[1 - int(code)].name for code in self.paths["arm"])


def simulate(
    model: TrialModel,
    trials: int,
    *,
    seed: int,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
) -> Simulations:
    """Simulate `trials` trials; same seed, same rows, whatever the workers.

    Trials run in batches on threads of this process, or on any `executor` with the interface of concurrent.futures: a
    process pool, or `distributed.Client(...).get_executor()` for several machines. `progress` is told the trials done.
    Raises InputError for fewer than one trial or worker, or a seed outside 0 to 2**64 - 1.
    """
    faults = [*whole("trials", trials), *_seed(seed), *(whole("workers", workers) if workers is not None else [])]
    if faults:
        raise InputError("simulate", faults)
    jobs = [(first, min(BATCH, trials - first)) for first in range(0, trials, BATCH)]
    tables, cut_at = tables_of(model), _cut_at(model)
    own = executor is None
    pool = executor or ThreadPoolExecutor(workers or len(os.sched_getaffinity(0)))
    try:
        waiting = [pool.submit(_batch, tables, model.patients, *cut_at, seed, first, n) for first, n in jobs]
        parts = []
        for future, (_, n) in zip(waiting, jobs, strict=True):
            parts.append(future.result())
            if progress is not None:
                progress(n)
    finally:
        if own:
            pool.shutdown(cancel_futures=True)
    rows = np.concatenate(parts)
    never = int(np.isnan(rows[:, 3]).sum())
    why = "the analysis never comes: too few events" if cut_at[0] else "the cut-off comes before the first patient"
    return Simulations(
        columns={name: rows[:, i] for i, name in enumerate(COLUMNS)},
        trials=trials,
        conventions=(
            *model.sentences,
            f"{trials} trials, seed {seed}; log-rank stratified, z below 0 when the experimental arm has fewer events; "
            "Cox stratified, ties after Efron; medians of Kaplan-Meier.",
        ),
        left_out=(LeftOut(count=never, why=why),) if never else (),
    )


def simulate_trial(model: TrialModel, *, seed: int, number: int = 0) -> SimulatedTrial:
    """The trial of that number in a simulation with this seed, patient by patient. Raises InputError if its analysis
    never comes."""
    if faults := [*whole("number", number, 0), *_seed(seed)]:
        raise InputError("simulate_trial", faults)
    tables = tables_of(model)
    paths = np.empty((model.patients, len(PATH)))
    visits = np.empty((model.patients, tables.visit_day.size))
    known = np.empty((model.patients, len(KNOWN)))
    draw_trial(tables, _unsigned(seed), number, paths, visits)
    when = cut_off_day(tables, paths, visits, *_cut_at(model))
    if not np.isfinite(when):
        must = f"must be reached: {model.analysis_events} events"
        raise InputError("simulate_trial", [Fault(place="analysis_events", must=must, got="too few events, ever")])
    count = cut(paths, visits, when, tables.missed_allowed, known)
    if count == 0:
        must, got = "must come after the first patient", f"{model.analysis_months} months"
        raise InputError("simulate_trial", [Fault(place="analysis_months", must=must, got=got)])
    return SimulatedTrial(
        model=model,
        seed=seed,
        number=number,
        paths={name: paths[:count, i] for i, name in enumerate(PATH)},
        known={name: known[:count, i] for i, name in enumerate(KNOWN)},
        visits=visits[:count],
        cut_off_day=float(when),
        conventions=(*model.sentences, f"Trial {number} of seed {seed}."),
    )


def _cut_at(model: TrialModel) -> tuple[int, float]:
    if model.analysis_events is not None:
        return model.analysis_events, 0.0
    return 0, float(np.floor((model.analysis_months or 0.0) * DAYS_PER_MONTH))  # whole days, as dates are


def _unsigned(seed: int) -> int:
    """The seed as compiled code takes all of them, those from 2**63 on included."""
    return np.uint64(seed)  # type: ignore[return-value]


def _seed(seed: object) -> list[Fault]:
    faults = whole("seed", seed, 0)
    if not faults and int(seed) >= 2**64:  # type: ignore[call-overload]
        faults.append(Fault(place="seed", must="must be below 2**64", got=str(seed)))
    return faults


def _batch(tables: ModelTables, patients: int, events: int, day: float, seed: int, first: int, trials: int) -> Floats:
    rows = np.empty((trials, len(COLUMNS)))
    run(tables, patients, events, day, _unsigned(seed), first, rows)
    return rows
