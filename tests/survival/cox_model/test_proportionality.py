"""The test of proportional hazards as R's cox.zph of 2019."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose

from lutetia.errors import InputError
from lutetia.survival import FollowUp, cox, ridge


@pytest.mark.parametrize(
    ("transform", "each", "whole"),
    [("km", (0.53218, 2.49417, 2.30964), 5.10383), ("log", (4.307598, 1.738380, 0.617834), None)],
)
def test_lung_as_r(lung, transform, each, whole):
    follow_up, covariates, _ = lung
    found = cox(FollowUp(**follow_up), covariates).zph(transform)
    assert_allclose([test.chi2 for test in found.tests], each, atol=1e-5)
    if whole is not None:
        assert found.whole.chi2 == pytest.approx(whole, abs=1e-5)
    assert found["sex"].df == 1


def test_made_up_patients_as_r(compared_rows):
    for transform in ("km", "identity", "log", "rank"):
        found = compared_rows.fit.zph(transform)
        says = compared_rows.says[f"zph.{transform}"]
        assert_allclose([*(test.chi2 for test in found.tests), found.whole.chi2], says, rtol=1e-8)


def test_it_is_the_score_test_of_a_time_dependent_covariate(patients):
    """Independent route: split at every event time, add x · g(t) as a covariate, and take its score test."""
    f, x = patients(25, 11)
    times = np.unique(f.stop[f.event == 1])
    rows = [(i, lo, min(hi, f.stop[i])) for i in range(f.n) for lo, hi in intervals(times) if lo < f.stop[i]]
    who = np.array([row[0] for row in rows])
    stop = np.array([row[2] for row in rows])
    event = (stop == f.stop[who]) & (f.event[who] == 1)
    split = FollowUp(start=[row[1] for row in rows], stop=stop, event=event)
    fit = cox(f, x[:, [0]])
    centre = f.stop[f.event == 1].mean()
    changing = x[who, 0] * (stop - centre)
    both = cox(split, {"x": x[who, 0], "changing": changing})
    # score of the changing part at the fitted coefficient, by the information of the two
    at = np.array([fit.coef[0], 0.0]) * both._model.arranged.scale
    found = both._model.likelihood()(at)
    statistic = found.gradient[1] ** 2 * np.linalg.inv(found.information)[1, 1]
    assert fit.zph("identity").tests[0].chi2 == pytest.approx(statistic, rel=1e-7)


def intervals(times):
    edges = [0.0, *times, np.inf]
    return list(pairwise(edges))


def test_terms_are_tested_together(patients):
    f, x = patients(60, 3)
    grade = np.random.default_rng(1).choice(["G1", "G2", "G3"], 60)
    found = cox(f, {"grade": grade, "age": x[:, 0]}).zph("rank")
    assert [(test.name, test.df) for test in found.tests] == [("grade", 2), ("age", 1)]
    assert found.whole.df == 3
    assert found.scaled.shape == (int(f.event.sum()), 3)


def test_a_function_of_time_and_the_log_of_zero(patients):
    f, x = patients()
    fit = cox(f, x)
    assert fit.zph(np.sqrt).tests[0].chi2 == pytest.approx(fit.zph(lambda t: 3 * np.sqrt(t) + 1).tests[0].chi2)
    with pytest.raises(InputError, match="must be none"):
        cox(f, x, penalty=ridge(1)).zph()
    early = cox(FollowUp(stop=f.stop - f.stop.min(), event=np.where(f.stop == f.stop.min(), 1, f.event)), x)
    with pytest.raises(InputError, match="after time 0"):
        early.zph("log")
