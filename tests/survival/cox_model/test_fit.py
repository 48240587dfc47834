"""The Cox model: by hand, published, as R, and what must not change anything."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from lutetia.errors import InputError
from lutetia.survival import FollowUp, cox, log_rank, ridge

TIES = ("efron", "breslow", "exact")

# Six made-up patients, three exposed (x = 1): deaths at 1 (x 1), 2 (x 0), 3 (x 1), 4 (x 0), 6 (x 0); x 1 censored at 5.
# Exposed and unexposed at risk at the deaths: 3 + 3, 2 + 3, 2 + 2, 1 + 2, 0 + 1.
SIX = FollowUp(stop=[1, 2, 3, 4, 5, 6], event=[1, 1, 1, 1, 0, 1])
EXPOSED = np.array([1.0, 0, 1, 0, 1, 0])


# ------------------------------------------------------------------------------------------------------- by hand
@pytest.mark.parametrize("ties", TIES)
def test_six_patients_by_hand(ties):
    # with θ the hazard ratio: 2/(θ+1) = 2θ/(2θ+3) + θ/(θ+2), that is 4θ³ + 7θ² − 7θ − 12 = 0
    fit = cox(SIX, EXPOSED, ties=ties)
    ratio = math.exp(fit.coef[0])
    assert 4 * ratio**3 + 7 * ratio**2 - 7 * ratio - 12 == pytest.approx(0, abs=1e-10)
    information = ratio * (2 / (ratio + 1) ** 2 + 6 / (2 * ratio + 3) ** 2 + 2 / (ratio + 2) ** 2)
    assert fit.std_error[0] == pytest.approx(information**-0.5, rel=1e-9)
    assert fit.log_likelihood_null == pytest.approx(-math.log(6 * 5 * 4 * 3), rel=1e-12)
    assert (fit.n, fit.events, fit.converged, fit.why) == (6, 5, True, None)


def test_score_test_is_mantels_test_by_hand():
    # observed 2, expected 3/6 + 2/5 + 2/4 + 1/3 = 26/15, variance 1/4 + 6/25 + 1/4 + 2/9 = 433/450
    assert cox(SIX, EXPOSED).score_test.chi2 == pytest.approx(32 / 433, rel=1e-12)
    assert log_rank(SIX, EXPOSED).chi2 == pytest.approx(32 / 433, rel=1e-12)


@pytest.mark.parametrize(("ties", "ratio"), [("breslow", 1.5), ("efron", 2.5**0.5), ("exact", 3**0.5)])
def test_two_tied_deaths_of_five_by_hand(tied_five, ties, ratio):
    # likelihoods θ/(2θ+3)², θ/((2θ+3)(3θ/2+5/2)) and θ/(θ²+6θ+3)
    assert math.exp(cox(*tied_five, ties=ties).coef[0]) == pytest.approx(ratio, rel=1e-10)


# ----------------------------------------------------------------------------------------------- published, and as R
@pytest.mark.parametrize(
    ("ties", "coef"),
    [
        ("efron", (0.01363559079, -0.5760849831, 0.4618523288)),
        ("breslow", (0.01360764173, -0.5752865847, 0.4609584449)),
        ("exact", (0.01364033544, -0.576855325, 0.4623435953)),
    ],
)
def test_lung_as_r(lung, ties, coef):
    follow_up, covariates, _ = lung
    fit = cox(FollowUp(**follow_up), covariates, ties=ties)
    assert_allclose(fit.coef, coef, atol=1e-8)
    assert fit.names == ("age", "sex", "ph.ecog")
    if ties == "efron":
        assert fit.log_likelihood == pytest.approx(-655.4464606, abs=1e-7)


def test_lung_with_strata_and_clusters_as_r(lung):
    follow_up, covariates, inst = lung
    stratified = cox(FollowUp(**follow_up), covariates, strata=inst)
    assert_allclose(stratified.coef, (0.01311019, -0.57566627, 0.60180460), atol=1e-8)
    robust = cox(FollowUp(**follow_up, cluster=inst), covariates)
    assert robust.robust
    assert_allclose(robust.std_error, (0.006887140, 0.126066728, 0.133176172), atol=1e-9)


def test_transplant_the_naive_and_the_time_dependent_answer(table):
    """The classic of immortal time: the naive hazard ratio is 0.18, the honest one 1.02."""
    jasa, heart = table("jasa"), table("heart")
    naive = {"transplant": jasa["transplant"], "age": jasa["age"], "surgery": jasa["surgery"]}
    fit = cox(FollowUp(stop=jasa["futime"], event=jasa["fustat"]), naive)
    assert fit.hazard_ratio()[0].estimate == pytest.approx(0.1795838741, abs=1e-9)
    pieces = {"transplant": heart["transplant"].astype(float), "age": heart["age"], "surgery": heart["surgery"]}
    fit = cox(FollowUp(start=heart["start"], stop=heart["stop"], event=heart["event"]), pieces)
    assert fit.hazard_ratio()[0].estimate == pytest.approx(1.0162258373, abs=1e-9)


def test_transplant_by_landmark(table):
    jasa = table("jasa")
    kept = jasa["futime"] > 30
    early = (jasa["transplant"] == 1) & (jasa["wait.time"] <= 30)
    columns = {"transplant": early, "age": jasa["age"], "surgery": jasa["surgery"]}
    fit = cox(
        FollowUp(stop=jasa["futime"][kept] - 30, event=jasa["fustat"][kept]),
        {name: column[kept] for name, column in columns.items()},
    )
    assert (fit.n, int(early[kept].sum())) == (78, 35)
    assert fit.hazard_ratio()[0].estimate == pytest.approx(0.7802894097, abs=1e-9)


def test_colon_forest_of_one_factor_as_r(table):
    """Levamisole + 5-FU against observation by node4: hazard ratios within levels, and the interaction's statistic."""
    colon = table("colon")
    kept = (colon["etype"] == 2) & (colon["rx"] != "Lev")
    f = FollowUp(stop=colon["time"][kept], event=colon["status"][kept])
    treated, many = (colon["rx"][kept] == "Lev+5FU").astype(float), colon["node4"][kept]
    ratios = [cox(f.at(many == level), treated[many == level]).hazard_ratio()[0].estimate for level in (0, 1)]
    assert_allclose(ratios, (0.6591015067, 0.7316850154), atol=1e-9)
    both = cox(f, {"treated": treated, "node4": many, "interaction": treated * many})
    assert both.term_tests()[2].chi2 == pytest.approx(0.0943, abs=5e-5)


