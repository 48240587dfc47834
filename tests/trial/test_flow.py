"""The participant flow of NETTER-2 (Singh et al. 2024, Lancet 403: 2807, figure 1) closes; a wrong number does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lutetia.errors import InputError
from lutetia.trial import FlowBox, FlowCount, ParticipantFlow, flow_faults

PUBLISHED = {
    "screened": 261,
    "excluded": 35,
    "randomised": 226,
    "lu": 151,
    "full_lu": 151,
    "lu_treated": 147,
    "safety_lu": 147,
    "lu_stopped": 69,
    "lu_on": 78,
    "control": 75,
    "control_treated": 73,
    "control_on": 15,
    "crossover": 36,
    "crossover_phase": 29,
    "crossover_follow_up": 7,
    "surgery": 1,
}
NOT_TREATED_LU = {"surgery": 1, "randomisation mistake": 1, "consent withdrawn": 1, "adverse event": 1}


def flow(**changed: int) -> tuple[FlowBox, tuple[FlowCount, ...]]:
    """The published numbers, some of them changed."""
    n = PUBLISHED | changed
    lu = FlowBox(
        name="Lu",
        n=n["lu"],
        left={**NOT_TREATED_LU, "surgery": n["surgery"]},
        then=(
            FlowBox(
                name="Lu treated",
                n=n["lu_treated"],
                left={"stopped": n["lu_stopped"]},
                then=(FlowBox(name="Lu on treatment", n=n["lu_on"]),),
            ),
        ),
    )
    control = FlowBox(
        name="control",
        n=n["control"],
        left={"surgery": 1, "consent withdrawn": 1},
        then=(
            FlowBox(
                name="control treated",
                n=n["control_treated"],
                left={"stopped": 58},
                then=(FlowBox(name="control on treatment", n=n["control_on"]),),
            ),
        ),
    )
    randomised = FlowBox(name="randomised", n=n["randomised"], then=(lu, control))
    screened = FlowBox(name="screened", n=n["screened"], left={"excluded": n["excluded"]}, then=(randomised,))
    parts = {"treatment phase": n["crossover_phase"], "follow-up": n["crossover_follow_up"]}
    counts = (
        FlowCount(name="full analysis set, Lu", n=n["full_lu"], equals="Lu"),
        FlowCount(name="safety set, Lu", n=n["safety_lu"], equals="Lu treated"),
        FlowCount(name="crossover", n=n["crossover"], within="control", parts=parts),
    )
    return screened, counts


def test_the_published_flow_closes():
    first, counts = flow()
    made = ParticipantFlow(first=first, counts=counts)
    assert made.box("Lu treated").on == 78
    assert [box.name for box in first.boxes()][:3] == ["screened", "randomised", "Lu"]
    assert made.rows()[1] == {"box": "screened", "reason": "excluded", "n": 35}
    assert sum(row["reason"] == "" for row in made.rows()) == 8


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"randomised": 227}, "box randomised"),
        ({"lu": 150}, "box Lu"),
        ({"control": 76}, "box control"),
        ({"lu_treated": 146, "safety_lu": 146}, "box Lu treated"),
        ({"screened": 262}, "box screened"),
        ({"excluded": 36}, "box screened"),
        ({"surgery": 2}, "box Lu"),
        ({"lu_on": 77}, "box Lu treated"),
        ({"crossover": 35}, "count crossover"),
        ({"crossover_phase": 92, "crossover": 99}, "count crossover"),
        ({"safety_lu": 148}, "count safety set, Lu"),
    ],
    ids=str,
)
def test_one_wrong_number_is_refused_with_the_box_named(wrong, place):
    if "lu" in wrong:
        wrong = {**wrong, "full_lu": wrong["lu"]}
    faults = flow_faults(*flow(**wrong))
    assert [fault.place for fault in faults] == [place]
    with pytest.raises(InputError, match=place):
        ParticipantFlow(**dict(zip(("first", "counts"), flow(**wrong), strict=True)))


def test_the_right_number_is_said_where_both_neighbours_agree():
    (fault,) = flow_faults(*flow(lu=150, full_lu=150))
    assert "must be 151" in str(fault)


def test_numbers_that_are_none_are_refused():
    first, _ = flow()
    assert "whole number" in str(flow_faults(replace(first, n=-1))[0])
    assert "must not lose more" in str(flow_faults(FlowBox(name="a", n=3, left={"x": 4}))[0])
    double = FlowBox(name="a", n=2, then=(FlowBox(name="b", n=1), FlowBox(name="b", n=1)))
    assert "named once" in str(flow_faults(double)[0])
    assert "name a box" in str(flow_faults(first, (FlowCount(name="c", n=1, within="nowhere"),))[0])


def test_an_unknown_box_is_refused_with_those_there_are():
    first, counts = flow()
    with pytest.raises(InputError, match="screened, randomised, Lu"):
        ParticipantFlow(first=first, counts=counts).box("treated")
