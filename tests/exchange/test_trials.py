"""Trial declarations: every fault at once with its line; each command asks for its own section."""

from __future__ import annotations

from pathlib import Path

import pytest

from lutetia.errors import InputError
from lutetia.exchange.trials import TrialDeclaration, needed, parse_trial, read_trial

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "netter2-replayed" / "trial.yaml"
HEAD = "lutetia: trial/1\ntitle: a trial\n"


def refusal(text: str) -> str:
    with pytest.raises(InputError) as error:
        parse_trial(HEAD + text, "trial.yaml")
    return str(error.value)


def test_the_example_holds_all_four_sections():
    declared = read_trial(EXAMPLE)
    sections = (declared.design, declared.randomisation, declared.simulation, declared.analysis)
    assert all(section is not None for section in sections)
    assert declared.title == "NETTER-2 replayed"


def test_no_section_is_needed_to_read_and_a_missing_one_is_named():
    declared = parse_trial(HEAD)
    with pytest.raises(InputError, match=r"trial\.yaml[\s\S]*design: must be given for this command"):
        needed(declared.design, "design", "trial.yaml")


def test_faults_of_all_sections_come_together_with_their_lines():
    said = refusal(
        "design:\n  control_median_months: 15\n  hazard_ratio: 0.5\n  allocation: [0, 1]\n"
        "  accrual: {per_month: -10, months: 22.2}\n"
        "randomisation:\n  arms: [Lu, control]\n  ratio: [2, 1]\n  records_per_stratum: 12\n"
        "  factors: {grade: [G2, G3]}\n  expected_patients: {grade: {G4: 3}}\n"
    )
    assert "line 6, design.allocation[0]: allocation[0] must be at least 1, but got 0" in said
    assert "line 7, design.accrual.per_month[0]: per_month[0] must be at least 0.0, but got -10" in said
    assert "line 13, randomisation.expected_patients.grade.G4: G4 must be a level of grade: G2, G3" in said


def test_another_word_is_refused_and_the_format_is_asked_for():
    assert "desing" in refusal("desing: {}\n")
    with pytest.raises(InputError, match="lutetia: trial/1"):
        parse_trial("- 1\n")


def test_the_schema_describes_every_field():
    schema = TrialDeclaration.model_json_schema()
    assert {"design", "randomisation", "simulation", "analysis"} <= set(schema["properties"])
    for part in schema["$defs"].values():
        assert all("description" in field for field in part["properties"].values()), part["title"]
