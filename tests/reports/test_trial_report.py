"""The report of a trial: flow first, tables under their headings, made-up patients named on every page."""

from __future__ import annotations

import pytest

from lutetia.reports.page_files import page_files
from lutetia.reports.result_page import Provenance
from lutetia.reports.trial_report import parts_of, trial_page
from lutetia.results.table import Table
from lutetia.trial.analyse import AnalysisChoices, analyse_trial
from lutetia.trial.netter2 import netter2_model
from lutetia.trial.simulate import simulate_trial
from lutetia.trial.simulated_datasets import trial_datasets


@pytest.fixture(scope="module")
def analysis():
    data = trial_datasets(simulate_trial(netter2_model(), seed=1))
    return analyse_trial(data, AnalysisChoices(crossover=("rpsft",), screened=261, excluded={"not eligible": 35}))


@pytest.fixture(scope="module")
def page(analysis):
    told: list[str] = []
    made = trial_page(analysis, title="Replayed", provenance=Provenance(version="1"), told=told.append)
    assert any("Participant flow" in step for step in told)
    return made


def test_every_table_and_figure_stands_once(analysis, page):
    assert sorted(t.key for t in page.tables) == sorted([*(t.key for t in analysis.tables), "flow"])
    assert sorted(f.key for f in page.figures) == sorted(f.key for f in analysis.figures)
    assert page.parts[0].key == "flow"
    assert "further" not in {part.key for part in page.parts}


def test_the_first_five_tables_have_the_numbers_of_their_files(page):
    assert {page.numbers[True, f"table-{n}"] for n in range(1, 6)} == {f"Table {n}." for n in range(1, 6)}
    assert all(page.numbers[True, f"table-{n}"] == f"Table {n}." for n in range(1, 6))
    assert page.numbers[True, "flow"] == ""


def test_the_lead_says_what_was_found_and_of_whom(analysis, page):
    assert page.lead[0].startswith("Progression-free survival: hazard ratio ")
    assert "reached in neither arm" in page.lead[1]
    assert "made up" in page.lead[-1]
    assert page.made_up == analysis.made_up
    assert ("Randomised", "226") in page.facts


def test_page_pdf_tables_and_figures_are_files(page):
    files = page_files(page, "report", pdf=True)
    assert files["report.pdf"].startswith(b"%PDF")
    assert {"tables/table-3.csv", "tables/flow.json", "figures/figure-pfs.svg"} <= set(files)
    assert b"made up" in files["report.html"]


def test_what_no_heading_asks_for_comes_last():
    strange = Table(key="strange", title="S", head=("",), rows=(), records=())
    known = Table(key="table-lab", title="L", head=("",), rows=(), records=())
    assert [part.key for part in parts_of((strange, known), ())] == ["safety", "further"]
