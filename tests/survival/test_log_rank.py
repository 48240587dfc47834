"""The log-rank test: by hand, published, as R, and what must not change anything."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from lutetia.errors import InputError
from lutetia.survival import FollowUp, log_rank

ARMS = ["A", "B", "A", "B", "A", "B"]


def test_six_patients_by_hand(six):
    # B: at 1 expected 3/6, at 3 2 · 2/4, at 5 1; variance 1/4 + 2 · 1/4 · 2/3 = 7/12
    test = log_rank(six, ARMS)
    assert_allclose(test.observed, [2, 2])
    assert_allclose(test.expected, [1.5, 2.5])
    assert_allclose(test.variance, np.array([[1, -1], [-1, 1]]) * 7 / 12)
    assert (test.chi2, test.df) == (pytest.approx(3 / 7), 1)
    assert test.z == pytest.approx(-0.5 / (7 / 12) ** 0.5)
    assert (test.n, test.events, test.n_strata, test.why) == ((3, 3), (2, 2), 1, None)


@pytest.mark.parametrize(
    ("arguments", "chi2"),
    [
        ({"weights": "gehan"}, Fraction(27, 43)),  # U = −3, V = 9 + 16/3
        ({"weights": "tarone-ware"}, Fraction(9, 17)),
        ({"weights": "peto-peto"}, Fraction(25, 37)),
        ({"rho": 1}, Fraction(27, 52)),
        ({"gamma": 1}, Fraction(0)),
        ({"weights": "modest", "modest_until": 1}, Fraction(25, 73)),  # U = −1/2, V = 1/4 + 36/25 / 3
    ],
    ids=str,
)
def test_weighted_tests_of_six_patients_by_hand(six, arguments, chi2):
    assert log_rank(six, ARMS, **arguments).chi2 == pytest.approx(float(chi2))


def test_one_sided_p_speaks_of_the_named_group(six):
    test = log_rank(six, ARMS)
    fewer_b = test.one_sided(fewer_events_in="B")
    assert fewer_b == pytest.approx(test.p / 2)  # B has fewer than expected
    assert test.one_sided(fewer_events_in="A") == pytest.approx(1 - fewer_b)
    with pytest.raises(InputError, match="must be one of two groups"):
        test.one_sided("C")


@pytest.fixture
def lung(table):
    """Follow-up and columns of the lung data."""
    columns = table("lung")
    return FollowUp(stop=columns["time"], event=columns["status"] == 2), columns


def test_lung_by_sex(lung):
    """Acceptance A3: R 4.2.2, survival 3.5-3."""
    f, columns = lung
    test = log_rank(f, columns["sex"])
    assert test.chi2 == pytest.approx(10.3267, abs=2e-4)
    assert test.p == pytest.approx(0.001311, abs=1e-6)
    assert test.z < 0  # women (2) have fewer events than expected
    stratified = log_rank(f, columns["sex"], strata=columns["ph.ecog"])
    assert stratified.chi2 == pytest.approx(10.7950596, abs=1e-6)
    assert [str(out) for out in stratified.left_out] == ["1 stratum missing"]
    assert log_rank(f, columns["sex"], rho=1).chi2 == pytest.approx(12.7142, abs=2e-4)


@pytest.mark.parametrize(("weights", "chi2"), [("gehan", 12.472135331), ("tarone-ware", 12.455543902)])
def test_lung_by_sex_with_weights(lung, weights, chi2):
    """statsmodels 0.15.0, survdiff(time, dead, sex, weight_type="gb" and "tw")."""
    f, columns = lung
    assert log_rank(f, columns["sex"], weights=weights).chi2 == pytest.approx(chi2, abs=1e-8)


@pytest.fixture
def colon(table):
    """Follow-up for death and columns of the colon data."""
    columns = table("colon")
    deaths = columns["etype"] == 2
    columns = {name: column[deaths] for name, column in columns.items()}
    return FollowUp(stop=columns["time"], event=columns["status"]), columns


def test_colon_by_arm(colon):
    """Acceptance A3: R 4.2.2, survival 3.5-3."""
    f, columns = colon
    assert log_rank(f, columns["rx"]).chi2 == pytest.approx(11.68309271, abs=1e-6)
    two = np.flatnonzero(columns["rx"] != "Lev")
    strata = {name: columns[name][two] for name in ("extent", "node4")}
    test = log_rank(f.at(two), columns["rx"][two], strata=strata)
    assert test.chi2 == pytest.approx(8.425369901, abs=1e-6)
    assert (sum(test.n), sum(test.events), test.n_strata) == (619, 291, 8)


@pytest.mark.parametrize("rho", [0, 1, 0.5])
def test_chi2_of_r(plain_case, rho):
    case = plain_case
    test = log_rank(case.follow_up, case.group, rho=rho)
    assert test.chi2 == pytest.approx(case.says[f"chisq rho {rho}"][1][0], rel=1e-9)
    assert_allclose(test.observed, case.says[f"obs rho {rho}"][1], rtol=1e-9)
    assert_allclose(test.expected, case.says[f"exp rho {rho}"][1], rtol=1e-9)
    assert_allclose(test.variance.ravel(), case.says[f"var rho {rho}"][1], rtol=1e-9, atol=1e-12)
    stratified = log_rank(case.follow_up, case.group, strata=case.stratum, rho=rho)
    assert stratified.chi2 == pytest.approx(case.says[f"chisq strata rho {rho}"][1][0], rel=1e-9)


def test_delayed_entry_is_the_score_test_of_cox(delayed_case):
    case = delayed_case
    f = case.follow_up
    untied = FollowUp(start=f.start, stop=f.stop + 1e-4 * np.arange(1, f.n + 1), event=f.event)
    assert log_rank(untied, case.group).chi2 == pytest.approx(case.says["score delayed"][1][0], rel=1e-7)


def test_strata_of_the_call_replace_those_of_the_follow_up(six):
    halves, none = [0, 0, 0, 1, 1, 1], [7] * 6
    carried = FollowUp(stop=six.stop, event=six.event, strata=halves)
    assert log_rank(carried, ARMS).chi2 == log_rank(six, ARMS, strata=halves).chi2
    replaced = log_rank(carried, ARMS, strata=none)
    assert (replaced.chi2, replaced.n_strata) == (log_rank(six, ARMS).chi2, 1)
    assert any("as without strata" in said for said in replaced.conventions)


def test_nothing_to_compare_is_flagged():
    censored = log_rank(FollowUp(stop=[1, 2], event=[0, 0]), ["A", "B"])
    assert np.isnan([censored.chi2, censored.p]).all()
    assert (censored.z, censored.df) == (None, 0)
    assert censored.why == "no event: nothing to compare"
    apart = log_rank(FollowUp(stop=[1, 2, 3, 4], event=[1, 1, 1, 1]), ["A", "A", "B", "B"], strata=[0, 0, 1, 1])
    assert np.isnan(apart.p)
    assert "were two groups at risk together" in apart.why
    with pytest.raises(InputError, match="in a test that could be made"):
        apart.one_sided("A")


def test_a_group_without_exposure_loses_its_degree_of_freedom():
    f = FollowUp(stop=[5, 6, 7, 8, 1], event=[1, 1, 1, 1, 0])
    test = log_rank(f, ["A", "B", "A", "B", "C"])  # C is gone before the first event
    assert (test.df, test.why) == (1, None)
    assert test.chi2 == pytest.approx(log_rank(f.at([0, 1, 2, 3]), ["A", "B", "A", "B"]).chi2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"group": ["A"] * 6}, "must have at least two groups with rows, but got A"),
        ({"group": ["A", None] * 3}, "must have at least two groups with rows"),
        ({"group": ["A", "B"]}, "one label for each of the 6 rows"),
        ({"strata": [1, 2]}, "strata: must have one label for each of the 6 rows"),
        ({"weights": "wilcoxon"}, "weights: must be one of"),
    ],
)
def test_what_cannot_be_tested_is_refused(six, change, words):
    with pytest.raises(InputError, match=words):
        log_rank(**{"f": six, "group": ARMS, **change})


def test_causes_and_fractional_weights_are_refused():
    with pytest.raises(InputError, match="cumulative_incidence"):
        log_rank(FollowUp(stop=[1, 2], event=[1, 2]), ["A", "B"])
    with pytest.raises(InputError, match="must be whole numbers"):
        log_rank(FollowUp(stop=[1, 2], event=[1, 1], weights=[0.5, 1]), ["A", "B"])


def test_groups_that_are_missing_are_left_out_and_counted(six):
    test = log_rank(six, ["A", "B", "A", "B", None, "B"])
    assert [(str(out), out.rows) for out in test.left_out] == [("1 group missing", (4,))]
    assert test.n == (2, 3)


def test_a_case_weight_is_as_many_rows(six):
    weights = [2, 1, 3, 1, 1, 2]
    weighted = log_rank(FollowUp(stop=six.stop, event=six.event, weights=weights), ARMS)
    rows = np.repeat(np.arange(6), weights)
    repeated = log_rank(six.at(rows), np.array(ARMS)[rows])
    assert weighted.chi2 == pytest.approx(repeated.chi2)


@st.composite
def two_arms(draw):
    """Up to 30 rows with ties in two arms, an event in each kind of order."""
    n = draw(st.integers(6, 30))
    stop = np.array(draw(st.lists(st.integers(1, 9), min_size=n, max_size=n)), dtype=float)
    event = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    return FollowUp(stop=stop, event=event), np.arange(n) % 2


def same(first, second, *, mirrored=False):
    """The two tests agree, or mirror each other."""
    assert_allclose([first.chi2, first.p], [second.chi2, second.p], rtol=1e-8, atol=1e-12, equal_nan=True)
    if first.z is not None:
        assert first.z == pytest.approx(-second.z if mirrored else second.z, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(two_arms())
def test_relabelling_the_arms_mirrors_the_test(data):
    f, arm = data
    same(log_rank(f, arm), log_rank(f, 1 - arm), mirrored=True)


@settings(max_examples=25, deadline=None)
@given(two_arms(), st.sampled_from([1 / 30.4375, 1 / 365.25, 3.0]))
def test_another_unit_of_time_changes_nothing(data, factor):
    f, arm = data
    same(log_rank(f, arm), log_rank(FollowUp(stop=f.stop * factor, event=f.event), arm))
    same(log_rank(f, arm), log_rank(FollowUp(stop=f.stop + 1000, event=f.event), arm))


@settings(max_examples=25, deadline=None)
@given(two_arms(), st.floats(0.5, 8.5))
def test_splitting_at_a_cut_point_changes_nothing(data, cut):
    f, arm = data
    late = f.stop > cut
    split = FollowUp(
        start=np.append(np.zeros(f.n), np.full(late.sum(), cut)),
        stop=np.append(np.minimum(f.stop, cut), f.stop[late]),
        event=np.append(np.where(late, 0, f.event), f.event[late]),
    )
    same(log_rank(f, arm, rho=0.5), log_rank(split, np.append(arm, arm[late]), rho=0.5))


@settings(max_examples=25, deadline=None)
@given(two_arms())
def test_observed_and_expected_sum_to_the_events(data):
    test = log_rank(*data)
    assert test.expected.sum() == pytest.approx(test.observed.sum())
    assert_allclose(test.variance.sum(axis=0), 0, atol=1e-12)
