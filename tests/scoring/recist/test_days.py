"""Twin of src/lutetia/scoring/recist/days.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from lutetia.dates import PartialDate
from lutetia.errors import InputError
from lutetia.scoring.recist.days import (
    DayRules,
    as_day,
    counted_days,
    counting_convention,
    days_of_visits,
    one_course,
    refuse_choices,
)

Overalls = Callable[..., list[Any]]


def test_a_full_day_needs_no_choice(overalls: Overalls) -> None:
    visits = overalls(["SD", "PD"], ["2024-02-01", "2024-03-01"])
    assert days_of_visits(visits, DayRules()) == [date(2024, 2, 1), date(2024, 3, 1)]


@pytest.mark.parametrize(("choice", "day"), [("first_day", date(2014, 2, 1)), ("last_day", date(2014, 2, 28))])
def test_a_partial_date_needs_its_choice(overalls: Overalls, choice: Any, day: date) -> None:
    visits = overalls(["NE"], ["2014-02"])
    assert days_of_visits(visits, DayRules(partial_dates=choice)) == [day]
    with pytest.raises(InputError, match="partial_dates"):
        days_of_visits(visits, DayRules())


@pytest.mark.parametrize(("choice", "day"), [("first", date(2024, 2, 1)), ("last", date(2024, 2, 9))])
def test_several_days_need_their_choice(overalls: Overalls, choice: Any, day: date) -> None:
    (visit,) = overalls(["SD"], ["2024-02-01"])
    several = visit._replace(dates=(PartialDate(2024, 2, 1), PartialDate(2024, 2, 9)))
    assert days_of_visits([several], DayRules(visit_date=choice)) == [day]
    with pytest.raises(InputError, match="visit_date"):
        days_of_visits([several], DayRules())


def test_visits_without_a_day_or_running_backwards_are_all_named(overalls: Overalls) -> None:
    first, second, third = overalls(["SD", "SD", "SD"], ["2024-03-01", "2024-02-01", "2024-04-01"])
    with pytest.raises(InputError) as refused:
        days_of_visits([first, second, third._replace(dates=())], DayRules())
    assert len(refused.value.faults) == 2


def test_days_are_counted_as_named() -> None:
    start, end = date(2012, 10, 28), date(2012, 12, 30)
    assert (counted_days(start, end, "inclusive"), counted_days(start, end, "elapsed")) == (64, 63)
    assert "end − start + 1" in counting_convention("inclusive")
    assert "30.4375" in counting_convention("elapsed")


def test_a_date_argument() -> None:
    faults: list[Any] = []
    assert as_day("2024-02-01", "start", faults) == as_day(date(2024, 2, 1), "start", faults) == date(2024, 2, 1)
    assert as_day(None, "death", faults) is None
    assert not faults
    for wrong in ("2024-02", "tomorrow", datetime(2024, 2, 1)):
        as_day(wrong, "start", faults)
    as_day(None, "start", faults, required=True)
    assert len(faults) == 4


def test_visits_of_one_course_alone(overalls: Overalls) -> None:
    visits = overalls(["SD", "PD"], ["2024-02-01", "2024-03-01"])
    assert one_course(visits[::-1], "x") == visits
    with pytest.raises(InputError, match="by_course"):
        one_course([visits[0], visits[1]._replace(reader="READER 2")], "x")


def test_wrong_choices_are_refused() -> None:
    with pytest.raises(InputError, match="visit_date"):
        DayRules(visit_date="middle")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="must be 'a' or 'b'"):
        refuse_choices("x", ("which", ("a", "b"), "c"))
    assert len(DayRules().conventions) == 2
