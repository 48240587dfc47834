"""Fit the parameters of the made-up ITANET-like cohort to the medians that S000 prints; print them as YAML.

    python scripts/calibrate_synthetic.py           fit, print the parameters and how near each median comes

The mean, over 1,500 simulated cohorts of 201 patients, of each Kaplan-Meier median is brought near the printed one by
least squares on the log scale. Paste the printed numbers into src/lutetia/exchange/data/itanet_parameters.yaml and
run scripts/seal_data.py.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from lutetia.dates import DAYS_PER_MONTH
from lutetia.exchange.itanet_draw import GROUPS, HIGH, LOW, RLT, SSA, Drawn, draw, margins, parameters

COHORTS = 1500
SEED = 20240403
# How much each median counts; those by treatment and of all patients are the aim of the cohort.
WEIGHT = {"PFS1": 1.0, "PFS2": 1.0, "OS": 0.7}
BY_LINE = 4.0
OVERALL = 5.0
# Limits of the spreads: the printed medians alone leave them open where few patients are.
BOUNDS = {"SSA": (0.3, 2.0), "RLT": (0.3, 2.0), "TT": (0.3, 0.6), "CHT": (0.3, 0.7)}


def groups_of(drawn: Drawn) -> dict[str, NDArray[np.bool_]]:
    """The patients behind each name that the table of medians uses."""
    known, high = drawn.ki67_known, drawn.ki67_class == HIGH
    named = {
        "all": np.ones(drawn.n, dtype=bool),
        "G1": known & (drawn.ki67_class == LOW),
        "G2": known & (drawn.ki67_class != LOW),
        "Ki-67 up to 10": known & ~high,
        "Ki-67 above 10": known & high,
        "resected": drawn.resected,
        "not resected": ~drawn.resected,
        "extrahepatic": drawn.extrahepatic,
        "not extrahepatic": ~drawn.extrahepatic,
        "male": drawn.male,
        "female": ~drawn.male,
        "SSA-RLT": (drawn.first == SSA) & (drawn.second == RLT),
        "RLT-other": (drawn.first == RLT) & (drawn.second != RLT),
        "SSA-other": (drawn.first == SSA) & (drawn.second != RLT),
    }
    named |= {f"first {group}": drawn.first == n for n, group in enumerate(GROUPS)}
    return named | {f"second {group}": drawn.second == n for n, group in enumerate(GROUPS)}


def times_of(drawn: Drawn, endpoint: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Days and events of an endpoint."""
    if endpoint == "PFS1":
        return drawn.first_progression_days, np.ones(drawn.n, dtype=bool)
    end = np.minimum(drawn.second_progression_days, drawn.death_days) if endpoint == "PFS2" else drawn.death_days
    event = end <= drawn.followed_days
    before = 0 if endpoint == "PFS2" else drawn.first_progression_days + drawn.gap_days
    return before + np.minimum(end, drawn.followed_days), event


def median_months(days: NDArray[np.int64], event: NDArray[np.bool_]) -> float:
    """The Kaplan-Meier median in months, as survival's: the middle of the step where the curve stands at one half.

    The longest time where the curve does not reach one half.
    """
    order = np.lexsort((~event, days))
    at_risk = np.arange(order.size, 0, -1)
    surviving = np.cumprod(1 - event[order] / at_risk)
    half = np.flatnonzero(surviving <= 0.5 + 1e-12)
    below = np.flatnonzero(surviving < 0.5 - 1e-12)
    if not half.size:
        return float(days[order][-1]) / DAYS_PER_MONTH
    first = days[order][half[0]]
    last = days[order][below[0]] if below.size else first
    return float(first + last) / 2 / DAYS_PER_MONTH


def mean_medians(drawn: Drawn, cohorts: int, endpoints: tuple[str, ...]) -> dict[tuple[str, str], float]:
    """The mean over the cohorts of each median in the table."""
    named = groups_of(drawn)
    found = {}
    for row in margins()["medians_months"]:
        if row["endpoint"] not in endpoints:
            continue
        days, event = times_of(drawn, row["endpoint"])
        inside = named[row["of"]].reshape(cohorts, -1)
        pairs = zip(days.reshape(cohorts, -1), event.reshape(cohorts, -1), inside, strict=True)
        found[row["endpoint"], row["of"]] = float(np.mean([median_months(d[i], e[i]) for d, e, i in pairs]))
    return found


def _leaves(part: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], float]]:
    for name, value in part.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, name))
        else:
            yield (*path, name), float(value)


def _set(part: dict[str, Any], path: tuple[str, ...], value: float) -> None:
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value


def fit(section: str, endpoints: tuple[str, ...], values: dict[str, Any]) -> dict[str, Any]:
    """The values with this section's fitted parameters moved to where the medians come nearest."""
    leaves = list(_leaves(values[section]["fitted"]))
    rows = [row for row in margins()["medians_months"] if row["endpoint"] in endpoints]

    def at(point: NDArray[np.float64]) -> dict[str, Any]:
        moved = copy.deepcopy(values)
        for (path, _), value in zip(leaves, point, strict=True):
            _set(moved[section]["fitted"], path, float(value))
        return moved

    def residuals(point: NDArray[np.float64]) -> NDArray[np.float64]:
        found = mean_medians(draw(COHORTS * margins()["patients"], SEED, at(point)), COHORTS, endpoints)
        return np.array([_pull(row) * np.log(found[row["endpoint"], row["of"]] / row["months"]) for row in rows])

    low = np.array([BOUNDS[path[1]][0] if path[0] == "spread" else -np.inf for path, _ in leaves])
    high = np.array([BOUNDS[path[1]][1] if path[0] == "spread" else np.inf for path, _ in leaves])
    start = np.clip(np.array([value for _, value in leaves]), low + 0.01, high - 0.01)
    done = least_squares(residuals, start, bounds=(low, high), diff_step=0.02, max_nfev=12)
    return at(done.x)


def _pull(row: Mapping[str, Any]) -> float:
    factor = OVERALL if row["of"] == "all" else BY_LINE if row["of"].startswith(("first ", "second ")) else 1.0
    return WEIGHT[row["endpoint"]] * factor


def main() -> None:
    """Fit line 1, line 2 and survival after it, in this order, and print what came out."""
    import yaml

    values: dict[str, Any] = copy.deepcopy(dict(parameters()))
    for section, endpoints in (("line_1", ("PFS1",)), ("line_2", ("PFS2",)), ("after_line_2", ("OS",))):
        values = fit(section, endpoints, values)
    for section in ("line_1", "line_2", "after_line_2"):
        for path, value in _leaves(values[section]["fitted"]):
            _set(values[section]["fitted"], path, round(value, 3))
    print(yaml.safe_dump(values, sort_keys=False))
    drawn = draw(COHORTS * margins()["patients"], SEED + 1, values)
    found = mean_medians(drawn, COHORTS, ("PFS1", "PFS2", "OS"))
    for row in margins()["medians_months"]:
        got = found[row["endpoint"], row["of"]]
        off = 100 * (got / row["months"] - 1)
        print(f"{row['endpoint']:5s} {row['of']:18s} {row['months']:6.1f} {got:7.2f} {off:+6.1f} %")
    for endpoint in ("PFS2", "OS"):
        print(endpoint, "events", round(float(times_of(drawn, endpoint)[1].mean()), 3))


if __name__ == "__main__":
    main()
