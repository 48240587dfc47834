"""The figures of a report: telling regions first, slices through lesion and kidney, reasons where there is none."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

pytest.importorskip("matplotlib")

from lutetia.dosimetry.volume import Volume
from lutetia.plots.figure import Figure
from lutetia.reports.dose_figures import dose_figures, sketch, telling_first
from lutetia.reports.dose_plan import plan_block


@pytest.fixture(scope="module")
def figures(cycle_report):
    report = cycle_report()
    return dose_figures(report, plan_block(report).panels)


def test_limited_organs_then_kidneys_then_marrow_then_by_dose_and_remainders_last(cycle_report):
    names = [region.name for region in telling_first(cycle_report())]
    assert names[:3] == ["left kidney", "vertebral marrow", "right kidney"]
    assert names[-1] == "rest of the body"
    assert names.index("liver lesion 7 mL") < names.index("liver")


def test_six_curves_on_the_page_and_all_behind_it(figures):
    assert "rest of the body" not in figures.curves.description
    assert "rest of the body" in figures.all_curves.description
    assert any("Curves of 6 of 10 regions" in line for line in figures.not_drawn)


def test_the_slices_go_through_the_hottest_lesion_and_kidney(figures, cycle_report):
    doses = {region.name: region.dose.gy for region in cycle_report().cycle.regions if region.role == "lesion"}
    hottest = max(doses, key=doses.get)
    assert figures.overlay_words.startswith(f"Transverse through {hottest}, coronal through left kidney;")
    assert "4 left kidney" in figures.overlay.description


def test_without_a_map_there_is_no_overlay_and_it_says_why(cycle_report):
    report = cycle_report(why_not={"dose": "no map was asked for"})
    report = replace(report, cycle=replace(report.cycle, dose_map=None))
    made = dose_figures(report, ())
    assert (made.overlay, made.overlay_why) == (None, "no map was asked for")
    assert made.cumulative is None


def test_another_frame_is_named_not_drawn(cycle_report):
    report = cycle_report()
    moved = replace(report.ct.geometry, frame_of_reference="another")
    made = dose_figures(replace(report, ct=Volume(array=report.ct.array, geometry=moved, unit="HU")), ())
    assert made.overlay is None
    assert made.overlay_why == "CT and dose lie in different frames of reference"


def test_without_ct_the_dose_is_drawn_and_it_is_said(cycle_report):
    made = dose_figures(cycle_report(ct=None), ())
    assert made.overlay is not None
    assert made.overlay_why == "no CT was given"


def test_it_is_said_that_a_map_is_not_corrected_for_blur(figures, cycle_report):
    assert figures.map_words == "of the map, which is not corrected for blur as the table is"
    report = cycle_report(plan=None)
    plain = tuple(replace(region, partial_volume="none") for region in report.cycle.regions[:2])
    cycle = replace(report.cycle, regions=plain, dose_map=None)
    assert dose_figures(replace(report, cycle=cycle), ()).map_words == "of the map"


def test_ids_begin_anew_in_every_figure():
    figure = Figure(
        specification={
            "data": {"values": [{"a": 1}]}, "width": 20, "mark": {"type": "point", "clip": True},
            "encoding": {"x": {"field": "a", "type": "quantitative"}},
        },
        description="A point.",
    )  # fmt: skip
    first, again, other = sketch("x", figure).svg, sketch("x", figure).svg, sketch("y", figure).svg
    assert first == again
    ids = set(re.findall(r'\sid="([^"]+)"', first))
    assert set(re.findall(r"url\(#([^)]+)\)", first)) <= ids
    assert not ids & set(re.findall(r'\sid="([^"]+)"', other))
