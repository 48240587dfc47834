"""The values of a curve as tidy records, worked on paper."""

from __future__ import annotations

from lutetia.results.figure_data import CurveFigure, curve_values
from lutetia.survival import FollowUp, kaplan_meier


def values(follow_up):
    curve = kaplan_meier(follow_up)
    return curve_values(CurveFigure(key="k", title="t", outcome="o", curves={"all": curve}))


def test_six_patients():
    # Events at 1, 3, 3 and 5, censored at 2 and 4: S = 5/6, then 5/6 · 2/4 = 5/12, then 0.
    records = values(FollowUp(stop=[1, 2, 3, 3, 4, 5], event=[1, 0, 1, 1, 0, 1]))
    assert [record["days"] for record in records] == [0, 1, 2, 3, 4, 5]
    assert [round(record["survival"], 6) for record in records] == [1, 0.833333, 0.833333, 0.416667, 0.416667, 0]
    assert [record["at_risk"] for record in records] == [6, 6, 5, 4, 2, 1]
    assert [record["events"] for record in records] == [0, 1, 0, 2, 0, 1]
    assert [record["censored"] for record in records] == [0, 0, 1, 0, 1, 0]
    assert records[0]["lower"] is None or records[0]["lower"] == 1  # no limit at the start


def test_with_delayed_entry_nobody_is_at_risk_at_day_0_who_enters_later():
    records = values(FollowUp(start=[0, 2], stop=[5, 6], event=[1, 1]))
    assert [(record["days"], record["at_risk"]) for record in records] == [(0, 1), (5, 2), (6, 1)]