def test_made_up_patients_as_r(compared):
    fit = compared.fit
    found = {
        "coef": fit.coef,
        "std.err": fit.std_error,
        "model.std.err": np.sqrt(np.diagonal(fit.covariance_model)),
        "log.likelihood": [fit.log_likelihood_null, fit.log_likelihood],
        "score.test": [fit.score_test.chi2],
        "wald.test": [fit.wald_test.chi2],
    }
    for quantity, numbers in found.items():
        assert_allclose(numbers, compared.says[quantity], rtol=2e-8, atol=1e-9, err_msg=quantity)


def test_rotterdam_weighted_by_propensity_as_r(table):
    """Hormone treatment: the crude and the weighted log hazard ratios have opposite signs."""
    columns = table("rotterdam")
    stop, event = np.minimum(columns["rtime"], columns["dtime"]), (columns["recur"] == 1) | (columns["death"] == 1)
    treated, propensity = columns["hormon"], propensity_of_hormon(columns)
    assert cox(FollowUp(stop=stop, event=event), treated).coef[0] == pytest.approx(0.2667298322, abs=1e-8)
    share = treated.mean()
    whole = treated / propensity + (1 - treated) / (1 - propensity)
    stable = treated * share / propensity + (1 - treated) * (1 - share) / (1 - propensity)
    of_treated = treated + (1 - treated) * propensity / (1 - propensity)
    for weights, coef in ((whole, -0.1595690922), (stable, -0.1582494299), (of_treated, -0.2127817746)):
        fit = cox(FollowUp(stop=stop, event=event, weights=weights), treated)
        assert fit.robust
        assert fit.coef[0] == pytest.approx(coef, abs=1e-6)
        if weights is whole:
            assert fit.std_error[0] == pytest.approx(0.1225490792, abs=1e-6)


