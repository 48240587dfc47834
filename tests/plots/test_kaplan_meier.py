"""Kaplan-Meier figures: what is drawn is what was estimated, in months, with the numbers at risk below."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.plots.kaplan_meier import DAYS_PER_MONTH, MOST_STEPS, kaplan_meier_figure
from lutetia.survival import FollowUp, kaplan_meier

# Six made-up patients by hand: events at months 2, 4 and 6, censored at 3, 5 and 8.
MONTHS = [2, 3, 4, 5, 6, 8]
EVENTS = [1, 0, 1, 0, 1, 0]


def figure(**options):
    curve = kaplan_meier(FollowUp(stop=np.array(MONTHS) * DAYS_PER_MONTH, event=EVENTS))
    return kaplan_meier_figure({"All": curve}, outcome="Overall survival", **options)


def layers(drawn):
    return drawn.specification["vconcat"][0]["layer"]


def values(drawn, mark):
    return next(layer["data"]["values"] for layer in layers(drawn) if layer["mark"]["type"] == mark)


def test_the_steps_are_the_estimates_worked_by_hand():
    steps = values(figure(), "line")
    drawn = {round(row["months"], 6): row["share"] for row in steps}
    # 5/6, then 5/6 · 3/4, then 5/8 · 1/2
    assert drawn[0] == 1
    assert drawn[2] == pytest.approx(5 / 6)
    assert drawn[4] == pytest.approx(5 / 8)
    assert drawn[6] == pytest.approx(5 / 16)


def test_every_censoring_has_its_mark_on_the_curve():
    marks = [(round(row["months"], 6), row["share"]) for row in values(figure(), "tick")]
    assert marks == [(3, pytest.approx(5 / 6)), (5, pytest.approx(5 / 8)), (8, pytest.approx(5 / 16))]


def test_the_median_lines_meet_the_curve_at_one_half():
    across, down = values(figure(), "rule")
    assert (across["share"], across["to_months"]) == (0.5, pytest.approx(6))
    assert (down["months"], down["to_share"]) == (pytest.approx(6), 0)


def test_a_median_that_is_not_reached_has_no_line_and_says_so():
    curve = kaplan_meier(FollowUp(stop=[100, 200, 300], event=[1, 0, 0]))
    drawn = kaplan_meier_figure({"All": curve}, outcome="Overall survival")
    assert values(drawn, "rule") == []
    assert "median not reached" in drawn.description


def test_the_numbers_at_risk_stand_below_the_ticks():
    rows = figure(every_months=2, horizon_months=8).specification["vconcat"][1]["layer"][0]["data"]["values"]
    assert [(row["months"], row["count"]) for row in rows] == [(0, "6"), (2, "6"), (4, "4"), (6, "2"), (8, "1")]


def test_a_horizon_ends_the_curve_at_the_axis():
    months = [row["months"] for row in values(figure(horizon_months=5, every_months=1), "line")]
    assert max(months) == 5


def test_a_note_is_drawn_line_by_line_under_the_names():
    texts = values(figure(note="Log-rank p = 0.03\nHR 0.6"), "text")
    assert [row["text"] for row in texts] == [
        "All: median 6.0 months (2.0–not reached)",
        "Log-rank p = 0.03",
        "HR 0.6",
    ]
    assert [row["row"] for row in texts] == sorted(row["row"] for row in texts)


def test_the_axis_ends_where_it_is_asked_to_end_with_ticks_inside():
    axis = layers(figure(horizon_months=7, every_months=2))[0]["encoding"]["x"]
    assert axis["scale"]["domain"] == [0, 7]
    assert axis["axis"]["values"] == [0, 2, 4, 6]


def test_without_a_horizon_the_axis_ends_at_the_tick_after_the_last_follow_up():
    assert layers(figure(every_months=3))[0]["encoding"]["x"]["scale"]["domain"] == [0, 9]


def test_curves_that_end_on_their_first_day_have_an_axis():
    curve = kaplan_meier(FollowUp(stop=[0, 0], event=[1, 0]))
    drawn = kaplan_meier_figure({"All": curve}, outcome="Overall survival")
    assert layers(drawn)[0]["encoding"]["x"]["scale"]["domain"] == [0, 1]
    assert drawn.svg().startswith("<svg")


def many(count):
    curve = kaplan_meier(FollowUp(stop=np.array(MONTHS) * DAYS_PER_MONTH, event=EVENTS))
    return kaplan_meier_figure({f"group {n}": curve for n in range(count)}, outcome="Overall survival")


@pytest.mark.parametrize(("count", "there"), [(4, True), (5, False)])
def test_more_than_four_curves_have_neither_bands_nor_median_lines(count, there):
    assert bool(values(many(count), "area")) is there
    assert bool(values(many(count), "rule")) is there
    assert len({row["group"] for row in values(many(count), "line")}) == count


def test_censor_marks_that_would_merge_are_thinned():
    draw = np.random.default_rng(1)
    curve = kaplan_meier(FollowUp(stop=draw.integers(1, 4000, 20000), event=draw.random(20000) < 0.3))
    drawn = kaplan_meier_figure({"All": curve}, outcome="Overall survival")
    months = np.array([row["months"] for row in values(drawn, "tick")])
    end = layers(drawn)[0]["encoding"]["x"]["scale"]["domain"][1]
    assert len(months) <= 560 / 4 + 1
    assert (np.diff(months) > 0).all()
    assert months.max() > 0.9 * end * 4000 / 30.4375 / end


def test_a_long_title_of_the_axis_is_broken_into_lines():
    curve = kaplan_meier(FollowUp(stop=[100, 200, 300], event=[1, 0, 1]))
    long = "Progression-free survival from the start of the first line, central review"
    drawn = kaplan_meier_figure({"All": curve}, outcome=long)
    title = layers(drawn)[0]["encoding"]["y"]["axis"]["title"]
    assert " ".join(title) == long
    assert max(map(len, title)) <= 40


def test_a_long_curve_is_thinned_to_what_can_be_seen():
    stop = np.arange(1, 20001)
    drawn = kaplan_meier_figure({"All": kaplan_meier(FollowUp(stop=stop, event=np.ones(20000)))}, outcome="Survival")
    assert len(values(drawn, "line")) <= MOST_STEPS + 2


def test_the_figure_can_be_drawn():
    assert figure().svg().startswith("<svg")
