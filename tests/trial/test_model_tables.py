"""The arrays of a model: control first, days instead of months, evenly spread entry."""

import numpy as np
import pytest

from lutetia.trial.model_tables import DAYS_PER_MONTH, NUMBERS, tables_of
from lutetia.trial.netter2 import netter2_model


def test_control_comes_first_and_hazards_are_per_day(plain_model):
    tables = tables_of(plain_model)
    per_day = np.log(2) / np.array([12.0, 24.0]) / DAYS_PER_MONTH
    assert tables.progression_rate[:, 0] == pytest.approx(per_day)
    assert tables.progression_from[:, 0].tolist() == [0.0, 0.0]


def test_a_block_holds_the_allocation(plain_model):
    assert tables_of(plain_model).block.tolist() == [2, 4]


def test_strata_shares_run_to_one(plain_model):
    assert tables_of(plain_model).stratum_reached == pytest.approx([2 / 3, 1.0])


def test_even_accrual_enters_evenly(plain_model):
    days = tables_of(plain_model).entry_day
    assert days[0] == 0
    assert days[-1] == pytest.approx(20 * DAYS_PER_MONTH)
    assert np.diff(days) == pytest.approx(np.diff(days)[0], rel=1e-6)


def test_numbers_keep_their_names(full_model):
    tables = tables_of(full_model)
    control = dict(zip(NUMBERS, tables.arm_numbers[0], strict=True))
    assert control["crosses_over"] == 0.6
    assert control["crossover_death_factor"] == 0.5
    assert control["death_after_per_day"] == pytest.approx(0.05 / DAYS_PER_MONTH)


def test_factors_are_those_of_each_arm(full_model):
    assert tables_of(full_model).factor.tolist() == [[0.9, 1.0], [0.8, 1.0]]


def test_months_become_days():
    """Hazards per month from month 6 on are hazards per day from day 182.625 on."""
    tables = tables_of(netter2_model())
    assert tables.progression_from[1].tolist() == pytest.approx([0, 6 * 30.4375, 16 * 30.4375])
    assert tables.progression_rate[1].tolist() == pytest.approx([r / 30.4375 for r in (0.0077, 0.0007, 0.1068)])
