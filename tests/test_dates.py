"""Partial dates and calendar months, expected values worked by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from lutetia.dates import DAYS_PER_MONTH, PartialDate, months_between, months_between_partial

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
working_days = st.dates(date(1990, 1, 1), date(2040, 12, 31))


def partial_dates():
    month = st.builds(PartialDate, st.integers(1900, 2100), st.integers(1, 12))
    return st.one_of(st.builds(PartialDate, st.integers(1900, 2100)), month, days.map(PartialDate.parse))


@pytest.mark.parametrize(
    ("given_", "earliest", "latest", "precision", "text"),
    [
        ("2024-05-17", date(2024, 5, 17), date(2024, 5, 17), "day", "2024-05-17"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "month", "2024-02"),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28), "month", "2023-02"),
        ("1900-02", date(1900, 2, 1), date(1900, 2, 28), "month", "1900-02"),  # not a leap year
        ("2024-12", date(2024, 12, 1), date(2024, 12, 31), "month", "2024-12"),
        ("2024", date(2024, 1, 1), date(2024, 12, 31), "year", "2024"),
        (2024, date(2024, 1, 1), date(2024, 12, 31), "year", "2024"),
        (date(2024, 5, 17), date(2024, 5, 17), date(2024, 5, 17), "day", "2024-05-17"),
        (" 2024-05 ", date(2024, 5, 1), date(2024, 5, 31), "month", "2024-05"),
    ],
)
def test_what_a_date_may_mean(given_, earliest, latest, precision, text):
    when = PartialDate.parse(given_)
    assert (when.earliest, when.latest, when.precision, str(when)) == (earliest, latest, precision, text)


@pytest.mark.parametrize(
    ("given_", "sentence"),
    [
        ("2024-02-30", "February 2024 has 29 days, but got day 30"),
        ("2023-02-29", "February 2023 has 28 days, but got day 29"),
        ("2024-13", "the month must lie between 1 and 12, but got 13"),
        ("2024-00-01", "the month must lie between 1 and 12, but got 0"),
        ("1899", "the year must lie between 1900 and 2100, but got 1899"),
        ("2101-01-01", "the year must lie between 1900 and 2100"),
        (20240517, "a date must be written as 2024-05-17"),
        ("17.05.2024", "a date must be written as 2024-05-17"),
        ("2024-5-7", "a date must be written as 2024-05-17"),
        ("٢٠٢٤", "a date must be written as 2024-05-17"),  # digits of another script
        ("2024-05-17T10:00", "a date must be written as 2024-05-17"),
        ("", "a date must be written as 2024-05-17"),
        (True, "a date must be written as 2024-05-17"),
        (2024.5, "a date must be written as 2024-05-17"),
        (None, "a date must be written as 2024-05-17"),
        (datetime(2024, 5, 17, tzinfo=UTC), "a date must be written as 2024-05-17"),
    ],
)
def test_no_date(given_, sentence):
    with pytest.raises(ValueError, match=sentence):
        PartialDate.parse(given_)


def test_a_day_needs_its_month():
    with pytest.raises(ValueError, match="a day without its month is not a date"):
        PartialDate(2024, None, 3)


def test_order_is_certain_only_without_overlap():
    year, may, day = map(PartialDate.parse, ("2024", "2024-05", "2024-05-17"))
    assert may.certainly_before(date(2024, 6, 1))
    assert not may.certainly_before(date(2024, 5, 31))
    assert may.certainly_after(PartialDate.parse("2024-04"))
    assert not may.certainly_after(day)
    assert not may.certainly_before(day)
    assert not year.certainly_before(day)
    assert year.may_be_on_or_before(date(2024, 1, 1))
    assert not year.may_be_on_or_before(date(2023, 12, 31))


def test_dates_are_values():
    assert PartialDate.parse("2024-05") == PartialDate(2024, 5)
    assert PartialDate.parse("2024-05") != PartialDate.parse("2024-05-01")
    assert len({PartialDate(2024), PartialDate(2024), PartialDate(2024, 1)}) == 2
    with pytest.raises(AttributeError):
        PartialDate(2024).year = 2025


@given(partial_dates(), partial_dates())
def test_before_and_after_mirror_each_other(one, other):
    assert one.certainly_before(other) == other.certainly_after(one)
    assert not (one.certainly_before(other) and one.certainly_after(other))


@given(partial_dates())
def test_text_and_back(when):
    assert PartialDate.parse(str(when)) == when


class Visit(BaseModel):
    on: PartialDate


def test_as_a_field():
    visit = Visit(on="2024-05")
    assert visit.on == PartialDate(2024, 5)
    assert visit.model_dump() == {"on": "2024-05"}
    assert visit.model_dump_json() == '{"on":"2024-05"}'
    assert Visit.model_validate_json('{"on": 2024}').on == PartialDate(2024)
    with pytest.raises(ValidationError, match="February 2024 has 29 days"):
        Visit(on="2024-02-30")


def test_schema_of_a_field():
    text, year = Visit.model_json_schema()["properties"]["on"]["anyOf"]
    assert text["type"] == "string"
    assert year == {"type": "integer", "minimum": 1900, "maximum": 2100}
    written = Visit.model_json_schema(mode="serialization")["properties"]["on"]
    assert (written["type"], written["pattern"]) == ("string", text["pattern"])


# Calendar months: whole months elapsed + days left / length of the month in progress.
@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2023-03-31", "2023-04-30", 1.0),  # the last day stands for the 31st
        ("2023-01-31", "2023-02-28", 1.0),
        ("2023-01-31", "2023-03-31", 2.0),
        ("2022-06-15", "2023-06-15", 12.0),
        ("2024-02-29", "2025-02-28", 12.0),
        ("2023-05-10", "2023-05-10", 0.0),
        ("2023-01-10", "2023-01-20", 10 / 31),  # January 10 to February 10 has 31 days
        ("2023-02-10", "2023-02-24", 14 / 28),
        ("2023-01-10", "2023-02-09", 30 / 31),
        ("2022-06-15", "2023-06-14", 11 + 30 / 31),  # May 15 to June 15 has 31 days
        ("2023-01-31", "2023-03-01", 1 + 1 / 31),  # February 28 to March 31 has 31 days
        ("2023-06-15", "2022-06-15", -12.0),
        ("2023-04-30", "2023-03-31", -1.0),
    ],
)
def test_months_by_hand(start, end, months):
    assert months_between(date.fromisoformat(start), date.fromisoformat(end)) == pytest.approx(months, abs=1e-12)


@given(working_days, working_days)
def test_months_turn_sign_with_their_dates(start, end):
    assert months_between(start, end) == -months_between(end, start)


@given(working_days, working_days, st.integers(0, 400))
def test_more_days_are_never_fewer_months(start, end, more):
    begin, stop = min(start, end), max(start, end)
    assert months_between(begin, stop) <= months_between(begin, stop + timedelta(days=more))
    assert months_between(begin - timedelta(days=more), stop) >= months_between(begin, stop)


@given(working_days, st.integers(1, 300))
def test_the_same_day_of_the_month_is_a_whole_number(start, count):
    start = start.replace(day=min(start.day, 28))
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    assert months_between(start, date(year, month + 1, start.day)) == count


def test_months_between_partial_dates():
    day = PartialDate.parse("2023-07-04")
    assert months_between_partial(day, PartialDate.parse("2026-01-04")) == 30.0
    assert months_between_partial(day, date(2023, 8, 4)) == 1.0
    # July 2023 to January 2024: from the 31st to the 1st at least, from the 1st to the 31st at most
    least, most = months_between_partial(PartialDate(2023, 7), PartialDate(2024, 1))
    assert least == pytest.approx(5 + 1 / 31)
    assert most == pytest.approx(6 + 30 / 31)


def test_days_per_month_is_a_twelfth_of_a_julian_year():
    assert DAYS_PER_MONTH * 12 == 365.25
