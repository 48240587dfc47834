"""Figures of a study: each kind is drawn from its data, names cannot become markup, the read-out matches the curve."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.estimate import Estimate
from lutetia.reports.result_figures import drawn
from lutetia.results.figure_data import (
    BalanceFigure,
    BalancePoint,
    CurveFigure,
    FlowBox,
    FlowFigure,
    ForestFigure,
    RatioRow,
    SequenceFigure,
    SequenceLink,
)
from lutetia.survival import FollowUp, kaplan_meier

# Six patients by hand: events at 30, 90; censored at 60, 120, 150, 180 days.
CURVE = kaplan_meier(FollowUp(stop=[30, 60, 90, 120, 150, 180], event=[1, 0, 1, 0, 0, 0]))
RATIO = Estimate(estimate=0.5, lower=0.25, upper=1.0, method="by hand")
LINKS = (SequenceLink(column=0, source="SSA", target="RLT", patients=3),)
DATA = [
    CurveFigure(key="curves-OS", title="OS", outcome="Overall survival", curves={"SSA": CURVE}, note="p = 0.03"),
    ForestFigure(
        key="f", title="F", rows=(RatioRow(label="<=10", ratio=RATIO),), ratio="HR", favours=("a better", "b better")
    ),
    SequenceFigure(key="s", title="S", links=LINKS, columns=("Line 1", "Line 2")),
    FlowFigure(key="flow", title="Flow", steps=(FlowBox(label="Screened", patients=3),)),
    BalanceFigure(key="b", title="B", points=(BalancePoint(name="age", before=0.2, after=0.0),), imbalance=0.1),
]


@pytest.mark.parametrize("data", DATA, ids=lambda data: data.kind)
def test_every_kind_is_drawn(data):
    figure = drawn(data)
    assert figure.svg.startswith("<svg")
    assert (figure.key, figure.title, figure.kind) == (data.key, data.title, data.kind)
    assert (figure.readout is not None) == (data.kind == "kaplan_meier")


def test_the_readout_is_the_curve():
    readout = drawn(DATA[0]).readout
    curve = readout["curves"][0]
    at = np.searchsorted(curve["months"], 91 / 30.4375, side="right") - 1  # months are rounded to two decimals
    assert curve["shares"][at] == pytest.approx(5 / 6 * 3 / 4, abs=1e-4)  # after the events of days 30 and 90
    assert readout["end"] >= curve["months"][-1]


def test_levels_are_printed_with_their_signs():
    assert "≤10" in drawn(DATA[1]).svg


def test_a_name_cannot_become_markup():
    nasty = CurveFigure(key="x", title="x", outcome="<b>OS</b>", curves={"</svg><script>alert(1)": CURVE})
    assert "<script>" not in drawn(nasty).svg
    assert "<b>" not in drawn(nasty).svg


def test_a_flow_that_does_not_close_is_refused():
    steps = (FlowBox(label="a", patients=3), FlowBox(label="b", patients=1))
    with pytest.raises(ValueError, match="3 patients remain"):
        drawn(FlowFigure(key="flow", title="", steps=steps))
