"""The participant flow closes by sums or is refused; every reason stands in its box."""

from __future__ import annotations

import pytest

from lutetia.plots.participant_flow import FlowStep, flow_figure

# NETTER-2 (Singh 2024): screened 261, excluded 35, randomised 226 = 151 + 75.
STEPS = [
    FlowStep(label="Screened", patients=261, left_out=(("did not meet the criteria", 35),)),
    FlowStep(label="Randomised", patients=226),
]
ARMS = [("177Lu-DOTATATE", 151), ("high-dose octreotide", 75)]


def texts(figure):
    return [
        row["text"]
        for layer in figure.specification["layer"]
        if layer["mark"]["type"] == "text"
        for row in layer["data"]["values"]
    ]


def test_every_box_tells_its_patients_and_reasons():
    found = texts(flow_figure(STEPS, groups=ARMS))
    assert {"n = 261", "n = 226", "n = 151", "n = 75", "Left out: 35", "35  did not meet the criteria"} <= set(found)


def test_a_flow_that_does_not_close_is_refused():
    with pytest.raises(ValueError, match="226 patients remain, but Randomised has 225"):
        flow_figure([STEPS[0], FlowStep(label="Randomised", patients=225)])


def test_groups_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="the groups hold 225 patients, not 226"):
        flow_figure(STEPS, groups=[("A", 150), ("B", 75)])


def test_the_figure_can_be_drawn():
    assert flow_figure(STEPS, groups=ARMS).svg().startswith("<svg")
