"""Curves of activity: points with u, the fit dashed where no point stands behind it, three decades at most."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.curve import ExponentialSum, MonoExponential
from lutetia.plots.time_activity import ActivityPanel, time_activity_figure

CURVE = MonoExponential(initial_mbq=100.0, effective_half_life_h=50.0)


def panel(**changes):
    values = {"name": "kidney", "times_h": [24.0, 100.0], "activities_mbq": [71.7, 25.0], "curve": CURVE}
    return ActivityPanel(**(values | {"u_activities_mbq": [3.0, 2.0], "note": "mono, 50 h"} | changes))


def layers(figure, at=0):
    return figure.specification["concat"][at]["layer"]


def rows(figure, number, at=0):
    return layers(figure, at)[number]["data"]["values"]


def test_the_curve_is_solid_between_the_points_and_dashed_outside():
    before, measured, beyond = (layers(time_activity_figure([panel()]))[k] for k in (1, 2, 3))
    assert [part["mark"].get("strokeDash") is not None for part in (before, measured, beyond)] == [True, False, True]
    assert [row["h"] for row in measured["data"]["values"]][:: len(measured["data"]["values"]) - 1] == [24.0, 100.0]
    assert before["data"]["values"][0]["h"] == 0
    assert beyond["data"]["values"][-1]["h"] == pytest.approx(140)  # 1.4 times the last point


def test_a_drawn_value_is_the_curve_s():
    drawn = rows(time_activity_figure([panel()]), 2)
    assert drawn[-1]["mbq"] == pytest.approx(25.0)  # two half-lives
    assert next(row for row in drawn if row["h"] == 24.0)["mbq"] == pytest.approx(100 * 2**-0.48)


def test_bars_are_one_standard_uncertainty_and_absent_where_it_is_not_known():
    bars = rows(time_activity_figure([panel(u_activities_mbq=[3.0, float("nan")])]), 4)
    assert [(bar["low"], bar["high"]) for bar in bars] == [pytest.approx((68.7, 74.7))]
    assert rows(time_activity_figure([panel(u_activities_mbq=None)]), 4) == []


def test_the_band_is_the_curve_s_u_and_absent_where_it_is_not_known():
    banded = rows(time_activity_figure([panel(u_curve_mbq=lambda h: 0.1 * CURVE.activity_mbq(h))]), 0)
    last = [row for row in banded if row["part"] == "measured"][-1]
    assert (last["low"], last["high"]) == pytest.approx((22.5, 27.5))
    assert rows(time_activity_figure([panel(u_curve_mbq=lambda h: np.full(h.shape, np.nan))]), 0) == []


def test_a_logarithmic_axis_holds_three_decades_at_most_and_no_zero():
    steep = ExponentialSum(amplitudes_mbq=(100.0, -100.0), effective_half_lives_h=(4.0, 1.0))
    figure = time_activity_figure([panel(curve=steep, activities_mbq=[60.0, 0.0])])
    low, high = layers(figure)[2]["encoding"]["y"]["scale"]["domain"]
    assert low > 0
    assert high / low <= 1.3e3
    assert all(row["mbq"] > 0 for number in (1, 2, 3) for row in rows(figure, number))


def test_a_point_of_zero_is_an_open_triangle_at_the_foot():
    figure = time_activity_figure([panel(activities_mbq=[60.0, 0.0], u_activities_mbq=None)])
    foot, points = layers(figure)[5:7]
    assert (foot["mark"]["shape"], [row["h"] for row in foot["data"]["values"]]) == ("triangle-down", [100.0])
    assert [row["h"] for row in points["data"]["values"]] == [24.0]


def test_a_linear_axis_begins_at_zero():
    figure = time_activity_figure([panel()], logarithmic=False)
    assert layers(figure)[2]["encoding"]["y"]["scale"]["domain"][0] == 0


def test_all_panels_share_the_time_axis():
    figure = time_activity_figure([panel(), panel(times_h=[4.0, 200.0])])
    ends = {tuple(layers(figure, at)[2]["encoding"]["x"]["scale"]["domain"]) for at in (0, 1)}
    assert ends == {(0, 280.0)}


def test_words_say_points_and_notes_and_nothing_is_drawn_of_nothing():
    assert "kidney: 71.7 MBq at 24 h, 25 MBq at 100 h (mono, 50 h)" in time_activity_figure([panel()]).description
    assert "No curves" in time_activity_figure([]).description
    assert time_activity_figure([]).svg().startswith("<svg")


def test_it_can_be_drawn_with_a_long_name_and_without_a_curve():
    figure = time_activity_figure([panel(name="x" * 200, curve=None, note="no curve")] * 4)
    assert "…" in figure.svg()
