"""Ridge as R, Firth by hand, by its definition and where the plain likelihood has no maximum."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from lutetia.errors import InputError
from lutetia.survival import FollowUp, cox, firth, ridge


@pytest.mark.parametrize(("strength", "scaled"), [(1, True), (1, False), (20, True), (20, False)])
def test_ridge_as_r(reference, strength, scaled):
    rows, values = reference("cox_rows"), reference("cox_values")
    x = np.column_stack([rows["age"], rows["grade"], rows["resected"]])
    fit = cox(FollowUp(stop=rows["stop"], event=rows["event"]), x, penalty=ridge(strength, scaled=scaled))
    case = values["case"] == 1000 + 2 * strength + scaled
    found = {
        "coef": fit.coef,
        "std.err": fit.std_error,
        "log.likelihood": [fit.log_likelihood_null, fit.log_likelihood],
        "df": [fit.degrees_of_freedom],
    }
    for quantity, numbers in found.items():
        assert_allclose(numbers, values["value"][case & (values["quantity"] == quantity)], rtol=1e-8, err_msg=quantity)


def test_no_ridge_is_the_plain_fit_and_a_strong_one_leaves_nothing(patients):
    f, x = patients()
    assert_allclose(cox(f, x, penalty=ridge(0)).coef, cox(f, x).coef, atol=1e-11)
    assert np.abs(cox(f, x, penalty=ridge(1e9)).coef).max() < 1e-6


def test_ridge_takes_columns_that_repeat_others(patients):
    f, x = patients()
    fit = cox(f, np.column_stack([x[:, 2], x[:, 2]]), penalty=ridge(2))
    assert fit.coef[0] == pytest.approx(fit.coef[1], rel=1e-9)
    with pytest.raises(InputError, match="ridge"):
        fit.term_tests()


def test_firth_of_two_patients_by_hand():
    # the exposed dies first: l = log θ − log(1 + θ), I = θ/(1 + θ)²; l + ½ log I is largest where 3/2 = 2θ/(1 + θ)
    fit = cox(FollowUp(stop=[1, 2], event=[1, 0]), [1.0, 0.0], penalty=firth)
    assert np.exp(fit.coef[0]) == pytest.approx(3, rel=1e-9)
    assert fit.log_likelihood == pytest.approx(np.log(0.75) + 0.5 * np.log(3 / 16), rel=1e-12)


@pytest.mark.parametrize("kind", [{}, {"delayed": True}, {"weighted": True, "stratified": True}], ids=str)
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_firth_is_the_maximum_of_its_definition(patients, by_definition, kind, ties):
    f, x = patients(25, 7, **kind)
    fit = cox(f, x, ties=ties, penalty=firth, robust=False)

    def lacking(beta):
        value, _, information = by_definition(f, x - x.mean(axis=0), beta, efron=ties == "efron")
        return -(value + 0.5 * np.linalg.slogdet(information)[1])

    best = minimize(lacking, fit.coef, method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 4000})
    assert_allclose(fit.coef, best.x, atol=2e-6)
    assert fit.log_likelihood == pytest.approx(-best.fun, rel=1e-10)


def test_firth_is_finite_where_deaths_are_separated():
    f = FollowUp(stop=[1, 2, 3, 4, 5, 6], event=[1] * 6)
    x = [1.0, 1, 1, 0, 0, 0]
    assert not cox(f, x).converged
    fit = cox(f, x, penalty=firth)
    assert fit.converged
    interval = fit.profile_interval("x1")
    assert 0 < interval.lower < fit.coef[0] < interval.upper


def test_choices_that_exclude_each_other_are_refused(patients):
    f, x = patients(weighted=True)
    with pytest.raises(InputError) as caught:
        cox(f, x, ties="exact", penalty=firth)
    assert {fault.place for fault in caught.value.faults} == {"ties", "robust"}
    with pytest.raises(InputError, match="strength of 0 or more"):
        cox(*patients(), penalty=ridge(-1))
