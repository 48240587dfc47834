"""Fine-Gray: by hand, finegray + coxph and crr in R, Cox where nobody is censored, and what is flagged."""

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.survival import FollowUp, cox, fine_gray

approx = pytest.approx

# x: 1 1 0 0; cause 1 at 1, cause 2 at 2, cause 1 at 3, censored at 4.
FOUR = FollowUp(stop=[1, 2, 3, 4], event=[1, 2, 1, 0])
X = [1.0, 1.0, 0.0, 0.0]


def test_four_patients_by_hand():
    # L = e/(2e + 2) · 1/(e + 2): the second patient stays at risk at 3. Its maximum is e² = 2.
    found = fine_gray(FOUR, X)
    assert found.coef == approx([np.log(2) / 2])
    assert (found.n, found.n_events, found.n_competing) == (4, 2, 1)
    assert found.hazard_ratio("x1").estimate == approx(np.sqrt(2))


def test_a_censoring_lowers_the_weight_by_hand():
    # One more, x = 0, censored at 2.5: G falls to 2/3, L = e/(2e + 3) · 1/(2 + 2e/3), maximum e = 3/√2.
    found = fine_gray(FollowUp(stop=[1, 2, 3, 4, 2.5], event=[1, 2, 1, 0, 0]), [*X, 0.0])
    assert found.coef == approx([np.log(3 / np.sqrt(2))])


def test_a_censoring_at_the_time_of_the_other_event_comes_after_it():
    # G(2−) = 1 for the competing event at 2, then 2/3: the same as a censoring just after.
    tied = fine_gray(FollowUp(stop=[1, 2, 3, 4, 2], event=[1, 2, 1, 0, 0]), [*X, 0.0])
    assert tied.coef == approx([np.log(3 / np.sqrt(2))])


def test_predicted_incidence():
    found = fine_gray(FOUR, X)
    r = np.sqrt(2)
    hazard = [1 / (2 * r + 2), 1 / (2 * r + 2) + 1 / (r + 2)]
    assert found.incidence([[0.0], [1.0]], [0.5, 1, 3]) == approx(1 - np.exp(-np.outer([1, r], [0, *hazard])))
    with pytest.raises(InputError, match="must not lie beyond the last event, 3"):
        found.incidence([[0.0]], [3.5])


# ------------------------------------------------------------------------------------------------ R


def says(values, quantity):
    return values["value"][values["quantity"] == quantity]


@pytest.mark.parametrize(
    ("how", "given", "options"),
    [
        ("fg", {}, {}),
        ("fg.breslow", {}, {"ties": "breslow"}),
        ("fg.cause2", {}, {"cause": 2}),
        ("fg.delayed", {"start": "entry"}, {}),
        ("fg.strata", {"strata": "stratum"}, {}),
    ],
)
def test_agrees_with_finegray_and_coxph(reference, how, given, options):
    rows, values = reference("competing_rows"), reference("competing_values")
    f = FollowUp(stop=rows["stop"], event=rows["event"], **{name: rows[column] for name, column in given.items()})
    covariates = {"x1": rows["x1"], "x2": rows["x2"]}
    found = fine_gray(f, covariates, **options)
    assert found.converged
    assert found.coef == approx(says(values, f"{how}.coef"), abs=1e-9)
    assert found.std_error == approx(says(values, f"{how}.sandwich"), abs=1e-9)
    assert [found.log_likelihood_null, found.log_likelihood] == approx(says(values, f"{how}.loglik"), abs=1e-9)
    assert found.baseline_hazard[-1] == approx(says(values, f"{how}.baseline")[0], abs=1e-9)
    model = fine_gray(f, covariates, variance="model", **options)
    assert model.std_error == approx(says(values, f"{how}.model"), abs=1e-9)


def test_without_ties_agrees_with_crr(reference):
    rows, values = reference("competing_rows"), reference("competing_values")
    untied = rows["stop"] + np.arange(1, 121) / 1000
    f = FollowUp(stop=untied, event=rows["event"])
    found = fine_gray(f, {"x1": rows["x1"], "x2": rows["x2"]}, variance="fine-gray")
    assert found.coef == approx(says(values, "crr.coef"), abs=1e-7)
    assert found.std_error == approx(says(values, "crr.se"), abs=1e-5)  # crr: /Y, not /(Y − d)


def test_progression_of_mgus(table):
    """Acceptance A9: finegray + coxph of survival 3.5-3; complete rows of age, sex, mspike and hgb, n = 1360."""
    d = table("mgus2")
    complete = ~np.isnan(d["mspike"]) & ~np.isnan(d["hgb"])
    progressed = d["pstat"] == 1
    stop = np.where(progressed, d["ptime"], d["futime"])
    f = FollowUp(stop=stop, event=np.where(progressed, 1, 2 * d["death"])).at(complete)
    covariates = {"age": d["age"], "male": d["sex"] == "M", "mspike": d["mspike"]}
    found = fine_gray(f, {name: column[complete] for name, column in covariates.items()})
    assert found.n == 1360
    assert found.coef == approx([-0.01766470913, -0.21673755589, 0.92403406120], abs=1e-9)


# ------------------------------------------------------------------------------------------------ independent routes


