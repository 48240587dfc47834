"""Twin of src/lutetia/guideline/modification/walk.py."""

from __future__ import annotations

from datetime import date
from typing import Any

from lutetia.guideline.modification.dose import Administration, Reduction
from lutetia.guideline.modification.finding import blood_count
from lutetia.guideline.modification.machine import Machine
from lutetia.guideline.modification.walk import ORDER, Walk


def walk() -> Walk:
    reduction = Reduction.named("half_then_full")
    return Walk(Machine(toxicity="anaemia", delay_reading="delay_of_16_weeks", reduction=reduction), None)


def test_the_states_run_from_mild_to_strict() -> None:
    assert ORDER == ("none", "restored", "reduced", "withheld", "stopped")


def test_an_undecided_class_tells_no_step_but_what_is_missing(made: Any) -> None:
    on_the_way = walk()
    on_the_way.dose(Administration(on=date(2024, 1, 1), activity_mbq=7400))
    on_the_way.meet(blood_count("anaemia", date(2024, 2, 26), (2, 3), ctcae_version="5.0"))
    found = on_the_way.result(date(2024, 2, 26))
    assert (found.value, found.possible, found.steps, found.because) == ("undecided", ("none", "withheld"), (), ())
    assert found.missing == ("what separates grade 2 from grade 3 of anaemia on 2024-02-26",)
    assert found.stop_day == date(2024, 6, 17)  # week 8 + 16, should it be a hold
    assert found.name == "anaemia"


def test_what_is_uncertain_is_no_departure(made: Any) -> None:
    on_the_way = walk()
    on_the_way.dose(Administration(on=date(2024, 1, 1), activity_mbq=7400))
    on_the_way.meet(blood_count("anaemia", date(2024, 2, 26), (2, 3), ctcae_version="5.0"))
    on_the_way.dose(Administration(on=date(2024, 2, 26), activity_mbq=7400))
    assert on_the_way.departures == []
