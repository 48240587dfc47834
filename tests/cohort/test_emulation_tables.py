"""The target trial in tables: what is printed is what was computed."""

from __future__ import annotations

import pytest

from lutetia.cohort.balance import e_value
from lutetia.cohort.emulation_result import emulation_result
from lutetia.cohort.emulation_tables import balance_table, protocol_table, result_table, survival_difference
from lutetia.cohort.target_trial import decision_data
from lutetia.results.printed import ratio_text


@pytest.fixture(scope="module")
def found(itanet):
    """The example's target trial, from everybody at the decision."""
    data, courses = itanet
    return emulation_result(data, decision_data(courses, data.study))


def test_the_protocol_names_every_element(found):
    table = protocol_table(found, key="protocol")
    assert [row.cells[0] for row in table.rows] == [
        "Eligibility", "Time zero", "Strategies", "Grace period", "Assignment", "Follow-up", "Outcome", "Estimand",
        "Analysis",
    ]  # fmt: skip
    n, *left = [record["estimate"] for record in table.records]
    assert n == found.trial.decision.n
    assert sum(left) == sum(out.count for out in found.trial.left_out)


def test_a_caution_stands_above_the_protocol(itanet):
    table = protocol_table(emulation_result(itanet[0]), key="protocol")
    assert table.notes[0].startswith("Caution: the data hold only patients who reached")


def test_rows_are_the_contrasts(found):
    rows = {row.cells[0]: row.cells for row in result_table(found, key="results").rows}
    for result in found.results:
        cells = rows[result.analysis]
        assert cells[1:3] == (str(result.contrast.n), str(result.contrast.events))
        assert cells[3] == ratio_text(result.contrast.hazard_ratio)
        assert cells[5] == ("yes" if result.believe else "no")


def test_e_values_only_for_what_is_to_be_believed(found):
    records = result_table(found, key="results").records
    told = {r["analysis"]: r["estimate"] for r in records if r["statistic"] == "e_value"}
    assert set(told) == {result.analysis for result in found.results if result.believe}
    contrast = next(result.contrast for result in found.results if result.analysis == "landmark")
    assert told["landmark"] == e_value(contrast.hazard_ratio, outcome="common").estimate


def test_survival_at_sixty_months_is_that_of_the_weighted_clones(found):
    change, why = survival_difference(found.clones)
    treat, against = found.clones.survival_at(60 * 30.4375)
    assert why == ""
    assert [value.estimate for value in change.values] == pytest.approx([against, treat])
    assert change.difference.estimate == pytest.approx(treat - against)
    record = next(
        r for r in result_table(found, key="results").records if r["statistic"] == "survival_difference_at_60_months"
    )
    assert record["estimate"] == change.difference.estimate


def test_balance_before_and_after(found):
    table = balance_table(found, key="balance")
    before = [r["estimate"] for r in table.records if r["note"] == "before weighting"]
    assert before == [row.before for row in found.next_line.balance]
    assert [row.cells[2].lstrip("+−") for row in table.rows] == ["0.00"] * len(before)
    assert all(row.cells[3] == "" for row in table.rows)  # nothing is left unbalanced
