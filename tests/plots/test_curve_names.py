"""The names of curves: out of the way, broken where they are long, repeated before the numbers at risk."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.plots.curve_names import Frame, at_risk, legend
from lutetia.survival import FollowUp, kaplan_meier

LONG = "somatostatin analogue, then peptide receptor radionuclide therapy with 177Lu-DOTATATE"


def falling(name="All"):
    """Everybody dies within twenty of forty months."""
    return {name: kaplan_meier(FollowUp(stop=np.arange(1, 21) * 30.4375, event=np.ones(20)))}


def flat(name="All"):
    """One of twenty dies; follow-up lasts forty months."""
    return {name: kaplan_meier(FollowUp(stop=np.linspace(35, 40, 20) * 30.4375, event=np.arange(20) == 0))}


def drawn(curves, note="", end=40.0):
    frame = Frame(names=tuple(curves), end_months=end, every_months=12)
    keys, texts = legend(curves, frame, "log-log", note)
    return keys["data"]["values"], texts["data"]["values"]


def test_names_stand_inside_where_no_curve_runs_and_above_where_one_does():
    assert {row["row"] > 0 for row in drawn(falling())[1]} == {True}
    assert {row["row"] < 0 for row in drawn(flat())[1]} == {True}


def test_a_curve_that_has_ended_before_the_names_is_not_in_their_way():
    assert {row["row"] > 0 for row in drawn(flat(), end=200.0)[1]} == {True}


def test_a_long_name_is_broken_and_its_median_has_a_line_of_its_own():
    keys, texts = drawn(falling(LONG), note="p = 0.03")
    *name, median, note = [row["text"] for row in texts]
    assert " ".join(name) == f"{LONG}:"
    assert max(map(len, name)) <= 44
    assert median.startswith("median 10.5 months (")
    assert note == "p = 0.03"
    assert {row["row"] for row in keys} == {texts[0]["row"]}  # one piece of line, beside the first


@pytest.mark.parametrize(
    ("curve", "said"),
    [
        (FollowUp(stop=[100, 200, 300], event=[1, 0, 0]), "median not reached"),
        (FollowUp(stop=[5], event=[1]), "median 0.2 months (no interval)"),
    ],
)
def test_what_is_said_of_a_median_without_limits(curve, said):
    assert drawn({"All": kaplan_meier(curve)})[1][0]["text"] == f"All: {said}"


def test_the_numbers_at_risk_stand_behind_a_piece_of_the_line():
    curves = {**falling("A"), **flat(LONG)}
    made = at_risk(curves, Frame(names=("A", LONG), end_months=40, every_months=20))
    counts, keys = (layer["data"]["values"] for layer in made["layer"])
    assert [(row["group"], row["months"], row["count"]) for row in counts] == [
        ("A", 0, "20"), ("A", 20, "1"), ("A", 40, "0"), (LONG, 0, "20"), (LONG, 20, "20"), (LONG, 40, "1"),
    ]  # fmt: skip
    assert {row["group"] for row in keys} == {"A", LONG}
    assert max(row["pixel"] for row in keys) < -5
    assert counts[-1]["label"].replace("\n", " ") == LONG
    assert "\n" in counts[-1]["label"]


def test_wide_numbers_push_the_names_away():
    few = at_risk(falling("A"), Frame(names=("A",), end_months=40, every_months=20))
    curve = kaplan_meier(FollowUp(stop=np.tile(np.arange(1, 21) * 30.4375, 5000), event=np.ones(100000)))
    crowd = at_risk({"A": curve}, Frame(names=("A",), end_months=40, every_months=20))
    near, far = (made["layer"][0]["encoding"]["y"]["axis"]["labelPadding"] for made in (few, crowd))
    assert far >= near + 12
