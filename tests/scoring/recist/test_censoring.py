"""Twin of src/lutetia/scoring/recist/censoring.py: no policy is a default, every choice is printed."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring.recist.censoring import Censoring
from lutetia.scoring.recist.schedule import Schedule

SCHEDULE = Schedule(weeks=(0, 16, 24), then_every_weeks=12, window_before_days=7, window_after_days=7)
PLAIN: dict[str, Any] = {"policy": "treatment_policy", "counting": "inclusive", "adequate": "evaluable"}


@pytest.mark.parametrize("left_out", ["policy", "counting", "adequate"])
def test_policy_counting_and_adequacy_have_no_default(left_out: str) -> None:
    with pytest.raises(TypeError):
        Censoring(**{name: value for name, value in PLAIN.items() if name != left_out})


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"policy": "fda_a"}, "policy"),
        ({"counting": "days"}, "counting"),
        ({"adequate": "yes"}, "adequate"),
        ({"policy": "fda_2007_a"}, "schedule"),
        ({"policy": "back_dating", "schedule": SCHEDULE}, "back_date_after_missed"),
        ({"policy": "back_dating", "schedule": SCHEDULE, "back_date_after_missed": 0}, "back_date_after_missed"),
    ],
)
def test_what_a_policy_needs(change: dict[str, Any], place: str) -> None:
    with pytest.raises(InputError) as refused:
        Censoring(**{**PLAIN, **change})
    assert [fault.place for fault in refused.value.faults] == [place]


def test_the_unverified_rows_of_table_a_are_printed() -> None:
    said = "\n".join(Censoring(**{**PLAIN, "policy": "fda_2007_a", "schedule": SCHEDULE}).conventions)
    assert "NOT verified" in said
    assert "VER-FDA-04" in said
    assert "window −7/+7 days" in said


def test_every_choice_is_printed() -> None:
    said = Censoring(**PLAIN, partial_dates="last_day").conventions
    for choice in ("policy=treatment_policy", "adequate=evaluable", "counting=inclusive", "partial_dates=last_day"):
        assert any(line.startswith(choice) for line in said)
