"""The page's model: what is stated, in one place, for page and PDF."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

pytest.importorskip("matplotlib")

from lutetia.reports.dose_page import input_groups, page_of


@pytest.fixture(scope="module")
def page(cycle_report):
    heard = []
    page = page_of(cycle_report(), told=heard.append)
    assert heard == ["Figures: curves, histograms, budget", "Figure: dose on CT"]
    return page


def without_map(report):
    return replace(report, cycle=replace(report.cycle, dose_map=None))


def test_the_head_says_what_was_given_when_and_scanned(page):
    facts = dict(page.facts)
    assert facts["Nuclide"] == "Lu-177, [177Lu]Lu-DOTATATE"
    assert facts["Administered"] == "7.40 GBq, 2026-09-14"
    assert facts["Scans"] == "4, 24, 96, 168 h"
    assert page.made_by == "Report of 2026-11-20, Lutetia 0"
    assert page.made_up.startswith("Made-up patient")


def test_the_icru_level_is_stated(page, cycle_report):
    assert page.icru == "ICRU level 2: activity-based prescription, patient-specific dosimetry"
    assert page_of(without_map(cycle_report(icru_level=3))).icru.startswith("ICRU level 3: prescription guided by")


def test_the_basis_names_rules_marrow_and_blur(page):
    basis = dict(page.basis)
    assert "liver = liver − (liver lesion 1 mL ∪ liver lesion 7 mL)." in basis["Regions"]
    assert basis["Red marrow"] == "Vertebral marrow: as a region."
    assert basis["Blur"] == "Geometric transfer of all regions together, all regions."


def test_choices_of_single_regions_are_named(cycle_report):
    report = cycle_report()
    odd = replace(report.cycle.regions[0], engine="spheres")
    cycle = replace(report.cycle, regions=(odd, *report.cycle.regions[1:]), dose_map=None)
    assert dict(page_of(replace(report, cycle=cycle)).basis)["Dose"] == "Region kernels; spheres: liver lesion 1 mL."


def test_conventions_are_gathered_once(page):
    assert len(page.conventions) == len(set(page.conventions))
    assert "A cycle made by hand." in page.conventions
    assert any("Standard activity 7400 MBq" in line for line in page.conventions)


def test_what_is_not_known_stays_not_known(cycle_report):
    page = page_of(without_map(cycle_report(administered_on=None, as_of=None, made_up=False, agent="")))
    facts = dict(page.facts)
    assert facts["Administered"] == "7.40 GBq, day not given"
    assert facts["Nuclide"] == "Lu-177"
    assert (page.made_by, page.made_up) == ("Lutetia 0", "")


def test_a_folder_of_many_files_stands_as_one_on_paper():
    files = [(f"ct/{k}.dcm", f"{k:064x}") for k in range(7)]
    one, folder = input_groups([("study.yaml", "ab" * 32), *reversed(files)])
    assert (one.name, one.files, one.checksum) == ("study.yaml", 1, "ab" * 32)
    lines = "".join(f"{checksum}  {name}\n" for name, checksum in files)
    assert (folder.name, folder.files) == ("ct/", 7)
    assert folder.checksum == hashlib.sha256(lines.encode()).hexdigest()
    assert len(input_groups(files[:6])) == 6


def test_a_cycle_without_regions_has_a_page(cycle_report):
    report = cycle_report(ledger=None, plan=None)
    page = page_of(replace(report, cycle=replace(report.cycle, regions=(), dose_map=None)))
    assert dict(page.facts)["Scans"] == "none"
    assert dict(page.basis)["Dose"] == "No region."
