"""Quantiles of a curve, R's way and SPSS's: by hand, published, and against R."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.survival import FollowUp, kaplan_meier
from lutetia.survival.curve_interval import INTERVALS
from lutetia.survival.curve_quantile import number_or_none, quantile, spss_median

TIMES = np.array([2.0, 4.0, 6.0, 9.0])


@pytest.mark.parametrize(
    ("curve", "p", "time"),
    [
        ([0.8, 0.6, 0.4, 0.2], 0.5, 6),  # the first step below
        ([0.8, 0.5, 0.4, 0.2], 0.5, 5),  # flat at the height: the middle of the flat stretch
        ([0.8, 0.5, 0.5, 0.2], 0.5, 6.5),  # flat from 4 to 9
        ([0.8, 0.5, 0.5, 0.5], 0.5, 6.5),  # flat to the last follow-up, R's convention
        ([0.9, 0.8, 0.7, 0.6], 0.5, None),
        ([0.5, 0.2, 0.1, 0.0], 0, 0),
        ([np.nan, 0.6, 0.4, np.nan], 0.5, 6),
        ([0.4, 0.3, 0.2, 0.1], 0.5, 2),
        ([0.8, 0.5 + 1e-12, 0.4, 0.2], 0.5, 5),
    ],
)
def test_quantiles_by_hand(curve, p, time):
    assert quantile(TIMES, np.array(curve), p) == time


@pytest.mark.parametrize("interval", INTERVALS)
def test_quantiles_of_r(case, interval):
    curve = kaplan_meier(case.follow_up)
    name = interval.replace("arcsine", "arcsin")
    found = curve.quantile([0.25, 0.5, 0.75], interval)
    assert [e.estimate for e in found] == [number_or_none(v) for v in case.says[f"{name} quantile"][1]]
    if np.isnan(curve.std_error).any() and (case.follow_up.cluster is not None or case.follow_up.weights is not None):
        return  # after a robust fit R counts 0 to 0 as an interval where the curve ends at 0
    for side in ("lower", "upper"):
        says = [number_or_none(value) for value in case.says[f"{name} {side}"][1][-3:]]
        assert [getattr(e, side) for e in found] == says


def test_spss_median_by_hand():
    # steps 2, 4, 6, 8 with S .8 .6 .4 .2: median 6, u = 4 (S .6 ≥ .55), l = 6 (S .4 ≤ .45), SE(S(6)) = √(.4 · .6 / 5)
    error = np.sqrt(0.24 / 5)
    median = kaplan_meier(FollowUp(stop=[2, 4, 6, 8, 10], event=[1] * 5)).median("spss")
    assert (median.estimate, median.std_error) == (6, pytest.approx(error * 2 / 0.2))
    assert (median.lower, median.upper) == (pytest.approx(6 - 1.96 * error * 10), pytest.approx(6 + 1.96 * error * 10))


def test_spss_median_without_steps_on_both_sides_has_no_interval():
    steps = np.array([1.0, 2.0])
    for survival in ([0.5, 0.2], [0.6, 0.5]):
        found = spss_median(steps, np.array(survival), np.array([0.1, 0.1]))
        assert (found.estimate is not None, found.lower, found.std_error) == (True, None, None)
    assert spss_median(steps, np.array([0.9, 0.6]), np.array([0.1, 0.1])).estimate is None


@pytest.mark.parametrize(
    ("sex", "median", "error"), [(None, 310, 21.77250765), (1, 270, 27.63873679), (2, 426, 46.55739852)]
)
def test_spss_median_of_lung(table, sex, median, error):
    """Acceptance A2: R 4.2.2, survival 3.5-3, with the formula of the SPSS algorithms."""
    lung = table("lung")
    rows = np.full(228, True) if sex is None else lung["sex"] == sex
    found = kaplan_meier(FollowUp(stop=lung["time"][rows], event=lung["status"][rows] == 2)).median("spss")
    assert (found.estimate, found.std_error) == (median, pytest.approx(error, abs=1e-6))
    assert found.lower == pytest.approx(median - 1.96 * error, abs=1e-5)
    assert found.upper == pytest.approx(median + 1.96 * error, abs=1e-5)
