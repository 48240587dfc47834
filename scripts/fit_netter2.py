"""Show how near the replayed NETTER-2 comes to the printed results, or look for assumptions that come nearer.

python scripts/fit_netter2.py                 means over 2,000 simulated trials beside the printed values
python scripts/fit_netter2.py --search        least squares over the assumed numbers, printed at the end
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.optimize import least_squares

from lutetia.trial.model_tables import DAYS_PER_MONTH
from lutetia.trial.netter2 import netter2_model, netter2_printed, netter2_table
from lutetia.trial.simulate import Simulations, simulate

# How far a mean may lie from the printed value to count as one: patients, months, ratio.
CLOSE = {"median_months_control": 0.1, "median_months_experimental": 0.3, "hazard_ratio": 0.01}
SEARCHED = (
    ("experimental", "progression", 0), ("experimental", "progression", 1), ("experimental", "progression", 2),
    ("control", "progression", 0), ("control", "progression", 1),
    ("experimental", "leaves", 0), ("control", "leaves", 0),
    ("experimental", "leaves_before_progression_fraction", None),
    ("control", "leaves_before_progression_fraction", None),
    ("experimental", "response_fraction", None), ("control", "response_fraction", None),
    ("control", "crosses_over_fraction", None),
)  # fmt: skip


def found(trials: Simulations, name: str) -> float:
    """The simulated value that belongs to a printed one."""
    if name == "hazard_ratio":
        return float(trials.hazard_ratio().estimate or np.nan)
    column = name.replace("median_months", "median_days")
    mean = float(trials.mean(column).estimate or np.nan)
    return mean / DAYS_PER_MONTH if column != name else mean


def start() -> np.ndarray:
    """The logarithms of the numbers as they stand in the data file."""
    arms = netter2_table().table["arms"]
    values = []
    for arm, field, piece in SEARCHED:
        value = arms[arm]["assumed"][field]
        values.append(value if piece is None else value["rates_per_month"][piece])
    return np.log(np.array(values, dtype=float))


def changes(at: np.ndarray) -> dict[str, dict[str, object]]:
    """The assumed fields with these logarithms."""
    arms = netter2_table().table["arms"]
    changed: dict[str, dict[str, object]] = {"experimental": {}, "control": {}}
    for (arm, field, piece), value in zip(SEARCHED, np.exp(at), strict=True):
        if piece is None:
            changed[arm][field] = float(min(value, 1.0))
            continue
        entry = changed[arm].setdefault(field, {k: list(v) for k, v in arms[arm]["assumed"][field].items()})
        entry["rates_per_month"][piece] = float(value)  # type: ignore[index]
    return changed


def misses(at: np.ndarray, trials: int = 400) -> np.ndarray:
    """Distance of each mean from the printed value, in units of what counts as close."""
    simulated = simulate(netter2_model(changes(at)), trials, seed=7)
    printed = netter2_printed()
    return np.array([(found(simulated, name) - value) / CLOSE.get(name, 1.0) for name, value in printed.items()])


def main() -> None:
    """Print the comparison; with --search, the nearest assumptions found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--search", action="store_true")
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=2807)
    given = parser.parse_args()
    changed = None
    if given.search:
        changed = changes(least_squares(misses, start(), diff_step=0.08, max_nfev=20).x)
        print(changed)
    simulated = simulate(netter2_model(changed), given.trials, seed=given.seed)
    print(f"| value | printed | mean of {given.trials} trials |\n|---|---|---|")
    for name, value in netter2_printed().items():
        print(f"| {name.replace('_', ' ')} | {value:g} | {found(simulated, name):.4g} |")


if __name__ == "__main__":
    main()
