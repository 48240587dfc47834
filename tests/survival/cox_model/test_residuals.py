"""Residuals as R, and the sums they must have."""

from __future__ import annotations


import numpy as np
import pytest
from numpy.testing import assert_allclose

from lutetia.errors import InputError
from lutetia.survival import FollowUp, cox


@pytest.fixture(params=range(1, 37))
def as_r(request, reference):
    """A fit of the made-up patients and what R says of it, for the cases of which R gave residuals."""
    cases, values = reference("cox_cases"), reference("cox_values")
    case = {name: column[cases["case"] == request.param][0] for name, column in cases.items()}
    if case["clustered"] or case["ties"] == "exact":
        pytest.skip("R's residuals are stored for the cases without clusters and exact ties")
    rows, given = reference("cox_rows"), {}
    given |= {"start": rows["start"]} if case["delayed"] else {}
    given |= {"weights": rows["weight"]} if case["weighted"] else {}
    given |= {"strata": rows["centre"]} if case["stratified"] else {}
    x = np.column_stack([rows["age"], rows["grade"], rows["resected"]])
    f = FollowUp(stop=rows["stop"], event=rows["event"], **given)
    says = {
        quantity: values["value"][(values["case"] == request.param) & (values["quantity"] == quantity)]
        for quantity in ("martingale", "deviance", "score", "dfbeta", "schoenfeld", "scaledsch")
    }
    return cox(f, x, ties=str(case["ties"]), offset=rows["shift"]), says


def test_residuals_as_r(as_r):
    fit, says = as_r
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


def test_martingale_of_six_patients_by_hand():
    # one covariate that explains nothing (coefficient 0 by symmetry): Breslow hazards 1/4, 1/3 … expected by Nelson-Aalen
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
