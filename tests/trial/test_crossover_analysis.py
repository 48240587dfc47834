"""Crossover: three methods beside intention to treat, on the replayed trial and where they cannot be made."""

from datetime import date

import pytest

from lutetia.errors import InputError
from lutetia.trial.crossover_analysis import crossover_table
from lutetia.trial.time_to_event_analysis import time_to_event


@pytest.fixture(scope="module")
def table(replayed):
    return crossover_table(replayed, ("rpsft", "ipcw"), seed=1)


def test_the_first_row_is_intention_to_treat(table, replayed):
    itt = time_to_event(replayed, "OS").hazard_ratio
    assert table.records[0]["estimate"] == pytest.approx(itt.estimate)
    assert [row.cells[0] for row in table.rows][1:] == ["RPSFT", "IPCW"]


def test_every_row_has_a_ratio_or_a_reason(table):
    for row in table.rows[1:]:
        assert row.cells[1] != "not estimable" or row.cells[2]


def test_two_stage_is_the_seeds_own(replayed):
    one, same = (crossover_table(replayed, ("two-stage",), seed=5) for _ in range(2))
    assert one.rows == same.rows


def test_without_crossover_there_is_no_table(by_hand):
    assert crossover_table(by_hand([{"arm": "A"}, {"arm": "B"}]), ("rpsft",)) is None


def test_too_few_events_give_a_reason_and_no_number(by_hand):
    died = {"times": {"OS": (300, 1), "PFS": (100, 1)}}
    moved = {"XOVERFL": "Y", "XOVERDT": date(2021, 7, 1)}
    patients = [{"arm": "A"}, {"arm": "A", **died}, {"arm": "B"}, {"arm": "B", **died, **moved}]
    table = crossover_table(by_hand(patients), ("two-stage",))
    assert table.rows[1].cells[1] == "not estimable"
    assert "events for" in table.rows[1].cells[2]


def test_unknown_methods_are_refused(replayed):
    with pytest.raises(InputError, match="must be among rpsft"):
        crossover_table(replayed, ("magic",))
