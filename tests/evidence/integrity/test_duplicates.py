"""Rows that repeat others: a copy between tables is found, a restatement and a coincidence are not."""

from __future__ import annotations

from lutetia.evidence.integrity.duplicates import duplicate_findings


def found(paper):
    return [(f.rule, f.cells[0], f.severity) for f in duplicate_findings(paper)]


def test_the_clean_paper_has_none_though_it_restates_a_row(changed):
    assert found(changed({})) == []


def test_a_copied_row_is_found(changed):
    paper = changed({"T3/men": {"printed": "2.10 (1.40-3.16)", "p": "0.004"}, "T3/late": {"p": "0.004"}})
    assert found(paper) == [("repeated-row", "T3/late/estimate", "hard")]
    (finding,) = duplicate_findings(paper)
    assert "T3/men/p" in finding.cells
    assert "agree in 10 digits, p included" in finding.computed


def test_equal_numbers_with_another_p_or_few_digits_are_soft(changed):
    copied = {"printed": "2.10 (1.40-3.16)", "p": "0.5"}
    assert found(changed({"T3/men": copied, "T3/late": {"p": "0.004"}})) == [
        ("repeated-row", "T3/late/estimate", "soft")
    ]
    few = {"printed": "0.9 (0.7-1.1)", "p": "0.3"}
    assert found(changed({"T3/men": few, "T3/late": few})) == [("repeated-row", "T3/late/estimate", "soft")]


def test_the_same_contrast_and_endpoint_again_is_a_restatement(changed):
    same = {"printed": "2.10 (1.40-3.16)", "p": "0.004", "groups": ["late", "early"]}
    assert found(changed({"T3/men": same, "T3/late": same})) == []
    assert found(changed({"T3/men": {**same, "endpoint": "PFS"}, "T3/late": same}))[0][2] == "hard"


def test_one_interval_for_two_estimates(changed):
    paper = changed({"T3/os_old": {"printed": "31.4 (25.2-39.8)"}})
    assert found(paper) == [("repeated-interval", "T3/os_new/lower", "soft")]


def test_ranges_may_coincide(changed):
    paper = changed({"T3/os_old": {"printed": "31.4 (25.2-39.8)", "spread": "range"}})
    assert found(paper) == []
