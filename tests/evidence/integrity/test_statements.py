"""Differences, claims, numbers given twice, intervals of known methods, balance of arms."""

from __future__ import annotations

import pytest

from lutetia.evidence.integrity.statements import statement_findings


def found(paper):
    return [(f.rule, f.cells[0], f.severity) for f in statement_findings(paper)]


def test_the_clean_paper_has_none(changed):
    assert found(changed({})) == []


def test_a_difference_that_is_not_one(changed):
    paper = changed({"T2/gain": {"printed": "14.0 (2.0 to 27.3)"}})
    assert found(paper) == [("difference-of-rows", "T2/gain/estimate", "hard")]
    assert found(changed({"T3/longer": {"printed": "8.5"}})) == [("difference-of-rows", "T3/longer/estimate", "hard")]
    assert found(changed({"T3/longer": {"printed": "9"}})) == []  # 30.1 - 21.4 = 8.7


def test_a_difference_of_percentages_without_counts(changed):
    paper = changed({"T2/orr_new": {"printed": "40.0%"}, "T2/gain": {"printed": "15.1"}})
    assert found(paper) == []  # 40.0 may be 40.05
    assert found(changed({"T2/gain": {"printed": "15.2"}}))[0][0] == "difference-of-rows"


def test_the_interval_of_a_rate(changed):
    wrong = {"printed": "40 (40.0%) (30.3-53.0)"}
    paper = changed({"T2/orr_new": wrong})
    assert found(paper) == [("interval-of-proportion", "T2/orr_new/lower", "soft")]
    (finding,) = statement_findings(paper)
    assert "clopper-pearson gives 30.3-50.3; the printed limits fit no known method" in finding.computed
    assert found(changed({"T2/orr_new": {**wrong, "interval": "clopper-pearson"}}))[0][2] == "hard"
    wilson = {"printed": "40 (40.0%) (30.9-49.8)"}
    assert found(changed({"T2/orr_new": {**wilson, "interval": "clopper-pearson"}}))[0][2] == "hard"
    assert found(changed({"T2/orr_new": {**wilson, "interval": None}})) == []


def test_the_interval_of_a_difference(changed):
    wald = changed({"T2/gain": {"printed": "15.0 (2.2 to 27.8)"}})  # 15 ± 1.96 · sqrt(0.24/100 + 0.1875/100)
    assert found(wald) == [("interval-of-difference", "T2/gain/lower", "soft")]
    assert "only the Wald interval gives this" in next(statement_findings(wald)).computed
    other = changed({"T2/gain": {"printed": "15.0 (1.0 to 29.0)"}})
    assert "no known method gives this" in next(statement_findings(other)).computed


def test_a_number_given_twice(changed):
    assert found(changed({"T3/arm_again": {"printed": "0.72 (0.50-0.98)"}})) == [
        ("given-twice", "T3/arm_again", "soft")
    ]
    twice = {"T1/men": {"restates": "T2/orr_new"}}
    assert [f[0] for f in found(changed(twice))] == ["given-twice"]


def test_a_percentage_that_one_of_the_two_leaves_out_is_no_contradiction(changed):
    assert found(changed({"T2/cr_new": {"restates": "T1/liver"}, "T1/liver": {"printed": "4 (4%)"}})) == []


def test_unbalanced_arms(changed):
    paper = changed({"T1/men_new": {"printed": "72 (72%)"}, "T1/men_old": {"printed": "48 (48%)"}})
    assert found(paper) == [("baseline-balance", "T1/men_new", "soft")]  # chi-square 12.0, p 0.0005
    (finding,) = statement_findings(paper)
    assert "chi-square p = 0.00053; 1 items compared" in finding.computed
    few = changed({"T1/men_new": {"printed": "8 (8%)"}, "T1/men_old": {"printed": "0 (0%)"}})
    assert "fisher p = 0.0068" in next(statement_findings(few)).computed
    assert found(changed({"T1/men_new": {"printed": "0 (0%)"}, "T1/men_old": {"printed": "0 (0%)"}})) == []


def test_claims_against_their_rows(changed):
    assert found(changed({"T3/arm": {"p": "0.07"}})) == [("claim-against-p", "T3/arm", "soft")]
    assert found(changed({"T3/arm": {"p": "ns"}})) == [("claim-against-p", "T3/arm", "soft")]
    paper = changed({"claims/alike": {"rows": ["T3/late"]}})
    assert "claim-against-p" in [f[0] for f in found(paper)]
    assert "the rows show a difference: T3/late 2.10 (1.40-3.16) p <0.001" in next(statement_findings(paper)).computed


@pytest.mark.parametrize(
    ("rows", "flagged"), [(["T3/arm_again"], []), (["T2/gain"], []), (["T3/os_new"], []), (["T3/men"], ["T3/men"])]
)
def test_without_a_p_the_interval_decides(changed, rows, flagged):
    paper = changed({"claims/better": {"rows": rows}})
    assert [f[1] for f in found(paper)] == flagged
