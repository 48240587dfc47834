"""Groups within groups: sums, parts larger than their whole, missing values that vanish."""

from __future__ import annotations

from math import comb

import pytest

from lutetia.evidence.integrity.flow import flow_findings


def found(paper):
    return [(f.rule, f.cells[0], f.severity) for f in flow_findings(paper)]


def test_the_clean_paper_has_none(changed):
    assert found(changed({})) == []


def test_a_split_that_does_not_add_up(changed):
    assert found(changed({"groups/men": {"n": 121}})) == [("denominators", "groups/men/n", "hard")]
    (finding,) = flow_findings(changed({"groups/men": {"n": 119}}))
    assert "119 + 80 = 199 falls short of 200" in finding.computed


def test_an_incomplete_split_may_fall_short_but_not_exceed(changed, clean):
    clean["splits"][2]["complete"] = False
    assert found(changed({"groups/men": {"n": 100}})) == []
    assert found(changed({"groups/men": {"n": 121}})) == [("denominators", "groups/men/n", "hard")]


def test_what_another_split_would_become_is_said(changed, clean):
    clean["groups"] += [
        {"id": "treated", "n": 150, "of": "all"},
        {"id": "left", "n": 70, "of": "all"},
        {"id": "right", "n": 55, "of": "all"},
        {"id": "neither", "n": 80, "of": "all"},
    ]
    clean["splits"] += [
        {"id": "sides", "of": "all", "into": ["left", "right", "neither"]},
        {"id": "treated_sides", "of": "treated", "into": ["left", "neither"]},
    ]
    (finding,) = flow_findings(changed({}))  # 70 + 55 + 80 = 205 of 200; 70 + 80 = 150
    assert finding.cells[0] == "groups/neither/n"
    assert "With 75 in neither, treated would be 145 (72.5 % of 200)" in finding.computed


def test_a_part_larger_than_its_whole(changed):
    assert found(changed({"groups/second_line": {"n": 201}}))[0] == ("denominators", "groups/second_line/n", "hard")


def vanishing(clean, whole: int, missing: int, inside: int):
    """A subgroup in which the marker is known in everybody."""
    low = inside // 2
    clean["groups"][2:] = [
        {"id": "all", "n": whole},
        {"id": "low", "n": whole - missing, "of": "all"},
        {"id": "no_marker", "n": missing, "of": "all"},
        {"id": "second_line", "n": inside, "of": "all"},
        {"id": "second_low", "n": low, "of": "second_line"},
        {"id": "second_high", "n": inside - low, "of": "second_line"},
    ]
    clean["splits"] = [
        {"id": "marker", "of": "all", "into": ["low", "no_marker"], "by": "marker", "missing": ["no_marker"]},
        {"id": "second", "of": "second_line", "into": ["second_low", "second_high"], "by": "marker"},
    ]
    clean["tables"], clean["claims"] = [], []
    return clean


@pytest.mark.parametrize(
    ("missing", "inside", "severity"),
    [(2, 100, None), (10, 100, "soft"), (20, 150, "hard"), (20, 190, "hard")],
)
def test_missing_values_that_vanish_in_a_subgroup(changed, clean, missing, inside, severity):
    vanishing(clean, 200, missing, inside)
    findings = list(flow_findings(changed({})))
    assert [f.severity for f in findings if f.rule == "missing-values-vanish"] == ([severity] if severity else [])
    if severity == "soft":  # C(190, 100) / C(200, 100)
        chance = comb(190, 100) / comb(200, 100)
        assert f"P = {chance:.4g}" in findings[0].computed
        assert "about 5 of the missing are expected" in findings[0].computed


def test_another_property_may_be_known_in_everybody(changed, clean):
    vanishing(clean, 200, 20, 150)
    clean["splits"][1]["by"] = "sex"
    assert found(changed({})) == []


def test_a_subgroup_with_its_own_missing_values_is_no_finding(changed):
    assert found(changed({"groups/second_no_marker": {"n": 9}})) == []
