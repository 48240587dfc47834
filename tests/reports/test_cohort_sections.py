"""Sections: every table and figure stands under one heading, numbered in the order of the report."""

from __future__ import annotations

from lutetia.plots.figure import Figure
from lutetia.reports.cohort_sections import result_sections
from lutetia.reports.result_blocks import numbers_of
from lutetia.reports.result_figures import Drawn
from lutetia.results.table import Table


def table(key):
    return Table(key=key, title=key, head=("a",), rows=(), records=())


def figure(key):
    blank = Figure(specification={}, description="")
    return Drawn(
        key=key, title=key, kind="forest", svg="<svg/>", description="", conventions=(), readout=None, figure=blank
    )


TABLES = ("baseline", "response", "factors-OS", "factors-PFS1", "log-rank-OS", "target-trial", "of-somebody-else")
FIGURES = ("curves-PFS1", "curves-OS", "sequences", "target-trial")


def sections():
    return result_sections([table(key) for key in TABLES], [figure(key) for key in FIGURES])


def test_each_block_stands_once_and_curves_beside_their_factors():
    found = {section.key: [(block.key, block.is_table) for block in section.blocks] for section in sections()}
    assert found == {
        "patients": [("baseline", True), ("sequences", False), ("response", True)],
        "factors": [("factors-OS", True), ("curves-OS", False), ("factors-PFS1", True), ("curves-PFS1", False)],
        "target-trial": [("target-trial", True), ("target-trial", False)],
        "multiplicity": [("log-rank-OS", True)],
        "further": [("of-somebody-else", True)],
    }


def test_tables_and_figures_of_an_endpoint_stay_together():
    keys = ("subgroups-OS", "subgroups-PFS1")
    found = result_sections([table(key) for key in keys], [figure(key) for key in keys])[0].blocks
    assert [block.key for block in found] == ["subgroups-OS", "subgroups-OS", "subgroups-PFS1", "subgroups-PFS1"]
    assert [block.is_table for block in found] == [True, False, True, False]


def test_numbers_follow_the_report_and_the_flow_is_the_first_figure():
    names = numbers_of(sections(), figure("flow"))
    assert names[False, "flow"] == "Figure 1."
    assert names[True, "baseline"] == "Table 1."
    assert names[False, "sequences"] == "Figure 2."
    assert names[True, "factors-OS"] == "Table 3."
    assert names[True, "target-trial"] == "Table 5."
    assert names[False, "target-trial"] == "Figure 5."
    assert len(names) == len(TABLES) + len(FIGURES) + 1


def test_without_results_there_is_no_heading():
    assert result_sections([], []) == ()
