"""A course is scored as a table is: only what was known on the day, and what is not scored is counted."""

from __future__ import annotations

from datetime import date

import pytest

from lutetia.cli.score_courses import laboratory_table, questionnaire_table
from lutetia.cli.score_rows import ctcae, qlq
from lutetia.errors import InputError

CTCAE = {
    "baseline_rule": "post_baseline_only",
    "unstated": "range",
    "limits": "as_reported",
    "integer_bands": "half_open",
    "side": "both",
    "check_plausible": True,
}
QLQ = {"layout": None, "missing": "half"}
COURSE = """\
lutetia: course/1
made_up: true
patient: {id: MU-1}
entries:
- {kind: laboratory, id: hb, date: 2024-05-02, recorded_by: lab, analyte: haemoglobin, value: 9.0, unit: g/dL,
   lower_limit: 12}
- {kind: laboratory, id: hb2, date: 2024-05-02, recorded_by: lab, analyte: haemoglobin, value: 7.9, unit: g/dL,
   lower_limit: 12, supersedes: hb}
- {kind: laboratory, id: cga, date: 2024-05-02, recorded_by: lab, analyte: chromogranin_a, value: 90, unit: ug/L}
- {kind: laboratory, id: plt, date: 2024-05-02, recorded_by: lab, analyte: platelets, value: {unknown: pending}}
- {kind: laboratory, id: late, date: 2025-05-02, recorded_by: lab, analyte: platelets, value: 90, unit: G/L}
- {kind: questionnaire, id: q, date: 2024-05-02, recorded_by: nurse, instrument: QLQ-C30, answers: {29: 7, 30: 6}}
- {kind: questionnaire, id: g8, date: 2024-05-02, recorded_by: nurse, instrument: G8, answers: {1: 1}}
"""


@pytest.fixture
def course(tmp_path):
    path = tmp_path / "course.yaml"
    path.write_text(COURSE, encoding="utf-8")
    return path


def test_a_course_gives_its_laboratory_values(course):
    scored = ctcae(laboratory_table(course, date(2024, 6, 1)), "5.0", CTCAE)
    assert [(row["date"], row["value"], row["grade"]) for row in scored.rows] == [("2024-05-02", "7.9", "3")]
    assert scored.left_out == (
        "2 laboratory entries corrected, or not known by 2024-06-01",
        "1 row: CTCAE v5.0 grades no chromogranin_a by a number",
        "1 row: the value is missing",
    )


def test_a_course_gives_its_questionnaires(course):
    scored = qlq(questionnaire_table(course, date(2024, 6, 1), "QLQ-C30", None), "QLQ-C30", QLQ)
    # Global health: mean of 7 and 6 is 6.5, (6.5 - 1) / 6 = 91.67 %; nothing else was answered.
    assert scored.rows[0]["QL"] == pytest.approx(91.6667, abs=1e-4)
    assert scored.rows[0]["PF"] is None
    assert scored.left_out == ("1 questionnaire G8, not QLQ-C30",)
    with pytest.raises(InputError, match="that can be scored"):
        questionnaire_table(course, date(2020, 1, 1), "QLQ-C30", None)


def test_an_answer_to_no_item_of_the_instrument_is_refused(course):
    course.write_text(COURSE.replace("29: 7", "31: 7"), encoding="utf-8")
    with pytest.raises(InputError, match="questionnaire q, item 31"):
        qlq(questionnaire_table(course, date(2024, 6, 1), "QLQ-C30", None), "QLQ-C30", QLQ)


BASELINE = """\
lutetia: course/1
made_up: true
patient: {id: MU-2}
entries:
- {kind: therapy_line, id: rlt, date: 2024-03-01, recorded_by: x, regimen: rlt, ongoing: true}
- {kind: laboratory, id: a0, date: 2024-02-20, recorded_by: lab, analyte: alt, value: 60, unit: U/L, upper_limit: 50}
- {kind: laboratory, id: a1, date: 2024-04-20, recorded_by: lab, analyte: alt, value: 180, unit: U/L, upper_limit: 40}
- {kind: laboratory, id: a2, date: 2024-03, recorded_by: lab, analyte: alt, value: 90, unit: U/L, upper_limit: 40}
"""


def test_the_baseline_is_the_newest_value_before_the_line(tmp_path):
    path = tmp_path / "course.yaml"
    path.write_text(BASELINE, encoding="utf-8")
    table = laboratory_table(path, date(2024, 6, 1), "line_start")
    references = ("baseline", "baseline_uln", "uln", "post_baseline")
    assert [tuple(row[name] for name in references) for row in table.rows] == [
        ("60.0", "50.0", "50.0", "no"),
        ("60.0", "50.0", "40.0", "yes"),
    ]
    assert table.left_out == ("1 values that may lie before or after the start of rlt",)
    # 180 is 4.5 x ULN (grade 2 by ULN alone) but 3.0 x the raised baseline, so grade 1; 60 is above its ULN, grade 1.
    assert [row["grade"] for row in ctcae(table, "5.0", CTCAE).rows] == ["1", "1"]
    assert [row["grade"] for row in ctcae(laboratory_table(path, date(2024, 6, 1)), "5.0", CTCAE).rows] == [
        "1",
        "1",
        "2",
    ]


def test_a_baseline_needs_a_line(course):
    with pytest.raises(InputError, match="must hold a line of RLT"):
        laboratory_table(course, date(2024, 6, 1), "line_start")
