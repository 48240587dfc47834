"""`lutetia score recist|choi|growth` on a course: the columns of the tables and the line, one block for each line."""

from __future__ import annotations

import json
import math

import pytest

DAY = ("--as-of", "2026-11-20")
CHOI = ("--criteria", "choi", "--attenuation-average", "mean_of_lesions", "--progression-against", "nadir")


@pytest.fixture
def rows(run, examples):
    """The rows of a score of an example course, and what is said beside them."""

    def call(score, name, *words):
        result = run("score", score, examples / f"{name}.yaml", *DAY, "--format", "json", *words)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout), result.stderr

    return call


def test_recist_of_every_line_with_a_baseline(rows):
    found, said = rows("recist", "VO-10")
    assert list(found[0]) == ["subject", "reader", "visit", "target", "nontarget", "new_lesion", "overall", "line"]
    assert [(row["line"], row["visit"], row["overall"]) for row in found] == [
        ("lanreotide", "ct-2023-10", "SD"),
        ("octreotide", "ct-2026-09", "PD"),
    ]
    assert "line octreotide since 2024-05-20 (baseline ct-2023-10, 1 visit)" in said
    assert "line octreotide: 1 examination before the baseline: ct-2021-09" in said
    assert "days 216, at most 28" in said


def test_one_line_and_the_rules_named_for_it(rows):
    found, said = rows("recist", "VO-12", "--line", "rlt", "--nadir", "all_readers", "--reader", "recorded_by")
    assert [row["overall"] for row in found] == ["PR", "PR", "PD"]
    assert "nadir=all_readers" in said
    assert "reader=recorded_by" in said


def test_a_line_without_a_baseline_is_named_when_others_have_one(rows):
    found, said = rows("recist", "VO-12")
    assert {row["line"] for row in found} == {"rlt"}
    assert "Left out: line lanreotide: no measured baseline before the line (2019-05-20)" in said


def test_growth_from_sum_to_sum(rows):
    band = ("--reading-error-pct", 3, "--confidence", 0.95, "--cut-off", "first_follow_up")
    found, said = rows("growth", "VO-13", *band)
    assert list(found[0]) == [
        *("subject", "reader", "visit", "date", "rate_percent_per_month", "low", "high", "months", "side", "line"),
    ]
    expected = 100 * (math.exp(3 * math.log(93 / 101) / (105 * 12 / 365.25)) - 1)
    assert found[0]["rate_percent_per_month"] == pytest.approx(expected)
    assert [row["side"] for row in found] == ["below", None, None]
    assert "held against the first examination after the baseline alone" in said
    assert "side" not in rows("growth", "VO-13")[0][0]


def test_choi_of_portal_venous_scans(rows):
    # Attenuation (95 + 108) / 2 → (101 + 110) / 2 HU: +3.9 %; the sum 31 → 39 mm: +25.8 %.
    found, _ = rows("choi", "VO-06", *CHOI, "--unstated", "absent")
    assert [row["response"] for row in found] == ["SD", "SD", "PD"]
    assert found[-1]["attenuation_change_pct"] == pytest.approx(100 * (211 / 203 - 1))
    assert found[-1]["size_change_pct"] == pytest.approx(100 * 8 / 31)
    open_rows, _ = rows("choi", "VO-06", *CHOI)
    assert [row["possible"] for row in open_rows] == ["PD or SD", "PD or SD", "PD"]


def test_choi_of_other_phases_is_not_assessable_and_says_why(rows):
    found, said = rows("choi", "VO-12", *CHOI)
    assert {(row["response"], row["possible"]) for row in found} == {(None, "not assessable")}
    assert "line rlt, ct-2024-07: not assessable, only the portal venous phase counts" in said
    mri, said = rows("choi", "VO-14", *CHOI)
    assert mri[0]["size_change_pct"] is None
    assert "attenuation is measured on CT" in said


@pytest.mark.parametrize("score", [("recist",), ("growth",), ("choi", *CHOI)])
def test_a_course_without_lesions_to_judge_is_refused_with_the_reason(refused, examples, score):
    name, *more = score
    assert "no line of therapy begun by 2026-11-20" in refused("score", name, examples / "VO-07.yaml", *DAY, *more)
    said = refused("score", name, examples / "VO-12.yaml", *DAY, "--line", "lanreotide", *more)
    assert "measured lesions before and after its start" in said
    assert "line lanreotide: no measured baseline before the line (2019-05-20)" in said
    assert "lanreotide, rlt" in refused("score", name, examples / "VO-12.yaml", *DAY, "--line", "x", *more)


def test_faults_of_the_lesions_of_all_lines_come_together(refused, examples, tmp_path):
    path = tmp_path / "course.yaml"
    text = (examples / "VO-10.yaml").read_text(encoding="utf-8")
    path.write_text(
        text.replace("diameter_mm: 25}", "diameter_mm: 2.5}", 1).replace(
            "role: target, diameter_mm: 40", "role: new, diameter_mm: 40"
        ),
        encoding="utf-8",
    )
    said = refused("score", "recist", path, *DAY)
    assert "ct-2021-09, lesion liver-s4: a target must measure at least 10 mm" in said
    assert "lesion liver-s8: the role of a lesion must stay the same" in said


@pytest.mark.parametrize("words", [("--as-of", "2026-11-20"), ("--line", "x"), ("--reader", "recorded_by")])
def test_what_belongs_to_a_course_is_refused_beside_a_table(refused, tmp_path, words):
    table = tmp_path / "sums.csv"
    table.write_text("before_mm,after_mm,days\n100,120,91\n", encoding="utf-8")
    for score in (("growth", table), ("recist", table), ("choi", table, *CHOI)):
        assert f"{words[0]}: belongs to a course" in refused("score", *score, *words)
    assert "--unstated: belongs to a course" in refused("score", "choi", table, *CHOI, "--unstated", "absent")
