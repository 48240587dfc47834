"""Medians inside their interval, and the mark of symmetric ones."""

from __future__ import annotations

from lutetia.evidence.integrity.medians import median_findings
from lutetia.evidence.paper import Paper


def found(paper):
    return [(f.rule, f.cells, f.severity) for f in median_findings(paper)]


def medians(*printed: str) -> Paper:
    rows = [{"id": f"m{i}", "kind": "median", "printed": text, "of": "all"} for i, text in enumerate(printed)]
    data = {"paper": "p", "title": "t", "source": "made up", "groups": [{"id": "all", "n": 9}]}
    return Paper.model_validate({**data, "tables": [{"id": "T", "rows": rows}]})


def test_the_clean_paper_has_none(changed):
    assert found(changed({})) == []


def test_an_estimate_outside_its_interval(changed):
    paper = changed({"T3/os_new": {"printed": "24.1 (25.2-39.8)"}})
    assert found(paper) == [
        ("estimate-in-interval", ("T3/os_new/estimate", "T3/os_new/lower", "T3/os_new/upper"), "hard")
    ]
    (finding,) = median_findings(paper)
    assert finding.computed == "24.1 lies outside 25.2 to 39.8; their middle is 32.5."


def test_limits_in_the_wrong_order_and_intervals_of_shares_and_differences(changed):
    assert found(changed({"T3/os_new": {"printed": "30.1 (39.8-25.2)"}}))[0][2] == "hard"
    assert found(changed({"T2/orr_new": {"printed": "40 (40.0%) (40.3-50.3)"}}))[0][1][0] == "T2/orr_new/percent"
    assert found(changed({"T2/gain": {"printed": "15.0 (20.0 to 27.3)"}}))[0][1][0] == "T2/gain/estimate"


def test_the_row_whose_interval_was_copied_is_named():
    (finding,) = median_findings(medians("9.1 (10.2-17.6)", "13.9 (10.2-17.6)"))
    assert "T/m1 has the same interval about 13.9" in finding.computed


def test_an_open_interval_has_one_limit_to_keep():
    assert found(medians("9.1 (11.1-NE)"))[0][0] == "estimate-in-interval"
    assert found(medians("9.1 (NE-8.0)"))[0][0] == "estimate-in-interval"


def test_rounding_may_touch():
    assert found(medians("9.9 (10-17)")) == []  # the limit may be 9.5 to 10.5


def test_symmetric_medians_are_a_mark_and_the_odd_one_is_named():
    symmetric = ["10.0 (8.0-12.0)", "20.1 (15.0-25.1)", "5.5 (5.0-6.0)", "9.9 (7.8-12.0)", "30.0 (10.0-50.0)"]
    assert [f[0] for f in found(medians(*symmetric))] == ["median-midpoint"]
    odd = found(medians(*symmetric, "20.0 (15.0-40.0)"))
    assert [f[2] for f in odd] == ["soft", "soft"]
    assert odd[1][1][0] == "T/m5/estimate"
    assert found(medians(*symmetric[:4])) == []  # too few to say
    asymmetric = ["10.0 (8.0-20.0)", "20.0 (18.0-29.0)"]
    assert found(medians(*symmetric, *asymmetric)) == []  # 5 of 7 is no method


def test_ranges_and_open_intervals_do_not_count():
    assert found(medians("10.0 (8.0-NE)", "NE (8.0-NE)", "7.0")) == []
