"""Seconds for randomisation lists, their seal, simulated power, whole simulated trials and group-sequential bounds.

    python benchmarks/trial.py [--peers PYTHON]

PYTHON: an interpreter that has lifelines and statsmodels (benchmarks/peers.txt). It analyses the same simulated trials
with the stratified log-rank test of statsmodels and the stratified Cox model of lifelines; no Python package simulates
such trials, so only the analysis is compared.

Wall time beside the processor's own time: where other programs run, the second is the one to read.
"""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import numpy as np

from lutetia.trial import (
    Accrual,
    ConstantBounds,
    DropOut,
    RandomisationList,
    group_sequential,
    make_list,
    plan_of,
    seal,
    simon_two_stage,
    simulated_power,
    verify_list,
)

LIST_LIMIT_S = 1.0
RUNS = 40_000
TRIALS, TRIALS_LIMIT_S, COMPARED = 10_000, 20.0, 20


def timed(name: str, make: Callable[[], Any], note: str = "") -> Any:
    """Do it once, print the seconds, return what came."""
    wall_s, busy_s = perf_counter(), process_time()
    found = make()
    print(f"{name:<58} {perf_counter() - wall_s:7.3f} s, processor {process_time() - busy_s:7.3f} s {note}")
    return found


def million() -> RandomisationList:
    """100 strata of 10,000 records, blocks of four, 1:1."""
    factors = {"site": [str(site) for site in range(25)], "grade": ["G1", "G2", "G3", "NEC"]}
    return make_list(
        arms=("A", "B"), ratio=(1, 1), factors=factors, records_per_stratum=10_000, block_lengths=(4,), seed=2**120 + 5
    )


def netter2(peers: str | None) -> None:
    """Whole NETTER-2 trials, and what their time is spent on."""
    from lutetia.trial.netter2 import netter2_model
    from lutetia.trial.simulate import simulate, simulate_trial
    from lutetia.trial.two_arms import cox_of, events_by_time, log_rank_of

    model = netter2_model()
    simulate(model, 2, seed=1)  # compiles, or loads what was compiled
    note = f"limit {TRIALS_LIMIT_S:g} s"
    timed(
        f"{TRIALS:,} simulated NETTER-2 trials, log-rank and Cox in strata",
        lambda: simulate(model, TRIALS, seed=1),
        note,
    )
    trials = [simulate_trial(model, seed=1, number=number) for number in range(COMPARED)]
    columns = [
        (t.known["pfs_days"], t.known["pfs_event"].astype(np.int64), t.paths["arm"].astype(np.int64),
         t.paths["stratum"].astype(np.int64))
        for t in trials
    ]  # fmt: skip

    def floor() -> None:
        """Floor: one sort of 226 times a trial, which no analysis by time can do without."""
        for _ in range(TRIALS // COMPARED):
            for time, *_rest in columns:
                np.argsort(time)

    def analysed() -> list[tuple[float, float]]:
        tables = [events_by_time(*one) for one in columns]
        return [(log_rank_of(table), cox_of(table)[0]) for table in tables]

    analysed()
    timed(f"floor: {TRIALS:,} sorts of 226 times", floor)
    ours = timed(f"analysis of {COMPARED} of these trials", analysed)
    if peers is None:
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "trials.npz"
        np.savez(
            path, **{f"{k}_{i}": part for i, one in enumerate(columns) for k, part in zip("tdas", one, strict=True)}
        )
        told = subprocess.run(
            [peers, str(Path(__file__).with_name("trial_peer.py")), str(path), str(COMPARED)],
            capture_output=True, text=True, check=True,
        ).stdout.split()  # fmt: skip
    seconds, theirs = float(told[0]), np.array(told[1:], dtype=float).reshape(-1, 2)
    print(f"{f'the same by statsmodels and lifelines, {COMPARED} trials':<58} {seconds:7.3f} s")
    apart = np.abs(np.abs(np.array(ours)) - np.abs(theirs)).max(axis=0)
    print(f"    largest difference of |z| {apart[0]:.1e}, of the log hazard ratio {apart[1]:.1e}")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--peers", metavar="PYTHON")
    given = asked.parse_args()
    made = timed("list, 100 strata of 10,000 records", million, f"limit {LIST_LIMIT_S} s")
    public = timed("its seal, one SHA-256 to each of 1,000,000 records", lambda: seal(made))
    timed("the list verified against its seal", lambda: verify_list(made, public))
    plan = plan_of(
        control_median_months=15,
        hazard_ratio=0.5,
        accrual=Accrual.uniform(per_month=10, months=22.2),
        allocation=(2, 1),
        drop_out=DropOut.net(0.15),
    )
    simulated_power(plan, events=99, runs=10, seed=1)  # compiles, or loads what was compiled
    found = timed(
        f"power and type I error, 2 × {RUNS:,} trials of 222 patients",
        lambda: simulated_power(plan, events=99, runs=RUNS, seed=1),
    )
    print(f"    power {found.power.estimate:.4f}, type I error {found.type_one_error.estimate:.4f}")
    netter2(given.peers)
    timed("bounds, two looks", lambda: group_sequential((2 / 3, 1)))
    timed(
        "bounds, ten looks, constant",
        lambda: group_sequential([k / 10 for k in range(1, 11)], efficacy=ConstantBounds(delta=0.5)),
    )
    simon_two_stage(0.1, 0.3)
    timed("two-stage designs, 0.3 against 0.5", lambda: simon_two_stage(0.3, 0.5, alpha=0.05, power=0.9))


if __name__ == "__main__":
    main()
