"""What a survival design does in truth: power, type I error and month of analysis from simulated trials."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.proportion.intervals import interval
from lutetia.rows import LeftOut
from lutetia.trial.checked import above, between, whole
from lutetia.trial.expected_events import SurvivalPlan
from lutetia.trial.log_rank_runs import run_trials

Floats = NDArray[np.float64]
TITLE = "simulated power"
RUNS_PER_STREAM = 500
"""Trials that share one stream of random numbers: the stream belongs to them, not to a worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingCharacteristics:
    """Shares of simulated trials that are significant, each with its Wilson interval and Monte-Carlo error.

    `power` with the plan's hazards, `type_one_error` with the control's hazard in both arms; `mean_months` is when the
    events were reached. `left_out` counts trials in which they never were.
    """

    power: Estimate
    type_one_error: Estimate
    mean_months: float
    events: int
    patients: int
    runs: int
    seed: int
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def value(self) -> float | None:
        """The power: every result of Lutetia has a `value`."""
        return self.power.estimate


def simulated_power(
    plan: SurvivalPlan,
    *,
    events: int,
    alpha: float = 0.025,
    runs: int = 40_000,
    seed: int,
    block: Sequence[int] | None = None,
    strata_fractions: Sequence[float] = (1.0,),
    workers: int = 2,
) -> OperatingCharacteristics:
    """Simulate `runs` trials with an effect and as many without, each analysed at its so-manieth event.

    The test is the log-rank test, stratified if `strata_fractions` names more than one stratum (same hazards in each);
    significant is z below −zα. `block` holds the patients of each arm in a permuted block, the smallest whole numbers
    of the allocation if not given. Same seed, same answer, whatever `workers`. Raises InputError with all faults.
    """
    n = ceil(plan.accrual.patients - 1e-9)
    block = _block(plan) if block is None else tuple(block)
    if faults := _faults(plan, events, alpha, runs, seed, block, strata_fractions, n):
        raise InputError(TITLE, faults)
    ask = _Ask(
        plan=plan,
        events=events,
        block=block,
        fractions=tuple(strata_fractions),
        seed=seed,
        entry_months=plan.accrual.entry_months(n),
        lost_per_month=plan.when(events).drop_out_per_month,
    )
    with ThreadPoolExecutor(max_workers=workers) as pool:
        z, months = _runs(ask, runs, 0, pool)
        z_null, _ = _runs(replace(ask, plan=_without_effect(plan)), runs, 1, pool)
    never = int(np.isnan(z).sum() + np.isnan(z_null).sum())
    return OperatingCharacteristics(
        power=_share(z, alpha),
        type_one_error=_share(z_null, alpha),
        mean_months=float(np.nanmean(months)) if (~np.isnan(months)).any() else float("nan"),
        events=events,
        patients=n,
        runs=runs,
        seed=seed,
        conventions=_conventions(ask, alpha),
        left_out=(LeftOut(count=never, why=f"of {2 * runs} trials never reached {events} events"),) if never else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    plan: SurvivalPlan
    events: int
    block: tuple[int, ...]
    fractions: tuple[float, ...]
    seed: int
    entry_months: Floats
    lost_per_month: float


def _runs(ask: _Ask, runs: int, scenario: int, pool: ThreadPoolExecutor) -> tuple[Floats, Floats]:
    streams = range(ceil(runs / RUNS_PER_STREAM))
    z, months = zip(*pool.map(partial(_stream, ask, runs, scenario), streams), strict=True)
    return np.concatenate(z), np.concatenate(months)


def _stream(ask: _Ask, runs: int, scenario: int, stream: int) -> tuple[Floats, Floats]:
    """The trials of one stream: Philox with the key (seed, scenario and stream)."""
    count = min(RUNS_PER_STREAM, runs - stream * RUNS_PER_STREAM)
    key = np.array([ask.seed, 2 * stream + scenario], dtype=np.uint64)
    rng = np.random.Generator(np.random.Philox(key=key))
    n = ask.entry_months.size
    uniforms = rng.random((count, 3, n))
    stratum = np.zeros((count, n), dtype=np.int64)
    if len(ask.fractions) > 1:
        edges = np.cumsum(ask.fractions)[:-1] / sum(ask.fractions)
        stratum = np.searchsorted(edges, rng.random((count, n)), side="right").astype(np.int64)
    found: tuple[Floats, Floats] = run_trials(
        uniforms,
        ask.entry_months,
        stratum,
        np.array(ask.block, dtype=np.int64),
        (np.array(ask.plan.control.from_months, dtype=float), np.array(ask.plan.experimental.from_months, dtype=float)),
        (
            np.array(ask.plan.control.rates_per_month, dtype=float),
            np.array(ask.plan.experimental.rates_per_month, dtype=float),
        ),
        ask.lost_per_month,
        ask.events,
    )
    return found


def _without_effect(plan: SurvivalPlan) -> SurvivalPlan:
    return replace(plan, experimental=plan.control)


def _share(z: Floats, alpha: float) -> Estimate:
    reached = z[~np.isnan(z)]
    if not reached.size:
        return Estimate(estimate=None, lower=None, upper=None, method="wilson")
    significant = int((reached < -float(ndtri(1 - alpha))).sum())
    share = interval(significant, reached.size, method="wilson")
    p = significant / reached.size
    error = float(np.sqrt(p * (1 - p) / reached.size))
    return Estimate(
        estimate=p, lower=share.lower, upper=share.upper, std_error=error, level=share.level, method="wilson"
    )


def _block(plan: SurvivalPlan) -> tuple[int, ...]:
    """Twice the smallest whole numbers in the plan's ratio: (4, 2) for 2 : 1."""
    for whole_number in range(1, 21):
        parts = [part * whole_number / min(plan.allocation) for part in plan.allocation]
        if all(abs(part - round(part)) < 1e-9 for part in parts):
            return tuple(2 * round(part) for part in parts)
    must = "must be given for a ratio that is no small whole number"
    raise InputError(TITLE, [Fault(place="block", must=must, got=str(tuple(plan.allocation)))])


def _faults(
    plan: SurvivalPlan,
    events: int,
    alpha: float,
    runs: int,
    seed: int,
    block: Sequence[int],
    fractions: Sequence[float],
    n: int,
) -> list[Fault]:
    faults = [*whole("events", events), *whole("runs", runs), *whole("seed", seed, 0), *between("alpha", alpha, 0, 0.5)]
    if not faults and seed >= 2**64:
        faults.append(Fault(place="seed", must="must be below 2^64", got=str(seed)))
    if not faults and events > n:
        faults.append(Fault(place="events", must=f"must not exceed the {n} patients", got=str(events)))
    if len(block) != 2 or any(whole("block", part) for part in block):
        faults.append(Fault(place="block", must="must hold two whole numbers from 1 on", got=str(tuple(block))))
    elif abs(block[0] * plan.allocation[1] - block[1] * plan.allocation[0]) > 1e-9:
        ratio = ":".join(f"{part:g}" for part in plan.allocation)
        faults.append(Fault(place="block", must=f"must have the ratio {ratio}", got=f"{block[0]}:{block[1]}"))
    for i, share in enumerate(fractions):
        faults += above(f"strata_fractions[{i}]", share)
    return faults


def _conventions(ask: _Ask, alpha: float) -> tuple[str, ...]:
    strata = len(ask.fractions)
    test = "log-rank test" if strata == 1 else f"log-rank test stratified by {strata} strata"
    return (
        *ask.plan.conventions,
        f"Test: {test}, one-sided, significant if z is below −{ndtri(1 - alpha):.6g}; z below 0: experimental better.",
        f"Permuted blocks of {sum(ask.block)} ({ask.block[0]}:{ask.block[1]}) within strata.",
        f"Analysis at event {ask.events} of each trial; patients enter evenly as the accrual says.",
        "Type I error: the control's hazard in both arms, the same drop-out hazard.",
        f"Random numbers: Philox, key (seed, stream), {RUNS_PER_STREAM} trials to a stream.",
    )
