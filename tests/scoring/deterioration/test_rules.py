"""The rules: none has a default, and what does not fit together is refused."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring.deterioration import Rules

BASE: dict[str, Any] = {
    "threshold": 10, "worse": "lower", "kind": "first", "reference": "baseline", "death": "censored_at_last_score",
    "no_baseline": "censored_day_0", "no_follow_up": "censored_day_1",
}  # fmt: skip
CONFIRMED = {"kind": "confirmed", "last_score": "censored"}
DEFINITIVE = {"kind": "definitive", "last_score": "event", "definitive_by": "all_later_worse"}


@pytest.mark.parametrize(("step", "steps"), [(100 / 12, 2), (5, 2), (10, 1), (100 / 3, 1), (20 / 3, 2)])
def test_answers_needed_for_the_threshold(step: float, steps: int) -> None:
    assert any(said.endswith(f"the threshold takes {steps}") for said in Rules(**BASE | {"step": step}).said)


@pytest.mark.parametrize("field", sorted(BASE))
def test_no_rule_has_a_default(field: str) -> None:
    with pytest.raises(TypeError, match=field):
        Rules(**{name: word for name, word in BASE.items() if name != field})


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"kind": "definitive"}, ["definitive_by", "last_score"]),
        ({"kind": "confirmed"}, ["last_score"]),
        ({"last_score": "event"}, ["last_score"]),
        ({"definitive_by": "all_later_worse"}, ["definitive_by"]),
        ({"death": "event"}, ["death_within_days"]),
        ({"death": "competing", "death_within_days": -1}, ["death_within_days"]),
        ({"threshold": 0}, ["threshold"]),
        ({"threshold": float("nan")}, ["threshold"]),
        ({"worse": "down", "reference": "nadir"}, ["worse", "reference"]),
    ],
)
def test_rules_that_do_not_fit_are_refused(change: dict[str, Any], places: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        Rules(**BASE | change)
    assert [fault.place for fault in caught.value.faults] == places


@pytest.mark.parametrize(
    ("field", "value"),
    [("threshold", "10"), ("threshold", None), ("step", 0), ("step", -8.3), ("step", "8"), ("step", float("nan"))],
)
def test_numbers_that_are_none_are_refused(field: str, value: Any) -> None:
    with pytest.raises(InputError) as caught:
        Rules(**{**BASE, field: value})
    assert [fault.place for fault in caught.value.faults] == [field]
