"""The data beside the page: every number in full, null where it is not known, keys with their unit."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

pytest.importorskip("matplotlib")

from lutetia.reports.dose_json import FORMAT, json_text
from lutetia.reports.dose_page import page_of


@pytest.fixture(scope="module")
def data(cycle_report):
    return json.loads(json_text(page_of(cycle_report())))


def test_numbers_are_those_of_the_results(data, cycle_report):
    report = cycle_report()
    row = next(row for row in data["regions"] if row["region"] == "left kidney")
    assert row["dose_gy"] == report.cycle.region("left kidney").dose.gy
    assert data["format"] == FORMAT
    assert data["administered_mbq"] == 7400.0
    assert data["plan"]["next_activity_mbq"] == report.plan.next_activity_mbq
    assert [step["planned"] for step in data["cumulative"]][:3] == [False, False, True]


def test_provenance_is_whole(data):
    assert data["inputs"][0] == {"name": "STUDY.yaml", "sha256": "ab" * 32}
    assert (data["as_of"], data["software"]["version"], data["made_up"]) == ("2026-11-20", "0", True)


def test_what_is_not_known_is_null(cycle_report):
    report = cycle_report(plan=None, as_of=None, administered_on=None)
    lost = replace(report.cycle.regions[0], dose=None, curve=None, tia_mbq_h=None, why="no clearance")
    cycle = replace(report.cycle, regions=(lost, *report.cycle.regions[1:]), dose_map=None)
    data = json.loads(json_text(page_of(replace(report, cycle=cycle))))
    assert (data["plan"], data["as_of"], data["regions"][0]["dose_gy"]) == (None, None, None)
    assert data["regions"][0]["why"] == "no clearance"
    assert all(step["limit_gy"] is None for step in data["cumulative"])


def test_the_same_report_gives_the_same_text(cycle_report):
    report = cycle_report()
    report = replace(report, cycle=replace(report.cycle, dose_map=None))
    assert json_text(page_of(report)) == json_text(page_of(report))
