"""The table of checks is complete, and contrasts side by side say which are not to be believed."""

from __future__ import annotations

import pytest

from lutetia.cohort.contrast import Contrast
from lutetia.cohort.design_rules import checks, contrasts, finding, limit, share


def contrast(**changes):
    values = {
        "analysis": "naive",
        "log_hazard_ratio": 0.0,
        "std_error": 0.1,
        "n": 10,
        "events": 5,
        "rows": 10,
        "converged": True,
        "why": "",
        "believe": True,
        "conventions": ("ties: efron",),
    }
    return Contrast(**(values | changes))


def test_there_are_sixteen_checks_numbered_from_one():
    assert checks() == tuple(f"DC-{number:02d}" for number in range(1, 17))


def test_a_finding_takes_its_words_from_the_table():
    made = finding("DC-02", True, "everybody")
    assert "immortal time" in made.direction
    assert made.record()["can_run"] is False


def test_an_unknown_limit_is_refused():
    with pytest.raises(KeyError, match="nothing"):
        limit("nothing")


def test_contrasts_side_by_side_say_what_is_biased_and_what_failed():
    made = contrasts("both", contrast(believe=False), contrast(converged=False, why="separation"))
    assert made.rows[0].says == "biased by design, shown to be compared"
    assert made.rows[1].estimate is None
    assert made.rows[1].says == "not estimable: separation"
    assert made.conventions == ("ties: efron",)


@pytest.mark.parametrize(("count", "of", "said"), [(12, 80, "12 of 80 (15 %)"), (0, 0, "0 of 0")])
def test_a_count_with_its_share(count, of, said):
    assert share(count, of) == said
