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
    rows = figure(every_months=2, horizon_months=8).specification["vconcat"][1]["data"]["values"]
    assert [(row["months"], row["count"]) for row in rows] == [(0, "6"), (2, "6"), (4, "4"), (6, "2"), (8, "1")]


def test_a_horizon_ends_the_curve_at_the_axis():
    months = [row["months"] for row in values(figure(horizon_months=5, every_months=1), "line")]
    assert max(months) == 5


def test_a_note_is_drawn_line_by_line_under_the_names_of_the_curves():
    texts = [layer["data"]["values"] for layer in layers(figure(note="Log-rank p = 0.03\nHR 0.6"))]
    names, note = texts[-2], texts[-1]
    assert [row["text"] for row in note] == ["Log-rank p = 0.03", "HR 0.6"]
    assert max(row["row"] for row in names) < note[0]["row"] < note[1]["row"]


def test_a_long_curve_is_thinned_to_what_can_be_seen():
    stop = np.arange(1, 20001)
    drawn = kaplan_meier_figure({"All": kaplan_meier(FollowUp(stop=stop, event=np.ones(20000)))}, outcome="Survival")
    assert len(values(drawn, "line")) <= MOST_STEPS + 2


def test_the_figure_can_be_drawn():
    assert figure().svg().startswith("<svg")
