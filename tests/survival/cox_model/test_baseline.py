"""Baseline hazard and predicted survival: by hand and as R."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from lutetia.errors import InputError
from lutetia.survival import FollowUp, cox


def test_without_an_effect_it_is_nelson_aalen_by_hand():
    f = FollowUp(stop=[1, 1, 2, 2], event=[1, 1, 1, 1])
    found = cox(f, [1.0, 0, 1, 0], ties="breslow").baseline()
    assert found.time.tolist() == [1, 2]
    assert_allclose(found.cumulative_hazard, [0.5, 1.5])  # 2/4, + 2/2
    efron = cox(f, [1.0, 0, 1, 0]).baseline()
    assert_allclose(efron.cumulative_hazard, [1 / 4 + 1 / 3, 1 / 4 + 1 / 3 + 1 / 2 + 1])


def test_made_up_patients_as_r(compared_smooth):
    curves = compared_smooth.fit.survival_for([60, 2, 1])
    for quantity, name in (("survival", "survival"), ("survival.std.err", "std_error")):
        found = np.concatenate([getattr(curve, name)[:12] for curve in curves])
        assert_allclose(found, compared_smooth.says[quantity], rtol=1e-8)


def test_baselines_at_zero_and_at_the_mean_tell_the_same(patients):
    f, x = patients(60, 1, stratified=True)
    fit = cox(f, x)
    zero, mean = fit.baseline(), fit.baseline("mean")
    assert_allclose(mean.cumulative_hazard, zero.cumulative_hazard * np.exp(x.mean(axis=0) @ fit.coef), rtol=1e-10)
    assert set(zero.stratum) == {0, 1, 2}
    curve = fit.survival_for(x.mean(axis=0))[0]
    assert_allclose(curve.survival, mean.survival[np.array(mean.stratum) == curve.stratum], rtol=1e-12)


@pytest.mark.parametrize("interval", ["log", "log-log", "plain"])
def test_intervals_hold_the_estimate(patients, interval):
    f, x = patients(60, 1)
    curve = cox(f, x).survival_for(x[0], interval=interval)[0]
    assert (curve.lower <= curve.survival).all()
    assert (curve.survival <= curve.upper).all()
    assert curve.survival_at(0.0) == 1.0
    assert curve.survival_at(curve.time[3]) == curve.survival[3]


def test_a_prediction_needs_every_covariate(patients):
    with pytest.raises(InputError, match="must be 3 numbers"):
        cox(*patients()).survival_for([1.0])
