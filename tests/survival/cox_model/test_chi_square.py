"""The chi-square test against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from lutetia.survival.cox_model.chi_square import ChiSquare, quadratic


def test_p_values():
    assert ChiSquare(name="a", chi2=3.841458820694124, df=1).p == pytest.approx(0.05, rel=1e-12)
    assert ChiSquare(name="a", chi2=7.3, df=2.4).p == pytest.approx(chi2.sf(7.3, 2.4))
    assert ChiSquare(name="none", chi2=0.0, df=0).p == 1.0


def test_quadratic_form_by_hand_and_singular():
    found = quadratic("two", np.array([1.0, 2.0]), np.array([[2.0, 0.0], [0.0, 4.0]]))
    assert (found.chi2, found.df) == (1.5, 2)
    assert np.isnan(quadratic("flat", np.array([1.0, 1.0]), np.ones((2, 2))).chi2)
