"""The table of checks is complete, and contrasts side by side say which are not to be believed."""

from __future__ import annotations

import pytest

from lutetia.cohort.contrast import Contrast
from lutetia.cohort.design_finding import Remedy, RemedyRow
from lutetia.cohort.design_rules import attempted, checked, checks, contrasts, finding, limit, share
from lutetia.errors import Fault, InputError


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


def refuse():
    raise InputError(
        "study", [Fault(place="OS", must="must have events", got="none", do="Wait."), Fault(place="a", must="b")]
    )


def test_a_remedy_that_the_study_cannot_bear_says_so():
    (row,) = finding("DC-02", True, "everybody", refuse).run().rows
    assert row.says == "cannot be made: OS must have events, but got none; a b"


def test_a_remedy_that_can_be_made_is_the_remedy():
    made = Remedy(title="t", quantity="months", rows=())
    assert finding("DC-02", True, "everybody", lambda: made).run() == made


def test_a_check_that_the_study_cannot_bear_cannot_be_told():
    found = checked("DC-07", refuse)
    assert (found.check, found.fired, found.run) == ("DC-07", None, None)
    assert found.trigger == "cannot be told: OS must have events, but got none; a b"
    assert checked("DC-07", lambda: finding("DC-07", False, "p 0.8")).fired is False


def test_an_analysis_that_cannot_be_made_stands_beside_the_others():
    made = contrasts("both", contrast(), attempted("landmark", refuse))
    assert [row.analysis for row in made.rows] == ["naive", "landmark"]
    assert made.rows[1] == RemedyRow(analysis="landmark", says="cannot be made: OS must have events, but got none; a b")


def test_a_ratio_without_a_finite_error_is_not_printed():
    (row,) = contrasts("one", contrast(std_error=float("nan"))).rows
    assert row.estimate is None
    assert row.says == "not estimable: no finite standard error"