def propensity_of_hormon(columns):
    """Logistic regression on age, meno, size (three levels), grade, nodes, pgr and er, by Newton's method."""
    size = columns["size"]
    numbers = [columns[name] for name in ("age", "meno", "grade", "nodes", "pgr", "er")]
    x = np.column_stack([np.ones(size.size), *numbers, size == "20-50", size == ">50"]).astype(float)
    beta = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ beta))
        beta += np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x, x.T @ (columns["hormon"] - p))
    return 1 / (1 + np.exp(-x @ beta))


# ------------------------------------------------------------------------------------------------------------- laws
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_splitting_rows_at_random_points_changes_nothing(patients, seed):
    f, x = patients(30, seed, delayed=True)
    whole = try_fit(f, x)
    rng = np.random.default_rng(seed)
    cuts = f.start + (f.stop - f.start) * rng.uniform(0.05, 0.95, f.n)
    first = {"start": f.start, "stop": cuts, "event": np.zeros(f.n, dtype=int)}
    second = {"start": cuts, "stop": f.stop, "event": f.event}
    split = FollowUp(**{name: np.concatenate([first[name], second[name]]) for name in first})
    pieces = try_fit(split, np.vstack([x, x]))
    assert whole.converged == pieces.converged
    if whole.converged:
        assert_allclose(pieces.coef, whole.coef, rtol=1e-9, atol=1e-9)
        assert_allclose(pieces.std_error, whole.std_error, rtol=1e-8)
        assert pieces.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-12)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_weight_of_two_is_a_row_twice(patients, seed):
    f, x = patients(40, seed)
    weighted = FollowUp(stop=f.stop, event=f.event, weights=np.full(f.n, 2.0))
    twice = f.at(np.repeat(np.arange(f.n), 2))
    one, two = (cox(g, y, ties="breslow") for g, y in ((weighted, x), (twice, np.repeat(x, 2, axis=0))))
    assert not one.robust
    assert_allclose(one.coef, two.coef, atol=1e-10)
    assert_allclose(one.std_error, two.std_error, rtol=1e-8)
    assert one.log_likelihood == pytest.approx(two.log_likelihood, rel=1e-12)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), shift=st.floats(-1e4, 1e4), factor=st.floats(1e-3, 1e3))
def test_units_and_origin_of_covariates_and_time_change_nothing(patients, seed, shift, factor):
    f, x = patients(40, seed)
    fit = cox(f, x)
    moved = cox(f, x * factor + shift)
    assert_allclose(moved.coef * factor, fit.coef, rtol=1e-6, atol=1e-8)
    slow = cox(FollowUp(stop=f.stop**1.5 * 7.25, event=f.event), x)
    assert_allclose(slow.coef, fit.coef, atol=1e-12)
    order = np.random.default_rng(seed).permutation(f.n)
    assert_allclose(cox(f.at(order), x[order]).coef, fit.coef, atol=1e-11)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_without_ties_the_three_methods_agree(patients, seed):
    f, x = patients(40, seed, digits=9)
    efron, breslow, exact = (cox(f, x, ties=ties) for ties in TIES)
    for other in (breslow, exact):
        assert_allclose(other.coef, efron.coef, atol=1e-10)
        assert_allclose(other.covariance, efron.covariance, rtol=1e-9)


def test_exchanging_the_arms_turns_the_sign(patients):
    f, x = patients(60, 4)
    arm = x[:, 1]
    assert cox(f, 1 - arm).coef[0] == pytest.approx(-cox(f, arm).coef[0], rel=1e-10)


def test_a_stratum_repeated_doubles_the_information(patients):
    f, x = patients(40, 5)
    both = FollowUp(stop=np.tile(f.stop, 2), event=np.tile(f.event, 2), strata=np.repeat([0, 1], f.n))
    once, twice = cox(f, x), cox(both, np.tile(x, (2, 1)))
    assert_allclose(twice.coef, once.coef, atol=1e-11)
    assert_allclose(twice.covariance * 2, once.covariance, rtol=1e-9)


def try_fit(f, x):
    try:
        return cox(f, x)
    except InputError:
        return cox(f, x, penalty=ridge(1e-3))


