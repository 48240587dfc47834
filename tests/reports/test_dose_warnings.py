"""What stands first: alarms before all else, every region without a dose, what is not known by name."""

from __future__ import annotations

from dataclasses import replace

from lutetia.dosimetry.absorbed_dose import AbsorbedDose
from lutetia.reports.dose_warnings import warnings_of


def with_cycle(report, **changes):
    return replace(report, cycle=replace(report.cycle, **changes))


def texts(report, kind):
    return [alert.text for alert in warnings_of(report) if alert.kind == kind]


def test_alarms_come_first(cycle_report):
    report = with_cycle(cycle_report(), alarms=("the image moved by 34 mm",))
    assert warnings_of(report)[0].kind == "alarm"
    assert texts(report, "alarm") == ["The image moved by 34 mm."]


def test_alarms_of_the_inputs_stand_with_those_of_the_cycle_each_once(cycle_report):
    report = replace(cycle_report(), alarms=("the camera was calibrated later", "the image moved by 34 mm"))
    report = with_cycle(report, alarms=("the image moved by 34 mm",))
    assert texts(report, "alarm") == ["The camera was calibrated later.", "The image moved by 34 mm."]


def test_a_map_that_is_named_already_is_not_named_again(cycle_report):
    report = cycle_report()
    kidney = report.cycle.region("left kidney")
    wild = replace(kidney, dose_volume=replace(kidney.dose_volume, dose_gy=kidney.dose_volume.dose_gy * 1e20))
    said = "Mean of the map and dose of the region are far apart: left kidney 3e+20 and 3 Gy."
    report = replace(with_cycle(report, regions=(wild,)), alarms=(said,))
    assert texts(report, "alarm") == [said]


def test_a_map_that_has_nothing_to_do_with_the_table_is_an_alarm(cycle_report):
    report = cycle_report()
    kidney = report.cycle.region("left kidney")
    wild = replace(kidney, dose_volume=replace(kidney.dose_volume, dose_gy=kidney.dose_volume.dose_gy * 1e20))
    (text,) = texts(with_cycle(report, regions=(wild, report.cycle.region("spleen"))), "alarm")
    assert text.startswith("Mean of the map and dose of the table differ by a factor above 10: left kidney ")
    assert "spleen" not in text
    blurred = replace(kidney, dose_volume=replace(kidney.dose_volume, dose_gy=kidney.dose_volume.dose_gy / 4))
    assert texts(with_cycle(report, regions=(blurred,)), "alarm") == []
    nothing = replace(kidney, dose_volume=replace(kidney.dose_volume, dose_gy=kidney.dose_volume.dose_gy * 0))
    assert len(texts(with_cycle(report, regions=(nothing,)), "alarm")) == 1


def test_a_region_without_a_dose_is_named_with_its_reason(cycle_report):
    report = cycle_report()
    lost = replace(report.cycle.regions[0], dose=None, why="no clearance was seen")
    report = with_cycle(report, regions=(lost, *report.cycle.regions[1:]))
    assert texts(report, "no dose") == ["Liver lesion 1 mL: no clearance was seen."]


def test_much_extrapolation_is_named_with_its_share(cycle_report):
    report = cycle_report()
    curve = report.cycle.regions[0].curve
    far = [
        replace(report.cycle.regions[0], name=f"r{k}", curve=replace(curve, share_beyond_last_fraction=share))
        for k, share in enumerate((0.5, 0.21, 0.19, 0.3, 0.4, 0.41, 0.42))
    ]
    (text,) = texts(with_cycle(report, regions=tuple(far)), "extrapolated")
    assert text.endswith("r0 50 %, r6 42 %, r5 41 %, r4 40 %, r3 30 % and 1 more.")
    assert texts(with_cycle(report, regions=tuple(far[2:3])), "extrapolated") == []


def test_unknown_sources_are_named_once_with_their_regions(cycle_report):
    report = cycle_report()
    silent = [replace(r, dose=AbsorbedDose(gy=1.0, unknown=("calibration",))) for r in report.cycle.regions]
    assert texts(with_cycle(report, regions=tuple(silent)), "not known") == [
        "Uncertainty of calibration: so u of every dose is unknown."
    ]
    some = (silent[3], *report.cycle.regions[4:])
    assert texts(with_cycle(report, regions=some), "not known") == [
        "Uncertainty of calibration: so u of left kidney is unknown."
    ]


def test_missing_data_and_absent_parts_are_named_with_why(cycle_report):
    report = cycle_report(
        ct=None, plan=None, ledger=None, missing=("the haematocrit",), why_not={"ct": "the series was not sent"}
    )
    assert texts(report, "not known") == [
        "The haematocrit.",
        "No CT: the series was not sent. No earlier cycles: not given. No plan: not given.",
    ]


def test_a_complete_report_warns_of_nothing_but_extrapolation(cycle_report):
    assert {alert.kind for alert in warnings_of(cycle_report())} <= {"extrapolated"}
