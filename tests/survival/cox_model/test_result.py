"""What a fit can be asked: tests of terms, hazard ratios, profile intervals."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import chi2, norm

from lutetia.errors import InputError
from lutetia.survival import FollowUp, cox


def test_term_tests_as_r(reference):
    rows, values = reference("cox_rows"), reference("cox_values")
    grade = np.array([f"G{int(g)}" for g in rows["grade"]])
    fit = cox(
        FollowUp(stop=rows["stop"], event=rows["event"]),
        {"age": rows["age"], "grade": grade, "resected": rows["resected"]},
    )
    assert_allclose([test.chi2 for test in fit.term_tests()], values["value"][values["case"] == 2000], rtol=1e-8)
    assert [test.df for test in fit.term_tests()] == [1, 2, 1]


def test_a_term_test_is_twice_the_difference_of_two_fits(patients):
    f, x = patients(60, 5)
    full, rest = cox(f, x), cox(f, x[:, :2])
    test = full.term_tests()[2]
    assert test.chi2 == pytest.approx(2 * (full.log_likelihood - rest.log_likelihood), rel=1e-9)
    assert test.p == pytest.approx(chi2.sf(test.chi2, 1))


def test_hazard_ratios_p_and_wald(patients):
    f, x = patients(60, 5)
    fit = cox(f, x)
    first = fit.hazard_ratio(0.9)[0]
    assert first.lower == pytest.approx(np.exp(fit.coef[0] - norm.ppf(0.95) * fit.std_error[0]))
    assert (first.level, first.method) == (0.9, "Wald, log scale")
    assert_allclose(fit.p, 2 * norm.sf(np.abs(fit.coef / fit.std_error)))
    one = cox(f, x[:, 2])
    assert one.wald_test.chi2 == pytest.approx(float(one.z[0] ** 2))
    assert one.likelihood_ratio_test.chi2 == pytest.approx(one.term_tests()[0].chi2, rel=1e-9)


def test_profile_limits_lose_the_quantile(patients):
    f, x = patients(60, 5)
    fit = cox(f, x)
    interval = fit.profile_interval("x2")
    assert interval.lower < fit.coef[1] < interval.upper
    for limit in (interval.lower, interval.upper):
        held = cox(f, x[:, [0, 2]], offset=limit * x[:, 1])
        assert 2 * (fit.log_likelihood - held.log_likelihood) == pytest.approx(chi2.ppf(0.95, 1), rel=1e-7)
    with pytest.raises(InputError, match="must be one of x1, x2, x3"):
        fit.profile_interval("x9")
