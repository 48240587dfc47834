"""The patient and where the patient is treated."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lutetia.course.entry import Unknown
from lutetia.course.patient import Care, Patient
from lutetia.dates import PartialDate


def test_a_patient_needs_a_pseudonym_only():
    patient = Patient(id="VO-01")
    assert (patient.sex, patient.birth) == (None, None)
    assert Patient(id="VO-01", birth=1964).birth == PartialDate(1964)
    assert Patient(id="VO-01", sex={"unknown": "not_recorded"}).sex == Unknown(unknown="not_recorded")


@pytest.mark.parametrize("fields", [{}, {"id": "A B"}, {"id": "a", "sex": "f"}, {"id": "a", "name": "Ann"}])
def test_no_patient(fields):
    with pytest.raises(ValidationError):
        Patient(**fields)


def test_jurisdiction_is_one_of_three():
    assert Care().jurisdiction is None
    assert Care(centre="Example NET Centre", jurisdiction="EU").jurisdiction == "EU"
    with pytest.raises(ValidationError, match="'EU', 'US' or 'other'"):
        Care(jurisdiction="Europe")
