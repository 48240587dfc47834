"""Seconds for randomisation lists, their seal, simulated power and group-sequential bounds, on this machine.

    python benchmarks/trial.py

Wall time beside the processor's own time: where other programs run, the second is the one to read.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

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


def main() -> None:
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
    timed("bounds, two looks", lambda: group_sequential((2 / 3, 1)))
    timed(
        "bounds, ten looks, constant",
        lambda: group_sequential([k / 10 for k in range(1, 11)], efficacy=ConstantBounds(delta=0.5)),
    )
    simon_two_stage(0.1, 0.3)
    timed("two-stage designs, 0.3 against 0.5", lambda: simon_two_stage(0.3, 0.5, alpha=0.05, power=0.9))


if __name__ == "__main__":
    main()
