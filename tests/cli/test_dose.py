"""`lutetia dose` as a person meets it: files in, files out, and refusals that say what to do."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import yaml

from lutetia.cli import dose
from lutetia.cli.dose import moment_of, planned, refuse_without_packages, summary
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError
from lutetia.exchange.nifti import write_nifti

INJECTED = datetime(2026, 3, 2, 9, tzinfo=UTC)
AT = "2026-03-20T12:00+00:00"
GRID = Geometry.regular((8, 8, 8), (10.0, 10.0, 10.0), frame_of_reference="visit")
STUDY = {
    "lutetia": "dose/1",
    "patient": "MADE-UP-BOX",
    "made_up": True,
    "cycle": 1,
    "nuclide": "Lu-177",
    "administration": {"injected_at": INJECTED.isoformat(), "net_activity_mbq": 7400},
    "camera": {"values": "activity", "dead_time": "none", "image_fwhm_mm": 0, "recovery": "none"},
    "scans": [
        {
            "name": f"{hour} h",
            "image": f"{hour}.nii.gz",
            "at": (INJECTED + timedelta(hours=hour)).isoformat(),
            "decay_correction": "START",
            "frame": "visit",
        }
        for hour in (24, 96, 168)
    ],
    "reference": "24 h",
    "outlines": {"nifti": {"kidneys": "kidneys.nii.gz"}},
    "overlaps": "refuse",
    "registration": {"method": "none"},
    "regions": [{"region": "kidneys", "role": "organ", "organ": "kidneys"}],
    "method": {"engine": "local deposition", "partial_volume": "none", "curve": {"model": "mono"}},
    "earlier_cycles": "none",
    "plan": {
        "standard_activity_mbq": 7400,
        "rule": "expected",
        "forecast": "last_cycle",
        "between_cycles_sd_fraction": 0.1,
    },
    "course": {"line": "rlt", "recorded_by": "made-up physicist"},
}


@pytest.fixture(scope="module")
def boxes(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("boxes")
    shares = np.zeros(GRID.shape, bool)
    shares[2:6, 2:6, 2:6] = True
    write_nifti(Region(name="kidneys", shares=shares, geometry=GRID), folder / "kidneys.nii.gz")
    for hour in (24, 96, 168):
        array = 2e5 * 2 ** (-hour / 60) * shares
        write_nifti(Volume(array=array, geometry=GRID, unit="Bq/mL"), folder / f"{hour}.nii.gz")
    return folder


@pytest.fixture
def study(boxes, tmp_path):
    """Writes the study with its images, changed at will; the path."""

    def written(change=lambda given: None) -> Path:
        folder = tmp_path / "in"
        shutil.copytree(boxes, folder)
        given = yaml.safe_load(yaml.safe_dump(STUDY))
        change(given)
        (folder / "study.yaml").write_text(yaml.safe_dump(given, sort_keys=False), encoding="utf-8")
        return folder / "study.yaml"

    return written


def test_a_study_becomes_files_that_are_named(run, study, tmp_path):
    out = tmp_path / "out"
    result = run("dose", study(), "--out", out, "--at", AT, "--no-report")
    assert result.exit_code == 0, result.output
    for name in ("dose.json", "regions.csv", "plan.csv", "dose.nii.gz", "course-entry.yaml"):
        assert str(out / name) in result.output
        assert (out / name).is_file()
    assert "kidneys: 1.42 Gy, u not known" in result.output  # 0.2 MBq/mL · 60 h / ln 2 / 1.04 g/mL · 0.0853
    assert "Missing: red_marrow: the limit of 2 Gy is not held, no region counts as it." in result.output
    assert "it prescribes nothing" in result.output


def test_same_input_and_moment_same_bytes(run, study, tmp_path):
    path = study()
    for name in ("one", "two"):
        assert run("dose", path, "--out", tmp_path / name, "--at", AT, "--no-report").exit_code == 0
    for one in (tmp_path / "one").iterdir():
        assert one.read_bytes() == (tmp_path / "two" / one.name).read_bytes(), one.name


def test_options_may_come_first_and_the_command_may_be_named(run, study, tmp_path):
    path = study()
    assert run("dose", "--out", tmp_path / "a", path, "--at", AT, "--no-report").exit_code == 0
    assert run("dose", "study", path, "--out", tmp_path / "b", "--at", AT, "--no-report").exit_code == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["administration"].pop("injected_at"), "injected_at must be given"),
        (lambda d: d["camera"].update(values="counts"), "calibration must be given where values are counts"),
        (lambda d: d["method"].update(curve={"model": "bi"}), "bi has 4 parameters"),
        (lambda d: d["scans"][1].update(frame="another"), "must lie in the frame of reference of the reference scan"),
        (lambda d: d["scans"][1].update(image="nothing.nii.gz"), "must be a file that exists"),
        (lambda d: d.update(colour="green"), "each field must be one that the schema knows"),
    ],
)
def test_bad_input_is_refused_with_code_2_and_nothing_is_written(refused, study, tmp_path, change, said):
    assert said in refused("dose", study(change), "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_with_files_is_refused_before_any_work(refused, tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert "--overwrite" in refused("dose", "no-such-study.yaml", "--out", tmp_path)


def test_the_schema_is_printed(run):
    result = run("dose", "schema")
    assert json.loads(result.output)["title"] == "Lutetia dosimetry study"


def test_help_shows_the_form_and_examples(run):
    assert "lutetia dose STUDY.yaml --out DIR" in run("dose", "--help").output
    assert "lutetia dose study.yaml --out results" in run("dose", "study", "--help").output


def test_packages_that_are_not_installed_are_named_all_of_them(monkeypatch):
    refuse_without_packages()
    monkeypatch.setattr(dose, "PACKAGES", ("pydicom", "not_there", "nor_this"))
    with pytest.raises(InputError, match=r"lutetia\[dose\]") as error:
        refuse_without_packages()
    assert [fault.place for fault in error.value.faults] == ["not_there", "nor_this"]


def test_the_moment_has_its_zone():
    assert moment_of("2026-03-20T12:00+01:00").isoformat() == "2026-03-20T12:00:00+01:00"
    assert moment_of(None).utcoffset() == timedelta(0)
    for wrong in ("today", "2026-03-20", "2026-03-20T12:00"):
        with pytest.raises(InputError, match="offset from UTC"):
            moment_of(wrong)


def test_the_plan_in_one_sentence(run, study):
    from lutetia.exchange.dose_study.assemble import assemble
    from lutetia.exchange.dose_study.outcome import outcome_of

    def limited_to(limit_gy):
        own = {"organ": "kidneys", "limit_gy": limit_gy, "quantity": "absorbed dose", "source": "made up"}
        return lambda d: d["plan"].update(limits=[own])

    path = study(limited_to(2.0))
    plan = outcome_of(assemble(path)).plan
    assert planned(plan).startswith("Next cycle: ")
    assert planned(plan).endswith(" MBq; 1 further, then kidneys.")
    path.write_text(path.read_text(encoding="utf-8").replace("limit_gy: 2.0", "limit_gy: 1.0"), encoding="utf-8")
    assert planned(outcome_of(assemble(path)).plan) == "No further cycle: the limit of kidneys leaves none."


def test_the_summary_says_what_is_left_out(run, study, tmp_path):
    from lutetia.exchange.dose_study.assemble import assemble
    from lutetia.exchange.dose_study.outcome import outcome_of

    path = study(lambda d: d.update(plan="none"))
    said = summary(outcome_of(assemble(path)), ["No entry."])
    assert "No plan: none was asked for." in said
    assert "No entry." in said


@pytest.mark.long
def test_the_digital_patient_from_its_files_to_its_doses(run, tmp_path):
    """As the tutorial does it, with the report."""
    made = run("dose", "phantom", "--out", tmp_path / "digital", "--size", "small")
    assert made.exit_code == 0, made.output
    words = ("--course", tmp_path / "digital" / "course.yaml", "--at", AT)
    done = run("dose", tmp_path / "digital" / "study.yaml", "--out", tmp_path / "out", *words)
    assert done.exit_code == 0, done.output
    truth = json.loads((tmp_path / "digital" / "truth.json").read_text(encoding="utf-8"))
    found = json.loads((tmp_path / "out" / "dose.json").read_text(encoding="utf-8"))
    for region in found["regions"]:
        if region["region"] in ("left kidney", "right kidney", "liver", "spleen"):
            assert region["dose_gy"] == pytest.approx(truth["regions"][region["region"]]["dose_gy"], rel=0.25)
        assert 0.3 < region["map_mean_gy"] / region["dose_gy"] < 1.5 or "1 mL" in region["region"], region["region"]
    assert (tmp_path / "out" / "dose.html").is_file()
    sheet = run("board", tmp_path / "out" / "course.yaml", "--as-of", "2026-03-20")
    assert "kidneys 6.97" in " ".join(sheet.output.split())
