"""The traces of Firth's gradient against the slope of the log determinant."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.survival.cox_model.likelihood import PartialLikelihood
from lutetia.survival.cox_model.penalty import FirthLikelihood


@pytest.mark.parametrize("efron", [True, False])
def test_traces_are_the_slope_of_the_log_determinant(patients, model_of, efron):
    f, x = patients(30, 9, delayed=True, weighted=True, stratified=True)
    arranged = model_of(f, x).arranged
    plain = PartialLikelihood(arranged, efron=efron)
    beta, step = np.array([0.1, -0.3, 0.2]), 1e-5
    found = FirthLikelihood(plain, arranged.scale)(beta).gradient - plain(beta).gradient
    for j in range(3):
        up, down = (np.linalg.slogdet(plain(beta + sign * step * np.eye(3)[j]).information)[1] for sign in (1, -1))
        assert found[j] == pytest.approx(0.5 * (up - down) / (2 * step), rel=1e-6, abs=1e-8)
