"""Cohorts in which no drug does anything, analysed the way S000 was and in every way that Lutetia recommends.

    python scripts/validate_null_cohort.py [--seeds 20] [--patients 20000] [--indolence 0.0] > table.md

Prints the log hazard ratio of every analysis by seed, its mean, and the mean in Monte-Carlo standard errors. Positive:
the sequence without (later) RLT looks worse. A sound analysis has a mean of 0.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from math import log

import numpy as np

from lutetia.cohort.clone_censor_weight import clone_censor_weight
from lutetia.cohort.exposure import landmark, time_dependent
from lutetia.exchange.null_cohort import NEVER, NullCohort, null_cohort
from lutetia.survival import FollowUp, cox

GRACE_DAYS = 183.0


def naive(cohort: NullCohort) -> float:
    """SSA-other against SSA-RLT, overall survival from the start of line 1, patients with two lines: as S000."""
    rows = np.flatnonzero(np.isin(cohort.sequence, ("SSA-RLT", "SSA-other")))
    follow_up = FollowUp(stop=cohort.survival_days[rows], event=cohort.died[rows])
    return float(cox(follow_up, (cohort.sequence[rows] == "SSA-other").astype(float)[:, None]).coef[0])


def delayed_entry(cohort: NullCohort) -> float:
    """The same patients, at risk from the start of line 2 on."""
    rows = np.flatnonzero(
        np.isin(cohort.sequence, ("SSA-RLT", "SSA-other")) & (cohort.survival_days > cohort.line_2_days)
    )
    follow_up = FollowUp(start=cohort.line_2_days[rows], stop=cohort.survival_days[rows], event=cohort.died[rows])
    return float(cox(follow_up, (cohort.sequence[rows] == "SSA-other").astype(float)[:, None]).coef[0])


def _of_decision(analyse: Callable[..., float]) -> Callable[[NullCohort], float]:
    """From progression on; the sign turned, so that every column speaks of "without RLT" against "with RLT"."""
    return lambda cohort: -analyse(cohort.decision_point())


ANALYSES: dict[str, Callable[[NullCohort], float]] = {
    "naive (S000)": naive,
    "delayed entry": delayed_entry,
    "landmark 6 months": _of_decision(lambda d: landmark(d, day=GRACE_DAYS, adjust="covariates").log_hazard_ratio),
    "time-dependent": _of_decision(lambda d: time_dependent(d, adjust="covariates").log_hazard_ratio),
    "clone-censor-weight": _of_decision(
        lambda d: clone_censor_weight(d, grace_days=GRACE_DAYS, weights="initiation").contrast.log_hazard_ratio
    ),
}


def by_seed(seeds: int, patients: int, indolence: float) -> dict[str, list[float]]:
    """The log hazard ratios of every analysis, seed by seed from 1."""
    found: dict[str, list[float]] = {name: [] for name in ANALYSES}
    for seed in range(1, seeds + 1):
        cohort = null_cohort(patients, seed, mean_wait_months=6.0, indolence=indolence)
        for name, analyse in ANALYSES.items():
            found[name].append(analyse(cohort))
        print(f"seed {seed} of {seeds}", file=sys.stderr)
    return found


def table(found: dict[str, list[float]]) -> str:
    """The table by seed in Markdown, with mean, Monte-Carlo standard error and their ratio."""
    names = list(found)
    lines = [f"| seed | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for seed, values in enumerate(zip(*found.values(), strict=True), 1):
        lines.append(f"| {seed} | {' | '.join(f'{value:+.4f}' for value in values)} |")
    means = {name: float(np.mean(values)) for name, values in found.items()}
    errors = {name: float(np.std(values, ddof=1) / np.sqrt(len(values))) for name, values in found.items()}
    lines.append(f"| mean | {' | '.join(f'{means[name]:+.4f}' for name in names)} |")
    lines.append(f"| Monte-Carlo SE | {' | '.join(f'{errors[name]:.4f}' for name in names)} |")
    lines.append(f"| mean / SE | {' | '.join(f'{means[name] / errors[name]:+.1f}' for name in names)} |")
    lines.append(f"| hazard ratio | {' | '.join(f'{np.exp(means[name]):.3f}' for name in names)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--patients", type=int, default=20000)
    parser.add_argument("--indolence", type=float, default=0.0)
    given = parser.parse_args()
    print(f"{given.patients} patients a seed, mean wait 6 months, indolence {given.indolence}; never = {NEVER} days.\n")
    print(table(by_seed(given.seeds, given.patients, given.indolence)))
    print(f"\nlog 1.10 = {log(1.10):.4f}")


if __name__ == "__main__":
    main()
