"""Stepwise selection: the path of SPSS's method on the pbc data, and its laws."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.survival import FollowUp, cox, stepwise

CANDIDATES = [
    "age",
    "edema",
    "bili",
    "albumin",
    "copper",
    "ast",
    "protime",
    "stage",
    "platelet",
    "chol",
    "trig",
    "alk.phos",
    "ascites",
    "hepato",
    "spiders",
    "sex",
    "trt",
]


@pytest.fixture
def pbc(table):
    """The 276 complete cases: follow-up to death, and the 17 candidates."""
    columns = table("pbc")
    used = [columns[name] for name in ("time", "status", *CANDIDATES)]
    kept = np.array([all(value is not None and value == value for value in row) for row in zip(*used, strict=True)])
    x = {name: columns[name][kept] for name in CANDIDATES}
    x["stage"] = np.array([f"stage {int(stage)}" for stage in x["stage"]], dtype=object)
    return FollowUp(stop=columns["time"][kept], event=columns["status"][kept] == 2), x


def test_forward_path_of_pbc(pbc):
    """Reference A7: made in R by score tests to enter (p < 0.05) and likelihood ratios to leave (p > 0.10), Breslow."""
    found = stepwise(*pbc)
    assert (found.n, found.events) == (276, 111)
    path = [("-" if step.action == "remove" else "") + step.test.term for step in found.steps]
    assert path == ["bili", "ascites", "copper", "albumin", "-ascites", "protime", "age", "edema", "ast", "stage"]
    scores = [step.test.chi2 for step in found.steps if step.action == "enter"]
    assert scores == pytest.approx(
        [161.389703, 37.099559, 17.562661, 15.132317, 13.876419, 8.850535, 6.592318, 4.273944, 9.311876], abs=1e-4
    )
    assert found.steps[4].test.p == pytest.approx(0.114, abs=5e-4)
    assert found.steps[-1].test.df == 3
    assert found.steps[-1].log_likelihood == pytest.approx(-467.919328, abs=1e-4)
    assert found.fit.log_likelihood == pytest.approx(-467.919328, abs=1e-6)
    assert set(found.selected) == {"bili", "copper", "albumin", "protime", "age", "edema", "ast", "stage"}


def test_the_warning_says_too_optimistic(pbc):
    found = stepwise(*pbc)
    assert "too small and too narrow" in found.warning
    assert "not as evidence" in found.warning
    assert found.conventions[1:3] == ("entry: score test, p < 0.05", "removal: lr test, p > 0.1")


@pytest.mark.parametrize("removal", ["wald", "conditional"])
def test_other_removal_tests_give_the_same_path_here(pbc, removal):
    found = stepwise(*pbc, removal=removal)
    assert [step.test.term for step in found.steps if step.action == "remove"] == ["ascites"]
    assert len(found.steps) == 10


def test_backward_removes_what_forward_never_took(pbc):
    found = stepwise(*pbc, direction="backward")
    assert {step.action for step in found.steps} == {"remove"}
    assert set(found.selected) == {"age", "edema", "bili", "albumin", "copper", "ast", "protime", "stage"}
    last = {test.name: test for test in found.fit.term_tests()}
    assert max(test.p for test in last.values()) <= 0.10


def test_inclusion_is_a_share_and_repeats(patients_of_three):
    f, x = patients_of_three
    one, two = (stepwise(f, x, bootstrap=40, seed=3) for _ in range(2))
    assert one.inclusion == two.inclusion
    assert all(0 <= share <= 1 for share in one.inclusion.values())
    assert one.inclusion["strong"] == 1.0
    assert one.inclusion["noise"] < 0.5
    assert "bootstrap" in one.conventions[-1]


@pytest.fixture
def patients_of_three():
    """Made-up patients with a strong covariate, a weak one, and one that means nothing."""
    rng = np.random.default_rng(4)
    x = {name: rng.normal(size=120) for name in ("strong", "weak", "noise")}
    stop = np.ceil(rng.exponential(30 * np.exp(-1.2 * x["strong"] - 0.2 * x["weak"])))
    return FollowUp(stop=stop, event=rng.random(120) < 0.8), x


def test_nothing_to_choose_is_no_fit(patients_of_three):
    f, x = patients_of_three
    found = stepwise(f, {"noise": x["noise"]}, enter_below=1e-6)
    assert (found.selected, found.fit, found.steps) == ((), None, ())
    assert [test.term for test in found.last_tests] == ["noise"]


def test_the_first_score_is_that_of_cox(patients_of_three):
    f, x = patients_of_three
    found = stepwise(f, x)
    assert found.steps[0].test.chi2 == pytest.approx(cox(f, x["strong"], ties="breslow").score_test.chi2, rel=1e-10)


def test_a_monotone_likelihood_is_cautioned():
    f = FollowUp(stop=np.arange(1.0, 13), event=np.ones(12))
    found = stepwise(f, {"first": np.arange(12) < 6})
    assert found.steps[0].infinite
    assert "no finite estimate" in found.cautions[0]
    assert not found.fit.converged


@pytest.mark.parametrize(
    "options",
    [
        {"direction": "sideways"}, {"removal": "score"}, {"enter_below": 0.2}, {"ties": "exact"}, {"bootstrap": -1},
    ],
    ids=str,
)  # fmt: skip
def test_choices_are_refused(patients_of_three, options):
    with pytest.raises(InputError):
        stepwise(*patients_of_three, **options)


def test_candidates_that_repeat_others_are_named(patients_of_three):
    f, x = patients_of_three
    with pytest.raises(InputError, match="covariate again"):
        stepwise(f, x | {"again": 2 * x["strong"] - 1})


def test_missing_candidates_leave_rows_out_of_every_step(patients_of_three):
    f, x = patients_of_three
    holes = x["noise"].copy()
    holes[:5] = np.nan
    found = stepwise(f, x | {"noise": holes})
    assert found.n == 115
    assert [(left.count, left.why) for left in found.left_out] == [(5, "noise missing")]
