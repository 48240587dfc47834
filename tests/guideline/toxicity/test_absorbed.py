"""Absorbed dose over every cycle on record: a sum, or a lower bound where something is not known."""

from __future__ import annotations

from lutetia.guideline.toxicity.absorbed import absorbed_dose, has_dosimetry

from .conftest import cycle, rlt, timeline

HISTORY = {"kind": "treatment_history", "id": "th", "date": "2025-01-01", "complete_for": ["rlt"]}


def organ(gy: float, name: str = "kidneys") -> dict[str, object]:
    return {"organ": name, "absorbed_dose_gy": gy}


def kidneys(*entries):
    return absorbed_dose(timeline(rlt(), *entries))[0]


def test_four_cycles_of_5_75_gy_reach_the_limit_of_23():
    cycles = [cycle(n + 1, 8 * n, absorbed_doses=[organ(5.75)]) for n in range(4)]
    limit = kidneys(*cycles, HISTORY)
    assert (limit.organ, limit.value, limit.total_gy.value) == ("kidneys", "reached", 23.0)
    assert limit.because[0].rule == "DM-CUM-1"


def test_a_cycle_without_dosimetry_leaves_a_lower_bound():
    limit = kidneys(cycle(1, 0, absorbed_doses=[organ(5)]), cycle(2, 8), HISTORY)
    assert (limit.value, limit.total_gy.low, limit.room_at_least_gy) == ("undecided", 5.0, None)
    assert "absorbed dose of the kidneys in cycle c2" in limit.missing


def test_a_list_that_nobody_called_complete_leaves_a_lower_bound():
    assert kidneys(cycle(1, 0, absorbed_doses=[organ(5)])).value == "undecided"
    assert kidneys(cycle(1, 0, absorbed_doses=[organ(5)]), HISTORY).value == "room_left"


def test_two_values_of_one_cycle_are_a_range():
    limit = kidneys(cycle(1, 0, absorbed_doses=[organ(5), organ(4.6)]), HISTORY)
    assert (limit.total_gy.low, limit.total_gy.high) == (4.6, 5.0)


def test_cycles_of_an_earlier_line_count():
    earlier = {**rlt(), "id": "rlt-1", "date": "2020-01-01", "ongoing": False, "stop": "2020-06-01"}
    old = {**cycle(1, 0, absorbed_doses=[organ(4)]), "id": "old", "line": "rlt-1", "date": "2020-01-01"}
    limit = kidneys(earlier, old, cycle(1, 0, absorbed_doses=[organ(5)]), HISTORY)
    assert limit.total_gy.value == 9.0


def test_organs_are_told_apart_and_nothing_is_told_without_cycles():
    both = absorbed_dose(timeline(rlt(), cycle(1, 0, absorbed_doses=[organ(0.3, "red_marrow")]), HISTORY))
    assert [has_dosimetry(limit) for limit in both] == [False, True]
    assert absorbed_dose(timeline(rlt())) == ()
