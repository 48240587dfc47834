"""One answer where all readings agree; where they differ each is named by what makes the difference, and no more."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from lutetia.guideline.toxicity import by_reading

from .conftest import cycle, found, lab, rlt


def reading(version: str, delay: str, days: str = "first_day") -> Any:
    return SimpleNamespace(ctcae_version=version, delay_reading=delay, partial_days=days)


FOUR = [
    reading(version, delay) for version in ("5.0", "6.0") for delay in ("delay_of_16_weeks", "interval_of_16_weeks")
]


@pytest.mark.parametrize(
    ("say", "expected"),
    [
        (lambda one: "hold", (("hold", ""),)),
        (lambda one: one.ctcae_version, (("5.0", "CTCAE 5.0"), ("6.0", "CTCAE 6.0"))),
        (
            lambda one: one.delay_reading[0],
            (("d", "delay of 16 weeks"), ("i", "interval of 16 weeks")),
        ),
        (
            lambda one: (one.ctcae_version, one.delay_reading) == ("5.0", "delay_of_16_weeks"),
            (
                (True, "CTCAE 5.0, delay of 16 weeks"),
                (
                    False,
                    "CTCAE 5.0, interval of 16 weeks or CTCAE 6.0, delay of 16 weeks or "
                    "CTCAE 6.0, interval of 16 weeks",
                ),
            ),
        ),
    ],
)
def test_answers_are_named_by_what_makes_the_difference(say, expected):
    assert by_reading(FOUR, say) == expected


def test_days_are_named_too_and_nothing_gives_nothing():
    both = [reading("5.0", "delay_of_16_weeks", days) for days in ("first_day", "last_day")]
    assert by_reading(both, lambda one: one.partial_days) == (
        ("first_day", "partial dates on the first day"),
        ("last_day", "partial dates on the last day"),
    )
    assert by_reading([], lambda one: 1) == ()


def test_what_is_certain_and_what_is_open():
    dose = found(rlt(), cycle(1, 0), lab("platelets", 70, 6), lab("haemoglobin", 130, 6), week=7).dose
    one = dose.readings[0]
    assert str(one.by_findings) == "hold"
    assert one.open_classes == ("neutropenia", "renal", "hepatic", "hypersensitivity", "other")
    nothing = found(rlt(), cycle(1, 0), week=7).dose.readings[0]
    assert nothing.by_findings is None
    assert nothing.open_classes[0] == "thrombocytopenia"
