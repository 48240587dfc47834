"""A cohort in which no drug does anything, as arrays: what a sound analysis must find nothing in.

Progression and death have hazards that depend on the patient (indolence) alone. Radioligand therapy as first line comes
late in the accrual; as second line it has to be waited for. All patients are made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from lutetia.cohort.decision_point import DecisionPoint
from lutetia.dates import DAYS_PER_MONTH
from lutetia.errors import Fault, InputError
from lutetia.sources import load_yaml_table

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
DAYS_PER_YEAR = 365.25
NEVER = 10**9
_COLUMNS = 11


@cache
def world() -> Mapping[str, Any]:
    """The parameters of the null."""
    return load_yaml_table("lutetia.exchange", "data/null_cohort.yaml").table


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NullCohort:
    """One row per patient who starts line 1; times in whole days from that start, NEVER where something does not come.

    `rlt_first`: line 1 is RLT, else SSA. `meant_for_rlt`: what was decided at progression (no analysis may see it).
    `progression_days`: NEVER when death came first. `line_2_days`: NEVER when death or the cut-off came first;
    `line_2_rlt` tells what it is. `death_days`: always a number, possibly after the cut-off. `followed_days`: to the
    data cut-off.
    `year`: of the start of line 1, from the start of accrual. `indolence`: standard normal, high is slow.
    """

    rlt_first: Flags
    meant_for_rlt: Flags
    line_1_on: Whole
    progression_days: Whole
    line_2_days: Whole
    line_2_rlt: Flags
    second_progression_days: Whole
    death_days: Whole
    followed_days: Whole
    year: Floats
    indolence: Floats
    centre: Whole
    spare: Floats

    @property
    def n(self) -> int:
        """Number of patients who start line 1."""
        return self.rlt_first.size

    @property
    def survival_days(self) -> Whole:
        """From the start of line 1 to death or the cut-off."""
        return np.minimum(self.death_days, self.followed_days)

    @property
    def died(self) -> Flags:
        """Whether death came by the cut-off."""
        return self.death_days <= self.followed_days

    @property
    def included(self) -> Flags:
        """Who would be in a cohort that requires two lines."""
        return self.line_2_days < NEVER

    @property
    def sequence(self) -> NDArray[np.str_]:
        """SSA-RLT, RLT-other, SSA-other by the first two lines; "" for patients without a second line."""
        kind = np.where(self.rlt_first, "RLT-other", np.where(self.line_2_rlt, "SSA-RLT", "SSA-other"))
        return np.where(self.included, kind, "")

    def decision_point(self) -> DecisionPoint:
        """SSA-first patients from progression on: follow-up, death, and when the later RLT began, if ever.

        Patients whose progression falls on their last day of follow-up have no time at risk and are not in it.
        """
        rest = self.survival_days - self.progression_days
        rows = np.flatnonzero(~self.rlt_first & (self.progression_days < NEVER) & (rest > 0))
        start = np.where(self.line_2_rlt, self.line_2_days - self.progression_days, np.inf)
        return DecisionPoint.of(
            follow_up_days=rest[rows],
            event=self.died[rows],
            exposed_after_days=start[rows],
            covariates=self.indolence[rows][:, None],
            names=("indolence",),
        )


def null_cohort(n: int, seed: int, mean_wait_months: float = 6.0, indolence: float = 0.0) -> NullCohort:
    """n made-up patients of a seed, in whom no drug does anything.

    `mean_wait_months`: mean time from progression to a later RLT (exponential; any other second line: half a month).
    `indolence`: log-odds of being meant for RLT per standard deviation of indolence; 0: the choice is blind.
    Patient i of a seed is the same whatever n. Raises InputError for n < 1 or a negative wait.
    """
    _refuse(n, mean_wait_months)
    u = np.clip(np.random.default_rng(seed).random((n, _COLUMNS)), 1e-12, 1 - 1e-12)
    w = world()
    z = ndtri(u[:, 0])
    start = np.floor(u[:, 1] * w["accrual_years"] * DAYS_PER_YEAR).astype(np.int64)
    year = start / DAYS_PER_YEAR
    rising = (year - w["rlt_first_from_year"]) / (w["accrual_years"] - w["rlt_first_from_year"])
    rlt_first = u[:, 2] < np.clip(rising, 0, 1) * w["rlt_first_share_at_end"]
    meant = ~rlt_first & (u[:, 3] < expit(logit(w["rlt_later_share"]) + indolence * z))
    lives = _lives(u, z, meant, mean_wait_months, w)
    followed = np.int64(np.floor(w["accrual_years"] * DAYS_PER_YEAR)) - start
    reached = (lives["line_2"] < lives["death"]) & (lives["line_2"] < followed)
    line_2 = np.where(reached, lives["line_2"], NEVER)
    return NullCohort(
        rlt_first=rlt_first,
        meant_for_rlt=meant,
        line_1_on=start + w["first_day"].toordinal(),
        progression_days=lives["progression"],
        line_2_days=line_2,
        line_2_rlt=meant & reached,
        second_progression_days=np.where(reached, lives["second"], NEVER),
        death_days=lives["death"],
        followed_days=followed,
        year=year,
        indolence=z,
        centre=np.floor(u[:, 8] * w["centres"]).astype(np.int64),
        spare=u[:, 10],
    )


def _lives(u: Floats, z: Floats, meant: Flags, mean_wait_months: float, w: Mapping[str, Any]) -> dict[str, Whole]:
    """Progression, next line, second progression and death in days from line 1, whatever is given."""
    slow, late = np.exp(w["indolence_on_log_progression"] * z), np.exp(w["indolence_on_log_death"] * z)
    progression = _days(w["median_progression_months"] / np.log(2) * slow, u[:, 4])
    before = _days(w["mean_death_months_before_progression"] * late, u[:, 5])
    # Memoryless: who progresses first lives on under the hazard after progression.
    progressed = progression < before
    wait = _days(np.where(meant, mean_wait_months, w["mean_wait_months_other"]), u[:, 6])
    after = _days(w["mean_death_months_after_progression"] * late, u[:, 9])
    death = np.where(progressed, progression + after, before)
    line_2 = np.where(progressed, progression + wait, NEVER)
    second = line_2 + _days(w["median_second_progression_months"] / np.log(2) * slow, u[:, 7])
    return {
        "progression": np.where(progressed, progression, NEVER),
        "line_2": line_2,
        "second": np.where(progressed & (second <= death), second, NEVER),
        "death": death,
    }


def _days(mean_months: Floats | float, u: Floats) -> Whole:
    """Exponential times in whole days, at least 1."""
    return np.maximum(1, np.ceil(-np.log(u) * mean_months * DAYS_PER_MONTH)).astype(np.int64)


def _refuse(n: int, mean_wait_months: float) -> None:
    faults = []
    if n < 1:
        faults.append(Fault(place="n", must="must be at least 1", got=str(n)))
    if not mean_wait_months >= 0:
        faults.append(Fault(place="mean_wait_months", must="must not be negative", got=str(mean_wait_months)))
    if faults:
        raise InputError("null cohort", faults)