# -------------------------------------------------------------------------------------------- what cannot be estimated
def test_separation_is_flagged_with_its_column():
    fit = cox(
        FollowUp(stop=[1, 2, 3, 4, 5, 6], event=[1] * 6), {"exposed": [1, 1, 1, 0, 0, 0], "noise": [0, 2, 1, 1, 0, 2]}
    )
    assert not fit.converged
    assert fit.inestimable == ("exposed",)
    assert "monotone likelihood" in fit.why
    assert "exposed" in fit.why
    assert fit.hazard_ratio()[0].estimate is None
    assert np.isnan(fit.p[0])
    assert np.isnan(fit.wald_test.chi2)
    assert any("the fit failed" in caution for caution in fit.cautions)


def test_separation_by_a_combination_is_flagged():
    rng = np.random.default_rng(8)
    x = rng.normal(size=(25, 2))
    stop = np.argsort(np.argsort(-(x[:, 0] + x[:, 1]))) + 1.0  # the largest sum dies first
    fit = cox(FollowUp(stop=stop, event=np.ones(25)), x)
    assert (fit.converged, fit.inestimable) == (False, ("x1", "x2"))


def test_too_few_iterations_are_a_failed_fit(patients):
    fit = cox(*patients(), max_iterations=1)
    assert not fit.converged
    assert "not converged after 1 iterations; still moving" in fit.why


@pytest.mark.parametrize(
    ("columns", "place"),
    [
        ({"a": [1.0, 2, 3, 4, 5, 7], "flat": [2.0] * 6}, "covariate flat"),
        ({"a": [1.0, 2, 3, 4, 5, 7], "twice": [3.0, 5, 7, 9, 11, 15]}, "covariate twice"),
        ({"late": [5.0, 1, 1, 1, 1, 1], "a": [1.0, 2, 3, 4, 5, 7]}, "covariate late"),
    ],
)
def test_columns_without_a_coefficient_of_their_own_are_named(columns, place):
    f = FollowUp(stop=[1, 2, 3, 4, 5, 6], event=[0, 1, 1, 0, 1, 1])
    with pytest.raises(InputError) as caught:
        cox(f, columns)
    assert [fault.place for fault in caught.value.faults] == [place]


def test_all_censored_is_refused():
    with pytest.raises(InputError, match="all censored"):
        cox(FollowUp(stop=[1, 2], event=[0, 0]), [1.0, 2.0])


def test_few_events_and_one_stratum_are_cautioned(patients):
    f, x = patients(25, 3)
    fit = cox(f, x, strata=np.zeros(25))
    assert any("fewer than 10 each" in caution for caution in fit.cautions)
    assert "strata have one level: the model is not stratified" in fit.cautions


def test_rows_with_missing_values_are_counted_or_refused(patients):
    f, x = patients()
    x = x.copy()
    x[3, 0] = x[7, 0] = x[7, 2] = x[9, 2] = np.nan
    fit = cox(f, x, names=["age", "sex", "z"])
    assert [(left.count, left.why, left.rows) for left in fit.left_out] == [
        (2, "age missing", (3, 7)),
        (1, "z missing", (9,)),
    ]
    assert fit.n == 37
    kept = np.delete(np.arange(40), [3, 7, 9])
    assert_allclose(fit.coef, cox(f.at(kept), x[kept]).coef, atol=1e-12)
    with pytest.raises(InputError, match="age: must not be missing, but got 2 rows"):
        cox(f, x, names=["age", "sex", "z"], missing="refuse")


def test_an_event_at_time_zero_counts(patients):
    f, x = patients(40, 2)
    moved = FollowUp(stop=f.stop - f.stop.min(), event=f.event)
    assert_allclose(cox(moved, x).coef, cox(f, x).coef, atol=1e-12)


def test_print_of_conventions_names_the_choices(patients):
    f, x = patients(60, 2, delayed=True, weighted=True, stratified=True)
    fit = cox(f, {"age": x[:, 0], "arm": np.where(x[:, 1] > 0, "RLT", "SSA")}, reference={"arm": "SSA"})
    told = " | ".join(fit.conventions)
    for word in ("ties: efron", "3 strata", "(start, stop]", "weighted", "arm: compared with SSA", "robust"):
        assert word in told
    assert fit.names == ("age", "arm=RLT")
