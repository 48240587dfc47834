"""Twin of src/lutetia/scoring/recist/cells.py."""

from __future__ import annotations

import pytest

from lutetia.scoring.recist.cells import WHERE, WHO, Courses, Kinds, Whens, why_unused


@pytest.mark.parametrize(
    ("cells", "course"),
    [
        (("P1", "R1", "INDEPENDENT ASSESSOR"), ("P1", "R1")),
        (("P1", "", "INVESTIGATOR"), ("P1", "INVESTIGATOR")),
        ((" P1 ", None, float("nan")), ("P1", None)),
    ],
)
def test_the_reader_is_evalid_else_eval(cells: tuple[object, ...], course: tuple[str, str | None]) -> None:
    assert Courses(WHO, WHO)[cells] == course


def test_when_a_row_was_and_what_is_wrong_with_it() -> None:
    whens = Whens(WHERE[3:], by_number=True)
    key, label, days, accepted, wrong = whens["2", "WEEK 8", "2024-03-01T09:30", "Y"]
    assert (key, label, [str(day) for day in days], accepted, wrong) == (2.0, "WEEK 8", ["2024-03-01"], True, None)
    assert whens["x", "WEEK 8", "", ""][4] == ("VISITNUM must be a number that tells the visit", "'x'")
    assert whens["2", "", "1 March", ""][4] == ("the date must be written as 2024-05-17, 2024-05 or 2024", "'1 March'")
    assert Whens(("VISIT",), by_number=False)[("WEEK 8",)][0] == "WEEK 8"


def test_tests_are_longest_short_axis_state_or_other() -> None:
    kinds = Kinds()
    assert [kinds[code] for code in ("LDIAM", "lperp", "TUMSTATE", "SUMDIAM", None)] == [
        "longest",
        "short_axis",
        "state",
        "other",
        "other",
    ]


def test_why_a_row_is_not_used() -> None:
    assert why_unused("SUMDIAM", "").startswith("TR rows without a lesion")
    assert why_unused("VOLUME", "T1") == "TR rows with test VOLUME, which RECIST 1.1 does not use"
    assert why_unused("", "T1") == "TR rows with test (none), which RECIST 1.1 does not use"
