"""Kaplan-Meier curves: by hand, published, as R, and what must not change anything."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from lutetia.errors import InputError
from lutetia.survival import FollowUp, kaplan_meier


def test_six_patients_by_hand(six):
    curve = kaplan_meier(six)
    assert_allclose(curve.survival, [5 / 6, 5 / 6, 5 / 12, 5 / 12, 0])
    assert curve.censor_times.tolist() == [2, 4]
    assert (curve.n, curve.n_events, curve.why) == (6, 4, None)
    assert curve.median().estimate == 3
    assert curve.at_risk_at([0, 1, 1.5, 3, 5, 9]).tolist() == [6, 6, 5, 4, 1, 0]


def test_survival_at_a_time_and_beyond(six):
    curve = kaplan_meier(six)
    at_start, between, at_event, after = curve.survival_at([0, 2.5, 3, 99])
    assert (at_start.estimate, at_start.std_error, at_start.lower) == (1, 0, None)  # log-log has no limits at 1
    assert between.estimate == pytest.approx(5 / 6)
    assert at_event.std_error == pytest.approx(5 / 12 * np.sqrt(17 / 60))
    assert (after.estimate, after.lower) == (0, None)
    ended = kaplan_meier(FollowUp(stop=[1, 2], event=[1, 0]))
    assert ended.survival_at(2).estimate == 0.5
    assert (ended.survival_at(2.1).estimate, ended.survival_at(2.1).std_error) == (None, None)


def test_survival_within_the_noise_of_a_time_is_that_of_the_time():
    for time in (0.3, 0.1 + 0.2):
        curve = kaplan_meier(FollowUp(stop=[time, 1.0], event=[1, 1]))
        assert curve.survival_at(0.1 + 0.2).estimate == curve.survival_at(0.3).estimate == 0.5
        assert curve.at_risk_at([0.3, 0.1 + 0.2]).tolist() == [2, 2]


LUNG = {180: (0.7216706534, 0.0298124195), 365: (0.4092416245, 0.0358236382), 730: (0.1156930983, 0.0282981973)}
LUNG_365 = {
    "log-log": (0.3387142691, 0.4783807676),
    "plain": (0.3390285838, 0.4794546651),
    "log": (0.3447215818, 0.4858376035),
}


@pytest.fixture
def lung(table):
    """Curve of the lung data."""
    return kaplan_meier(FollowUp(stop=table("lung")["time"], event=table("lung")["status"] == 2))


def test_lung_at_half_a_year_one_and_two(lung):
    """Acceptance A1: R 4.2.2, survival 3.5-3."""
    for day, (survival, error) in LUNG.items():
        found = lung.survival_at(day)
        assert (found.estimate, found.std_error) == (
            pytest.approx(survival, abs=1e-9),
            pytest.approx(error, abs=1e-9),
        )
    for interval, (lower, upper) in LUNG_365.items():
        found = lung.survival_at(365, interval=interval)
        assert (found.lower, found.upper) == (pytest.approx(lower, abs=1e-9), pytest.approx(upper, abs=1e-9))


def test_lung_medians(lung):
    """Acceptance A1."""
    for interval, limits in (("log", (285, 363)), ("log-log", (284, 361)), ("plain", (284, 361))):
        median = lung.median(interval)
        assert (median.estimate, median.lower, median.upper) == (310, *limits)


def test_curves_of_r(case):
    curve = kaplan_meier(case.follow_up)
    for name, found in (("n.risk", curve.at_risk), ("n.event", curve.events), ("surv", curve.survival)):
        assert_allclose(found, case.says[name][1], rtol=1e-10, atol=1e-12)
    if case.follow_up.start is None:  # clusters of delayed rows are read as pieces of one patient, R reads them as id
        assert_allclose(curve.censored, case.says["n.censor"][1], rtol=1e-10)


def test_numbers_at_risk_with_delayed_entry():
    curve = kaplan_meier(FollowUp(start=[0, 2, 3, 0], stop=[3, 5, 6, 2], event=[1, 1, 0, 0]))
    assert curve.at_risk_at([0, 1, 2, 2.5, 3, 3.5, 5, 6, 7]).tolist() == [2, 2, 2, 2, 2, 2, 2, 1, 0]


def test_each_level_has_its_curve(six):
    curves = kaplan_meier(six, by=["b", "a", "b", "a", None, "a"])
    assert list(curves) == ["a", "b"]
    assert (curves["a"].label, curves["a"].n, curves["a"].times.tolist()) == ("a", 3, [2, 3, 5])
    assert [str(out) for out in curves["b"].left_out] == ["1 without a label to group by"]
    crossed = kaplan_meier(six, by={"sex": ["f", "m"] * 3, "old": [0, 0, 0, 1, 1, 1]})
    assert ("f", 0) in crossed


def test_the_band_opens_at_time_0(six):
    band = kaplan_meier(six).band("log")
    assert (band.times[0], band.survival[0], band.lower[0], band.upper[0]) == (0, 1, 1, 1)
    assert kaplan_meier(FollowUp(stop=[0, 1], event=[1, 1])).band().times.tolist() == [0, 1]


def test_ties_at_zero_count():
    curve = kaplan_meier(FollowUp(stop=[0, 0, 1], event=[1, 0, 1]))
    assert (curve.at_risk.tolist(), curve.survival[0]) == ([3, 1], pytest.approx(2 / 3))
    assert curve.survival_at(0).estimate == pytest.approx(2 / 3)
    assert curve.at_risk_at(0) == 3


def test_all_censored_says_so():
    curve = kaplan_meier(FollowUp(stop=[1, 2], event=[0, 0]))
    assert (curve.survival.tolist(), curve.n_events, curve.median().estimate) == ([1, 1], 0, None)
    assert curve.why.startswith("no event")
    assert curve.median("spss").estimate is None


def test_an_emptied_risk_set_is_told():
    curve = kaplan_meier(FollowUp(start=[0, 2, 2], stop=[1, 3, 4], event=[1, 1, 1]))
    assert curve.survival.tolist() == [0, 0, 0]
    assert "risk set empties" in curve.why
    weighted = kaplan_meier(FollowUp(start=[0, 2, 2], stop=[1, 3, 4], event=[1, 1, 1], weights=[0.1, 0.2, 0.7]))
    assert (weighted.survival[0], np.isnan(weighted.std_error[0])) == (0, True)  # 0.1 and 1 − 0.9 are one weight


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda f: kaplan_meier(FollowUp(stop=[1, 2], event=[1, 2])), "use cumulative_incidence"),
        (lambda f: kaplan_meier(f, by=["a"]), "one label for each of the 6 rows"),
        (lambda f: kaplan_meier(f).survival_at(-1), "t: must be a number from 0, but got -1"),
        (lambda f: kaplan_meier(f).survival_at(float("nan")), "t: must be a number from 0"),
        (lambda f: kaplan_meier(f).quantile(1.5), "p: must lie between 0 and 1, but got 1.5"),
        (lambda f: kaplan_meier(f).median("wald"), "must be one of plain"),
        (lambda f: kaplan_meier(f).survival_at(1, level=95), "level: must lie between 0 and 1"),
    ],
)
def test_what_cannot_be_asked_is_refused(six, call, words):
    with pytest.raises(InputError, match=words):
        call(six)


@st.composite
def follow_ups(draw):
    """Up to 25 rows with whole times and many ties."""
    n = draw(st.integers(2, 25))
    stop = draw(st.lists(st.integers(1, 9), min_size=n, max_size=n))
    event = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    return FollowUp(stop=stop, event=event)


@settings(max_examples=25, deadline=None)
@given(follow_ups(), st.lists(st.floats(0.1, 9.9), max_size=3), st.randoms())
def test_splitting_at_cut_points_changes_nothing(f, cuts, random):
    pieces = []
    for row in range(f.n):
        edges = sorted({0.0, float(f.stop[row])} | {cut for cut in cuts if cut < f.stop[row] and random.random() < 0.7})
        for start, stop in pairwise(edges):
            pieces.append((start, stop, f.event[row] if stop == f.stop[row] else 0, row))
    start, stop, event, row = zip(*pieces, strict=True)
    split = kaplan_meier(FollowUp(start=start, stop=stop, event=event, cluster=row), robust=False)
    whole = kaplan_meier(f)
    steps = split.events + split.censored > 0
    assert split.times[steps].tolist() == whole.times.tolist()
    for name in ("at_risk", "events", "censored", "survival"):
        assert_allclose(getattr(split, name)[steps], getattr(whole, name))
    assert_allclose(split.std_error[steps], whole.std_error)
    assert split.at_risk_at([0, 3, 4.5]).tolist() == whole.at_risk_at([0, 3, 4.5]).tolist()


@settings(max_examples=25, deadline=None)
@given(follow_ups(), st.data())
def test_a_weight_of_2_is_a_row_twice(f, data):
    weights = np.array(data.draw(st.lists(st.integers(1, 3), min_size=f.n, max_size=f.n)))
    weighted = kaplan_meier(FollowUp(stop=f.stop, event=f.event, weights=weights))
    repeated = kaplan_meier(f.at(np.repeat(np.arange(f.n), weights)))
    for name in ("times", "at_risk", "events", "censored", "survival", "std_error"):
        assert_allclose(getattr(weighted, name), getattr(repeated, name))


@settings(max_examples=25, deadline=None)
@given(follow_ups(), st.sampled_from([1 / 30.4375, 1 / 365.25, 0.1, 7.0]))
def test_another_unit_of_time_changes_only_the_times(f, factor):
    scaled = kaplan_meier(FollowUp(stop=f.stop * factor, event=f.event))
    curve = kaplan_meier(f)
    assert_allclose(scaled.times, curve.times * factor)
    assert_allclose(scaled.survival, curve.survival)
    assert_allclose(scaled.std_error, curve.std_error)


@settings(max_examples=25, deadline=None)
@given(follow_ups(), st.randoms())
def test_the_order_of_the_rows_does_not_matter(f, random):
    order = list(range(f.n))
    random.shuffle(order)
    assert kaplan_meier(f.at(order)).survival.tolist() == kaplan_meier(f).survival.tolist()
