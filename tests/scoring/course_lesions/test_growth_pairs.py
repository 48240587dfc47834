"""Pairs of complete sums with the days between them: what the growth rate takes."""

from __future__ import annotations

from lutetia.scoring.course_lesions import growth_pairs
from lutetia.scoring.growth import rate_percent_per_month

from .conftest import LINE, ct

BASE = ct("2024-01-20", "T1 target 60", "L1 target 40 node: true")


def pairs(found, judged, *entries):
    (series,) = found(LINE, *entries).series
    return growth_pairs(series, judged(LINE, *entries))


def test_every_sum_with_the_one_before(found, judged):
    first = ct("2024-04-20", "T1 target 80", "L1 target 40")
    second = ct("2024-07-20", "T1 target 80", "L1 target 40", "X1 new 15")
    one, two = pairs(found, judged, BASE, first, second).value
    # From 20 January to 20 April 2024 are 91 days (11 + 29 + 31 + 20).
    assert (one.before_mm, one.after_mm, one.days, one.from_baseline) == (100.0, 120.0, 91, True)
    assert (one.new_lesions, one.nodes_in_sum) == (False, True)
    assert (two.before_mm, two.days, two.from_baseline, two.new_lesions) == (120.0, 91, False, True)
    assert round(rate_percent_per_month(one.before_mm, one.after_mm, 91.3125), 4) == 20.0  # notes: +20 % in 3 months


def test_what_cannot_be_compared_is_counted(found, judged):
    missing = ct("2024-04-20", "T1 target -", "L1 target 40")
    month = ct("2024-06", "T1 target 70", "L1 target 40")
    last = ct("2024-07-20", "T1 target 80", "L1 target 40")
    made = pairs(found, judged, BASE, missing, month, last)
    assert [(one.before, one.after) for one in made.value] == [("ct-2024-01-20", "ct-2024-07-20")]
    assert [str(left) for left in made.left_out] == [
        "1 examination(s) without a sum of all targets",
        "1 examination(s) with a sum, but without a day",
    ]


def test_without_targets_there_is_no_pair(found, judged):
    base, visit = (ct(day, "N1 non_target present") for day in ("2024-01-20", "2024-05-20"))
    made = pairs(found, judged, base, visit)
    assert made.value == ()
    assert made.left_out[0].count == 2
