"""The compiled search against the search of `fit`."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from lutetia.survival import FollowUp, cox
from lutetia.survival.cox_model.compiled_fit import CONVERGED, FLAT, NO_EVENTS, NOT_SEPARABLE, search, solve_lower
from lutetia.survival.selection_path import data_of


def run(model, start=None):
    arranged = model.arranged
    begin = np.zeros(arranged.p) if start is None else start
    return search(model.ties == "efron", begin, data_of(arranged), arranged.stratum_first, arranged.piece_first)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("kind", [{}, {"delayed": True, "weighted": True, "stratified": True}], ids=str)
def test_both_searches_agree(patients, model_of, ties, kind):
    f, x = patients(60, 8, **kind)
    model = model_of(f, x, ties=ties)
    status, beta, value, information = run(model)
    fit = cox(f, x, ties=ties)
    assert status == CONVERGED
    assert_allclose(beta / model.arranged.scale, fit.coef, atol=1e-11)
    assert value == pytest.approx(fit.log_likelihood, rel=1e-12)
    assert_allclose(information, fit._at_maximum.information, rtol=1e-7)


def test_failures_have_a_status(model_of, patients):
    f, x = patients()
    repeated = model_of(f, np.column_stack([x[:, 0], x[:, 0] * 2]))
    assert run(repeated)[0] == NOT_SEPARABLE
    separated = model_of(FollowUp(stop=[1, 2, 3, 4, 5, 6], event=[1] * 6), [1.0, 1, 1, 0, 0, 0])
    assert run(separated)[0] == FLAT
    arranged = model_of(f, x).arranged
    nothing = list(data_of(arranged))
    nothing[8] = np.zeros_like(arranged.deaths)
    found = search(True, np.zeros(3), tuple(nothing), arranged.stratum_first, arranged.piece_first)
    assert found[0] == NO_EVENTS


def test_solution_from_the_lower_triangle():
    matrix = np.array([[4.0, 99, 99], [2, 3, 99], [1, 0.5, 2]])
    full = np.tril(matrix) + np.tril(matrix, -1).T
    assert_allclose(solve_lower(matrix, np.array([1.0, 2, 3])), np.linalg.solve(full, [1.0, 2, 3]), rtol=1e-12)
    assert np.isnan(solve_lower(np.ones((2, 2)), np.ones(2))).all()
