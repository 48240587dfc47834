"""Twin of src/lutetia/guideline/modification/machine.py: single transitions and the days of the delay."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from lutetia.guideline.modification.dose import Administration, Reduction
from lutetia.guideline.modification.finding import blood_count
from lutetia.guideline.modification.machine import Machine, Verdict, World, due_day, merged

FIRST = date(2024, 1, 1)


def machine(reading: Any = "delay_of_16_weeks", toxicity: Any = "thrombocytopenia") -> Machine:
    return Machine(toxicity=toxicity, delay_reading=reading, reduction=Reduction.named("half_then_full"))


def after(days: int) -> date:
    return FIRST + timedelta(days=days)


def held(since: int) -> World:
    return World(state="withheld", since=after(since), last_dose=FIRST, assessed_since_dose=True)


def test_the_dose_is_due_after_eight_weeks() -> None:
    assert due_day(FIRST) == date(2024, 2, 26)


# By hand: due on day 56. Delay reading: day 56 (or the first day of the toxicity, if later) + 112. Interval: day 112.
@pytest.mark.parametrize(
    ("reading", "since", "stop"),
    [
        ("delay_of_16_weeks", 35, 168),
        ("delay_of_16_weeks", 56, 168),
        ("delay_of_16_weeks", 60, 172),
        ("interval_of_16_weeks", 35, 112),
        ("interval_of_16_weeks", 60, 112),
    ],
)
def test_the_day_on_which_the_delay_is_too_long(reading: str, since: int, stop: int) -> None:
    one = machine(reading)
    assert one.stop_day(held(since)) == after(stop)
    assert one.waited(held(since), after(stop - 1)).state == "withheld"
    assert one.waited(held(since), after(stop)).state == "stopped"


@pytest.mark.parametrize(
    "world",
    [
        World(last_dose=FIRST),
        World(state="restored", since=FIRST, last_dose=FIRST, restarted=True),
        World(state="reduced", since=FIRST, last_dose=FIRST, restarted=True),
        World(state="stopped", since=FIRST, last_dose=FIRST),
        World(),
    ],
)
def test_nothing_but_a_hold_runs_out(world: World) -> None:
    assert machine().stop_day(world) is None
    assert machine().waited(world, after(1000)) == world


def test_a_dose_starts_the_class_anew_to_be_assessed() -> None:
    world = World(last_dose=FIRST, assessed_since_dose=True)
    given = machine().given(world, Administration(on=after(56), activity_mbq=7400))
    assert (given.last_dose, given.assessed_since_dose, given.restarted) == (after(56), False, False)
    reduced = World(state="reduced", since=after(50), last_dose=FIRST)
    assert machine().given(reduced, Administration(on=after(77), activity_mbq=3700)).restarted is True


def test_a_dose_on_the_very_day_of_the_stop_comes_too_late() -> None:
    late = machine("interval_of_16_weeks").given(held(56), Administration(on=after(112), activity_mbq=3700))
    assert late.state == "stopped"


def test_a_stopped_class_stays_stopped() -> None:
    stopped = World(state="stopped", last_dose=FIRST)
    fine = blood_count("thrombocytopenia", after(60), 0, ctcae_version="5.0")
    assert machine().found(stopped, fine) == (stopped,)


def test_an_undecided_finding_goes_both_ways() -> None:
    perhaps = blood_count("thrombocytopenia", after(56), (1, 2), ctcae_version="5.0")
    states = {world.state for world in machine().found(World(last_dose=FIRST), perhaps)}
    assert states == {"none", "withheld"}


def test_courses_with_one_future_are_one() -> None:
    assert len(merged([World(), World(), World(restarted=True)])) == 2


def test_stop_is_stricter_than_hold_and_a_small_dose_than_a_large_one() -> None:
    verdicts = [Verdict("stop"), Verdict("give", 7400.0), Verdict("hold"), Verdict("give", 3700.0)]
    ordered = sorted(verdicts, key=lambda verdict: verdict.strictness)
    assert [str(verdict) for verdict in ordered] == ["give 7400 MBq", "give 3700 MBq", "hold", "stop"]
