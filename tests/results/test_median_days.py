"""A median is never printed with a limit beyond it."""

from __future__ import annotations

from lutetia.results.median_days import median_days
from lutetia.survival import FollowUp, kaplan_meier


def test_a_limit_beyond_the_median_is_dropped():
    # Two at risk at day 10: S = 0.5 with the widest limits; twenty more enter at day 20 and narrow them again, so that
    # the lower limit is at 0.5 only where the curve has long been below it.
    rows = [(0, 10, 1), (0, 90, 0), *[(20, 30 + day, 1) for day in range(20)]]
    start, stop, event = zip(*rows, strict=True)
    curve = kaplan_meier(FollowUp(start=start, stop=stop, event=event))
    plain = curve.median("log-log")
    found = median_days(curve)
    assert found.estimate == plain.estimate == 20  # the middle of the flat stretch from day 10 to day 30
    assert found.lower is None or found.lower <= found.estimate
    assert found.upper is None or found.upper >= found.estimate


def test_an_ordinary_median_is_that_of_the_curve():
    curve = kaplan_meier(FollowUp(stop=[1, 2, 3, 3, 4, 5], event=[1, 0, 1, 1, 0, 1]))
    assert median_days(curve) == curve.median("log-log")
    assert median_days(curve, "spss") == curve.median("spss")


def test_a_median_that_is_not_reached_stays_so():
    curve = kaplan_meier(FollowUp(stop=[1, 2, 3], event=[0, 0, 0]))
    assert median_days(curve).estimate is None
