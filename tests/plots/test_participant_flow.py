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
    assert {"n = 261", "n = 226", "n = 151", "n = 75", "Left out: 35", "35", "did not meet the criteria"} <= set(found)


def test_a_flow_that_does_not_close_is_refused():
    with pytest.raises(ValueError, match="226 patients remain, but Randomised has 225"):
        flow_figure([STEPS[0], FlowStep(label="Randomised", patients=225)])


def test_groups_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="the groups hold 225 patients, not 226"):
        flow_figure(STEPS, groups=[("A", 150), ("B", 75)])


def marks(figure, kind):
    return [
        row
        for layer in figure.specification["layer"]
        if layer["mark"]["type"] == kind
        for row in layer["data"]["values"]
    ]


def test_every_group_has_an_arrow_of_its_own_to_its_middle():
    drawn = flow_figure(STEPS, groups=[*ARMS[:1], ("a very long name of a group, on several lines", 75)])
    boxes = [box for box in marks(drawn, "rect") if box["y"] == max(b["y"] for b in marks(drawn, "rect"))]
    middles = sorted((box["x"] + box["x2"]) / 2 for box in boxes)
    heads = [point["x"] for point in marks(drawn, "point")]
    assert len(boxes) == 2
    assert set(middles) <= set(heads)
    assert len({box["y2"] for box in boxes}) == 1


def test_a_long_reason_stays_behind_its_count_and_inside_its_box():
    why = "the day of progression on the first line is not known, or known to the year only, so that no clock can start"
    steps = [FlowStep(label="Screened", patients=400, left_out=((why, 300),)), FlowStep(label="Analysed", patients=100)]
    drawn = flow_figure(steps)
    lines = [row for row in marks(drawn, "text") if row["left"]]
    count, *reason = [row for row in lines if row["text"] != "Left out: 300"]
    assert count["text"] == "300"
    assert " ".join(row["text"] for row in reason) == why
    assert {row["x"] > count["x"] for row in reason} == {True}
    assert reason[0]["y"] == count["y"]
    (box,) = [box for box in marks(drawn, "rect") if box["x"] > 0]
    assert box["y"] < min(row["y"] for row in lines) < max(row["y"] for row in lines) < box["y2"]


def test_who_leaves_after_the_last_step_is_not_in_the_groups():
    steps = [FlowStep(label="Screened", patients=10, left_out=(("gone", 4),))]
    assert "n = 6" in texts(flow_figure(steps, groups=[("A", 6)]))
    with pytest.raises(ValueError, match="the groups hold 10 patients, not 6"):
        flow_figure(steps, groups=[("A", 10)])
    assert "gone" in texts(flow_figure(steps))


def test_a_flow_without_a_step_is_refused():
    with pytest.raises(ValueError, match="must have a step"):
        flow_figure([])


def test_the_description_reads_every_box():
    assert flow_figure(STEPS, groups=ARMS).description == (
        "Participant flow: Screened 261; Randomised 226; 177Lu-DOTATATE 151; high-dose octreotide 75."
    )


def test_the_figure_can_be_drawn():
    assert flow_figure(STEPS, groups=ARMS).svg().startswith("<svg")
