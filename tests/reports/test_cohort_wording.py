"""Lines of the page and the PDF: versions, and inputs that are many."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from lutetia.reports.cohort_report import Provenance
from lutetia.reports.cohort_wording import MOST_INPUTS, input_rows, provenance_rows

MADE = Provenance(version="1.2", study_file="s.yaml", origin="folder a", seed=7, as_of=None, inputs=(("s.yaml", "ab"),))


def test_versions_seed_and_origin():
    rows = dict(provenance_rows(MADE))
    assert rows == {"Lutetia": "1.2", "Declaration": "s.yaml", "Courses": "folder a", "Seed": "7"}
    assert dict(provenance_rows(replace(MADE, as_of=date(2026, 11, 20))))["Report of"] == "2026-11-20"


def test_many_inputs_are_cut_with_their_number():
    assert input_rows(MADE) == (("s.yaml", "ab"),)
    many = tuple((f"{at}.yaml", "ab") for at in range(MOST_INPUTS + 30))
    rows = input_rows(replace(MADE, inputs=many))
    assert len(rows) == MOST_INPUTS + 1
    assert rows[-1] == ("and 30 more files", "see manifest.json")
