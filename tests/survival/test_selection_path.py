"""One step at a time: the tests of a path are those of whole fits."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.survival import FollowUp, cox, stepwise


@pytest.fixture
def walked():
    """Made-up patients, three covariates and a path that took two of them."""
    rng = np.random.default_rng(9)
    x = {name: rng.normal(size=150) for name in ("a", "b", "c")}
    stop = np.ceil(rng.exponential(30 * np.exp(-0.9 * x["a"] - 0.5 * x["b"])))
    f = FollowUp(stop=stop, event=rng.random(150) < 0.8)
    return f, x, stepwise(f, x)


def test_entry_is_the_score_test_given_the_model(walked):
    f, x, found = walked
    assert [step.model for step in found.steps] == [("a",), ("a", "b")]
    first = cox(f, x["a"], ties="breslow")
    # the score test of b, its coefficient 0 and that of a as fitted: an offset and the information of both
    both = cox(f, {"a": x["a"], "b": x["b"]}, ties="breslow")
    at = both._model.likelihood()(np.array([first.coef[0], 0.0]) * both._model.arranged.scale)
    statistic = at.gradient[1] ** 2 * np.linalg.inv(at.information)[1, 1]
    assert found.steps[1].test.chi2 == pytest.approx(statistic, rel=1e-9)
    assert found.steps[1].log_likelihood == pytest.approx(both.log_likelihood, rel=1e-12)


@pytest.mark.parametrize("removal", ["lr", "wald", "conditional"])
def test_removal_tests_of_the_full_model(walked, removal):
    f, x, _ = walked
    full = cox(f, x, ties="breslow")
    path = stepwise(f, x, direction="backward", removal=removal, enter_below=1e-9, remove_above=1e-8)
    first = {test.term: test.chi2 for test in path.steps[0].candidates}
    wald = full.z**2
    likelihood = [test.chi2 for test in full.term_tests()]
    expected = wald if removal == "wald" else likelihood
    tolerance = 0.05 if removal == "conditional" else 1e-8
    for name, value in zip(("a", "b", "c"), expected, strict=True):
        assert first[name] == pytest.approx(value, rel=tolerance, abs=1e-9)
    if removal == "conditional":  # the others are not fitted again: never less lost than with the refit
        assert all(first[name] >= value - 1e-9 for name, value in zip(("a", "b", "c"), likelihood, strict=True))


def test_a_model_that_comes_back_stops_the_path():
    # entry by score just below the limit, removal by Wald just above: made by limits next to one another
    rng = np.random.default_rng(0)
    x = {"a": rng.normal(size=40)}
    f = FollowUp(stop=np.ceil(rng.exponential(9, 40)), event=np.ones(40))
    score = cox(f, x["a"], ties="breslow").score_test
    wald = cox(f, x["a"], ties="breslow")
    between = (score.p + float(wald.p[0])) / 2
    found = stepwise(f, x, removal="wald", enter_below=between, remove_above=between)
    if score.p < between < float(wald.p[0]):
        assert found.stopped == "a model came back"
    else:
        assert found.stopped == "no term meets the conditions to enter or to leave"
