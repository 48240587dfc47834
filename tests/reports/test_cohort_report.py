"""The report as one object: the design check before the results, every figure drawn, nothing of the study lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from lutetia.reports.cohort_report import report_of


def test_the_head_says_what_until_when_and_how_many(cohort_report):
    facts = dict(cohort_report.facts)
    assert facts["Data cut-off"] == "2022-06-30"
    assert facts["Patients"] == "94 screened, 90 analysed"
    assert facts["Comparison"] == "SSA-other against SSA-RLT"
    assert "Report of" not in facts
    assert cohort_report.running == "A small made-up cohort · made-up patients"


def test_all_sixteen_checks_are_there(cohort_report):
    assert [check.finding.check for check in cohort_report.checks] == [f"DC-{n:02d}" for n in range(1, 17)]
    assert sum(cohort_report.counts.values()) == 16


def test_every_table_and_figure_of_the_analysis_stands_in_a_section(cohort_report):
    blocks = [block for section in cohort_report.sections for block in section.blocks]
    assert {b.key for b in blocks if b.is_table} == {table.key for table in cohort_report.analysis.tables}
    figures = {figure.key for figure in cohort_report.analysis.figures}
    assert {b.key for b in blocks if not b.is_table} | {cohort_report.flow.key} == figures
    assert len(cohort_report.figures) == len(figures)


def test_who_is_left_out_is_counted(cohort_report):
    assert cohort_report.left_out == ("4 no investigational treatment: not met",)


def test_the_day_is_printed_when_it_is_given(cohort_report):
    made = replace(cohort_report.provenance, as_of=date(2026, 11, 20))
    heard = []
    again = report_of(replace(cohort_report.analysis, design=(), figures=()), made, told=heard.append)
    assert dict(again.facts)["Report of"] == "2026-11-20"
    assert again.flow is None
    assert heard == []
