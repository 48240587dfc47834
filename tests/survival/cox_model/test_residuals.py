"""Residuals as R, and the sums they must have."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from lutetia.errors import InputError
from lutetia.survival import FollowUp, cox


def test_residuals_as_r(compared_rows):
    fit, says = compared_rows.fit, compared_rows.says
    for kind in ("martingale", "deviance", "score", "dfbeta"):
        assert_allclose(fit.residuals(kind)[:10].ravel(), says[kind], rtol=1e-7, atol=1e-8, err_msg=kind)
    assert_allclose(fit.schoenfeld().values[:10].ravel(), says["schoenfeld"], rtol=1e-7, atol=1e-8)
    assert_allclose(fit.schoenfeld(scaled=True).values[:10].ravel(), says["scaledsch"], rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_sums_of_residuals_are_zero_at_the_maximum(patients, ties):
    f, x = patients(60, 2, delayed=True, weighted=True, stratified=True)
    fit = cox(f, x, ties=ties)
    assert f.weights @ fit.residuals("martingale") == pytest.approx(0, abs=1e-9)
    assert_allclose(f.weights @ fit.residuals("score"), 0, atol=1e-7)
    assert_allclose(fit.residuals("dfbeta").sum(axis=0), 0, atol=1e-8)


def test_martingale_of_four_patients_by_hand():
    # the covariate explains nothing (coefficient 0 by symmetry): expected deaths are Nelson and Aalen's
    f = FollowUp(stop=[1, 1, 2, 2], event=[1, 1, 1, 1])
    fit = cox(f, [1.0, 0, 1, 0], ties="breslow")
    assert fit.coef[0] == pytest.approx(0, abs=1e-12)
    assert_allclose(fit.residuals("martingale"), [0.5, 0.5, -0.5, -0.5])  # 1 − 2/4, 1 − (2/4 + 2/2)


def test_schoenfeld_of_the_first_death_by_hand():
    f = FollowUp(stop=[1, 2, 3, 4], event=[1, 1, 1, 0])
    fit = cox(f, [1.0, 0, 1, 0])
    ratio = np.exp(fit.coef[0])
    found = fit.schoenfeld()
    assert found.values[0, 0] == pytest.approx(1 - 2 * ratio / (2 * ratio + 2), rel=1e-9)
    assert found.time.tolist() == [1, 2, 3]
    assert found.rows.tolist() == [0, 1, 2]


def test_exact_ties_have_no_residuals(tied_five):
    with pytest.raises(InputError, match="must be efron or breslow"):
        cox(*tied_five, ties="exact").residuals("martingale")
    with pytest.raises(InputError, match="must be martingale"):
        cox(*tied_five).residuals("nothing")
