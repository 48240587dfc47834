"""The whole course: every kind of entry, JSON Schema, light import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from lutetia.course.course import Course
from lutetia.exchange.courses import read_course, read_document

EXAMPLE = Path(__file__).parent / "data" / "example.yaml"
# Field names are a published format: a change here breaks the records of others.
FIELDS = {
    "diagnosis": "primary_site functional syndrome hereditary hereditary_syndrome",
    "specimen": "site organ method differentiation ki67_pct mitoses_per_2mm2 cell_type",
    "staging": "stage resectability t n m metastatic_sites regional_nodes system",
    "ct_mri": "status modality contrast conclusive liver_lesion_count liver_largest_mm liver_diffuse bone_diffuse "
    "peritoneal_disease peritoneal_large_nodules primary_largest_mm largest_lesion_mm regional_nodes tumour_burden "
    "lesions",
    "sstr_imaging": "status modality tracer positive all_lesions_positive heterogeneous lowest_score highest_score "
    "conclusive negative_visceral_lesion lesions",
    "fdg_imaging": "status positive discordant suv_max conclusive lesions",
    "echocardiography": "status carcinoid_heart_disease ejection_fraction_pct",
    "therapy_line": "regimen name stop ongoing stop_reason best_response progression progression_basis",
    "rlt_cycle": "line number administered_at radiopharmaceutical activity_mbq amino_acids amino_acid_solution "
    "antiemetic absorbed_doses",
    "procedure": "procedure residual site",
    "disease_assessment": "progression basis method line response pace behaviour_change",
    "clinic_visit": "ecog karnofsky_pct weight_kg height_cm mass_symptoms hormone_symptoms syndrome_refractory_to_ssa "
    "needs_rapid_shrinkage fit_for_antitumour_treatment life_expectancy_months symptoms",
    "pregnancy_status": "pregnant basis",
    "frailty_assessment": "status instrument frail comprehensive score",
    "laboratory": "analyte name value unit lower_limit upper_limit method laboratory_name",
    "adverse_event": "term grade ctcae_version end serious related_to action soc",
    "questionnaire": "instrument version answers",
    "treatment_history": "complete_for",
    "board_question": "question",
    "board_decision": "decision agreed_with_sheet reason signed_by",
    "last_contact": "alive",
    "death": "cause",
}
SHARED = ["kind", "id", "date", "recorded_by", "recorded_on", "supersedes", "note"]


@pytest.fixture(scope="module")
def schema():
    return Course.model_json_schema()


def models(schema):
    return {d["properties"]["kind"]["const"]: d for d in schema["$defs"].values() if "kind" in d["properties"]}


def test_every_kind_has_its_published_fields(schema):
    found = {kind: list(model["properties"]) for kind, model in models(schema).items()}
    assert found == {kind: [*SHARED, *names.split()] for kind, names in FIELDS.items()}


def test_the_example_holds_every_kind():
    course = read_course(EXAMPLE)
    assert course.made_up is True
    assert {entry.kind for entry in course.entries} == set(FIELDS)


def test_a_course_needs_a_patient_only():
    course = Course(patient={"id": "p"})
    assert (course.entries, course.care, course.made_up, course.lutetia) == ((), None, None, "course/1")
    with pytest.raises(ValidationError, match="patient"):
        Course()


def test_other_formats_are_refused():
    with pytest.raises(ValidationError, match="course/1"):
        Course(lutetia="course/2", patient={"id": "p"})


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValidationError, match="union_tag_invalid"):
        Course(patient={"id": "p"}, entries=[{"kind": "visit", "id": "v", "date": 2024, "recorded_by": "x"}])


def test_courses_are_equal_by_value():
    entry = {"kind": "last_contact", "id": "a", "date": 2024, "recorded_by": "x"}
    assert Course(patient={"id": "p"}, entries=[entry]) == Course(patient={"id": "p"}, entries=(entry,))
    assert Course(patient={"id": "p"}, entries=[entry]) != Course(patient={"id": "p"})


def test_the_schema_describes_every_field(schema):
    silent = [
        f"{name}.{field}"
        for name, model in [*schema["$defs"].items(), ("Course", schema)]
        for field, content in model["properties"].items()
        if field != "kind" and not content.get("description")
    ]
    assert silent == []
    assert all(model.get("description") for model in schema["$defs"].values())


def test_the_schema_names_what_is_required(schema):
    assert schema["required"] == ["lutetia", "patient"]
    required = {kind: model["required"] for kind, model in models(schema).items()}
    assert required["diagnosis"] == ["kind", "id", "date", "recorded_by"]
    assert required["rlt_cycle"] == ["kind", "id", "date", "recorded_by", "line", "number"]
    assert all(model["additionalProperties"] is False for model in schema["$defs"].values())


def test_the_schema_accepts_the_example_and_refuses_what_we_refuse(schema):
    jsonschema = pytest.importorskip("jsonschema")
    data, _ = read_document(EXAMPLE)
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    # Numbers that stand for text are the one thing the reader takes beyond the schema.
    data["entries"] = [e for e in data["entries"] if e["kind"] not in ("staging", "adverse_event", "questionnaire")]
    assert [error.message for error in validator.iter_errors(data)] == []
    for wrong in ({"kind": "visit"}, {"kind": "diagnosis"}, {**data["entries"][0], "functional": "yes"}):
        assert not validator.is_valid({**data, "entries": [wrong]})


def test_importing_the_course_reads_no_data_and_no_yaml():
    code = "import sys, lutetia.course.course; assert 'yaml' not in sys.modules"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
