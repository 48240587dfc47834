"""The packaged papers: as the list of estimates has them, and what the checks find (acceptance 4 of the issue)."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from lutetia.errors import InputError
from lutetia.evidence import integrity, packaged_paper, packaged_papers
from lutetia.evidence.row import Estimated, PValue, Ratio, Share

SHARED = Path(__file__).resolve().parents[3] / "shared" / "facts" / "estimates.csv"


def test_two_papers_come_with_lutetia_and_another_name_is_refused():
    assert packaged_papers() == ("S000", "S002")
    with pytest.raises(InputError, match="must be one of the packaged papers, S000, S002"):
        packaged_paper("S003")


@pytest.fixture(scope="module")
def facts() -> dict[str, dict[str, str]]:
    if not SHARED.is_file():
        pytest.skip("the shared list of estimates (../shared/facts/estimates.csv) is not here")
    with SHARED.open(encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("name", ["S000", "S002"])
def test_every_row_prints_what_the_list_of_estimates_has(name, facts):
    compared = 0
    for place, _, row in packaged_paper(name).placed_rows():
        if row.fact is None:
            continue
        fact = facts[row.fact]
        if isinstance(row, Estimated):
            numbers = ["" if n is None else n.text for n in row.numbers]
            expected = [fact[key].replace("NE", "") for key in ("estimate", "lower", "upper")]
            assert numbers == expected, place
            if isinstance(row, Ratio):
                assert (row.p or "") == fact["p"], place
        elif isinstance(row, PValue):
            assert row.p == fact["p"] or (row.p == "ns" and "only as ns" in fact["note"]), place
        elif isinstance(row, Share):
            assert _numbers(row.printed) <= _numbers(
                f"{fact['estimate']} {fact['n']} {fact['note']} {fact['lower']} {fact['upper']}"
            ) | (RESPONSE_PERCENT if place.startswith("T3/") else set()), place
        compared += 1
    assert compared >= 140


RESPONSE_PERCENT = {"5", "38", "48", "4", "9", "56", "1", "19", "15", "0"}
"""Percentages of NETTER-2's best responses, which stand in another of the shared lists (facts/evidence.yaml)."""


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:\.\d+)?", text))


# --- S000: the ten errors of the working notes, section 3.1, each with a cell that must be named
TEN_ERRORS = {
    1: ("percentage-of-count", "3.2/first_line_tt/percent"),
    2: ("estimate-in-interval", "3.2/pfs1_cht/estimate"),
    3: ("log-symmetry", "T4/male/upper"),
    4: ("log-symmetry", "T6/ssa_other/lower"),
    5: ("log-symmetry", "T3/tt_multi/upper"),
    6: ("repeated-row", "T4/rlt_other/estimate"),
    7: ("implied-events", "T4/ssa_other/upper"),
    8: ("denominators", "groups/ssa_then_other/n"),
    9: ("percentage-without-count", "3.2/orr_ssa/percent"),
    10: ("missing-values-vanish", "groups/main_sequences/n"),
}
OF_THE_SAME = {  # the second half of errors 6 and 9
    ("repeated-row", "T4/ssa_other/estimate"),
    ("percentage-without-count", "3.2/orr_cht/percent"),
}


def hard(name: str) -> list[integrity.Finding]:
    return [finding for finding in integrity.check(packaged_paper(name)) if finding.severity == "hard"]


@pytest.mark.parametrize("error", sorted(TEN_ERRORS))
def test_each_of_the_ten_errors_is_found_in_its_cell(error):
    rule, cell = TEN_ERRORS[error]
    assert any(finding.rule == rule and cell in finding.cells for finding in hard("S000"))


def test_no_further_hard_finding_and_certainly_not_more_than_four():
    expected = {*TEN_ERRORS.values(), *OF_THE_SAME}
    further = [f for f in hard("S000") if not any((f.rule, cell) in expected for cell in f.cells)]
    assert further == []
    assert len(hard("S000")) <= 14


def test_the_likely_truth_is_computed():
    said = {finding.cells[0]: finding.computed for finding in hard("S000")}
    assert "1.58² / 1.04 = 2.4" in said["T4/male/upper"]
    assert "2.39² / 5.12 = 1.116" in said["T6/ssa_other/lower"]
    assert "1.48² / 0.96 = 2.282" in said["T3/tt_multi/upper"]
    assert "The total of 30 leaves 11/121" in said["3.2/orr_ssa/percent"]
    assert "Denominators that do: 6/19." in said["3.2/orr_cht/percent"]
    assert "With 93 in ssa_then_other, main_sequences would be 163 (81.1 % of 201)" in said["groups/ssa_then_other/n"]
    assert "P = 1.9e-10" in said["groups/main_ki67_le_10/n"]
    assert "add up to 101.9 %" in said["3.2/first_line_tt/percent"]
    assert "3.2/pfs1 has the same interval" in said["3.2/pfs1_cht/estimate"]


def test_the_soft_findings_of_s000():
    soft = {finding.rule for finding in integrity.check(packaged_paper("S000")) if finding.severity == "soft"}
    assert soft == {"median-midpoint", "repeated-interval", "events-not-reported", "given-twice", "claim-against-p"}


def test_s002_has_no_hard_finding_and_at_least_three_soft_ones():
    findings = integrity.check(packaged_paper("S002"))
    assert [finding for finding in findings if finding.severity == "hard"] == []
    assert len(findings) >= 3
    places = {cell for finding in findings for cell in finding.cells}
    assert {"text/deaths_rlt", "T2/fewer_for_adverse_event", "T1/lymph_node_metastases_rlt"} <= places
    assert "T3/orr_difference/lower" in places
