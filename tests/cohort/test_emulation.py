"""The declaration of a target trial."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.cohort.emulation import Emulation

GOOD = {
    "at": {"event": "progression", "line": 1},
    "strategies": [{"name": "RLT", "next_line": ["RLT"]}, {"name": "other", "next_line": ["not RLT"]}],
    "grace_days": 183,
}


def test_a_good_one():
    made = Emulation(**GOOD, adjust_for=["sex"])
    assert [strategy.name for strategy in made.strategies] == ["RLT", "other"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"strategies": GOOD["strategies"][:1]}, "at least 2"),
        ({"strategies": [GOOD["strategies"][0]] * 2}, "names of their own"),
        ({"strategies": [{"name": "a", "next_line": ["PRRT"]}, GOOD["strategies"][1]]}, "treatments must be among"),
        ({"grace_days": 0}, "greater than or equal to 1"),
    ],
)
def test_what_is_no_target_trial_is_refused(change, said):
    with pytest.raises(ValidationError, match=said):
        Emulation(**(GOOD | change))
