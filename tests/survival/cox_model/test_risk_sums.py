"""Sums at the event times against their definition."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from lutetia.survival.cox_model.risk_sums import risk_sums


@pytest.mark.parametrize("kind", [{}, {"delayed": True, "weighted": True, "stratified": True}], ids=str)
def test_sums_and_variances_by_definition(patients, model_of, by_definition, kind):
    f, x = patients(40, 4, **kind)
    arranged = model_of(f, x).arranged
    beta = np.array([0.02, -0.3, 0.4])
    sums = risk_sums(arranged, beta * arranged.scale, efron=True)
    z = (x - arranged.mean) / arranged.scale
    weights = np.ones(f.n) if f.weights is None else f.weights
    risk = weights * np.exp(z @ (beta * arranged.scale))
    start = np.full(f.n, -1.0) if f.start is None else f.start
    strata = np.zeros(f.n) if f.strata is None else f.strata
    for k, (time, stratum) in enumerate(zip(arranged.group_time, arranged.group_stratum, strict=True)):
        here = (start < time) & (f.stop >= time) & (strata == stratum)
        dead = here & (f.stop == time) & (f.event == 1)
        assert_allclose(sums.s0[k], risk[here].sum(), rtol=1e-12)
        assert_allclose(sums.s1[k], risk[here] @ z[here], atol=1e-12 * risk.sum())
        assert_allclose(sums.e1[k], risk[dead] @ z[dead], atol=1e-12)
    information = by_definition(f, z, beta * arranged.scale, efron=True)[2]
    assert_allclose(sums.variance(np.ones(arranged.group_time.size)), information, rtol=1e-9, atol=1e-9)
