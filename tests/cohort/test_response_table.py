"""Responses by line: counts on paper, exact intervals by their definition."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.response_table import line_rates, response_table


def test_counts_of_the_eight(eight):
    rows = [row.cells for row in response_table(eight, key="response").rows if row.kind == "row"]
    first, ssa, second, rlt, targeted, chemotherapy = rows
    # patients, evaluable, CR, PR, SD, PD, NE or not known
    assert first[1:8] == ("8", "7", "0", "1", "4", "2", "1")
    assert ssa[1:8] == first[1:8]
    assert second[1:8] == ("8", "8", "1", "2", "3", "2", "0")
    assert [row[0].strip() for row in (rlt, targeted, chemotherapy)] == ["RLT", "TT", "CHT"]
    assert rlt[1:8] == ("3", "3", "1", "1", "1", "0", "0")


def test_a_response_of_unmeasurable_disease_is_control_and_no_objective_response(course, eight_study):
    lines = [("ssa_standard", "2015-01-01", {"best_response": "NON_CR_NON_PD"}), ("rlt", "2015-06-01")]
    study = eight_study(covariates=[], subgroups=[])
    data = analysis_data([course("A", lines=lines, last_contact="2016-01-01")], study)
    first = next(row.cells for row in response_table(data, key="response").rows if row.kind == "row")
    assert first[1:8] == ("1", "1", "0", "0", "1", "0", "0")
    assert first[8].startswith("0.0 (")
    assert first[10].startswith("100.0 (")


def test_exact_limits_are_those_at_which_the_count_becomes_improbable(eight):
    table = response_table(eight, key="response")
    orr = next(
        r
        for r in table.records
        if (r["analysis"], r["statistic"], r["level"], r["method"]) == ("line 2", "ORR", "RLT", "clopper-pearson")
    )
    assert (orr["estimate"], orr["n"], orr["events"]) == (pytest.approx(2 / 3), 3, 2)
    assert binom.sf(1, 3, orr["lower"]) == pytest.approx(0.025)  # two or more of three
    assert binom.cdf(2, 3, orr["upper"]) == pytest.approx(0.025)


def test_both_denominators_stand_side_by_side(eight):
    mine = [r for r in response_table(eight, key="response").records if r["statistic"] == "ORR"]
    first = [r for r in mine if r["analysis"] == "line 1" and r["level"] == "SSA"]
    assert {(r["events"], r["n"], r["note"]) for r in first} == {
        (1, 7, "of evaluable patients"),
        (1, 8, "of all patients who had the line"),
    }


def test_treatments_of_a_line_sum_to_all_patients(itanet):
    data, _ = itanet
    for number in (1, 2):
        everybody, *treated = line_rates([member.story for member in data.selection.members], number)
        assert sum(rate.n for rate in treated) == everybody.n
        assert sum(rate.responded for rate in treated) == everybody.responded
        assert sum(rate.n_line for rate in treated) == everybody.n_line == data.n


def test_a_line_that_nobody_had_has_no_rows(eight):
    table = response_table(eight, key="response", lines=(3,))
    assert table.rows == ()
