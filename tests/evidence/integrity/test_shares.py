"""Counts, percentages and sums: by hand, each rule with one planted fault."""

from __future__ import annotations

import pytest

from lutetia.evidence.integrity.shares import share_findings


def found(paper):
    return [(f.rule, f.cells[0], f.severity) for f in share_findings(paper)]


def test_the_clean_paper_has_none(changed):
    assert found(changed({})) == []


def test_a_wrong_percentage(changed):
    paper = changed({"T2/orr_new": {"printed": "40 (41.0%)"}})
    assert found(paper) == [("percentage-of-count", "T2/orr_new/percent", "hard")]
    (finding,) = share_findings(paper)
    assert "40/100 = 40 %, printed 41.0 %" in finding.computed
    assert "41.0 % of 100 would be 41" in finding.computed


def test_a_percentage_above_100(changed):
    for printed in ("105%", "7 (700%)"):
        assert found(changed({"T1/liver": {"printed": printed}})) == [
            ("percentage-of-count", "T1/liver/percent", "hard")
        ]


@pytest.mark.parametrize("printed", ["1 (33%)", "1 (33.3%)", "2 (67%)", "2 (66.7%)", "0 (0%)", "0 (<1%)", "3 (100%)"])
def test_right_roundings_pass(changed, printed):
    paper = changed({"groups/late": {"n": 3}, "T1/liver": {"printed": printed, "of": "late"}})
    assert [f for f in found(paper) if "T1" in f[1]] == []


def test_a_half_may_be_rounded_either_way(changed):
    for printed in ("1 (12%)", "1 (13%)"):  # 1/8 = 12.5 %
        assert found(changed({"groups/late": {"n": 8}, "T1/liver": {"printed": printed, "of": "late"}})) == []


def test_a_percentage_that_no_count_gives(changed):
    paper = changed({"groups/late": {"n": 21}, "T1/liver": {"printed": "31.6%", "of": "late"}})
    (finding,) = share_findings(paper)
    assert (finding.rule, finding.severity) == ("percentage-without-count", "hard")
    assert "6/21 = 28.57 % and 7/21 = 33.33 %" in finding.computed
    assert "Denominators that do: 6/19." in finding.computed


def test_an_unknown_denominator_is_searched(changed):
    unknown = {"printed": "31.6%", "of": "late", "denominator": "unknown"}
    assert found(changed({"groups/late": {"n": 21}, "T1/liver": unknown})) == []  # 6/19 fits
    assert found(changed({"T1/liver": {**unknown, "printed": "33.3%"}})) == []  # of 50: 16/48, or 1/3
    none = changed({"groups/late": {"n": 12}, "T1/liver": {**unknown, "printed": "1.1%"}})
    assert found(none) == [("percentage-without-count", "T1/liver/percent", "hard")]
    assert "No denominator from 6 to 12 does" in next(share_findings(none)).computed


def test_a_known_count_with_an_unknown_denominator(changed):
    fits = {"printed": "6 (31.6%)", "of": "late", "denominator": "unknown"}
    assert found(changed({"T1/liver": fits})) == []  # 6/19 of at most 50
    assert found(changed({"groups/late": {"n": 30}, "T1/liver": fits})) == []
    assert found(changed({"groups/late": {"n": 30}, "T1/liver": {**fits, "denominator": "stated"}}))


def test_a_count_above_its_group_and_a_count_that_is_not_its_groups(changed):
    assert ("count-of-group", "T1/liver/count", "hard") in found(changed({"T1/liver": {"printed": "101"}}))
    assert ("count-of-group", "T1/men/count", "hard") in found(changed({"T1/men": {"printed": "119 (59.5%)"}}))
    assert ("count-of-group", "T2/orr_old/n", "hard") in found(changed({"T2/orr_old": {"printed": "25/101 (24.8%)"}}))


def test_parts_that_do_not_add_up(changed):
    paper = changed({"T2/cr_new": {"printed": "5"}})
    assert found(paper) == [("sum-of-parts", "T2/cr_new/count", "hard")]
    (finding,) = share_findings(paper)
    assert finding.computed == "5 + 36 = 41 is not 40 (T2/orr_new/count)."


def test_parts_that_may_fall_short_must_not_exceed(changed, clean):
    clean["tables"][1]["sums"][0]["complete"] = False
    assert found(changed({"T2/cr_new": {"printed": "3"}})) == []
    assert found(changed({"T2/cr_new": {"printed": "5"}})) == [("sum-of-parts", "T2/cr_new/count", "hard")]


def test_a_sum_over_a_row_of_percentages_only(changed):
    assert found(changed({"T2/orr_old": {"printed": "25.0%"}})) == []  # 40 + 25 of 100 = 65 of 200 = 32.5 %
    assert [f[0] for f in found(changed({"T2/orr_old": {"printed": "26.0%"}}))] == ["sum-of-parts"]


def test_the_total_narrows_an_unknown_denominator(changed, clean):
    clean["tables"][1]["sums"][1] = {"parts": ["orr_new", "orr_old"], "row": "orr"}
    paper = changed(
        {
            "groups/old": {"n": 103},
            "groups/all": {"n": 203},
            "groups/screened": {"n": 233},
            "T2/orr_old": {"printed": "25.0%", "of": "old"},
            "T2/orr": {"printed": "65", "of": "all"},
        }
    )
    said = [f.computed for f in share_findings(paper) if f.rule == "percentage-without-count"]
    assert len(said) == 1
    assert "The total of 65 leaves 25/100." in said[0]
