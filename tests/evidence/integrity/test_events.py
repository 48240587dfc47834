"""Implied events: by hand, on Cox fits of public data, and planted contradictions."""

from __future__ import annotations

import csv
from collections import defaultdict
from math import log
from pathlib import Path

import pytest

from lutetia.evidence import integrity
from lutetia.evidence.integrity.events import ALLOWANCE, event_findings

REFERENCE = Path(__file__).resolve().parents[1] / "reference" / "cox_rows.csv"


def found(paper):
    return [(f.rule, f.severity) for f in event_findings(paper)]


def test_the_clean_paper_has_none(changed):
    assert found(changed({})) == []


# --- by hand: 1/20 + 1/20 = 0.1 = SE², SE = 0.3162; 0.70 (0.38-1.30), needs 40 events of 40 patients
SMALL = {"a": 20, "b": 20}
SPLIT = {"arms": ["a", "b"]}


def test_a_ratio_that_needs_every_patient_is_possible_and_one_that_needs_more_is_not(cox_paper):
    groups = ["a", "b"]
    fits = cox_paper(SMALL, SPLIT, [{"printed": "0.70 (0.38-1.30)", "groups": groups, "events": 40}], n=40)
    assert found(fits) == []
    narrow = cox_paper(SMALL, SPLIT, [{"printed": "0.70 (0.45-1.09)", "groups": groups, "events": 40}], n=40)
    assert found(narrow) == [("implied-events", "hard")]
    (finding,) = event_findings(narrow)
    assert "more than there are patients" in finding.computed
    assert finding.cells == ("T/a/lower", "T/a/upper")


def test_stated_events_far_from_the_implied_ones(cox_paper):
    def stated(events):
        rows = [{"printed": "0.70 (0.50-0.98)", "groups": ["a", "b"], "events": events}]
        return found(cox_paper({"a": 100, "b": 100}, SPLIT, rows))

    assert stated(135) == []  # made from 60 and 75
    assert stated(105) == [("stated-events", "soft")]
    assert stated(60) == [("stated-events", "hard")]


def test_events_that_are_not_printed_are_computed_back(cox_paper):
    rows = [{"printed": "0.70 (0.50-0.98)", "groups": ["a", "b"]}]
    (finding,) = event_findings(cox_paper({"a": 100, "b": 100}, SPLIT, rows))
    assert (finding.rule, finding.severity) == ("events-not-reported", "soft")
    assert "0.68" in finding.computed  # (1/100 + 1/100) · (3.92 / ln(0.98 / 0.50))² = 0.679
    nearly_all = [{"printed": "0.70 (0.38-1.30)", "groups": ["a", "b"]}]
    (finding,) = event_findings(cox_paper(SMALL, SPLIT, nearly_all, n=40))
    assert "left out by design" in finding.computed


def test_two_rows_that_need_different_numbers_in_their_common_reference(cox_paper):
    """Row a: at most 0.69 of ref at a hazard above it; row b: at least 28 of 35 (the pattern of S000's Table 4)."""
    rows = [
        {"printed": "1.80 (1.02-3.15)", "groups": ["a", "ref"], "events": 90},
        {"printed": "1.62 (1.07-2.47)", "groups": ["b", "ref"]},
    ]
    paper = cox_paper({"a": 35, "b": 95, "ref": 35}, {"way": ["a", "b", "ref"]}, rows, n=165)
    (finding,) = event_findings(paper)
    assert (finding.rule, finding.severity) == ("implied-events", "hard")
    assert finding.cells == ("T/a/lower", "T/a/upper", "T/b/lower", "T/b/upper")
    assert "ref must have at least 28 and at most 26.9 events" in finding.computed


def test_a_factor_whose_total_no_other_row_allows_is_the_one_named(cox_paper):
    rows = [  # 1/π₁π₀SE²: about 60 events by the first two, at least 150 by the third (SE 0.163)
        {"printed": "1.05 (0.63-1.74)", "groups": ["m", "w"], "events": 60},
        {"printed": "0.95 (0.57-1.58)", "groups": ["old", "young"]},
        {"printed": "1.02 (0.74-1.40)", "groups": ["l", "r"]},
    ]
    sizes = {"m": 100, "w": 100, "old": 100, "young": 100, "l": 100, "r": 100}
    splits = {"sex": ["m", "w"], "age": ["old", "young"], "side": ["l", "r"]}
    (finding,) = event_findings(cox_paper(sizes, splits, rows))
    assert (finding.rule, finding.severity) == ("implied-events", "hard")
    assert finding.cells == ("T/l/lower", "T/l/upper")


