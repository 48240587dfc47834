"""Separation is proven, never guessed; dependent columns are named with their multiples."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.survival import FollowUp
from lutetia.survival.cox_model.estimability import dependence_faults, separation


def arranged_of(model_of, columns, **given):
    return model_of(FollowUp(**given), columns)


def test_a_separating_column_is_proven(model_of):
    model = arranged_of(
        model_of, {"good": [0.0, 1, 0, 1], "bad": [3.0, 2, 2, 1]}, stop=[1, 2, 3, 4], event=[1, 1, 1, 1]
    )
    found = separation(np.array([0.1, 1.0]), model.arranged, model.names)
    assert found is not None
    assert found[1] == ("bad",)


@pytest.mark.parametrize("direction", [1.0, -1.0])
def test_one_death_out_of_order_is_no_separation(model_of, direction):
    model = arranged_of(model_of, {"x": [3.0, 1, 2, 0]}, stop=[1, 2, 3, 4], event=[1, 1, 1, 1])
    assert separation(np.array([direction]), model.arranged, model.names) is None


def test_who_has_left_or_not_entered_does_not_count(model_of):
    # the row with x = 9 is at risk in (2, 3] only: the deaths at 1 and 2 lead those at risk with them, it leads at 3
    rows = {"start": [0, 0, 2, 0], "stop": [1, 2, 3, 4], "event": [1, 1, 1, 0]}
    model = arranged_of(model_of, {"x": [3.0, 2, 9, 1]}, **rows)
    assert separation(np.array([1.0]), model.arranged, model.names) is not None
    at_risk_from_start = arranged_of(model_of, {"x": [3.0, 2, 9, 1]}, **(rows | {"start": [0, 0, 0, 0]}))
    assert separation(np.array([1.0]), at_risk_from_start.arranged, at_risk_from_start.names) is None


def test_dependence_tells_the_multiples(patients, model_of):
    f, x = patients()
    model = model_of(f, {"age": x[:, 0], "z": x[:, 2], "both": 2 * x[:, 0] - x[:, 2] + 7})
    information = model.likelihood()(np.zeros(3)).information
    faults = dependence_faults(information, model.arranged, model.names)
    assert [(fault.place, fault.got) for fault in faults] == [("covariate both", "2 · age + -1 · z")]


def test_a_column_constant_within_strata_has_no_coefficient(patients, model_of):
    f, x = patients(60, 1, stratified=True)
    model = model_of(f, {"age": x[:, 0], "centre": f.strata * 2.0})
    information = model.likelihood()(np.zeros(2)).information
    assert [fault.place for fault in dependence_faults(information, model.arranged, model.names)] == [
        "covariate centre"
    ]
