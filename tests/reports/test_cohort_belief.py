"""What to believe: three sentences by fixed rules, naming what fired; never a claim beyond the interval."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lutetia.estimate import Estimate
from lutetia.reports.cohort_belief import endpoint_of, made_up, what_to_believe
from lutetia.results.record import record
from lutetia.results.table import Table


def with_result(report, lower, upper, believe="yes"):
    """The analysis with one result of the target trial, made by hand."""
    ratio = Estimate(estimate=2.0, lower=lower, upper=upper, method="by hand")
    told = record("hazard_ratio", ratio, analysis="clone-censor-weight", note=f"believe: {believe}; more")
    table = Table(key="target-trial", title="", head=("a",), rows=(), records=(told,))
    kept = tuple(t for t in report.analysis.tables if t.key != "target-trial")
    return replace(report.analysis, tables=(*kept, table))


def without(report, *names):
    study = report.analysis.study.model_copy(update=dict.fromkeys(names))
    selection = replace(report.analysis.data.selection, study=study)
    return replace(report.analysis, study=study, data=replace(report.analysis.data, selection=selection))


def test_the_first_sentence_names_what_fired(cohort_report):
    first = cohort_report.believe[0]
    for check in cohort_report.checks:
        biasing = check.finding.check in ("DC-01", "DC-02", "DC-03", "DC-04")
        assert (f"({check.finding.check})" in first) == (biasing and check.state == "fired")
    assert "do not read it as the effect of treatment" in first
    assert "SSA-other against SSA-RLT has a hazard ratio of" in first


@pytest.mark.parametrize(
    ("lower", "upper", "said"),
    [(1.2, 3.3, "an interval that excludes no difference"), (0.9, 3.3, "compatible with no difference")],
)
def test_the_verdict_is_the_intervals(cohort_report, lower, upper, said):
    second = what_to_believe(with_result(cohort_report, lower, upper), cohort_report.checks)[1]
    assert f"2.00 ({lower:.2f}–{upper:.2f}) by clone-censor-weight" in second
    assert said in second
    assert "“another treatment next” against “RLT next”" in second


def test_an_analysis_not_to_be_believed_is_not_the_answer(cohort_report):
    second = what_to_believe(with_result(cohort_report, 1.2, 3.3, believe="no"), cohort_report.checks)[1]
    assert "gives no number to believe" in second


def test_without_a_decision_the_cohort_describes(cohort_report):
    believe = what_to_believe(without(cohort_report, "emulation"), cohort_report.checks)
    assert "No decision is declared" in believe[1]
    assert "adjusted for" not in believe[2]


def test_without_a_comparison_nothing_is_compared(cohort_report):
    first = what_to_believe(without(cohort_report, "comparison"), cohort_report.checks)[0]
    assert first.startswith("No two groups can be compared for OS (no comparison is declared)")


def test_what_is_open_names_the_covariates_and_says_made_up(cohort_report):
    third = cohort_report.believe[2]
    assert "beyond the 2 covariates adjusted for (sex; Ki-67, %)" in third
    assert "made up" in third
    assert "DC-13 cannot be told" in third


def test_who_is_invented(cohort_report):
    assert made_up(cohort_report.analysis) == "All patients are made up."
    assert made_up(without(cohort_report, "made_up")) == "All patients are made up."  # the courses say so themselves
    assert endpoint_of(cohort_report.analysis) == "OS"
