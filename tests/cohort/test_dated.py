"""The day a date counts on, by policy and within what it may mean."""

from __future__ import annotations

from datetime import date

import pytest

from lutetia.cohort.dated import POLICIES, Dated, day_of
from lutetia.dates import PartialDate


def on(text: str, policy: str, **limits: str) -> str:
    bounds = {name: date.fromisoformat(day).toordinal() for name, day in limits.items()}
    return date.fromordinal(day_of(PartialDate.parse(text), policy, **bounds)).isoformat()


@pytest.mark.parametrize(
    ("text", "earliest", "midpoint", "latest"),
    [
        ("2020-06", "2020-06-01", "2020-06-16", "2020-06-30"),  # 30 days: the later of the two in the middle
        ("2019-02", "2019-02-01", "2019-02-15", "2019-02-28"),
        ("2019-07", "2019-07-01", "2019-07-16", "2019-07-31"),  # 31 days: the 16th is the middle
        ("2020", "2020-01-01", "2020-07-02", "2020-12-31"),  # 366 days
        ("2019", "2019-01-01", "2019-07-02", "2019-12-31"),  # 365 days: the 183rd
        ("2019-05-17", "2019-05-17", "2019-05-17", "2019-05-17"),
    ],
)
def test_each_policy(text, earliest, midpoint, latest):
    found = {policy: on(text, policy) for policy in POLICIES}
    assert found == {"earliest": earliest, "midpoint": midpoint, "latest": latest, "exclude": midpoint}


def test_a_partial_date_keeps_the_order_as_far_as_it_can():
    assert on("2020-06", "earliest", from_day="2020-06-10") == "2020-06-10"
    assert on("2020-06", "latest", until_day="2020-06-10") == "2020-06-10"
    assert on("2020-06", "latest", until_day="2020-05-10") == "2020-06-01"  # no further than the month allows
    assert on("2020-06", "earliest", from_day="2020-08-01") == "2020-06-30"


def test_a_dated_event_tells_its_calendar_day():
    assert Dated(date(2020, 2, 29).toordinal(), "e1", "death").on == date(2020, 2, 29)
