"""A table of laboratory values at once: what is left out, what is refused, what is said."""

from __future__ import annotations

from typing import Any

import pytest

from lutetia.errors import InputError
from lutetia.scoring import ctcae

np = pytest.importorskip("numpy")
PUBLISHED: dict[str, Any] = {
    "post_baseline": True, "baseline_rule": "post_baseline_only", "unstated": "range", "limits": "as_reported",
    "integer_bands": "half_open", "side": "both",
}  # fmt: skip


def graded(*given: Any, **named: Any) -> ctcae.CtcaeGrades:
    """The grades under the choices of the published call of `ctcae.grade`, but for those given."""
    return ctcae.grade_many(*given, **{**PUBLISHED, **named})


def test_one_analyte_and_unit_for_all_rows() -> None:
    got = graded("platelets", [80, 60, 40, 20], "1e9/L", "5.0", lln=150)
    assert got.low.tolist() == got.high.tolist() == [1, 2, 3, 4]
    assert got.side.tolist() == [-1, -1, -1, -1]
    assert got.low.dtype == np.int8


def test_the_order_of_rows_changes_nothing() -> None:
    names, units = ["sodium", "platelets", "sodium", "alt"], ["mmol/L", "/mm3", "mmol/L", "U/L"]
    values, lln, uln = [150.5, 5e4, 118, 90], [135, 150000, 135, float("nan")], [145, 4e5, 145, 40]
    got = graded(names, values, units, "5.0", lln=lln, uln=uln)
    back = graded(names[::-1], values[::-1], units[::-1], "5.0", lln=lln[::-1], uln=uln[::-1])
    assert got.value.tolist() == back.value.tolist()[::-1] == ["2", "2", "4", "1"]
    assert got.side.tolist() == [1, -1, -1, 1]


def test_a_row_without_a_value_is_counted_not_graded() -> None:
    got = graded("platelets", [60, float("nan"), 20], "1e9/L", "5.0", lln=150)
    assert got.low.tolist() == [2, -1, 4]
    assert got.value.tolist() == ["2", "", "4"]
    assert [(part.why, part.rows) for part in got.left_out] == [("the value is missing", (1,))]
    assert got.rows_left_out == 1


def test_all_rows_at_fault_are_listed() -> None:
    with pytest.raises(InputError) as caught:
        graded(
            ["platelets", "platelets", "gold", "haemoglobin", "platelets", "haemoglobin", "gold", "platelets"],
            [50, -5, 1, 12.8, 50, 130, 1, 60],
            ["1e9/L", "1e9/L", "g/L", "g/L", "parsec", "g/L", "g/L", "1e9/L"],
            "5.0",
            lln=[150, 150, 1, 120, 150, 120, 1, 500],
            uln=[400, 400, 2, 160, 400, 160, 2, 400],
        )
    said = str(caught.value)
    assert "CTCAE grades: 5 faults" in said
    assert "analyte: must be an analyte that CTCAE v5.0 grades by a number, but got 'gold' in rows 2, 6." in said
    assert "unit: must be a unit in which platelets is reported, but got 'parsec' in row 4." in said
    assert "value must lie between 15 and 260 g/L for haemoglobin, but got other in row 3." in said
    assert "value: must be a number of at least 0, but got other in row 1." in said
    assert "lln: must not exceed uln, but got other in row 7." in said


def test_rows_at_fault_can_be_left_out_and_are_counted() -> None:
    got = graded(
        ["platelets", "gold", "platelets"], [60, 1, float("nan")], ["1e9/L", "g/L", "1e9/L"], "5.0", lln=150,
        faulty_rows="leave_out",
    )  # fmt: skip
    assert got.low.tolist() == [2, -1, -1]
    assert [part.rows for part in got.left_out] == [(2,), (1,)]
    assert "gold" in got.left_out[1].why
    assert got.rows_left_out == 2


def test_without_a_version_nothing_is_graded() -> None:
    with pytest.raises(InputError, match="needs the version"):
        graded("platelets", [60], "1e9/L")


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ({"lln": [1.0, 2.0]}, "lln"),
        ({"unit": ["1e9/L", "1e9/L"]}, "unit"),
        ({"clinical": {"dizzy": True}}, "clinical"),
        ({"unstated": "guess"}, "unstated"),
        ({"uln": float("inf")}, "uln"),
        ({"faulty_rows": "forget"}, "faulty_rows"),
        ({"value": [[1.0], [2.0]]}, "value"),
    ],
)
def test_arguments_that_do_not_fit_are_named(arguments: Any, place: str) -> None:
    with pytest.raises(InputError) as caught:
        graded(**{"analyte": "platelets", "value": [60.0], "unit": "1e9/L", "version": "5.0", **arguments})
    assert caught.value.faults[0].place == place


def test_conventions_are_told_once() -> None:
    got = graded(["calcium", "alt"], [2.5, 30], ["mmol/L", "U/L"], "6.0", lln=2.1, uln=[2.6, 40])
    assert "PROVISIONAL" in got.conventions[0]
    assert got.provisional
    assert len(set(got.conventions)) == len(got.conventions)
    assert any(said.startswith("limits=as_reported") for said in got.conventions)
    assert any(said.startswith("baseline_rule=post_baseline_only") for said in got.conventions)


def test_an_empty_table_has_no_grades() -> None:
    got = graded([], [], [], "5.0")
    assert got.low.shape == (0,)


def test_texts_among_the_numbers_are_refused_with_their_rows() -> None:
    with pytest.raises(InputError) as caught:
        graded("platelets", [80, "<5", None, "5 cm"], "1e9/L", "5.0", lln=[150, "x", 150, 150])
    said = [str(fault) for fault in caught.value.faults]
    assert said == [
        "value: must be a number, but got '<5' in row 1.",
        "value: must be a number, but got '5 cm' in row 3.",
        "lln: must be a number, but got 'x' in row 1.",
    ]


def test_post_baseline_must_be_as_long_as_the_values() -> None:
    with pytest.raises(InputError, match="post_baseline"):
        graded("platelets", [80, 60], "1e9/L", "5.0", post_baseline=[True, False, True])
    with pytest.raises(InputError, match="post_baseline: must be True or False, but got None in row 1"):
        graded("platelets", [80, 60], "1e9/L", "5.0", post_baseline=[True, None])