@pytest.mark.parametrize(("printed", "severity"), [("1.30 (0.92-1.83)", "soft"), ("1.30 (0.94-1.79)", "hard")])
def test_totals_that_are_only_a_little_apart_are_soft(cox_paper, printed, severity):
    """Sex and age allow at most 100 + 1 / (0.0675 / 1.1 - 1/100) = 120; side needs at least 4 / SE², 127 or 144."""
    rows = [
        {"printed": "1.30 (0.78-2.16)", "groups": ["m", "w"], "events": 90},
        {"printed": "0.77 (0.46-1.28)", "groups": ["old", "young"]},
        {"printed": printed, "groups": ["l", "r"]},
    ]
    sizes = dict.fromkeys(["m", "w", "old", "young", "l", "r"], 100)
    splits = {"sex": ["m", "w"], "age": ["old", "young"], "side": ["l", "r"]}
    (finding,) = event_findings(cox_paper(sizes, splits, rows))
    assert (finding.rule, finding.severity, finding.cells[0]) == ("implied-events", severity, "T/l/lower")


def test_adjusted_rows_extreme_ratios_and_rows_without_groups_are_not_used(cox_paper):
    narrow = {"printed": "0.70 (0.45-1.09)", "groups": ["a", "b"]}
    assert found(cox_paper(SMALL, SPLIT, [{**narrow, "model": "multivariable"}], n=40)) == []
    assert found(cox_paper(SMALL, SPLIT, [{**narrow, "measure": "OR"}], n=40)) == []
    assert found(cox_paper(SMALL, SPLIT, [{"printed": "9.00 (8.00-10.13)", "groups": ["a", "b"]}], n=40)) == []
    assert found(cox_paper(SMALL, SPLIT, [{"printed": "0.70 (0.45-1.00)", "groups": ["a", "b"]}], n=40)) == []


# --- published data: univariable Cox rows of R (scripts/reference/cox_rows.R), with the events that R counted
def cox_rows():
    with REFERENCE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_squared_error_is_never_below_the_sum_of_reciprocals_and_little_above():
    rows = cox_rows()
    assert len(rows) > 70
    for row in rows:
        events = 1 / int(row["events"]) + 1 / int(row["reference_events"])
        ratio, away = float(row["std_error"]) ** 2 / events, abs(log(float(row["hazard_ratio"])))
        allowed = next((most for limit, most in ALLOWANCE if away <= log(limit)), 2)
        assert 0.9999 <= ratio <= allowed, row


def test_no_row_of_public_data_is_at_fault():
    by_set = defaultdict(list)
    for row in cox_rows():
        by_set[row["data_set"]].append(row)
    assert len(by_set) == 8
    for name, rows in by_set.items():
        findings = integrity.check(_paper_of(rows))
        assert [f for f in findings if f.severity == "hard"] == [], name


def _paper_of(rows):
    n = int(rows[0]["patients"])
    groups, splits = {"all": {"id": "all", "n": n}}, {}
    for row in rows:
        factor = row["factor"]
        levels = dict(zip(row["levels"].split(";"), map(int, row["sizes"].split(";")), strict=True))
        if missing := n - sum(levels.values()):
            levels["missing"] = missing
        names = [f"{factor}_{level}" for level in levels]
        groups |= {g: {"id": g, "n": size, "of": "all"} for g, size in zip(names, levels.values(), strict=True)}
        splits[factor] = {"id": factor, "of": "all", "into": names}
    return {
        "paper": "public",
        "title": "t",
        "source": "R survival 3.5-3",
        "groups": list(groups.values()),
        "splits": list(splits.values()),
        "tables": [{"id": "T", "endpoint": "OS", "population": "all", "rows": [_row_of(row) for row in rows]}],
    }


def _row_of(row):
    hazard_ratio, p = float(row["hazard_ratio"]), float(row["p"])
    lower, upper = float(row["lower"]), float(row["upper"])
    return {
        "id": f"{row['factor']}_{row['level']}",
        "kind": "ratio",
        "printed": f"{hazard_ratio:.2f} ({lower:.2f}-{upper:.2f})",
        "p": "<0.001" if p < 0.001 else f"{p:.3f}",
        "groups": [f"{row['factor']}_{row['level']}", f"{row['factor']}_{row['reference']}"],
    }


def test_the_rows_have_distinct_places():
    rows = cox_rows()
    assert len({(row["data_set"], row["factor"], row["level"]) for row in rows}) == len(rows)


def test_the_reference_is_there():
    assert REFERENCE.is_file()
    assert pytest.approx(0.1) == 1 / 20 + 1 / 20