@pytest.fixture
def uncensored():
    rng = np.random.default_rng(4)
    return np.ceil(rng.exponential(9, 60)), rng.integers(1, 3, 60), rng.normal(size=(60, 2))


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_where_nobody_is_censored_it_is_cox_with_competing_events_at_the_end(uncensored, ties):
    stop, event, x = uncensored
    at_the_end = FollowUp(stop=np.where(event == 2, stop.max() + 1, stop), event=event == 1)
    found, expected = fine_gray(FollowUp(stop=stop, event=event), x, ties=ties), cox(at_the_end, x, ties=ties)
    assert found.coef == approx(expected.coef, abs=1e-8)
    assert found.log_likelihood == approx(expected.log_likelihood)


def test_without_competing_events_it_is_cox(reference):
    rows = reference("competing_rows")
    f = FollowUp(start=rows["entry"], stop=rows["stop"], event=rows["event"] == 1, weights=rows["weight"])
    x = np.column_stack([rows["x1"], rows["x2"]])
    assert fine_gray(f, x).coef == approx(cox(f, x).coef, abs=1e-8)


@pytest.mark.parametrize("variance", ["sandwich", "fine-gray"])
def test_weights_of_two_are_doubled_rows(reference, variance):
    rows = reference("competing_rows")
    copies = np.repeat(np.arange(120), rows["weight"].astype(int))
    f = FollowUp(stop=rows["stop"], event=rows["event"])
    x = np.column_stack([rows["x1"], rows["x2"]])
    weighted = FollowUp(stop=rows["stop"], event=rows["event"], weights=rows["weight"], cluster=np.arange(120))
    doubled = FollowUp(stop=f.stop[copies], event=f.event[copies], cluster=copies)
    first = fine_gray(weighted, x, ties="breslow", variance=variance)
    second = fine_gray(doubled, x[copies], ties="breslow", variance=variance)
    assert first.coef == approx(second.coef)
    assert first.std_error == approx(second.std_error)


def test_the_full_variance_is_the_derivative_in_the_weights():
    rng = np.random.default_rng(8)
    stop, event, x = rng.exponential(10, 50), rng.integers(0, 3, 50), rng.normal(size=(50, 2))
    weight = rng.uniform(0.5, 2, 50)

    def coef(w):
        return fine_gray(FollowUp(stop=stop, event=event, weights=w), x, ties="breslow").coef

    influence = []
    for row in range(50):
        up, down = (np.where(np.arange(50) == row, weight * (1 + change), weight) for change in (1e-4, -1e-4))
        influence.append((coef(up) - coef(down)) / 2e-4)
    found = fine_gray(FollowUp(stop=stop, event=event, weights=weight), x, ties="breslow", variance="fine-gray")
    assert found.std_error == approx(np.sqrt((np.array(influence) ** 2).sum(axis=0)), abs=1e-7)


def test_another_scale_of_a_covariate_scales_its_coefficient(reference):
    rows = reference("competing_rows")
    f = FollowUp(stop=rows["stop"] * 30.4375, event=rows["event"])
    first = fine_gray(FollowUp(stop=rows["stop"], event=rows["event"]), rows["x1"])
    assert fine_gray(f, 1000 + 10 * rows["x1"]).coef * 10 == approx(first.coef)


# ------------------------------------------------------------------------------------------------ what is flagged


def test_separation_is_flagged():
    found = fine_gray(FOUR, np.array([1.0, 0.0, 1.0, 0.0]))
    assert not found.converged
    assert "separation" in found.why
    assert np.isnan(found.std_error).all()
    assert found.hazard_ratio("x1").estimate is None


def test_collinear_and_constant_covariates_are_flagged(reference):
    rows = reference("competing_rows")
    f = FollowUp(stop=rows["stop"], event=rows["event"])
    assert fine_gray(f, {"a": rows["x1"], "b": 2 * rows["x1"] + 1}).why == "the covariates are collinear"
    assert fine_gray(f, {"a": rows["x1"], "b": np.ones(120)}).why == "b: the same value in every row"


def test_rows_with_a_missing_covariate_are_counted():
    f = FollowUp(stop=[1, 2, 3, 4, 2.5], event=[1, 2, 1, 0, 0])
    found = fine_gray(f, {"x": [*X, np.nan]})
    assert found.n == 4
    assert found.left_out[0].rows == (4,)
    assert found.coef == approx([np.log(2) / 2])


def test_labels_become_columns_against_their_reference():
    found = fine_gray(FOUR, {"arm": ["b", "b", "a", "a"]})
    assert found.names == ("arm=b",)
    assert fine_gray(FOUR, {"arm": ["b", "b", "a", "a"]}, reference={"arm": "b"}).coef == approx(-found.coef)


@pytest.mark.parametrize(
    ("f", "options", "told"),
    [
        (FOUR, {"cause": 3}, "none of cause 3 among 4 complete rows"),
        (FOUR, {"cause": 0}, "must be an event that occurs, from 1"),
        (FOUR, {"ties": "exact"}, "must be efron or breslow"),
        (FOUR, {"variance": "robust"}, "must be one of sandwich, fine-gray, model"),
        (
            FollowUp(start=[0, 0, 1, 1], stop=[1, 2, 3, 4], event=[1, 2, 1, 0]),
            {"variance": "fine-gray"},
            "delayed entry",
        ),
        (FollowUp(start=[0, 1, 0, 0], stop=[1, 2, 3, 4], event=[0, 2, 1, 0], cluster=[1, 1, 2, 3]), {}, "one row per"),
        (FollowUp(stop=[1, 2], event=[1, 2]), {}, "must have one row for each of the 2 rows"),
    ],
)
def test_what_does_not_fit_is_refused(f, options, told):
    with pytest.raises(InputError, match=told):
        fine_gray(f, X, **options)
