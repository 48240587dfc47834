"""Places on a strip of time: days in order, ticks that fit, rows in which nothing touches."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lutetia.dates import PartialDate
from lutetia.plots.strip_layout import MOST_TICKS, Rows, Scale, shortened, text_width


def scale(first="2020-01-01", last="2026-01-01"):
    return Scale(first=date.fromisoformat(first), last=date.fromisoformat(last), left=100, right=400)


def test_days_lie_in_proportion():
    # 2020-01-01 to 2026-01-01 are 2192 days; 2023-01-01 is day 1096 of them: exactly half way.
    assert scale().x(date(2020, 1, 1)) == 100
    assert scale().x(date(2023, 1, 1)) == pytest.approx(250)
    assert scale().x(date(2026, 1, 1)) == 400


def test_a_day_outside_stays_at_the_edge():
    assert scale().x(date(1999, 1, 1)) == 100
    assert scale().x(date(2030, 1, 1)) == 400


def test_a_partial_date_lies_in_the_middle_of_what_it_may_mean():
    when = PartialDate.parse("2023")
    first, last = scale().x(date(2023, 1, 1)), scale().x(date(2023, 12, 31))
    assert scale().middle(when) == pytest.approx((first + last) / 2)


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        ("2026-06-20", "2026-11-20", ["2026-07", "2026-08", "2026-09", "2026-10", "2026-11"]),
        ("2025-08-01", "2026-11-20", ["2025-10", "2026-01", "2026-04", "2026-07", "2026-10"]),
        ("2021-05-01", "2026-11-20", ["2022", "2023", "2024", "2025", "2026"]),
        ("1990-01-01", "2026-11-20", ["1990", "1995", "2000", "2005", "2010", "2015", "2020", "2025"]),
    ],
)
def test_ticks_are_months_quarters_or_years(first, last, labels):
    assert [label for _, label in scale(first, last).ticks()] == labels


@given(st.dates(date(1920, 1, 1), date(2026, 1, 1)))
def test_never_too_many_years(first):
    assert len(Scale(first=first, last=date(2026, 11, 20), left=0, right=400).ticks()) <= MOST_TICKS + 1


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0.5, 80))))
def test_intervals_of_a_row_never_touch(intervals):
    rows = Rows(most=3, gap=2)
    placed: dict[int, list[tuple[float, float]]] = {}
    for low, width in intervals:
        row = rows.place(low, low + width)
        if row is not None:
            placed.setdefault(row, []).append((low, low + width))
    assert len(placed) == rows.count <= 3
    for found in placed.values():
        found.sort()
        assert all(before[1] + 2 <= after[0] for before, after in pairwise(found))


def test_a_full_row_sends_to_the_next_and_then_gives_up():
    rows = Rows(most=2)
    assert [rows.place(0, 10) for _ in range(3)] == [0, 1, None]
    assert rows.place(20, 30) == 0


def test_a_text_is_as_wide_as_its_letters():
    # "Ki" in Source Sans Pro: K 580 and i 240 thousandths of an em; at size 10 that is 8.2.
    assert text_width("Ki", 10) == pytest.approx(8.2)


@given(st.text(max_size=60), st.floats(0, 200))
def test_a_shortened_text_fits_or_is_only_an_ellipsis(text, room):
    short = shortened(text, 7, room)
    assert text_width(short, 7) <= room or short == "…"
    if text_width(text, 7) <= room:
        assert short == text
