"""What a report is made of: titles, and which dose and outlines are drawn."""

from __future__ import annotations

from lutetia.dosimetry.volume import Volume


def test_the_title_counts_the_cycle_where_it_is_known(cycle_report):
    assert cycle_report().title == "Dosimetry of cycle 2"
    assert cycle_report(number=None).title == "Dosimetry of one cycle"


def test_the_dose_and_outlines_of_the_cycle_are_drawn_unless_others_are_given(cycle_report):
    report = cycle_report()
    assert report.dose_map is report.cycle.dose_map.dose
    assert report.outlines is report.cycle.outlines
    other = Volume(array=report.dose_map.array * 2, geometry=report.dose_map.geometry, unit="Gy")
    assert cycle_report(dose=other).dose_map is other
