"""A trial model as compiled code reads it: plain arrays, days instead of months."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lutetia.trial.hazard import Hazard
from lutetia.trial.trial_model import Arm, TrialModel

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

DAYS_PER_MONTH = 30.4375
DAYS_PER_WEEK = 7.0
HORIZON_WEEKS = 52 * 12.0  # visits are planned this far; nobody is followed longer
_ENTRY_KNOTS = 513


class ModelTables(NamedTuple):
    """Arm 0 is the control, arm 1 experimental, as in the tests; days everywhere. Hazards (arm, piece) are padded with
    pieces that never begin."""

    entry_day: Floats  # quantiles of entry, evenly spaced
    stratum_reached: Floats  # running share
    factor: Floats  # (arm, stratum)
    block: Codes  # (control, experimental) per block
    progression_from: Floats
    progression_rate: Floats
    death_from: Floats
    death_rate: Floats
    leaves_from: Floats
    leaves_rate: Floats
    arm_numbers: Floats  # (arm, NUMBERS)
    response_reached: Floats  # (arm, visit), running share
    visit_day: Floats
    window_day: float
    missed: float
    readers: Floats  # earlier, later, switches
    missed_allowed: int


NUMBERS = (
    "death_after_per_day",
    "untreated",
    "leaves_before",
    "leaves_within_days",
    "response",
    "complete",
    "crosses_over",
    "crossover_after_days",
    "crossover_death_factor",
    "deterioration_per_day",
)


def tables_of(model: TrialModel) -> ModelTables:
    """The model's arrays, control arm first."""
    arms = model.arms[::-1]
    pieces: dict[str, list[Hazard | None]] = {
        "progression": [arm.progression for arm in arms],
        "death": [arm.death for arm in arms],
        "leaves": [arm.leaves for arm in arms],
    }
    hazards = {name: _hazards(given) for name, given in pieces.items()}
    shares = np.cumsum([stratum.share for stratum in model.strata])
    visits = max(len(arm.response_by_visit_fraction) for arm in arms)
    rows = [np.cumsum([*arm.response_by_visit_fraction, *[0.0] * visits][:visits]) for arm in arms]
    per_unit = model.block_size // sum(model.allocation)
    return ModelTables(
        entry_day=_entry_days(model),
        stratum_reached=shares / shares[-1],
        factor=np.array([[s.progression_factors[1 - a] for s in model.strata] for a in range(2)]),
        block=np.array([per_unit * model.allocation[1], per_unit * model.allocation[0]], dtype=np.int64),
        progression_from=hazards["progression"][0],
        progression_rate=hazards["progression"][1],
        death_from=hazards["death"][0],
        death_rate=hazards["death"][1],
        leaves_from=hazards["leaves"][0],
        leaves_rate=hazards["leaves"][1],
        arm_numbers=np.array([_numbers(arm) for arm in arms]),
        response_reached=np.array(rows),
        visit_day=DAYS_PER_WEEK * np.array(model.visits.weeks(HORIZON_WEEKS)),
        window_day=float(model.visits.window_days),
        missed=model.visits.missed_fraction,
        readers=np.array(
            [model.readers.earlier_fraction, model.readers.later_fraction, model.readers.switches_fraction]
        ),
        missed_allowed=10**6 if model.missed_visits_allowed is None else model.missed_visits_allowed,
    )


def _numbers(arm: Arm) -> list[float]:
    return [
        arm.death_after_progression_per_month / DAYS_PER_MONTH,
        arm.untreated_fraction,
        arm.leaves_before_progression_fraction,
        arm.leaves_within_months * DAYS_PER_MONTH,
        arm.response_fraction,
        arm.complete_fraction,
        arm.crosses_over_fraction,
        float(arm.crossover_after_days),
        arm.crossover_death_factor,
        arm.deterioration_per_month / DAYS_PER_MONTH,
    ]


def _hazards(given: list[Hazard | None]) -> tuple[Floats, Floats]:
    most = max(len(h.rates_per_month) if h else 1 for h in given)
    starts, rates = np.full((2, most), np.inf), np.zeros((2, most))
    for a, hazard in enumerate(given):
        starts[a, 0] = 0.0
        if hazard is not None:
            k = len(hazard.rates_per_month)
            starts[a, :k] = np.array(hazard.from_months) * DAYS_PER_MONTH
            rates[a, :k] = np.array(hazard.rates_per_month) / DAYS_PER_MONTH
    return starts, rates


def _entry_days(model: TrialModel) -> Floats:
    months = np.linspace(0, model.accrual.months, 8193)
    entered = model.accrual.patients_by(months)
    return np.interp(np.linspace(0, entered[-1], _ENTRY_KNOTS), entered, months) * DAYS_PER_MONTH
