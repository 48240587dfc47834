"""Newest, worst since the line began, and baseline of each analyte; what is not graded is counted."""

from __future__ import annotations

from .conftest import cycle, found, lab, rlt

COURSE = (rlt(), cycle(1, 0))


def only(*entries, week=60):
    (one,) = found(*COURSE, *entries, week=week).laboratory
    return one


def test_newest_worst_and_baseline():
    one = only(lab("platelets", 210, -8), lab("platelets", 200, 0), lab("platelets", 70, 6), lab("platelets", 120, 9))
    assert (one.newest.entry_id, one.newest.by("5.0").value) == ("platelets-9", "1")
    worst = one.worst_by("5.0")
    assert (worst.text, worst.value.entry_id, str(worst.value.on)) == ("2", "platelets-6", "2024-02-12")
    assert one.baseline.entry_id == "platelets-0"  # taken on the day of the start, before the dose


def test_the_first_of_equal_grades_is_named():
    one = only(lab("platelets", 70, 6), lab("platelets", 60, 7), lab("platelets", 72, 8))
    assert one.worst_by("5.0").value.entry_id == "platelets-6"


def test_versions_have_their_own_worst():
    one = only(lab("neutrophils", 0.8, 4), lab("neutrophils", 1.2, 6))
    assert [(worst.version, worst.text) for worst in one.worst] == [("5.0", "3"), ("6.0", "2")]


def test_a_value_before_the_line_is_never_the_worst():
    one = only(lab("platelets", 40, -4), lab("platelets", 120, 2))
    assert one.worst_by("5.0").text == "1"
    assert one.baseline.by("5.0").value == "3"


def test_a_missing_word_leaves_a_range():
    # Potassium below the lower limit 3.5 and not below 3.0: grade 1, or 2 with symptoms.
    one = only(lab("potassium", 3.2, 2))
    assert (one.newest.by("5.0").value, one.worst_by("5.0").text) == ("1-2", "1-2")


def test_the_worst_lies_between_the_greatest_ends():
    # 1-2 and 3 (below 3.0): certainly 3.
    assert only(lab("potassium", 3.2, 2), lab("potassium", 2.8, 3)).worst_by("5.0").text == "3"


def test_a_value_without_limit_is_not_graded_and_counted():
    result = found(*COURSE, lab("platelets", 112, 5, lower_limit=None))
    (one,) = result.laboratory
    assert one.worst == ()
    assert one.newest.by("5.0").value is None
    assert "1 platelets values not graded: no lower limit on record" in map(str, result.left_out)


def test_values_of_one_day_that_disagree_are_no_newest_value():
    one = only(lab("platelets", 120, 5), lab("platelets", 60, 5, id="again"))
    assert one.newest is None
    assert one.remark == "values that cannot be put in order disagree: 60, 120"
    assert one.worst_by("5.0").text == "2"


def test_a_newer_unknown_value_is_remarked():
    one = only(lab("platelets", 120, 5), lab("platelets", {"unknown": "pending"}, 6))
    assert (one.newest.entry_id, one.remark) == ("platelets-5", "a newer value is unknown (pending)")
    alone = only(lab("platelets", {"unknown": "pending"}, 6))
    assert (alone.newest, alone.remark) == (None, "no value known (pending)")


def test_an_open_date_counts_for_neither_side():
    result = found(*COURSE, lab("platelets", 60, 1, date="2024-01"))
    (one,) = result.laboratory
    assert (one.worst, one.baseline) == ((), None)
    assert any("leaves open whether they lie after" in str(line) for line in result.left_out)


def test_an_analyte_without_criteria_is_counted():
    marker = lab("chromogranin_a", 388, 5)
    result = found(*COURSE, marker)
    assert result.laboratory == ()
    assert [str(line) for line in result.left_out] == [
        "1 laboratory values of an analyte that the CTCAE does not grade by a number",
        "1 laboratory values without a grade",  # by the dose machine
    ]


def test_baselines_of_one_day_that_disagree_are_none():
    one = only(lab("platelets", 200, -1), lab("platelets", 100, -1, id="again"), lab("platelets", 120, 5))
    assert one.baseline is None
