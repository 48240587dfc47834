"""What the report of a study is made of, and the files it becomes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import yaml

from lutetia.cli.dose_report import report_of, write_report
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.volume import Volume
from lutetia.exchange.dose_study.assemble import assemble
from lutetia.exchange.dose_study.gather import silent
from lutetia.exchange.dose_study.outcome import outcome_of
from lutetia.exchange.nifti import write_nifti

INJECTED = datetime(2026, 3, 2, 9, tzinfo=UTC)
AT = datetime(2026, 3, 20, 12, tzinfo=UTC)
GRID = Geometry.regular((8, 8, 8), (10.0, 10.0, 10.0), frame_of_reference="visit")
HOURS = (24, 96, 168)
STUDY = {
    "lutetia": "dose/1",
    "patient": "MADE-UP-BOX",
    "made_up": True,
    "cycle": 2,
    "nuclide": "Lu-177",
    "administration": {"injected_at": INJECTED.isoformat(), "net_activity_mbq": 7400},
    "camera": {
        "values": "activity",
        "u_calibration_fraction": 0.03,
        "dead_time": "none",
        "image_fwhm_mm": 0,
        "recovery": "none",
    },
    "scans": [
        {
            "name": f"{hour} h",
            "image": f"{hour}.nii.gz",
            "ct": "ct.nii.gz",
            "at": (INJECTED + timedelta(hours=hour)).isoformat(),
            "decay_correction": "START",
            "frame": "visit",
        }
        for hour in HOURS
    ],
    "reference": "24 h",
    "outlines": {"nifti": {"kidneys": "kidneys.nii.gz"}},
    "overlaps": "refuse",
    "registration": {"method": "none"},
    "regions": [{"region": "kidneys", "role": "organ", "organ": "kidneys"}],
    "method": {"engine": "local deposition", "partial_volume": "none", "curve": {"model": "mono"}},
    "earlier_cycles": [
        {
            "administered_on": "2026-01-05",
            "activity_mbq": 7400,
            "doses": [{"organ": "kidneys", "absorbed_dose_gy": 3.6, "u_gy": 0.5}],
        }
    ],
    "plan": {
        "standard_activity_mbq": 7400,
        "rule": "expected",
        "forecast": "last_cycle",
        "between_cycles_sd_fraction": 0.1,
    },
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    shares = np.zeros(GRID.shape, bool)
    shares[2:6, 2:6, 2:6] = True
    write_nifti(Region(name="kidneys", shares=shares, geometry=GRID), folder / "kidneys.nii.gz")
    write_nifti(Volume(array=40.0 * shares, geometry=GRID, unit="HU"), folder / "ct.nii.gz")
    for hour in HOURS:
        array = 2e6 * 2 ** (-hour / 60) * shares
        write_nifti(Volume(array=array, geometry=GRID, unit="Bq/mL"), folder / f"{hour}.nii.gz")
    (folder / "study.yaml").write_text(yaml.safe_dump(STUDY, sort_keys=False), encoding="utf-8")
    return outcome_of(assemble(folder / "study.yaml"))


def test_the_report_holds_what_the_study_says(outcome):
    report = report_of(outcome, at=AT)
    assert (report.patient, report.made_up, report.number) == ("MADE-UP-BOX", True, 2)
    assert (report.administered_on, report.as_of) == (date(2026, 3, 2), date(2026, 3, 20))
    assert report.earlier == ("2026-01-05",)
    assert report.ct.unit == "HU"
    assert report.dose.unit == "Gy"
    assert report.plan_request.standard_activity_mbq == 7400
    assert report.missing == outcome.missing
    assert ("study.yaml", outcome.assembled.inputs[0].sha256) in report.inputs
    assert report.why_not == {}


def test_every_alarm_stands_on_the_page(outcome, tmp_path):
    """Those of the inputs too, which the cycle does not know."""
    said = "24 h: the header says injected at another hour."
    alarmed = replace(outcome, assembled=replace(outcome.assembled, alarms=(said,)))
    assert report_of(alarmed, at=AT).alarms[0] == said
    write_report(alarmed, tmp_path, at=AT, told=silent)
    assert "the header says injected at another hour" in (tmp_path / "dose.html").read_text(encoding="utf-8")


def test_what_is_absent_says_why(outcome):
    bare = replace(
        outcome,
        ledger=None,
        plan=None,
        why_not={"ledger": "the earlier cycles are not known", "plan": "none was asked for"},
        cycle=replace(outcome.cycle, dose_map=None),
        assembled=replace(outcome.assembled, cts={}),
    )
    report = report_of(bare, at=AT)
    assert report.why_not["ledger"] == "the earlier cycles are not known"
    assert report.why_not["plan"] == "none was asked for"
    assert {"ct", "dose"} <= {*report.why_not}
    assert report.plan_request is None


def test_page_and_pdf_are_written(outcome, tmp_path):
    paths = write_report(outcome, tmp_path, at=AT, told=silent)
    assert {"dose.html", "dose.pdf"} <= {path.name for path in paths}
    assert "dose.json" not in {path.name for path in paths}  # that one is the record of the study
    assert (tmp_path / "dose.pdf").read_bytes().startswith(b"%PDF")
    page = (tmp_path / "dose.html").read_text(encoding="utf-8")
    assert "MADE-UP-BOX" in page
    assert "kidneys" in page
