"""Twin of src/lutetia/scoring/recist/schedule.py, on the schedule of NETTER-2."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring.recist.schedule import Schedule

NETTER_2: dict[str, Any] = {"weeks": (0, 16, 24), "then_every_weeks": 12}
WINDOW: dict[str, Any] = {"window_before_days": 7, "window_after_days": 7}


def test_weeks_0_16_24_then_every_12() -> None:
    schedule = Schedule(**NETTER_2, **WINDOW)
    assert [visit.nominal_day // 7 for visit in schedule.visits_until(72 * 7)] == [16, 24, 36, 48, 60, 72]
    assert str(schedule) == "weeks 0, 16, 24, then every 12, window −7/+7 days"
    (first, *_) = schedule.visits_until(200)
    assert (first.first_day, first.nominal_day, first.last_day) == (105, 112, 119)


@pytest.mark.parametrize(
    ("last", "day", "missed"),
    [
        (0, 111, []),  # week 16 is still open
        (0, 120, [16]),  # its window has closed
        (0, 175, [16]),
        (0, 176, [16, 24]),
        (112, 252, [24]),  # assessed at week 16, progression at week 36
        (168, 420, [36, 48]),  # week 24 to week 60
        (168, 336, [36]),  # week 24 to week 48
        (168, 329, [36]),  # within the window of week 48
        (168, 344, [36, 48]),  # one day after it
        (245, 420, [48]),  # on the first day of the window of week 36
        (244, 420, [36, 48]),  # one day before it: an unscheduled visit serves no window
        (112, 112, []),
    ],
)
def test_a_visit_is_missed_when_its_whole_window_passed(last: int, day: int, missed: list[int]) -> None:
    found = Schedule(**NETTER_2, **WINDOW).missed(last, day)
    assert [visit.nominal_day // 7 for visit in found] == missed


def test_a_schedule_may_end() -> None:
    schedule = Schedule(weeks=(8, 16), then_every_weeks=None, window_before_days=0, window_after_days=0)
    assert [visit.nominal_day for visit in schedule.visits_until(1000)] == [56, 112]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"weeks": ()}, "weeks"),
        ({"weeks": (16, 8)}, "weeks"),
        ({"weeks": (-8, 8)}, "weeks"),
        ({"then_every_weeks": 0}, "then_every_weeks"),
        ({"window_before_days": -1}, "window_before_days"),
        ({"window_after_days": 2.5}, "window_after_days"),
        ({"window_before_days": 28, "window_after_days": 28}, "windows"),
    ],
)
def test_an_impossible_schedule_is_refused(change: dict[str, Any], place: str) -> None:
    with pytest.raises(InputError) as refused:
        Schedule(**{**NETTER_2, **WINDOW, **change})
    assert [fault.place for fault in refused.value.faults] == [place]


def test_the_windows_have_no_default() -> None:
    with pytest.raises(TypeError):
        Schedule(**NETTER_2)


@pytest.mark.parametrize("weeks", [("0", 16), (0, 16.5), (0, None), (True, 16), 16, "016"])
def test_weeks_are_whole_numbers(weeks: Any) -> None:
    with pytest.raises(InputError) as caught:
        Schedule(weeks=weeks, then_every_weeks=12, window_before_days=7, window_after_days=7)
    assert [fault.place for fault in caught.value.faults] == ["weeks"]
