"""The hierarchy: tests equal to the engines', and testing stops at the first that is not rejected."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.endpoint_rows import endpoint_rows
from lutetia.cohort.hierarchy_table import hierarchy_table
from lutetia.proportion import contingency
from lutetia.survival import FollowUp, log_rank

DAYS = [400, 200, 600, 300, 500, 350, 450, 250]
DEAD = [1, 1, 0, 1, 1, 1, 0, 1]
OTHER = [0, 1, 0, 1, 0, 1, 1, 1]


def test_order_tests_and_stop_of_the_eight(eight):
    table = hierarchy_table(eight, key="hierarchy")
    assert [row.cells[1] for row in table.rows] == ["OS", "ORR", "PFS1"]
    p = [record["p"] for record in table.records]
    assert p[0] == pytest.approx(log_rank(FollowUp(stop=DAYS, event=DEAD), OTHER).p)
    assert p[1] == pytest.approx(contingency.chi_square([[1, 4], [2, 1]], correction=False).p)  # response to line 2
    assert [row.cells[-1] for row in table.rows] == ["not rejected", "not tested", "not tested"]
    assert any(note.startswith("testing stopped at OS") for note in table.notes)


def test_a_larger_alpha_goes_on(eight):
    table = hierarchy_table(eight, key="hierarchy", alpha=0.15)
    assert [row.cells[-1] for row in table.rows] == ["rejected", "not rejected", "not tested"]


def test_without_a_comparison_all_groups_are_tested(eight_courses, eight_study):
    groups = [{"group": name, "lines": {2: [name]}} for name in ("RLT", "TT", "CHT")]
    study = eight_study(comparison=None, exposure={"groups": groups}, hierarchy=["OS", "ORR"])
    data = analysis_data(eight_courses("2015-01-01"), study)
    table = hierarchy_table(data, key="hierarchy", alpha=0.5)
    rows = endpoint_rows(data, "OS")
    assert table.records[0]["p"] == pytest.approx(log_rank(rows.follow_up, np.array(data.column("group"))).p)
    assert table.records[1]["p"] is None
    assert "ORR: no comparison of two groups is declared" in table.notes


def test_without_a_hierarchy_there_is_no_table(eight_courses, eight_study):
    assert hierarchy_table(analysis_data(eight_courses("2015-01-01"), eight_study(hierarchy=[])), key="h") is None
