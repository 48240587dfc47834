"""The forest of a study: rows on paper, ratios equal to the subgroups asked separately."""

from __future__ import annotations

import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.compared import compared_rows
from lutetia.cohort.forest_table import forest, single_levels, subgroup_factor
from lutetia.results.subgroup import subgroup_rows


def test_counts_of_the_eight(eight):
    rows = {row.cells[0].strip(): row.cells for row in forest(eight, "OS", key="forest").table.rows}
    assert rows["All patients"][1:3] == ("4/5", "2/3")
    assert rows["female"][1:3] == ("2/2", "2/2")
    assert rows["male"][1:3] == ("2/3", "0/1")


def test_ratios_and_interactions_are_those_of_the_subgroups(itanet):
    data, _ = itanet
    found = forest(data, "OS", key="forest")
    compared = compared_rows(data, "OS")
    sex, _ = subgroup_factor(data, "sex", compared.rows.endpoint)
    by_hand = subgroup_rows(compared.rows.follow_up, compared.exposed, sex.labels(compared.rows.members))
    records = {(r["term"], r["level"]): r for r in found.table.records if r["statistic"] == "hazard_ratio"}
    for row in by_hand.rows:
        assert records["sex", row.level]["estimate"] == pytest.approx(row.ratio.estimate)
        assert records["sex", row.level]["n"] == sum(row.n)
    test = next(r for r in found.table.records if r["statistic"] == "interaction" and r["term"] == "sex")
    assert (test["estimate"], test["p"]) == (by_hand.interaction.chi2, by_hand.interaction.p)


def test_table_and_figure_show_the_same_rows(itanet):
    data, _ = itanet
    found = forest(data, "OS", key="forest")
    assert len(found.figure.rows) == len(found.table.rows)
    for row, drawn in zip(found.table.rows, found.figure.rows, strict=True):
        assert row.cells[0].strip() == drawn.label
        if drawn.ratio is not None and drawn.ratio.estimate is not None:
            assert row.cells[3].startswith(f"{drawn.ratio.estimate:.2f} (")
    assert found.figure.favours == ("SSA-other better", "SSA-RLT better")


def test_a_single_level_is_a_cohort_of_its_own_and_no_second_row(eight_courses, eight_study):
    study = eight_study(subgroups=[{"covariate": "sex"}, {"covariate": "sex", "level": "male"}])
    data = analysis_data(eight_courses("2015-01-01"), study)
    assert single_levels(study) == (("sex", "male"),)
    assert [row.label for row in forest(data, "OS", key="forest").figure.rows] == [
        "All patients", "sex", "female", "male",
    ]  # fmt: skip


def test_a_covariate_known_later_makes_no_subgroup(eight_courses, eight_study):
    later = {"name": "treatment_of_line", "line": 2}
    study = eight_study(covariates=[later], subgroups=[{"covariate": "treatment_of_line_2"}])
    data = analysis_data(eight_courses("2015-01-01"), study)
    found = forest(data, "OS", key="forest")
    assert len(found.table.rows) == 1
    assert any("after the clock starts; no subgroup" in note for note in found.table.notes)


def test_without_subgroups_there_is_no_forest(eight_courses, eight_study):
    assert forest(analysis_data(eight_courses("2015-01-01"), eight_study(subgroups=[])), "OS", key="forest") is None
