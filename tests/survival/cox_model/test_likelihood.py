"""The likelihood against its definition, and what must not change it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from lutetia.survival import FollowUp
from lutetia.survival.cox_model import arrangement
from lutetia.survival.cox_model.likelihood import PartialLikelihood

KINDS = list(product([False, True], repeat=4))


@pytest.mark.parametrize(("efron", "delayed", "weighted", "stratified"), KINDS)
@pytest.mark.parametrize("pieces", ["one", "many"])
def test_passes_equal_the_definition(
    patients, model_of, by_definition, monkeypatch, efron, delayed, weighted, stratified, pieces
):
    if pieces == "many":  # pieces of two groups and one task per piece, so that sums are carried over every border
        monkeypatch.setattr(arrangement, "PIECE_GROUPS", 2)
        monkeypatch.setattr(arrangement, "TASK_CELLS", 8)
    f, x = patients(40, 3, delayed=delayed, weighted=weighted, stratified=stratified)
    arranged = model_of(f, x).arranged
    beta = np.array([0.02, -0.4, 0.3])
    found = PartialLikelihood(arranged, efron=efron)(beta * arranged.scale)
    value, gradient, information = by_definition(f, x - arranged.mean, beta, efron=efron)
    assert found.value == pytest.approx(value, rel=1e-12)
    assert_allclose(found.gradient, gradient / arranged.scale, rtol=1e-9, atol=1e-9)
    assert_allclose(found.information, information / np.outer(arranged.scale, arranged.scale), rtol=1e-10)


def test_no_predictor_may_leave_the_range_of_exp(patients, model_of):
    f, x = patients()
    found = PartialLikelihood(model_of(f, x).arranged, efron=True)(np.array([500.0, 0.0, 0.0]))
    assert found.value == -np.inf


def test_the_number_of_threads_changes_no_bit(patients, model_of, monkeypatch):
    monkeypatch.setattr(arrangement, "TASK_CELLS", 50)
    f, x = patients(300, 1, delayed=True)
    arranged = model_of(f, x).arranged
    one, two = (PartialLikelihood(arranged, efron=True, threads=threads)(np.full(3, 0.1)) for threads in (1, 3))
    assert one.value == two.value
    assert_array_equal(one.gradient, two.gradient)
    assert_array_equal(one.information, two.information)


def test_who_has_left_leaves_nothing_behind(model_of):
    # a row of risk e^30 enters last: going back in time it has left before the other deaths, and leaves no trace
    f = FollowUp(start=[0, 0, 0, 0, 3.5], stop=[1, 2, 3, 4, 4], event=[1, 1, 1, 1, 0])
    x = np.array([0.3, -0.2, 0.9, 0.1, 30.0])
    arranged = model_of(f, x).arranged
    found = PartialLikelihood(arranged, efron=True)(arranged.scale)  # coefficient 1
    risk = np.exp(x)
    totals = [risk[k:4].sum() for k in range(3)]
    means = [(risk * x)[k:4].sum() / totals[k] for k in range(3)]
    last = np.logaddexp(x[3], 30.0)
    assert found.value == pytest.approx(x[:4].sum() - np.log(totals).sum() - last, rel=1e-10)
    assert found.gradient[0] * arranged.scale[0] == pytest.approx(
        x[:4].sum() - sum(means) - (30 - (30 - x[3]) * np.exp(x[3] - last)), rel=1e-10
    )
    spread = [(risk * x**2)[k:4].sum() / totals[k] - means[k] ** 2 for k in range(3)]
    alone = np.exp(x[3] - last)
    expected = sum(spread) + alone * (1 - alone) * (30 - x[3]) ** 2
    assert found.information[0, 0] * arranged.scale[0] ** 2 == pytest.approx(expected, rel=1e-8)
