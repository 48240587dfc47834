"""The declaration as a whole: read with every fault at once, each with its line."""

from __future__ import annotations

import pytest
import yaml

from lutetia.errors import InputError
from lutetia.exchange.dose_study.study import DoseStudy, parse_dose_study, read_dose_study

DRAWN_TOO_EARLY = {"hold_for": "draw", "samples": [{"at": "2026-03-01T10:00+00:00", "kbq_per_ml": 5}]}


def text(given) -> str:
    return yaml.safe_dump(given, sort_keys=False)


def refusal(given) -> str:
    with pytest.raises(InputError) as error:
        parse_dose_study(given if isinstance(given, str) else text(given), "study.yaml")
    return str(error.value)


def test_a_study_is_read_back_as_declared(data, write):
    study = read_dose_study(write(data))
    assert (study.patient, study.cycle, study.camera.values) == ("MADE-UP-BOX", 2, "activity")
    assert study.method.u_s_fraction == 0.02
    assert DoseStudy.model_validate(study.model_dump(mode="json", exclude_none=True)) == study


def test_the_schema_names_every_field():
    schema = DoseStudy.model_json_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    assert {"administration", "earlier_cycles", "plan"} <= {*schema["required"]}


def test_all_faults_of_the_fields_come_at_once_with_lines(data):
    del data["administration"]["injected_at"]
    data["camera"]["values"] = "numbers"
    data["plan"]["rules"] = data["plan"].pop("rule")
    data["cycle"] = "two"
    said = refusal(data)
    assert said.startswith("study.yaml: 5 faults")
    assert "injected_at must be given" in said
    assert "Add injected_at: start of the injection, with offset from UTC." in said
    assert 'must be one of activity, counts, but got "numbers"' in said
    assert "Did you mean rule?" in said
    assert "line 4, cycle: cycle must be a whole number" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(reference="5 h"), "reference must be the name of a scan (24 h, 72 h, 120 h, 168 h)"),
        (lambda d: d["scans"].append({**d["scans"][0]}), "each must have a name of its own"),
        (lambda d: d.update(scans=d["scans"][:2], method={"curve": {"model": "bi"}}), "bi has 4 parameters"),
        (lambda d: d.update(blood=DRAWN_TOO_EARLY), "at must not lie before injected_at"),
        (lambda d: d.update(cycle=4), "cycle must be 2 after 1 earlier cycles"),
        (lambda d: d.update(earlier_cycles="none"), "cycle must be 1 after no earlier cycles"),
        (lambda d: d.update(earlier_cycles="unknown"), "plan must be none where earlier cycles are unknown"),
        (lambda d: d["outlines"].update(rtstruct="rs.dcm"), "exactly one of rtstruct, seg, nifti"),
        (lambda d: d["registration"].update(method="recorded"), "transform must be given for registration recorded"),
        (lambda d: d["registration"].update(method="rigid", images="ct"), "ct must be given to register by it"),
        (lambda d: d["scans"][0].update(transform="t.json"), "the reference scan must have no transform"),
        (lambda d: d["scans"][0].update(outlines={"seg": "a"}), "stand in the study's own outlines"),
        (
            lambda d: d["camera"].update(dead_time={"model": "paralysable", "dead_time_s": 1e-6}),
            "wide_spectrum_cps must be given to correct dead time",
        ),
        (lambda d: d["method"].update(partial_volume="recovery curve"), "camera.recovery must be a curve"),
        (
            lambda d: d["combine"].append({"name": "kidneys", "union": ["left"]}),
            "each must have a name of its own",
        ),
        (
            lambda d: d["combine"].append({"name": "rest", "whole": "image", "minus": ["others"]}),
            "the region must be requested itself",
        ),
        (lambda d: d["combine"].append({"name": "image", "union": ["left"]}), "reserved words"),
        (
            lambda d: d["plan"].update(
                limits=[{"organ": "spleen", "limit_gy": 5, "quantity": "absorbed dose", "source": "a"}]
            ),
            "an organ that a region counts as",
        ),
        (lambda d: d["administration"].update(net_activity_mbq=7.4), "Given in GBq?"),
        (
            lambda d: d["regions"][2].update(
                marrow={
                    "method": "blood",
                    "ratio": {"value": 1, "source": "a"},
                    "blood_curve": {"model": "mono"},
                }
            ),
            "blood must be given",
        ),
        (
            lambda d: [region.update(role="remainder", organ=None, tissue=None) for region in d["regions"][:2]],
            "one region at most",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(data, change, said):
    change(data)
    assert said in refusal(data)


def test_a_list_is_no_study_and_an_empty_file_neither():
    assert "must be a mapping" in refusal("- a\n- b\n")
    assert "Begin with lutetia: dose/1" in refusal("")


def test_words_in_place_of_parts_are_named_by_their_place(data):
    data["earlier_cycles"] = "nonee"
    said = refusal(data)
    assert 'earlier_cycles must be one of none, unknown, but got "nonee"' in said
    assert "Did you mean none?" in said
