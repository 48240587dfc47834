"""`lutetia score dose`: the dose rules on a course, one row a dose or a change, the choices named and printed."""

from __future__ import annotations

import json

CHOICES = ("--delay-reading", "delay_of_16_weeks", "--reduction", "half_then_full", "--ctcae-version", "5.0")


def rows(result) -> list[dict]:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_course_step_by_step(run, examples):
    found = rows(run("score", "dose", examples / "VO-13.yaml", *CHOICES, "--as-of", "2026-03-18", "--format", "json"))
    assert [(row["date"], row["event"], row["after"]) for row in found] == [
        ("2025-10-02", "dose", ""),
        ("2025-11-27", "dose", ""),
        ("2026-01-22", "dose", ""),
        ("2026-02-26", "thrombocytopenia", "withheld"),
        ("2026-03-17", "thrombocytopenia", "reduced"),
        ("2026-03-18", "next dose", "undecided"),
    ]
    assert found[3]["rules"] == "DM-PLT-1"
    assert found[4]["rules"] == "DM-PLT-2 DM-RED-1"


def test_what_is_open_and_every_convention_is_printed(run, examples):
    said = run("score", "dose", examples / "VO-13.yaml", *CHOICES, "--as-of", "2026-03-18").output
    assert "by the findings so far: give 3700 MBq; to be judged: renal, hepatic, hypersensitivity, other" in said
    assert "a named judge on renal toxicity" in said
    assert "delay reading: delay_of_16_weeks" in said
    assert "DM-RED-1 is not verified" in said


def test_a_line_that_ended_has_no_next_dose_but_a_departure(run, examples):
    result = run("score", "dose", examples / "VO-13.yaml", *CHOICES, "--as-of", "2026-11-20", "--format", "csv")
    assert "next dose" not in result.stdout
    assert "dose of 2026-03-19 not reduced" in result.stderr


def test_readings_of_a_partial_date_that_differ_are_both_shown(run, tmp_path):
    course = tmp_path / "course.yaml"
    course.write_text(
        """\
lutetia: course/1
made_up: true
patient: {id: MU-1}
entries:
- {kind: therapy_line, id: rlt, date: 2024-01-01, recorded_by: x, regimen: rlt, ongoing: true}
- {kind: rlt_cycle, id: c1, date: 2024-01-01, recorded_by: x, line: rlt, number: 1, activity_mbq: 7400}
- {kind: rlt_cycle, id: c2, date: 2024-02-26, recorded_by: x, line: rlt, number: 2, activity_mbq: 7400}
- {kind: laboratory, id: plt, date: 2024-02, recorded_by: x, analyte: platelets, value: 70, unit: G/L, lower_limit: 150}
""",
        encoding="utf-8",
    )
    found = rows(run("score", "dose", course, *CHOICES, "--as-of", "2024-03-10", "--format", "json"))
    held = [(row["date"], row["event"]) for row in found if row["after"] == "withheld"]
    assert held == [
        ("2024-02-01", "thrombocytopenia [partial dates on the first day]"),
        ("2024-02-29", "thrombocytopenia [partial dates on the last day]"),
    ]


def test_every_choice_must_be_named(run, examples):
    result = run("score", "dose", examples / "VO-13.yaml", "--as-of", "2026-03-18")
    assert result.exit_code == 2
    assert "--delay-reading" in result.stderr


def test_a_version_that_does_not_exist_is_refused(refused, examples):
    choices = (*CHOICES[:-1], "4.0")
    assert "must be one of 5.0, 6.0" in refused("score", "dose", examples / "VO-13.yaml", *choices)


def test_a_course_without_cycles_is_refused(refused, examples):
    said = refused("score", "dose", examples / "VO-01.yaml", *CHOICES, "--as-of", "2026-11-20")
    assert "must hold a line of RLT with cycles" in said
