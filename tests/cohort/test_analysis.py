"""The whole analysis: everything is there once, everything is tidy, and nothing depends on what it should not."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from lutetia.cohort.analysis import analyse, modelled_endpoints
from lutetia.cohort.analysis_rows import analysis_data
from lutetia.errors import InputError
from lutetia.results.record import KEYS

TABLES = [
    "baseline", "response", "factors-OS", "factors-PFS1", "log-rank-OS", "log-rank-PFS1", "proportional-hazards",
    "endpoints-by-treatment", "follow-up", "incidence-TTNT_LINE_2", "states", "hierarchy", "comparison",
    "comparison-response", "subgroups-OS", "subgroups-PFS1",
]  # fmt: skip


@pytest.fixture(scope="module")
def small(eight):
    """The analysis of the eight patients."""
    return analyse(eight, design=())


def test_tables_and_figures_of_a_small_study(small):
    assert [table.key for table in small.tables] == TABLES
    assert [(figure.key, figure.kind) for figure in small.figures] == [
        ("flow", "flow"), ("curves-OS", "kaplan_meier"), ("curves-PFS1", "kaplan_meier"), ("sequences", "sequence"),
        ("subgroups-OS", "forest"), ("subgroups-PFS1", "forest"),
    ]  # fmt: skip
    assert small.table("states") is small.tables[TABLES.index("states")]
    assert small.figure("flow") is small.figures[0]
    for ask in (small.table, small.figure):
        with pytest.raises(KeyError):
            ask("none")


def test_every_declared_analysis_of_the_example_is_there(itanet_analysis):
    keys = {table.key for table in itanet_analysis.tables}
    assert {
        "factors-OS",
        "factors-PFS1",
        "factors-PFS2",
        "selection-OS",
        "target-trial",
        "target-trial-protocol",
    } <= keys
    kinds = {figure.kind for figure in itanet_analysis.figures}
    assert kinds == {"flow", "kaplan_meier", "sequence", "forest", "balance"}
    assert len(keys) == len(itanet_analysis.tables)
    assert itanet_analysis.not_made == ()


def test_records_are_tidy_and_can_be_written(itanet_analysis):
    for table in itanet_analysis.tables:
        assert table.records, table.key
        assert {tuple(record) for record in table.records} == {KEYS}
        json.dumps(table.records, allow_nan=False)
    assert json.dumps(itanet_analysis.left_out[0].count)


def test_nothing_is_printed_as_nan_or_none(itanet_analysis):
    for table in itanet_analysis.tables:
        texts = [cell for row in table.rows for cell in row.cells] + list(table.notes)
        assert not [text for text in texts if "nan" in text.lower().split() or "None" in text], table.key


def test_flow_and_analysis_count_the_same_patients(itanet_analysis):
    assert itanet_analysis.flow.analysed == itanet_analysis.data.n
    assert (
        sum(left.count for left in itanet_analysis.left_out) == itanet_analysis.flow.screened - itanet_analysis.data.n
    )


def test_shifted_dates_change_nothing(eight_courses, eight_study, small):
    shifted = analyse(analysis_data(eight_courses("2016-03-01"), eight_study()), design=())
    assert [table.rows for table in shifted.tables] == [table.rows for table in small.tables]
    assert [table.records for table in shifted.tables] == [table.records for table in small.tables]


def test_the_order_of_the_patients_changes_no_number(eight_courses, eight_study, small):
    backwards = analyse(analysis_data(eight_courses("2015-01-01")[::-1], eight_study()), design=())
    for table, other in zip(small.tables, backwards.tables, strict=True):
        assert [row.cells for row in table.rows] == [row.cells for row in other.rows], table.key


def test_a_single_level_is_analysed_as_a_cohort_of_its_own(eight_courses, eight_study):
    study = eight_study(subgroups=[{"covariate": "ki67", "level": "<=10"}])
    found = analyse(analysis_data(eight_courses("2015-01-01"), study), design=())
    table = found.table("factors-OS-ki67-up-to-10")
    assert table.rows[0].cells[:3] == ("All patients", "5", "3")
    assert table.title == "OS, ki67 <=10: factors"


def test_what_nobody_has_is_said(eight_courses, eight_study):
    study = eight_study(endpoints=[{"endpoint": "OS"}, {"endpoint": "TTNT", "line": 3}], hierarchy=[])
    found = analyse(analysis_data(eight_courses("2015-01-01"), study), design=())
    assert found.not_made == ("TTNT_LINE_3: no patient has this endpoint",)
    assert modelled_endpoints(study) == ("OS",)


def test_a_target_trial_nobody_reaches_is_said(eight_courses, eight_study):
    strategies = [{"name": "RLT", "next_line": ["RLT"]}, {"name": "other", "next_line": ["not RLT"]}]
    emulation = {"at": {"event": "progression", "line": 3}, "strategies": strategies, "grace_days": 30}
    found = analyse(analysis_data(eight_courses("2015-01-01"), eight_study(emulation=emulation)), design=())
    assert found.not_made[0].startswith("target trial: emulation must hold patients who reach the decision")


def test_a_study_without_patients_is_refused(eight_courses, eight_study):
    study = eight_study(eligibility=[{"rule": "nobody", "line": {"number": 3}}])
    with pytest.raises(InputError, match="must leave a patient to analyse"):
        analyse(analysis_data(eight_courses("2015-01-01"), study), design=())


def test_the_design_check_runs_unless_its_findings_are_given(eight):
    assert len(analyse(eight, bootstrap=0).design) == 16


def test_the_engine_imports_no_plots():
    code = "import sys, lutetia.cohort.analysis; print([m for m in sys.modules if m.startswith('lutetia.plots')])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
