"""Responses of two groups: counts on paper, contrasts equal to the proportions asked separately."""

from __future__ import annotations

import pytest

from lutetia.cohort.compared import comparison_factor
from lutetia.cohort.response_comparison import response_comparison, response_lines, responses
from lutetia.proportion import contingency, difference, stratified


def test_the_table_of_the_eight(eight):
    # Line 2, RLT: PR, CR, SD; other: SD, PR, SD, PD, PD. Line 1 leaves out one response that was not evaluable.
    found = responses(eight, comparison_factor(eight), "ORR", 2)
    assert found.table() == [[1, 4], [2, 1]]
    assert responses(eight, comparison_factor(eight), "DCR", 2).table() == [[3, 2], [3, 0]]
    first = responses(eight, comparison_factor(eight), "ORR", 1)
    assert (first.table(), first.not_evaluable) == ([[0, 4], [1, 2]], 1)


def test_differences_by_every_method(eight):
    records = response_comparison(eight, key="response").records
    mine = [r for r in records if r["endpoint"] == "ORR line 2" and r["statistic"] == "ORR_difference"]
    assert [r["method"] for r in mine] == ["wald", "newcombe", "miettinen-nurminen"]
    for record in mine:
        found = difference(1, 5, 2, 3, method=record["method"])
        assert (record["estimate"], record["lower"], record["upper"]) == (found.estimate, found.lower, found.upper)


def test_odds_ratios_plain_and_over_strata(eight):
    records = response_comparison(eight, key="response").records
    plain, by_sex = [r for r in records if r["endpoint"] == "ORR line 2" and r["statistic"] == "odds_ratio"]
    assert plain["estimate"] == pytest.approx(1 * 1 / (4 * 2))
    assert plain["p"] == pytest.approx(contingency.fisher_exact([[1, 4], [2, 1]]).p)
    # women: other SD, PD; RLT PR, SD. men: other PR, SD, PD; RLT CR.
    tables = [[[0, 2], [1, 1]], [[1, 2], [1, 0]]]
    test = stratified.cochran_mantel_haenszel(tables, correction=False)
    assert (by_sex["p"], by_sex["analysis"]) == (pytest.approx(test.p), "stratified by sex")


def test_lines_are_those_the_groups_look_at(eight, itanet):
    assert response_lines(eight) == (1, 2)
    assert response_lines(itanet[0]) == (1, 2)


def test_a_table_without_responses_says_so(eight):
    table = response_comparison(eight, key="response", lines=(3,))
    assert [row.cells[1] for row in table.rows if "rate" in row.cells[0]] == ["0/0", "0/0"]
    assert "ORR, line 3: a group has no evaluable patient." in table.notes
