"""Coefficients held: the best of the others, and a profile without an end."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from lutetia.survival import FollowUp, cox
from lutetia.survival.cox_model.inference import held, profile_limits


def test_held_coefficients_stay_and_the_others_are_at_their_best(patients):
    f, x = patients(50, 3)
    fit = cox(f, x)
    scale = fit._model.arranged.scale
    found = held(
        fit._model.likelihood(), fit._beta, fit._at_maximum.information, np.array([1]), np.array([0.3 * scale[1]])
    )
    other = cox(f, x[:, [0, 2]], offset=0.3 * x[:, 1])
    assert_allclose(found.beta / scale, [other.coef[0], 0.3, other.coef[1]], atol=1e-9)


def test_a_separated_column_has_one_limit():
    fit = cox(FollowUp(stop=[1, 2, 3, 4, 5, 6], event=[1] * 6), [1.0, 1, 1, 0, 0, 0])
    lower, upper = profile_limits(fit._model.likelihood(), fit._beta, fit._at_maximum, 0, 0.95)
    assert upper is None
    assert lower is None or lower == pytest.approx(lower)
